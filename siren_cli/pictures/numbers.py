"""Numbers of any range as stored values in [0, 1], with the mapping that brings them back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError
from siren_cli.pictures import value_mapping
from siren_cli.pictures.picture import GRAY_CHANNELS, Stored
from siren_cli.pictures.value_mapping import Scene, ValueMapping


def scene_of(values: NDArray[Any]) -> Scene:
    """Return what numbers are taken to be where the file does not say it.

    Floats beyond [0, 1] in three channels are light, as in HDR. One channel may as well be
    heights or depths.
    """
    is_colored = values.shape[2] not in GRAY_CHANNELS and values.dtype.kind == "f"
    colors = values[..., :3]
    return "light" if is_colored and (colors.min() < 0 or colors.max() > 1) else "numbers"


def mapped(values: NDArray[Any], scene: Scene) -> tuple[Stored, ValueMapping]:
    """Return numbers as float32 in [0, 1], and their mapping, chosen from them.

    Args:
        values: Array of shape (height, width, 1 to 4), its alpha, if any, in [0, 1].
        scene: What they are.

    Raises:
        PictureError: Some are not finite, or the alpha is beyond [0, 1].
    """
    colors = values.shape[2] - (values.shape[2] in (2, 4))
    alpha = values[..., colors:]
    if alpha.size and not (alpha.min() >= 0 and alpha.max() <= 1):
        raise PictureError("its alpha is not in [0, 1]; divide it by its largest value")
    mapping = value_mapping.chosen(values[..., :colors], scene)
    stored = np.empty(values.shape, np.float32)
    stored[..., :colors] = mapping.pixels(values[..., :colors])
    stored[..., colors:] = np.clip(values[..., colors:], 0.0, 1.0)
    return stored, mapping
