"""Latents as streams of bytes, one for each tile, and back; NumPy alone.

Grids follow each other from the coarsest to the finest, and each from front to front. A
latent that its table does not have is written plainly, after the other latents of its front.
A stream ends in the digest of its latents.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import NEIGHBORS, Matrix
from siren_cli.model.pyramid.shape import LEVELS, PyramidShape, Tile
from siren_cli.representation.pyramid import integer_context, rans
from siren_cli.representation.pyramid.fronts import BORDER, steps
from siren_cli.representation.pyramid.integer_context import LARGEST_INPUT, ContextModel, Floats
from siren_cli.representation.pyramid.level_decoder import decode_level
from siren_cli.representation.pyramid.tables import CERTAIN, PLAIN_ZERO, WHOLE, parts
from siren_cli.representation.pyramid.tile_batch import Latents, TileBatch, latents_digest
from siren_cli.system.parallel import one_blas_thread

# Most tiles that are coded side by side: more are hardly faster, and need more memory.
MAX_TOGETHER = 16
# Latents whose distributions are computed at once.
CHUNK = 1 << 11


def encode(
    shape: PyramidShape, grids: Sequence[NDArray[np.int64]], context: Sequence[Matrix]
) -> list[bytes]:
    """Return the streams of a picture's tiles, row by row.

    Args:
        shape: The grids and tiles.
        grids: The latents of each grid, from the finest, within LARGEST_LATENT.
        context: The rounded matrices of the context model.
    """
    with one_blas_thread.held():
        batches = _batches(shape, shape.tiles())
        return [stream for batch in batches for stream in _encode_batch(batch, grids, context)]


def decode(
    shape: PyramidShape,
    tiles: Sequence[Tile],
    streams: Sequence[bytes],
    context: Sequence[Matrix],
) -> list[list[Latents] | None]:
    """Return the latents of tiles: those of every grid, from the finest.

    Args:
        shape: The grids and tiles of the picture.
        tiles: The tiles.
        streams: The stream of each.
        context: The rounded matrices of the context model.

    Returns:
        The latents of each tile; None where its stream is damaged.
    """
    found: list[list[Latents] | None] = [None] * len(tiles)
    whole = [number for number, stream in enumerate(streams) if rans.is_plausible(stream)]
    done = 0
    with one_blas_thread.held():
        for batch in _batches(shape, [tiles[number] for number in whole]):
            own = whole[done : done + len(batch.tiles)]
            decoded = _decode_batch(batch, [streams[number] for number in own], context)
            for number, latents in zip(own, decoded, strict=True):
                found[number] = latents
            done += len(own)
    return found


def check_lengths(shape: PyramidShape, lengths: NDArray[np.int64]) -> None:
    """Check that the streams of all tiles may have some lengths, in bytes.

    Raises:
        RepresentationError: One is longer than a tile of plain latents, or too short.
    """
    latents = sum(height * width for height, width in shape.extents(Tile(0, 0)))
    # A symbol, and then a plain number, take a word at most.
    most = rans.STATES_BYTES + 2 * rans.WORD_BYTES * latents
    is_wrong = (lengths < rans.STATES_BYTES) | (lengths > most)
    if is_wrong.any():
        row, column = divmod(int(is_wrong.argmax()), shape.columns)
        raise RepresentationError(
            f"the length of tile row {row}, column {column} is not between "
            f"{rans.STATES_BYTES} and {most} bytes"
        )


def _batches(shape: PyramidShape, tiles: Sequence[Tile]) -> Iterator[TileBatch]:
    for first in range(0, len(tiles), MAX_TOGETHER):
        yield TileBatch(shape, tiles[first : first + MAX_TOGETHER])


def _digest(batch: TileBatch, number: int, arrays: Sequence[NDArray[np.int64]]) -> bytes:
    latents = batch.of_tile(number, arrays)
    if latents is None:
        raise ValueError("a latent is out of range")
    return latents_digest(latents)


def damaged(tile: Tile) -> RepresentationError:
    """Return the error of a tile whose stream is damaged."""
    return RepresentationError(
        f"damaged: the latents of tile row {tile.row}, column {tile.column} "
        "do not match their SHA-256"
    )


def _decode_batch(
    batch: TileBatch, streams: Sequence[bytes], context: Sequence[Matrix]
) -> list[list[Latents] | None]:
    decoder = rans.Decoder(streams)
    arrays: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * LEVELS
    for level in reversed(range(LEVELS)):
        near = _near(batch, level, arrays)
        arrays[level] = decode_level(decoder, context, level, near, batch.outside(level))
    found: list[list[Latents] | None] = []
    for number, expected in enumerate(decoder.digests()):
        latents = batch.of_tile(number, arrays)
        is_whole = latents is not None and latents_digest(latents) == expected
        found.append(latents if is_whole else None)
    return found


def _near(batch: TileBatch, level: int, arrays: Sequence[NDArray[np.int64]]) -> Floats:
    """Return features of the next coarser grid at the places of a level."""
    height, width = batch.extent(level)
    if level + 1 == LEVELS:
        return integer_context.no_features(height, width, len(batch.tiles))
    coarser = batch.replicated(arrays[level + 1], level + 1)
    return integer_context.features(coarser)[:, :height, :width]


def _encode_batch(
    batch: TileBatch, grids: Sequence[NDArray[np.int64]], context: Sequence[Matrix]
) -> list[bytes]:
    arrays = [batch.cut(grid, level) for level, grid in enumerate(grids)]
    parts = [_encode_level(batch, level, arrays, context) for level in reversed(range(LEVELS))]
    starts, widths = (np.concatenate(each) for each in zip(*parts, strict=True))
    digests = [_digest(batch, number, arrays) for number in range(len(batch.tiles))]
    return rans.encode(starts, widths, digests)


def _encode_level(
    batch: TileBatch,
    level: int,
    arrays: Sequence[NDArray[np.int64]],
    context: Sequence[Matrix],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return parts of WHOLE by step, lane and tile: where they begin, and their widths."""
    latents, extent = arrays[level], batch.extent(level)
    expected = prediction(batch, level, arrays, context)
    found = parts(latents - expected.whole, expected.rows)
    order = steps(extent, found.is_plain)
    shape = (order.total, rans.LANES, len(batch.tiles))
    starts, widths = np.zeros(shape, np.int64), np.full(shape, WHOLE, np.int64)
    lane = np.arange(extent.height)[:, None] % rans.LANES
    starts[order.symbols, lane] = found.starts
    widths[order.symbols, lane] = found.widths
    row, column, tile = np.nonzero(found.is_plain)
    at = (order.plain[row, column], row % rans.LANES, tile)
    starts[at] = latents[found.is_plain] + PLAIN_ZERO
    widths[at] = 1
    return starts, widths


