"""The tiles of a picture, decoded when they are first needed and kept as far as there is room.

Tiles are decoded by one thread at a time: two at once take longer than one after the other,
for most of the time goes into short calls that exclude each other. Meanwhile other threads are
given those that are kept.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from siren_cli.model.pyramid.networks import Matrix
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.representation.pyramid import tile_streams
from siren_cli.representation.pyramid.stored_streams import StoredStreams
from siren_cli.representation.pyramid.tile_batch import Latents
from siren_cli.representation.pyramid.tile_streams import MAX_TOGETHER

# Most bytes of decoded tiles that are kept. A pixel takes 2.7 bytes, so all tiles of a picture
# of 96 megapixels are.
MAX_KEPT_BYTES = 256 << 20
# A block is decoded whole when more than this share of its tiles was asked for.
LEAST_SHARE = 0.25

# Tiles by number; None where one is damaged.
Tiles = dict[int, list[Latents] | None]


class DecodedTiles:
    """The decoded tiles of a picture. Any thread may ask for any of them.

    Tiles side by side take little longer than one. So neighbors form blocks, and when a drawing
    has come to a block, as far as its tiles tell, the whole block is decoded together.

    Args:
        shape: The tiles.
        streams: Their streams.
        context: The rounded matrices of the context model.
    """

    def __init__(
        self, shape: PyramidShape, streams: StoredStreams, context: Sequence[Matrix]
    ) -> None:
        self._shape, self._streams, self._context = shape, streams, context
        across = -(-shape.columns // MAX_TOGETHER)
        self._block_columns = -(-shape.columns // across)
        self._block_rows = MAX_TOGETHER // self._block_columns
        self._kept: OrderedDict[int, list[Latents]] = OrderedDict()
        self._kept_bytes = 0
        self._keeping, self._decoding = threading.Lock(), threading.Lock()

    def of(self, numbers: Sequence[int]) -> dict[int, list[Latents]]:
        """Return some tiles by number: the latents of every grid, from the finest.

        Args:
            numbers: The numbers of the tiles, row by row.

        Raises:
            RepresentationError: One of them is damaged, or missing.
        """
        found = self._kept_of(numbers)
        if len(found) == len(numbers):
            return found
        with self._decoding:
            # Another thread may have decoded some meanwhile.
            found |= self._kept_of(_missing(numbers, found))
            if missing := _missing(numbers, found):
                decoded = self._decoded([*self._beside(missing), *missing])
                self._keep(decoded)
                found |= self._whole(decoded, missing)
        return found

    def all(self) -> Iterator[tuple[int, list[Latents]]]:
        """Yield every tile with its number; those that still have room are kept.

        Raises:
            RepresentationError: One is damaged, or missing.
        """
        for first in range(0, len(self._streams.lengths), MAX_TOGETHER):
            numbers = range(first, min(first + MAX_TOGETHER, len(self._streams.lengths)))
            found = self._kept_of(numbers)
            if missing := _missing(numbers, found):
                with self._decoding:
                    decoded = self._whole(self._decoded(missing), missing)
                self._keep_with_room(decoded)
                found |= decoded
            yield from ((number, found[number]) for number in numbers)

    def _kept_of(self, numbers: Sequence[int]) -> dict[int, list[Latents]]:
        with self._keeping:
            found = {number: self._kept[number] for number in numbers if number in self._kept}
            for number in found:
                self._kept.move_to_end(number)
            return found

    def _keep(self, decoded: Tiles) -> None:
        """Keep tiles, and forget those that were asked for least lately."""
        with self._keeping:
            for number, latents in decoded.items():
                if latents is not None:
                    self._add(number, latents)
            while self._kept_bytes > MAX_KEPT_BYTES:
                _, latents = self._kept.popitem(last=False)
                self._kept_bytes -= _bytes(latents)

    def _keep_with_room(self, decoded: dict[int, list[Latents]]) -> None:
        with self._keeping:
            for number, latents in decoded.items():
                if self._kept_bytes + _bytes(latents) <= MAX_KEPT_BYTES:
                    self._add(number, latents)

    def _add(self, number: int, latents: list[Latents]) -> None:
        if number not in self._kept:
            self._kept[number] = latents
            self._kept_bytes += _bytes(latents)

    def _beside(self, missing: Sequence[int]) -> list[int]:
        """Return tiles beside missing ones that are worth decoding with them."""
        found: list[int] = []
        with self._keeping:
            for row, column in {self._block_of(number) for number in missing}:
                block = self._block(row, column)
                unknown = [each for each in block if each not in self._kept]
                others = [each for each in unknown if each not in missing]
                share = 1 - len(others) / len(block)
                if share > LEAST_SHARE or self._is_continued(row, column):
                    found += others
        return found

    def _is_continued(self, row: int, column: int) -> bool:
        """Return whether the block before a block or that above it is kept."""
        near = self._block(row, column - 1), self._block(row - 1, column)
        return any(block and all(each in self._kept for each in block) for block in near)

    def _block_of(self, number: int) -> tuple[int, int]:
        """Return the row and column of the block of a tile."""
        row, column = self._shape.tile(number)
        return row // self._block_rows, column // self._block_columns

    def _block(self, row: int, column: int) -> list[int]:
        """Return the tiles of a block; none where there is no block."""
        rows = _part(row, self._block_rows, self._shape.rows)
        columns = _part(column, self._block_columns, self._shape.columns)
        return [self._shape.columns * y + x for y in rows for x in columns]

    def _decoded(self, numbers: Sequence[int]) -> Tiles:
        tiles = [self._shape.tile(number) for number in numbers]
        contents = [self._streams.content(number) for number in numbers]
        latents = tile_streams.decode(self._shape, tiles, contents, self._context)
        return dict(zip(numbers, latents, strict=True))

    def _whole(self, decoded: Tiles, numbers: Sequence[int]) -> dict[int, list[Latents]]:
        """Return some tiles of those that were decoded, all of which must be whole."""
        found = {}
        for number in numbers:
            latents = decoded[number]
            if latents is None:
                self._streams.stream(number)  # is refused if the file ends before it
                raise tile_streams.damaged(self._shape.tile(number))
            found[number] = latents
        return found


def _missing(numbers: Sequence[int], found: dict[int, list[Latents]]) -> list[int]:
    return [number for number in numbers if number not in found]


def _part(number: int, length: int, count: int) -> range:
    """Return what part `number` of `count` things is, of parts of a length."""
    return range(max(0, number * length), max(0, min((number + 1) * length, count)))


def _bytes(latents: Sequence[Latents]) -> int:
    return sum(each.nbytes for each in latents)
