"""A picture as a continuous function of the point, as programs use it."""

import math
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siren_cli.errors import UsageError
from siren_cli.pictures.arrays import stored_array
from siren_cli.pictures.formats import WRITTEN
from siren_cli.pictures.picture import LOW_BIT_DEPTH
from siren_cli.pictures.writing.writer import picture_file
from siren_cli.rendering.arguments import as_points, as_quantity, as_region, as_size
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE
from siren_cli.rendering.drawing import Drawing, draw
from siren_cli.rendering.geometry import Size, size_of, with_longer_side
from siren_cli.rendering.own_units import in_own_units
from siren_cli.rendering.point_function import PointFunction, function_of
from siren_cli.rendering.view import View, whole
from siren_cli.representation import siren_file
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import Representation
from siren_cli.system.destination import Destination

# Longest side of the picture that a notebook shows, in pixels.
MAX_SHOWN_SIDE = 1024

Values = NDArray[np.float32]


class PictureFunction:
    """A picture as a function of the point: it can be asked anywhere, and drawn at any size.

    X runs to the right and y down, in pixels of the picture: the first pixel covers
    [0, 1] x [0, 1], and its center is (0.5, 0.5). Values are those of the function, about
    in [0, 1], not clipped, and colors are premultiplied with alpha where there is one. Those
    of a floating-point picture are in its own units instead.
    Arrays of gray pictures have no axis for the channel.

    Args:
        representation: The weights, and what is known of the picture.
    """

    def __init__(self, representation: Representation) -> None:
        self.representation = representation

    def __repr__(self) -> str:
        """Return size, channels and quality in a line."""
        facts, psnr = self.representation.header.facts, self.psnr
        return f"<PictureFunction {facts.width}x{facts.height} {facts.color}, {psnr:.2f} dB>"

    @property
    def width(self) -> int:
        """Width of the picture that was fitted, in pixels."""
        return self.representation.header.facts.width

    @property
    def height(self) -> int:
        """Height of the picture that was fitted, in pixels."""
        return self.representation.header.facts.height

    @property
    def channels(self) -> int:
        """Number of channels, alpha included."""
        return self.representation.header.facts.channels

    @property
    def psnr(self) -> float:
        """PSNR at the picture's pixels in dB; infinite for a perfect match."""
        psnr = self.representation.header.psnr
        return math.inf if psnr is None else psnr

    @property
    def weights(self) -> dict[str, Values]:
        """The weights by name, as `docs/api.md` names them."""
        # They are a copy, so that whoever changes them does not change the picture.
        return self.representation.arrays()

    @property
    def cell_classes(self) -> NDArray[np.uint8]:
        """The number of each cell's class, shape (rows, columns).

        Raises:
            UsageError: The picture is a pyramid, which has no cells.
        """
        header = self.representation.header
        if not isinstance(header, MosaicHeader):
            raise UsageError("this picture is a pyramid, which has no cells")
        return header.classes.numbers.reshape(header.grid.y.cells, header.grid.x.cells)

    @property
    def _size(self) -> Size:
        return size_of(self.representation.header.facts)

    @cached_property
    def _evaluated(self) -> PointFunction:
        return function_of(self.representation)

    def __call__(self, x: ArrayLike, y: ArrayLike, *, extrapolate: bool = False) -> Values:
        """Return the values at points.

        Args:
            x: Any array of numbers.
            y: An array of the same shape, or one that can be broadcast with `x`.
            extrapolate: Whether points beyond the picture's edges are allowed.

        Returns:
            Array of the points' shape, and the channels.

        Raises:
            UsageError: The points are no numbers, or outside the picture.
        """
        if self.representation.header.facts.mapping is not None:
            return self._without_channel_axis(self.jets(x, y, extrapolate=extrapolate)[VALUE])
        columns, rows = self._points(x, y, extrapolate=extrapolate)
        flat = self._evaluated.values_at(rows.ravel(), columns.ravel())
        return self._without_channel_axis(flat.reshape(*rows.shape, self.channels))

    def gradient(self, x: ArrayLike, y: ArrayLike, *, extrapolate: bool = False) -> Values:
        """Return the exact gradients at points, per pixel.

        Returns:
            Array of the points' shape, the channels, and two: along x, along y.

        Raises:
            UsageError: As for the values.
        """
        jets = self.jets(x, y, extrapolate=extrapolate)
        along = [self._without_channel_axis(jets[axis]) for axis in (DX, DY)]
        return np.stack(along, axis=-1)

    def laplacian(self, x: ArrayLike, y: ArrayLike, *, extrapolate: bool = False) -> Values:
        """Return the exact Laplacians at points, per square pixel.

        Returns:
            Array of the points' shape, and the channels.

        Raises:
            UsageError: As for the values.
        """
        jets = self.jets(x, y, extrapolate=extrapolate)
        return self._without_channel_axis(jets[LAPLACIAN])

    def render(
        self,
        width: int | None = None,
        height: int | None = None,
        *,
        region: tuple[float, float, float, float] | None = None,
        depth: int | None = None,
        what: str = "image",
    ) -> NDArray[Any]:
        """Return a drawing.

        Args:
            width: Pixels in a row; None follows from the height and the aspect, or is
                that of the region.
            height: Rows of pixels; None follows from the width.
            region: The part that is drawn, as (x, y, width, height); None is the whole.
            depth: 8 for uint8, 16 for uint16, 32 for float32 in [0, 1] or in the units of
                a floating-point picture; None is as the picture that was fitted.
            what: `image`; or `gradient` or `laplacian`, shown in colors.

        Returns:
            Array of shape (rows, columns, channels), colors not premultiplied; or
            (rows, columns) where there is one channel.

        Raises:
            UsageError: An argument makes no sense.
        """
        part = as_region(region, self._size)
        view = View(part, as_size(width, height, part), what=as_quantity(what))
        picture = draw(self.drawing(view))
        return stored_array(picture, depth)

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Save the function as a .siren file.

        Args:
            path: The file.
            force: Whether a file that exists is overwritten.

        Raises:
            OutputError: It could not be written.
            BusyError: Another program is writing it.
        """
        content = siren_file.encode(self.representation)
        Destination(Path(path), force).save_locked(content)

    def _repr_png_(self) -> bytes:
        """Return the picture as notebooks show it."""
        longest = min(MAX_SHOWN_SIDE, max(self.width, self.height))
        shown = with_longer_side(longest, self._size)
        view = whole(self.representation.header.facts, shown)
        return picture_file(draw(self.drawing(view)).source(), WRITTEN["png"], LOW_BIT_DEPTH)

    def drawing(self, view: View, scale: float | None = None) -> Drawing:
        """Return a drawing that is made block by block, for pictures larger than memory."""
        return Drawing(self.representation, view, scale)

    def jets(self, x: ArrayLike, y: ArrayLike, *, extrapolate: bool = False) -> Values:
        """Return the values and derivatives at points, in the picture's own units.

        Returns:
            Array of four, the points' shape, and the channels, even a single one: the
            values, their derivatives along y and x, and their Laplacian.

        Raises:
            UsageError: As for the values.
        """
        pixels = self.pixel_jets(x, y, extrapolate=extrapolate)
        return in_own_units(pixels, self.representation.header.facts)

    def pixel_jets(self, x: ArrayLike, y: ArrayLike, *, extrapolate: bool = False) -> Values:
        """Return jets as of `jets`, but of pixels, which are about in [0, 1] in any units."""
        columns, rows = self._points(x, y, extrapolate=extrapolate)
        flat = self._evaluated.jets_at(rows.ravel(), columns.ravel())
        shaped: Values = flat.reshape(len(flat), *rows.shape, self.channels)
        return shaped

    def _points(
        self, x: ArrayLike, y: ArrayLike, *, extrapolate: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        columns, rows = as_points(x, y)
        inside = (columns >= 0) & (columns <= self.width) & (rows >= 0) & (rows <= self.height)
        if not (extrapolate or inside.all()):
            raise UsageError(
                f"points outside the picture, which is {self.width}x{self.height} "
                "(extrapolate=True allows them)"
            )
        return columns, rows

    def _without_channel_axis(self, values: Values) -> Values:
        return values[..., 0] if self.channels == 1 else values