class Prediction(NamedTuple):
    """What latents are expected to be.

    Attributes:
        whole: The whole parts of their means, shape (height, width, tiles).
        rows: The rows of the tables for the rest of the means and the scales, likewise;
            beyond a tile, 0 is certain.
    """

    whole: NDArray[np.int64]
    rows: NDArray[np.int64]


def prediction(
    batch: TileBatch,
    level: int,
    arrays: Sequence[NDArray[np.int64]],
    context: Sequence[Matrix],
) -> Prediction:
    """Return what the latents of a level are expected to be, when all of them are known.

    Args:
        batch: The tiles.
        level: The level.
        arrays: The latents of all levels, shape (height, width, tiles) each.
        context: The rounded matrices of the context model.
    """
    height, width, tiles = arrays[level].shape
    known = _known(batch, level, arrays)
    at_once = max(1, CHUNK // (width * tiles))
    model = ContextModel(context, level, at_once * width * tiles)
    whole, rows = np.empty((2, height, width, tiles), np.int64)
    for first in range(0, height, at_once):
        part = known[:, first : first + at_once]
        count = part[0].size
        model.inputs[:, :count] = part.reshape(len(part), -1)
        for found, all_found in zip(model.predict(count), (whole, rows), strict=True):
            all_found[first : first + at_once] = found.reshape(-1, width, tiles)
    outside = batch.outside(level)
    rows[outside], whole[outside] = CERTAIN, 0
    return Prediction(whole, rows)


def _known(batch: TileBatch, level: int, arrays: Sequence[NDArray[np.int64]]) -> Floats:
    """Return the inputs of the context model, shape (inputs, height, width, tiles)."""
    latents = arrays[level]
    height, width, _ = latents.shape
    clipped = np.clip(latents.astype(np.float64), -LARGEST_INPUT, LARGEST_INPUT)
    padded = np.pad(clipped, ((BORDER, 0), (BORDER, BORDER), (0, 0)))
    neighbors = [
        padded[BORDER + down : BORDER + down + height, BORDER + right : BORDER + right + width]
        for down, right in NEIGHBORS
    ]
    return np.concatenate([np.stack(neighbors), _near(batch, level, arrays)])
