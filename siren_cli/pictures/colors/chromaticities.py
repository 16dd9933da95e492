"""White and primaries of a color space, and the colors that they make (ICC.1:2022)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.colors.icc_tags import ONE

# X, Y and Z of the connection space's white, D50 (section 7.2.16), in fixed point.
WHITE = (0xF6D6, 0x10000, 0xD32D)
# Cones' responses to X, Y and Z (annex E.3).
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
# Deviations of x and y that still count as those of sRGB.
CHROMATICITY_TOLERANCE = 0.001


class Chromaticities(NamedTuple):
    """Where white and the primaries are in the CIE 1931 diagram, each as (x, y)."""

    white: tuple[float, float]
    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]

    @property
    def are_sound(self) -> bool:
        """Whether they make a color space: a white inside of a triangle."""
        # Limits beyond those of any real space keep what follows in range of fixed point.
        points = np.array(self)
        if not (np.abs(points).max() <= 2.0 and self.white[1] >= 0.05):  # noqa: PLR2004
            return False
        if abs(np.linalg.det(_directions(self))) < 1e-3:  # noqa: PLR2004
            return False
        cones = BRADFORD @ _white_xyz(self.white)
        return bool(_shares(self).min() > 0.0 and cones.min() > 0.05)  # noqa: PLR2004

    @property
    def are_srgb(self) -> bool:
        """Whether they are those of sRGB, but for rounding."""
        errors = np.array(self) - np.array(SRGB_CHROMATICITIES)
        return bool(np.abs(errors).max() <= CHROMATICITY_TOLERANCE)

    def luminances(self) -> NDArray[np.float64]:
        """Return the luminances of red, green and blue, whose sum is 1."""
        luminances: NDArray[np.float64] = _directions(self)[1] * _shares(self)
        return luminances

    def colorants(self) -> NDArray[np.float64]:
        """Return X, Y and Z of the primaries, adapted to D50, shape (3 primaries, 3)."""
        own = _directions(self) * _shares(self)
        colorants: NDArray[np.float64] = (adaptation_from(self.white) @ own).T
        return colorants


SRGB_CHROMATICITIES = Chromaticities((0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))


def _directions(chromaticities: Chromaticities) -> NDArray[np.float64]:
    """Return x, y and z of the primaries, a column each."""
    x, y = np.array(chromaticities[1:]).T
    return np.stack([x, y, 1.0 - x - y])


def _shares(chromaticities: Chromaticities) -> NDArray[np.float64]:
    """Return how much of each primary's x, y and z makes white."""
    white = _white_xyz(chromaticities.white)
    return np.linalg.solve(_directions(chromaticities), white).astype(np.float64)


def _white_xyz(white: tuple[float, float]) -> NDArray[np.float64]:
    x, y = white
    return np.array([x / y, 1.0, (1.0 - x - y) / y])


def adaptation_from(white: tuple[float, float]) -> NDArray[np.float64]:
    """Return the matrix that adapts X, Y and Z from a white to D50 (annex E.3)."""
    gains = (BRADFORD @ np.array(WHITE)) / ONE / (BRADFORD @ _white_xyz(white))
    matrix: NDArray[np.float64] = np.linalg.inv(BRADFORD) @ (gains[:, None] * BRADFORD)
    return matrix
