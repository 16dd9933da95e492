"""Stored pyramids give any part of their latents, and read no more than they must."""

import copy
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.shape import LEVELS, PyramidShape
from siren_cli.representation.pyramid import decoded_tiles, tile_streams
from siren_cli.representation.pyramid.network_stream import CodedNetworks
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from siren_cli.representation.pyramid.stored_streams import StoredStreams
from tests.helpers.pyramid_content import make_grids, make_networks

SHAPE = PyramidShape(70, 300)
GRIDS = make_grids(SHAPE)
MADE = StoredPyramid.of_grids(SHAPE, make_networks(), GRIDS)
STREAMS = MADE.streams.all()


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


def test_copies_have_the_same_bytes_and_latents() -> None:
    """Also where the networks have bytes that are not what siren would write."""
    networks = CodedNetworks(MADE.networks, b"others")
    made = StoredPyramid.of_streams(SHAPE, networks, STREAMS)
    for other in (copy.deepcopy(made), made.in_memory()):
        assert other.coded_networks.content == b"others"
        assert other.streams.all() == STREAMS
        assert all(map(np.array_equal, other.grids(), GRIDS))


def test_tiles_are_read_at_their_place_in_a_file() -> None:
    file = io.BytesIO(b"before" + b"".join(STREAMS))
    streams = StoredStreams(SHAPE, file, 6, MADE.streams.lengths)
    stored = StoredPyramid(SHAPE, MADE.coded_networks, streams)
    assert np.array_equal(stored.grids()[2], GRIDS[2])


def test_a_file_that_ends_early_names_the_tile() -> None:
    file = io.BytesIO(b"".join(STREAMS)[:-1])
    streams = StoredStreams(SHAPE, file, 0, MADE.streams.lengths)
    stored = StoredPyramid(SHAPE, MADE.coded_networks, streams)
    for call in (stored.check, stored.in_memory, stored.grids):
        with pytest.raises(RepresentationError, match="truncated in tile row 0, column 1"):
            call()


def test_a_damaged_tile_is_found() -> None:
    damaged = [STREAMS[0][:-1] + b"\0", STREAMS[1]]
    stored = StoredPyramid.of_streams(SHAPE, MADE.coded_networks, damaged)
    for call in (stored.check, stored.in_memory, stored.grids, lambda: part(stored, 0, 1)):
        with pytest.raises(RepresentationError, match="tile row 0, column 0 do not match"):
            call()


def test_an_undamaged_part_of_a_damaged_picture_is_given() -> None:
    damaged = [STREAMS[0][:-1] + b"\0", STREAMS[1]]
    stored = StoredPyramid.of_streams(SHAPE, MADE.coded_networks, damaged)
    assert np.array_equal(part(stored, 200, 300), GRIDS[0][:70, 200:300])


def part(pyramid: StoredPyramid, left: int, right: int) -> Any:
    return pyramid.latents(0, slice(0, 70), slice(left, right))


@pytest.mark.parametrize("call", [StoredPyramid.check, StoredPyramid.grids])
def test_a_checked_copy_decodes_nothing_again(
    monkeypatch: pytest.MonkeyPatch, call: Callable[[StoredPyramid], object]
) -> None:
    copied = MADE.in_memory()
    monkeypatch.delattr(tile_streams, "decode")
    call(copied)
    assert np.array_equal(part(copied, 0, 300), GRIDS[0])


def test_all_grids_are_decoded_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing is kept."""
    decoded = []
    decode = tile_streams.decode

    def counted(shape: PyramidShape, tiles: Any, streams: Any, context: Any) -> Any:
        decoded.extend(tiles)
        return decode(shape, tiles, streams, context)

    monkeypatch.setattr(tile_streams, "decode", counted)
    monkeypatch.setattr(decoded_tiles, "MAX_KEPT_BYTES", 0)
    stored = StoredPyramid.of_streams(SHAPE, MADE.coded_networks, STREAMS)
    grids = stored.grids()
    assert decoded == SHAPE.tiles()
    assert all(each.dtype == np.float32 for each in grids)
    assert all(map(np.array_equal, grids, GRIDS))
