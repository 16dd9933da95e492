"""The bytes of the unfinished fit of a pyramid: a sealed container, as that of a mosaic."""

import numpy as np

from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.planning.state_table import MAX_STEPS, beginning, opened
from siren_cli.representation import sealed

# Most bytes of a state besides what it has for each latent.
OTHER_BYTES = 8 << 20
# Most bytes of a state for a latent: sixteen numbers, of four bytes each.
LATENT_BYTES = 64
# Bytes of a state that a fit writes: three numbers of four bytes for a latent, and networks.
WRITTEN_LATENT_BYTES = 12
WRITTEN_OTHER_BYTES = 1 << 20
# Types of the arrays of a state.
DTYPES = (np.float32, np.float64)


def encode(state: PyramidState, fingerprint: str) -> bytes:
    """Return the bytes of the file of a fit with a fingerprint."""
    table = {**beginning(fingerprint), "done": state.done}
    return sealed.encode(state.arrays, table, sorted(state.arrays))


def decode(content: bytes, fingerprint: str) -> PyramidState:
    """Return the state in a file, checked.

    Raises:
        RepresentationError: The file belongs to another fit, or is damaged.
        ValueError: Its digest is right, and yet an array holds what no fit has.
    """
    table, envelope, rest = opened(content, fingerprint)
    done = table.integer("done", 0, MAX_STEPS)
    arrays = sealed.decode(envelope, rest)
    for array in arrays.values():
        if array.dtype not in DTYPES or not np.isfinite(array).all():
            raise ValueError("an array has other numbers than it should")
    return PyramidState(done, arrays)


def written_bytes(shape: PyramidShape) -> int:
    """Return about the bytes of the state of a picture, as a fit writes it."""
    return WRITTEN_OTHER_BYTES + WRITTEN_LATENT_BYTES * shape.latents


def most_bytes(shape: PyramidShape) -> int:
    """Return the most bytes that the state of a picture takes."""
    return OTHER_BYTES + LATENT_BYTES * shape.latents
