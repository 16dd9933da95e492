"""Tiles are decoded when they are needed, hardly more of them, and kept in bounded memory."""

import io
import threading
import time
import weakref
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import CONTEXT
from siren_cli.model.pyramid.shape import PyramidShape, Tile
from siren_cli.representation.pyramid import decoded_tiles, tile_streams
from siren_cli.representation.pyramid.decoded_tiles import DecodedTiles
from siren_cli.representation.pyramid.stored_streams import StoredStreams
from tests.helpers.pyramid_content import make_grids, make_networks

# Sixteen tiles in a row, twelve rows.
LARGE = PyramidShape(12 * 256, 16 * 256)
CONTEXT_MATRICES = make_networks().matrices()[CONTEXT]


class FakeDecoder:
    """Decodes tiles of any streams: their latents are the numbers of the tiles.

    Attributes:
        decoded: The number of each tile that was decoded, in this order.
        alive: References to the finest latents of each.
        at_once: Most threads that decoded at once.
    """

    def __init__(self) -> None:
        self.decoded: list[int] = []
        self.alive: list[weakref.ref[Any]] = []
        self.at_once = self._active = 0

    def __call__(
        self, shape: PyramidShape, tiles: Sequence[Tile], streams: Sequence[bytes], _: Any
    ) -> list[Any]:
        self._active += 1
        self.at_once = max(self.at_once, self._active)
        numbers = [tile.row * shape.columns + tile.column for tile in tiles]
        self.decoded += numbers
        found = [self._latents(shape, *pair) for pair in zip(tiles, numbers, strict=True)]
        time.sleep(1e-4)
        self._active -= 1
        return found

    def _latents(self, shape: PyramidShape, tile: Tile, number: int) -> list[Any]:
        # Pages of zeros take no memory until they are written.
        latents = [np.zeros(tuple(each), np.int16) for each in shape.extents(tile)]
        latents[0][0, 0] = number
        self.alive.append(weakref.ref(latents[0]))
        return latents

    @property
    def alive_tiles(self) -> int:
        """How many of the tiles are still in memory."""
        return sum(each() is not None for each in self.alive)


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> FakeDecoder:
    fake = FakeDecoder()
    monkeypatch.setattr(tile_streams, "decode", fake)
    return fake


def tiles_of(shape: PyramidShape) -> DecodedTiles:
    streams = StoredStreams.of(shape, [b""] * (shape.rows * shape.columns))
    return DecodedTiles(shape, streams, CONTEXT_MATRICES)


def test_a_few_tiles_of_a_large_picture_are_decoded_alone(decoder: FakeDecoder) -> None:
    """As those are that a point needs."""
    found = tiles_of(LARGE).of([37, 38, 53, 54])
    assert sorted(decoder.decoded) == [37, 38, 53, 54]
    assert {number: latents[0][0, 0] for number, latents in found.items()} == {
        number: number for number in (37, 38, 53, 54)
    }


def test_a_drawing_decodes_whole_blocks(decoder: FakeDecoder) -> None:
    tiles = tiles_of(LARGE)
    for first in range(4):
        tiles.of([first, first + 1])
    assert decoder.decoded == [0, 1, 2, 3, *range(5, 16), 4]
    tiles.of([15, 31])  # the block above is whole
    assert sorted(decoder.decoded[16:]) == [*range(16, 32)]


def test_a_small_picture_is_decoded_whole(decoder: FakeDecoder) -> None:
    tiles_of(PyramidShape(512, 768)).of([0, 1])
    assert sorted(decoder.decoded) == [*range(6)]


@pytest.mark.parametrize("columns", [1, 3, 16, 17, 40])
def test_every_tile_of_a_drawing_is_decoded_once(decoder: FakeDecoder, columns: int) -> None:
    shape = PyramidShape(5 * 256 - 1, columns * 256 - 1)
    tiles = tiles_of(shape)
    for row in range(shape.rows - 1):
        for column in range(shape.columns):
            first = row * columns + column
            tiles.of([first, first + columns])
    assert Counter(decoder.decoded) == Counter(range(5 * columns))


def test_tiles_of_40_megapixels_are_decoded_once(decoder: FakeDecoder) -> None:
    shape = PyramidShape(20 * 256, 31 * 256)
    tiles = tiles_of(shape)
    for _ in range(2):
        for row in range(20):
            tiles.of(range(31 * row, 31 * row + 31))
    assert len(decoder.decoded) == decoder.alive_tiles == 620


