"""Latents as streams of bytes, one for each tile, and back; NumPy alone.

Grids follow each other from the coarsest to the finest. Latents of a tile whose neighbors are
all known form a front, and are coded together: those with the same column + 3 row.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact import integer_context, rans
from benchmarks.compact.context import NEIGHBORS
from benchmarks.compact.networks import Matrix
from benchmarks.compact.pyramid import Pyramid
from benchmarks.compact.tables import MEAN_STEPS, WHOLE, laplace_tables

# A number that no table holds is written as a number of 16 bits, this one for 0.
PLAIN_ZERO = WHOLE // 2


class Order(NamedTuple):
    """The order of a square tile's latents.

    Attributes:
        fronts: Rows and columns of the latents of each front.
        steps: The step that codes each latent, shape (side, side).
        lanes: Its lane, likewise.
    """

    fronts: list[tuple[NDArray[np.int64], NDArray[np.int64]]]
    steps: NDArray[np.int64]
    lanes: NDArray[np.int64]


@cache
def order(side: int) -> Order:
    """Return the order of a tile of `side` rows and columns."""
    fronts = []
    steps = np.zeros((side, side), np.int64)
    lanes = np.zeros((side, side), np.int64)
    first = 0
    for time in range(side + 3 * (side - 1)):
        rows = np.arange(max(0, -((side - 1 - time) // 3)), min(side - 1, time // 3) + 1)
        columns = time - 3 * rows
        number = np.arange(len(rows))
        steps[rows, columns] = first + number // rans.LANES
        lanes[rows, columns] = number % rans.LANES
        first += -(-len(rows) // rans.LANES)
        fronts.append((rows, columns))
    return Order(fronts, steps, lanes)


def encode(
    pyramid: Pyramid, latents: NDArray[np.int64], matrices: Sequence[Matrix], tile: int
) -> list[bytes]:
    """Return the streams of a picture's tiles, row by row.

    Args:
        pyramid: The grids.
        latents: Shape (size,).
        matrices: The rounded matrices of the context model.
        tile: Side of a tile in pixels.
    """
    sums, reaches = laplace_tables()
    grids = split(pyramid, latents)
    parts = []
    for level in reversed(range(len(grids))):
        side = tile // pyramid.grids[level].spacing
        latents_here, inputs = with_inputs(grids, level, side)
        whole, rows = integer_context.predict(matrices, level, inputs)
        numbers = latents_here - whole
        reach = reaches[rows // MEAN_STEPS]
        inside = (numbers >= -reach) & (numbers <= reach + 1)
        symbols = np.where(inside, numbers + reach, 2 * reach + 2)
        starts = sums[rows, symbols]
        widths = sums[rows, symbols + 1] - starts
        plain = np.where(inside, -1, latents_here + PLAIN_ZERO)
        in_tiles = (each.reshape(-1, side, side) for each in (starts, widths, plain))
        parts.append(_in_steps(order(side), *in_tiles))
    starts, widths = (np.concatenate(each) for each in zip(*parts, strict=True))
    return rans.encode(starts, widths)


def decode(
    pyramid: Pyramid, streams: list[bytes], matrices: Sequence[Matrix], tile: int
) -> NDArray[np.int64]:
    """Return the latents of streams, shape (size,)."""
    sums, reaches = laplace_tables()
    decoder = rans.Decoder(streams, sums)
    grids: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * len(pyramid.grids)
    for level in reversed(range(len(grids))):
        grid = pyramid.grids[level]
        side = tile // grid.spacing
        near = integer_context.no_features(grid.height, grid.width)
        if level + 1 < len(grids):
            near = integer_context.features(grids[level + 1])
        tiles = _decode_level(decoder, matrices, level, _tiles(near, side), reaches)
        grids[level] = _from_tiles(tiles, grid.height, grid.width)
    return np.concatenate([grid.ravel() for grid in grids])


def _decode_level(
    decoder: rans.Decoder,
    matrices: Sequence[Matrix],
    level: int,
    near: NDArray[np.float64],
    reaches: NDArray[np.int64],
) -> NDArray[np.int64]:
    count, side = near.shape[1:3]
    width = side + 4
    # Two rows above and two columns at each side are zero, as for the encoder.
    known = np.zeros((count, (side + 2) * width))
    offsets = np.array([row * width + column for row, column in NEIGHBORS])
    for rows, columns in order(side).fronts:
        places = (rows + 2) * width + columns + 2
        neighbors = known[:, places + offsets[:, None]].transpose(1, 0, 2)
        inputs = np.concatenate([neighbors, near[:, :, rows, columns]])
        whole, table = (
            each.reshape(count, -1)
            for each in integer_context.predict(
                matrices, level, inputs.reshape(len(inputs), -1)
            )
        )
        for first in range(0, len(rows), rans.LANES):
            part = slice(first, first + rans.LANES)
            reach = reaches[table[:, part] // MEAN_STEPS]
            symbols = decoder.symbols(table[:, part])
            latents = symbols - reach + whole[:, part]
            far = symbols > 2 * reach + 1
            if far.any():
                latents = np.where(far, decoder.plain(far) - PLAIN_ZERO, latents)
            known[:, places[part]] = latents
    inner = known.reshape(count, side + 2, width)[:, 2:, 2:-2]
    return inner.astype(np.int64)


def with_inputs(
    grids: Sequence[NDArray[np.int64]], level: int, side: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the latents of a level, and what predicts each.

    Args:
        grids: The latents of each grid.
        level: The level.
        side: Side of a tile in nodes.

    Returns:
        Latents, tile after tile, shape (n,), and the inputs of `integer_context.predict`.
    """
    tiles = _tiles(grids[level][None], side)[0]
    padded = np.pad(tiles, ((0, 0), (2, 0), (2, 2))).astype(np.float64)
    neighbors = [
        padded[:, 2 + row : 2 + row + side, 2 + column : 2 + column + side]
        for row, column in NEIGHBORS
    ]
    inputs = np.concatenate([np.stack(neighbors), _tiles(_features(grids, level), side)])
    return tiles.ravel(), inputs.reshape(len(inputs), -1)


