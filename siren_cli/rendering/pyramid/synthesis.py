"""The network that makes colors of features."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.activations import ACTIVATIONS, Array
from siren_cli.model.pyramid.networks import SYNTHESIS, Matrix
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.derivatives import VALUE, Jet, activated

# What is added to the network's output: 0 is middle gray.
MIDDLE = np.float32(0.5)
# Number of points whose features stay in a core's cache, layer after layer.
POINTS_PER_CALL = 2048


class Synthesis:
    """The network that makes colors of features.

    Features and colors come first and points last, which is faster for so few of them.

    Args:
        matrices: The matrices of both networks of a pyramid, or of this one alone.

    Attributes:
        channels: Channels of the colors.
    """

    def __init__(self, matrices: Sequence[Matrix]) -> None:
        layers = [np.asarray(each, np.float32) for each in matrices[SYNTHESIS]]
        self._weights = [each[:, :-1] for each in layers]
        self._biases: list[NDArray[np.float32]] = [each[:, -1:] for each in layers]
        self._biases[-1] = self._biases[-1] + MIDDLE
        hidden, self.channels = len(layers[0]), len(layers[-1])
        self._last, self._passing = np.split(self._weights.pop(), [hidden], axis=1)
        self._activation = ACTIVATIONS["sine"]

    def colors(self, features: Pixels) -> Pixels:
        """Return the colors, shape (channels, n), of features of shape (features, n)."""
        count = features.shape[1]
        starts = range(POINTS_PER_CALL, count, POINTS_PER_CALL)
        parts = np.split(features, starts, axis=1)
        return np.concatenate([self._colors(part) for part in parts], axis=1)

    def _colors(self, features: Pixels) -> Pixels:
        hidden: Array = features
        for weight, bias in zip(self._weights, self._biases, strict=False):
            hidden = weight @ hidden
            hidden += bias
            hidden = self._activation.function(hidden)
        colors: Pixels = self._last @ hidden
        colors += self._passing @ features
        colors += self._biases[-1]
        return colors

    def jets(self, features: Jet) -> Jet:
        """Return the jets of the colors, shape (4, channels, n).

        Args:
            features: The jets of the features, shape (4, features, n).
        """
        hidden = features
        for weight, bias in zip(self._weights, self._biases, strict=False):
            hidden = weight @ hidden
            hidden[VALUE] += bias
            hidden = activated(hidden, self._activation)
        jets: Jet = self._last @ hidden + self._passing @ features
        jets[VALUE] += self._biases[-1]
        return jets
