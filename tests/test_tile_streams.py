"""Latents become streams and come back; damage is found, in bounded time."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import CONTEXT
from siren_cli.model.pyramid.shape import LARGEST_LATENT, LEVELS, PyramidShape
from siren_cli.representation.pyramid import rans, tile_streams
from siren_cli.representation.pyramid.tables import CERTAIN, WHOLE, parts
from siren_cli.representation.pyramid.tile_batch import TileBatch
from tests.helpers.pyramid_content import fitting_context, make_grids, make_networks

CONTEXT_MATRICES = make_networks().matrices()[CONTEXT]
SMALL = PyramidShape(3, 2)
SMALL_GRIDS = make_grids(SMALL, scale=3.0)
(SMALL_STREAM,) = tile_streams.encode(SMALL, SMALL_GRIDS, CONTEXT_MATRICES)


def assert_round_trip(shape: PyramidShape, grids: list[NDArray[np.int64]]) -> None:
    streams = tile_streams.encode(shape, grids, CONTEXT_MATRICES)
    assert len(streams) == shape.rows * shape.columns
    found = tile_streams.decode(shape, shape.tiles(), streams, CONTEXT_MATRICES)
    for tile, latents in zip(shape.tiles(), found, strict=True):
        assert latents is not None
        for level, own in enumerate(latents):
            assert own.dtype == np.int16
            assert np.array_equal(own, grids[level][shape.nodes(tile, level)])


def is_refused(stream: bytes) -> bool:
    return tile_streams.decode(SMALL, SMALL.tiles(), [stream], CONTEXT_MATRICES) == [None]


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (2, 33), (33, 2), (70, 90), (300, 257)])
def test_latents_come_back(size: tuple[int, int]) -> None:
    shape = PyramidShape(*size)
    assert_round_trip(shape, make_grids(shape))


@pytest.mark.parametrize("scale", [30.0, 9000.0])
def test_latents_far_from_what_is_expected_come_back(scale: float) -> None:
    shape = PyramidShape(70, 34)
    grids = make_grids(shape, scale=scale)
    assert_round_trip(shape, [np.clip(each, -LARGEST_LATENT, LARGEST_LATENT) for each in grids])


def test_a_tile_is_coded_as_if_it_were_alone() -> None:
    """Also beside larger ones."""
    shape = PyramidShape(40, 270)
    streams = tile_streams.encode(shape, make_grids(shape), CONTEXT_MATRICES)
    for number, tile in enumerate(shape.tiles()):
        (alone,) = tile_streams.decode(shape, [tile], [streams[number]], CONTEXT_MATRICES)
        assert alone is not None
        extents = [(own.shape[0], own.shape[1]) for own in alone]
        assert extents == [tuple(each) for each in shape.extents(tile)]
    assert {tuple(shape.extents(tile)[0]) for tile in shape.tiles()} == {(40, 192), (40, 78)}


def test_bits_are_those_of_the_tables() -> None:
    shape, context = PyramidShape(128, 130), fitting_context()
    grids = make_grids(shape)
    bits = 0.0
    batch = TileBatch(shape, shape.tiles())
    arrays = [batch.cut(grid, level) for level, grid in enumerate(grids)]
    for level in range(LEVELS):
        found = tile_streams.prediction(batch, level, arrays, context)
        used = found.rows != CERTAIN
        own = parts((arrays[level] - found.whole)[used], found.rows[used])
        bits += 16 * own.is_plain.sum() - np.log2(own.widths / WHOLE).sum()
    streams = tile_streams.encode(shape, grids, context)
    assert bits < 8 * sum(map(len, streams)) < 1.01 * bits + 8 * 16 * len(streams)


@pytest.mark.parametrize("latent", [LARGEST_LATENT + 1, -LARGEST_LATENT - 1])
def test_a_latent_that_is_too_large_is_not_encoded(latent: int) -> None:
    grids = [grid.copy() for grid in SMALL_GRIDS]
    grids[0][1, 1] = latent
    with pytest.raises(ValueError, match="out of range"):
        tile_streams.encode(SMALL, grids, CONTEXT_MATRICES)


def test_any_changed_byte_is_found() -> None:
    generator = np.random.default_rng(0)
    for place in range(len(SMALL_STREAM)):
        damaged = bytearray(SMALL_STREAM)
        damaged[place] ^= int(generator.integers(1, 256))
        assert is_refused(bytes(damaged))


def test_streams_of_any_other_length_are_refused() -> None:
    for length in range(len(SMALL_STREAM)):
        assert is_refused(SMALL_STREAM[:length])
    assert is_refused(SMALL_STREAM + b"\0")
    assert is_refused(SMALL_STREAM + b"\0\0")


def test_noise_is_read_no_further_than_its_latents(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    numbers = rans.Decoder.numbers

    def counted(decoder: rans.Decoder, rows: Any, whole: Any, lane: int) -> Any:
        asked.append(len(rows))
        return numbers(decoder, rows, whole, lane)

    monkeypatch.setattr(rans.Decoder, "numbers", counted)
    assert is_refused(np.random.default_rng(0).bytes(3_000_000))
    assert sum(asked) == SMALL.latents


def test_a_damaged_tile_leaves_those_beside_it_whole() -> None:
    shape = PyramidShape(20, 700)
    grids = make_grids(shape)
    streams = tile_streams.encode(shape, grids, CONTEXT_MATRICES)
    noise = np.random.default_rng(0).bytes(len(streams[1]) // 2 * 2)
    for damaged in (b"", streams[1][:-1], streams[1][:-2], noise):
        found = tile_streams.decode(
            shape, shape.tiles(), [streams[0], damaged, streams[2]], CONTEXT_MATRICES
        )
        assert found[1] is None
        for number in (0, 2):
            latents = found[number]
            assert latents is not None
            assert np.array_equal(latents[0], grids[0][shape.nodes(shape.tile(number), 0)])