def _in_steps(
    order: Order,
    starts: NDArray[np.int64],
    widths: NDArray[np.int64],
    plain: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return parts of WHOLE by step, tile and lane.

    A step with numbers that no table holds is followed by one that writes them plainly.
    """
    tiles = len(starts)
    extra = np.zeros(order.steps.max() + 2, np.int64)
    extra[order.steps[(plain >= 0).any(axis=0)] + 1] = 1
    steps = order.steps + np.cumsum(extra)[order.steps]
    shape = (len(extra) - 1 + extra.sum(), tiles, rans.LANES)
    all_starts, all_widths = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    tile = np.arange(tiles)[:, None, None]
    all_starts[steps, tile, order.lanes] = starts
    all_widths[steps, tile, order.lanes] = widths
    which = np.nonzero(plain >= 0)
    at = (steps[which[1:]] + 1, which[0], order.lanes[which[1:]])
    all_starts[at], all_widths[at] = plain[which], 1
    return all_starts, all_widths


def split(pyramid: Pyramid, latents: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return latents of shape (size,) as one array (height, width) for each grid."""
    ends = np.cumsum([grid.height * grid.width for grid in pyramid.grids])[:-1]
    return [
        part.reshape(grid.height, grid.width)
        for part, grid in zip(np.split(latents, ends), pyramid.grids, strict=True)
    ]


def _features(grids: Sequence[NDArray[np.int64]], level: int) -> NDArray[np.float64]:
    if level + 1 == len(grids):
        return integer_context.no_features(*grids[level].shape)
    return integer_context.features(grids[level + 1])


def _tiles(maps: NDArray[Any], side: int) -> NDArray[Any]:
    """Return maps (n, height, width) as tiles (n, tiles, side, side)."""
    count, height, width = maps.shape
    cut = maps.reshape(count, height // side, side, width // side, side)
    return cut.transpose(0, 1, 3, 2, 4).reshape(count, -1, side, side)


def _from_tiles(tiles: NDArray[np.int64], height: int, width: int) -> NDArray[np.int64]:
    side = tiles.shape[1]
    cut = tiles.reshape(height // side, width // side, side, side)
    return cut.transpose(0, 2, 1, 3).reshape(height, width)
