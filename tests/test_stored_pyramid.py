"""Stored pyramids give any part of their latents, and read no more than they must."""

import copy
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import CONTEXT
from siren_cli.model.pyramid.shape import LEVELS, PyramidShape
from siren_cli.representation.pyramid import network_stream, stored_pyramid, tile_streams
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from tests.helpers.pyramid_content import make_grids, make_networks

SHAPE = PyramidShape(70, 300)
GRIDS = make_grids(SHAPE)
MADE = StoredPyramid.of_grids(SHAPE, make_networks(), GRIDS)
STREAMS = [MADE.stream(number) for number in range(2)]


def whole(pyramid: StoredPyramid, level: int) -> Any:
    grid = pyramid.shape.grids[level]
    return pyramid.latents(level, slice(0, grid.height), slice(0, grid.width))


@pytest.mark.parametrize("level", range(LEVELS))
def test_any_part_of_a_grid_is_given(level: int) -> None:
    generator, (height, width) = np.random.default_rng(level), GRIDS[level].shape
    for _ in range(5):
        top, left = generator.integers(height), generator.integers(width)
        rows = slice(int(top), int(generator.integers(top, height)) + 1)
        columns = slice(int(left), int(generator.integers(left, width)) + 1)
        found = MADE.latents(level, rows, columns)
        assert found.dtype == np.float32
        assert np.array_equal(found, GRIDS[level][rows, columns])


def test_copies_have_the_same_latents() -> None:
    for other in (copy.deepcopy(MADE), MADE.in_memory()):
        assert [other.stream(number) for number in range(2)] == STREAMS
        assert np.array_equal(whole(other, 0), GRIDS[0])


def test_bytes_are_those_of_streams_lengths_and_networks() -> None:
    networks = len(network_stream.encode(MADE.networks))
    assert MADE.stored_bytes == networks + sum(map(len, STREAMS)) + 2 * 3


def test_tiles_are_read_at_their_place_in_a_file() -> None:
    file = io.BytesIO(b"before" + b"".join(STREAMS))
    stored = StoredPyramid(SHAPE, MADE.networks, file, 6, np.array([*map(len, STREAMS)]))
    assert np.array_equal(whole(stored, 2), GRIDS[2])


def test_a_file_that_ends_early_names_the_tile() -> None:
    file = io.BytesIO(b"".join(STREAMS)[:-1])
    stored = StoredPyramid(SHAPE, MADE.networks, file, 0, np.array([*map(len, STREAMS)]))
    with pytest.raises(RepresentationError, match="truncated in tile row 0, column 1"):
        stored.check()


def test_a_damaged_tile_is_found() -> None:
    damaged = [STREAMS[0][:-1] + b"\0", STREAMS[1]]
    stored = StoredPyramid.of_streams(SHAPE, MADE.networks, damaged)
    for call in (stored.check, stored.in_memory, lambda: whole(stored, 0)):
        with pytest.raises(RepresentationError, match="tile row 0, column 0 do not match"):
            call()


def test_tiles_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []

    def decode(shape: PyramidShape, tiles: Any, streams: Any, context: Any) -> Any:
        decoded.extend(tile.row for tile in tiles)
        return [
            [np.full(tuple(each), tile.row, np.int16) for each in shape.extents(tile)]
            for tile in tiles
        ]

    monkeypatch.setattr(tile_streams, "decode", decode)
    monkeypatch.setattr(stored_pyramid, "KEPT_BYTES", 0)
    monkeypatch.setattr(stored_pyramid, "MAX_TOGETHER", 1)
    monkeypatch.setattr(stored_pyramid, "least_kept_rows", lambda: 2)
    shape = PyramidShape(5 * 256, 64)
    stored = StoredPyramid.of_streams(shape, make_networks(), [b""] * 5)
    for row in (0, 1, 0, 2, 0, 1):
        assert (stored.latents(0, slice(256 * row, 256 * row + 9), slice(0, 9)) == row).all()
    assert decoded == [0, 1, 2, 1]


def test_rows_below_are_decoded_at_once() -> None:
    """A picture of few tiles is decoded whole when the first part of it is drawn."""
    stored = StoredPyramid.of_streams(PyramidShape(70, 300), MADE.networks, STREAMS)
    stored.latents(0, slice(0, 1), slice(0, 1))
    assert len(stored._kept) == 2


def test_many_threads_ask_at_once() -> None:
    stored = StoredPyramid.of_streams(SHAPE, MADE.networks, STREAMS)
    rows = [slice(row, row + 10) for row in range(0, 70, 10)]
    with ThreadPoolExecutor(7) as pool:
        bands = list(pool.map(lambda own: stored.latents(0, own, slice(0, 300)), rows))
    assert np.array_equal(np.concatenate(bands), GRIDS[0])


def test_a_part_of_a_wide_picture_needs_no_whole_row_of_tiles() -> None:
    shape = PyramidShape(1, 40 * 256)
    streams = tile_streams.encode(shape, make_grids(shape), MADE.networks.matrices()[CONTEXT])
    damaged = [b"" if 16 <= number < 32 else each for number, each in enumerate(streams)]
    stored = StoredPyramid.of_streams(shape, MADE.networks, damaged)
    for left in (0, 15 * 256, 39 * 256):
        stored.latents(0, slice(0, 1), slice(left, left + 256))
    with pytest.raises(RepresentationError, match="column 16 do not match"):
        stored.latents(0, slice(0, 1), slice(15 * 256, 15 * 256 + 257))
