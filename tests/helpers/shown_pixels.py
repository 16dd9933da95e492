"""What 8 bits show of a drawing, as a page shows it: red, green, blue and alpha."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import WHOLE
from siren_cli.pictures.stored_values import stored
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import Region, Size
from siren_cli.rendering.view import Quantity, View
from siren_cli.representation.representation import Representation


class Shown(NamedTuple):
    """A drawing as pages describe it: `step` is the length of its pixels."""

    x: float
    y: float
    step: float
    what: Quantity = Quantity.IMAGE
    exposure: float = 0.0
    scale: float | None = None


def shown_pixels(function: Representation, shown: Shown, size: Size) -> NDArray[Any]:
    """Return the pixels of a drawing by NumPy, shape (height, width, 4), integers."""
    region = Region(shown.x, shown.y, size.width * shown.step, size.height * shown.step)
    # A derivative is brightened by a smaller scale.
    scale = shown.scale and shown.scale / 2**shown.exposure
    drawing = Drawing(function, View(region, size, what=shown.what), scale)
    held = stored(drawing.source(), 8, shown.exposure, as_light=False)
    values = held.block(WHOLE, WHOLE).astype(int)
    channels = values.shape[2]
    colors = values[..., :3] if channels > 2 else values[..., [0, 0, 0]]
    alpha = values[..., -1:] if channels in (2, 4) else np.full_like(values[..., :1], 255)
    return np.concatenate([colors, alpha], axis=2)
