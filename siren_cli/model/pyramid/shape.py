"""The grids of a picture, and the tiles into which they are cut."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# Number of grids. Their spacings are 1, 2, 4, ... pixels.
LEVELS = 7
# Features of one grid at a point: its value and its slopes along y and x.
GRID_FEATURES = 3
# Features of a point, grid after grid from the finest.
FEATURES = LEVELS * GRID_FEATURES
# A latent of the finest grid is this many times the number that splines weigh; those of each
# coarser grid twice as many.
GAIN = 2.5
# The largest latent, and the smallest is its negative.
LARGEST_LATENT = (1 << 15) - 1
# Largest side of a tile, and what its sides are multiples of, in pixels.
MAX_TILE_SIDE = 256
TILE_STEP = 1 << (LEVELS - 1)


class GridShape(NamedTuple):
    """A grid of latents.

    Attributes:
        spacing: Distance of its nodes, in pixels.
        height: Its rows.
        width: Its columns.
    """

    spacing: int
    height: int
    width: int

    @property
    def gain(self) -> float:
        """What a weight of the splines is multiplied with to be a latent."""
        return GAIN * self.spacing


class Tile(NamedTuple):
    """A tile: its row and column among the tiles of its picture."""

    row: int
    column: int


class Extent(NamedTuple):
    """Rows and columns of a part of a grid."""

    height: int
    width: int


@dataclass(frozen=True)
class PyramidShape:
    """The grids and tiles of a picture.

    A tile is a rectangle of pixels, with the nodes of every grid that lie in it. Those in the
    last row and column may be smaller.

    Attributes:
        height: Rows of pixels.
        width: Columns of pixels.
    """

    height: int
    width: int

    @cached_property
    def grids(self) -> tuple[GridShape, ...]:
        """The grids, from the finest to the coarsest."""
        return tuple(
            GridShape(spacing, -(-self.height // spacing), -(-self.width // spacing))
            for spacing in (1 << level for level in range(LEVELS))
        )

    @cached_property
    def latents(self) -> int:
        """Number of latents of all grids."""
        return sum(grid.height * grid.width for grid in self.grids)

    @property
    def tile_height(self) -> int:
        """Rows of pixels of a tile."""
        return tile_side(self.height)

    @property
    def tile_width(self) -> int:
        """Columns of pixels of a tile."""
        return tile_side(self.width)

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return -(-self.height // self.tile_height)

    @property
    def columns(self) -> int:
        """Columns of tiles."""
        return -(-self.width // self.tile_width)

    def tiles(self) -> list[Tile]:
        """Return all tiles, row by row."""
        return [Tile(row, column) for row in range(self.rows) for column in range(self.columns)]

    def tile(self, number: int) -> Tile:
        """Return a tile by its number, row by row."""
        return Tile(*divmod(number, self.columns))

    def nodes(self, tile: Tile, level: int) -> tuple[slice, slice]:
        """Return the rows and the columns of a grid that lie in a tile."""
        grid = self.grids[level]
        return (
            _part(tile.row, self.tile_height // grid.spacing, grid.height),
            _part(tile.column, self.tile_width // grid.spacing, grid.width),
        )

    def extents(self, tile: Tile) -> tuple[Extent, ...]:
        """Return how much of every grid lies in a tile."""
        pairs = (self.nodes(tile, level) for level in range(LEVELS))
        return tuple(Extent(y.stop - y.start, x.stop - x.start) for y, x in pairs)


def tile_side(length: int) -> int:
    """Return the side of the tiles of an axis: a multiple of 64, 256 pixels at most.

    Tiles are as even as that allows.
    """
    count = -(-length // MAX_TILE_SIDE)
    steps = -(-length // (count * TILE_STEP))
    return TILE_STEP * steps


def _part(number: int, side: int, length: int) -> slice:
    return slice(number * side, min((number + 1) * side, length))
