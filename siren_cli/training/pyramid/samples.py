"""Inputs of both networks at some points and nodes, in NumPy."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import NEIGHBORS
from siren_cli.model.pyramid.shape import GRID_FEATURES, LEVELS, PyramidShape
from siren_cli.model.pyramid.splines import MARGIN, places, slope_spline, spline

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
# Rows and columns that a value or slope may read of a grid, first and last of every point.
Bounds = tuple[tuple[Places, Places], tuple[Places, Places]]


def features_at(grid: Floats, spacing: int, points: Sequence[Floats], bounds: Bounds) -> Floats:
    """Return value and slopes of a grid at points, shape (GRID_FEATURES, points).

    Args:
        grid: Weights of the splines.
        spacing: Distance of the nodes.
        points: Their positions along y and x.
        bounds: The nodes that each point reads; the last ones repeat beyond.
    """
    nodes, values, slopes = [], [], []
    for position, (first, last) in zip(points, bounds, strict=True):
        place = places(position, spacing)
        around = np.floor(place).astype(np.int64)[:, None] + np.arange(1 - MARGIN, MARGIN + 1)
        nodes.append(np.clip(around, first[:, None], last[:, None]))
        values.append(spline(place[:, None] - around))
        slopes.append(slope_spline(place[:, None] - around))
    window = grid[nodes[0][:, :, None], nodes[1][:, None, :]]
    pairs = [(values[0], values[1]), (slopes[0], values[1]), (values[0], slopes[1])]
    return np.stack([np.einsum("nyx,ny,nx->n", window, y, x) for y, x in pairs])


def synthesis_inputs(
    shape: PyramidShape, grids: Sequence[NDArray[np.int64]], chosen: Places
) -> Floats:
    """Return the features of pixels, given by their numbers, shape (FEATURES, pixels)."""
    points = [each + 0.5 for each in np.divmod(chosen, shape.width)]
    nothing = np.zeros(len(chosen), np.int64)
    found = []
    for grid, latents in zip(shape.grids, grids, strict=True):
        ends = [nothing + side - 1 for side in latents.shape]
        bounds = ((nothing, ends[0]), (nothing, ends[1]))
        weights = latents / grid.gain
        found.append(features_at(weights, grid.spacing, points, bounds))
    return np.concatenate(found)


def context_inputs(
    shape: PyramidShape, grids: Sequence[NDArray[np.int64]], level: int, chosen: Places
) -> Floats:
    """Return what predicts latents of a grid, given by their numbers: (inputs, latents)."""
    grid = shape.grids[level]
    nodes = np.divmod(chosen, grid.width)
    sides = (shape.tile_height // grid.spacing, shape.tile_width // grid.spacing)
    tiles = [each // side for each, side in zip(nodes, sides, strict=True)]
    inputs = []
    for shift in NEIGHBORS:
        places_ = [each + by for each, by in zip(nodes, shift, strict=True)]
        inside = np.ones(len(chosen), bool)
        for axis, place in enumerate(places_):
            inside &= (place >= 0) & (place < grids[level].shape[axis])
            inside &= place // sides[axis] == tiles[axis]
        y, x = (np.where(inside, place, 0) for place in places_)
        inputs.append(np.where(inside, grids[level][y, x], 0))
    if level + 1 == LEVELS:
        return np.concatenate([inputs, np.zeros((GRID_FEATURES, len(chosen)))])
    coarser, spacing = grids[level + 1].astype(np.float64), shape.grids[level + 1].spacing
    firsts = [tile * (side // 2) for tile, side in zip(tiles, sides, strict=True)]
    lasts = [
        np.minimum(first + side // 2, length) - 1
        for first, side, length in zip(firsts, sides, coarser.shape, strict=True)
    ]
    points = [(each + 0.5) * grid.spacing for each in nodes]
    bounds = ((firsts[0], lasts[0]), (firsts[1], lasts[1]))
    return np.concatenate([inputs, features_at(coarser, spacing, points, bounds)])
