"""Values and derivatives of the function in the units of the picture's own values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.value_mapping import LEAST_ALPHA, ValueMapping
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE


def in_own_units(jets: NDArray[Any], facts: PictureFacts) -> NDArray[Any]:
    """Return jets of pixels as those of the values that the pixels mean.

    Args:
        jets: Array of shape (4, ..., channels), as of `derivatives.jets`; colors
            premultiplied.
        facts: The picture's channels, and what its pixels mean.

    Returns:
        Array of the same shape; colors premultiplied. Without a mapping it is `jets`.
    """
    mapping = facts.mapping
    if mapping is None:
        return jets
    if not facts.has_alpha:
        return _mapped(jets.astype(np.float64), mapping).astype(np.float32)
    premultiplied, alpha = jets[..., :-1].astype(np.float64), jets[..., -1:].astype(np.float64)
    opacity = alpha.copy()
    np.clip(alpha[VALUE], 0.0, 1.0, out=opacity[VALUE])
    plain = _mapped(_quotient(premultiplied, opacity), mapping)
    return np.concatenate([_product(plain, opacity), alpha], axis=-1).astype(np.float32)


def _mapped(jets: NDArray[Any], mapping: ValueMapping) -> NDArray[Any]:
    """Return the jets of g(f), by the chain rule: (g(f))'' = g'(f) f'' + g''(f) f'^2."""
    pixels = np.clip(jets[VALUE], 0.0, 1.0)
    first, second = mapping.slopes(pixels)
    mapped = np.empty_like(jets)
    mapped[VALUE] = mapping.values(pixels)
    mapped[DX], mapped[DY] = first * jets[DX], first * jets[DY]
    steepness = np.square(jets[DX]) + np.square(jets[DY])
    mapped[LAPLACIAN] = first * jets[LAPLACIAN] + second * steepness
    return mapped


def _product(f: NDArray[Any], g: NDArray[Any]) -> NDArray[Any]:
    """Return the jets of f g."""
    result = np.empty(np.broadcast_shapes(f.shape, g.shape))
    result[VALUE] = f[VALUE] * g[VALUE]
    for axis in (DX, DY):
        result[axis] = f[axis] * g[VALUE] + f[VALUE] * g[axis]
    slopes = f[DX] * g[DX] + f[DY] * g[DY]
    result[LAPLACIAN] = f[LAPLACIAN] * g[VALUE] + 2 * slopes + f[VALUE] * g[LAPLACIAN]
    return result


def _quotient(f: NDArray[Any], g: NDArray[Any]) -> NDArray[Any]:
    """Return the jets of f / g."""
    below = np.maximum(g[VALUE], LEAST_ALPHA)
    result = np.empty(np.broadcast_shapes(f.shape, g.shape))
    result[VALUE] = f[VALUE] / below
    for axis in (DX, DY):
        result[axis] = (f[axis] - result[VALUE] * g[axis]) / below
    slopes = result[DX] * g[DX] + result[DY] * g[DY]
    result[LAPLACIAN] = (f[LAPLACIAN] - 2 * slopes - result[VALUE] * g[LAPLACIAN]) / below
    return result
