"""The settings of `siren blend`: those of a fit that is taught values and gradients."""

from typing import Any

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.presets import load_preset

# What is taught. `differences` and `keep_pixels` are of a single picture.
TAUGHT = {"by": "value+gradient", "differences": "central", "keep_pixels": 1.0}
# Weights in the place of the usual ones. With them two blends of photographs were 1.5 and 1.7
# dB closer to the direct solution than with gradients of weight 1 and ties of 0.01.
WEIGHTS = {"gradient_weight": 4.0, "tie_weight": 0.1}
# Frequencies of the networks of cells: at the centers of pixels high ones satisfy any
# gradient, and then the colors around a part do not reach its middle. One of these blends was
# 3.3 dB closer to the direct solution than with 30 and 20.
FREQUENCIES = {"first_omega_0": 10.0, "hidden_omega_0": 10.0}


def defaults_of(preset: str) -> dict[str, dict[str, Any]]:
    """Return the settings that replace those of a preset, and that a user may replace.

    Raises:
        UsageError: There is no such preset, or it is that of a pyramid.
    """
    config = load_preset(preset)
    if config.pyramid:
        raise UsageError(f"--preset {preset} makes a pyramid, which cannot be taught gradients")
    supervision = {**TAUGHT, **WEIGHTS}
    if config.network.cell_size == 0:
        return {"supervision": supervision}
    return {"supervision": supervision, "network": dict(FREQUENCIES)}


def check_blending(config: Config) -> None:
    """Check that settings are those of a blend.

    Raises:
        UsageError: One of them is not.
    """
    for key, wanted in TAUGHT.items():
        value = getattr(config.supervision, key)
        if value != wanted:
            raise UsageError(f"supervision.{key}: is {value}, and siren blend needs {wanted}")
