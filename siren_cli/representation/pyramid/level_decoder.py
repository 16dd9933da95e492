"""The latents of one grid of some tiles, read from front to front."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import CONTEXT_INPUTS, NEIGHBORS, Matrix
from siren_cli.model.pyramid.shape import GRID_FEATURES, Extent
from siren_cli.representation.pyramid.fronts import BORDER, Front, fronts
from siren_cli.representation.pyramid.integer_context import LARGEST_INPUT, ContextModel, Floats
from siren_cli.representation.pyramid.rans import LANES, Decoder
from siren_cli.representation.pyramid.tables import CERTAIN

# Rows of inputs: neighbors two rows above, one row above, and before; features.
ABOVE_2, ABOVE, BEFORE, NEAR = (
    slice(0, 5),
    slice(5, 10),
    slice(10, len(NEIGHBORS)),
    slice(len(NEIGHBORS), CONTEXT_INPUTS),
)


def decode_level(
    decoder: Decoder,
    context: Sequence[Matrix],
    level: int,
    near: Floats,
    outside: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return the latents of a grid, shape (height, width, tiles).

    Args:
        decoder: The streams of the tiles, at the beginning of this grid.
        context: The rounded matrices of the context model.
        level: The level of the grid.
        near: Features of the next coarser grid, shape (GRID_FEATURES, height, width, tiles).
        outside: Which places are beyond their tile, shape (height, width, tiles).
    """
    return _LevelDecoder(decoder, context, level, near, outside).decode()


class _LevelDecoder:
    def __init__(
        self,
        decoder: Decoder,
        context: Sequence[Matrix],
        level: int,
        near: Floats,
        outside: NDArray[np.bool_],
    ) -> None:
        height, width, tiles = outside.shape
        stride = width + 2 * BORDER
        self._fronts = fronts(Extent(height, width))
        self._tiles, self._shape = tiles, (height, stride, tiles)
        self._decoder = decoder
        most = max(front.rows for front in self._fronts)
        self._model = ContextModel(context, level, most * tiles)
        self._near = np.zeros((GRID_FEATURES, height, stride, tiles), np.float32)
        self._near[:, :, :width] = near
        self._near = self._near.reshape(GRID_FEATURES, -1, tiles)
        self._outside = None
        if outside.any():
            self._outside = np.zeros(self._shape, np.bool_)
            self._outside[:, :width] = outside
            self._outside = self._outside.reshape(-1, tiles)
        # Two rows above and two columns at each side are zero.
        known = np.zeros(((height + BORDER) * stride, tiles))
        self._known = known[BORDER * stride + BORDER :]
        self._above_2 = _windows(known, 2 * BORDER + 1)
        self._above = _windows(known[stride:], 2 * BORDER + 1)
        self._before = _windows(known[BORDER * stride :], BORDER)
        self._latents = np.zeros((height * stride, tiles), np.int64)

    def decode(self) -> NDArray[np.int64]:
        """Return the latents."""
        for front in self._fronts:
            self._decode_front(front)
        width = self._shape[1] - 2 * BORDER
        return self._latents.reshape(self._shape)[:, :width]

    def _decode_front(self, front: Front) -> None:
        places, lane = front.places, front.first_row % LANES
        count = front.rows * self._tiles
        inputs = self._model.inputs[:, :count].reshape(CONTEXT_INPUTS, front.rows, self._tiles)
        inputs[ABOVE_2] = self._above_2[:, places]
        inputs[ABOVE] = self._above[:, places]
        inputs[BEFORE] = self._before[:, places]
        inputs[NEAR] = self._near[:, places]
        whole, rows = self._model.predict(count)
        if self._outside is not None:
            beyond = self._outside[places].reshape(-1)
            rows[beyond], whole[beyond] = CERTAIN, 0
        numbers = self._decoder.numbers(rows, whole, lane)
        latents = numbers.reshape(front.rows, self._tiles)
        self._latents[places] = latents
        self._known[places] = np.maximum(np.minimum(latents, LARGEST_INPUT), -LARGEST_INPUT)


def _windows(known: Floats, count: int) -> Floats:
    """Return a view of shape (count, places, tiles): those of each place and behind it."""
    places, tiles = known.shape
    across, along = known.strides
    return np.lib.stride_tricks.as_strided(
        known, (count, places - count + 1, tiles), (across, across, along), writeable=False
    )