def test_the_memory_of_kept_tiles_is_bounded(decoder: FakeDecoder) -> None:
    """However wide the picture is; a tile of it takes 35 bytes of a file."""
    tiles = tiles_of(PyramidShape(256, 1_000_000))
    tile_bytes, most = 2 * 87_381, 0
    for first in range(0, 2000, 20):
        tiles.of([*range(first, first + 20)])
        most = max(most, decoder.alive_tiles)
    assert 200 << 20 < most * tile_bytes <= 256 << 20


def test_those_that_were_asked_for_least_lately_are_forgotten(
    decoder: FakeDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded_tiles, "MAX_KEPT_BYTES", 4 * 2 * 87_381)
    tiles = tiles_of(LARGE)
    for number in (0, 20, 40, 0, 60, 80, 0, 20, 80):
        tiles.of([number])
    assert decoder.decoded == [0, 20, 40, 60, 80, 20]


def test_all_tiles_come_once_and_those_with_room_are_kept(
    decoder: FakeDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded_tiles, "MAX_KEPT_BYTES", 40 * 2 * 87_381)
    tiles = tiles_of(LARGE)
    tiles.of([100])
    assert [number for number, _ in tiles.all()] == [*range(192)]
    assert Counter(decoder.decoded) == Counter(range(192))
    tiles.of([*range(39), 100])
    assert len(decoder.decoded) == 192


def test_many_threads_are_given_the_right_tiles(
    decoder: FakeDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while tiles are forgotten."""
    monkeypatch.setattr(decoded_tiles, "MAX_KEPT_BYTES", 30 * 2 * 87_381)
    tiles = tiles_of(LARGE)

    def ask(seed: int) -> None:
        generator = np.random.default_rng(seed)
        for _ in range(20):
            first = int(generator.integers(192 - 2))
            found = tiles.of([first, first + 1, first + 2])
            assert [found[first + n][0][0, 0] for n in range(3)] == [
                first,
                first + 1,
                first + 2,
            ]

    with ThreadPoolExecutor(8) as pool:
        assert len([*pool.map(ask, range(8))]) == 8
    assert decoder.at_once == 1
    assert decoder.alive_tiles <= 30


def test_threads_that_want_one_tile_decode_it_once(decoder: FakeDecoder) -> None:
    tiles, together = tiles_of(LARGE), threading.Barrier(8)

    def ask(_: int) -> None:
        together.wait()
        tiles.of([5, 77])

    with ThreadPoolExecutor(8) as pool:
        assert len([*pool.map(ask, range(8))]) == 8
    assert sorted(decoder.decoded) == [5, 77]


def test_kept_tiles_are_given_while_others_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end, fake = threading.Event(), threading.Event(), FakeDecoder()

    def slow(shape: PyramidShape, tiles: Any, streams: Any, context: Any) -> Any:
        if Tile(6, 0) in tiles:
            begun.set()
            assert may_end.wait(10)
        return fake(shape, tiles, streams, context)

    monkeypatch.setattr(tile_streams, "decode", slow)
    tiles = tiles_of(LARGE)
    tiles.of([3])
    with ThreadPoolExecutor(1) as pool:
        pending = pool.submit(tiles.of, [96])
        assert begun.wait(10)
        assert list(tiles.of([3])) == [3]
        may_end.set()
        assert list(pending.result()) == [96]


THREE = PyramidShape(5, 700)
THREE_STREAMS = tile_streams.encode(THREE, make_grids(THREE), CONTEXT_MATRICES)
LENGTHS = np.array([*map(len, THREE_STREAMS)])
DAMAGED = [THREE_STREAMS[0], THREE_STREAMS[1], b"\0" * len(THREE_STREAMS[2])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"".join(DAMAGED), "the latents of tile row 0, column 2 do not match their SHA-256"),
        (b"".join(THREE_STREAMS)[:-1], "truncated in tile row 0, column 2"),
        (b"".join(THREE_STREAMS[:2]), "truncated in tile row 0, column 2"),
    ],
)
def test_damage_is_found_where_it_is_asked_for(content: bytes, message: str) -> None:
    streams = StoredStreams(THREE, io.BytesIO(content), 0, LENGTHS)
    tiles = DecodedTiles(THREE, streams, CONTEXT_MATRICES)
    assert sorted(tiles.of([0])) == [0]
    assert sorted(tiles.of([0, 1])) == [0, 1]
    for call in (lambda: tiles.of([1, 2]), lambda: list(tiles.all())):
        with pytest.raises(RepresentationError, match=message):
            call()
