"""The settings of `siren blend`: those of `siren fit`, for functions with right derivatives."""

from typing import Any

from siren_cli.config import Config
from siren_cli.errors import UsageError

# Settings without which nothing is blended.
NEEDED: dict[str, dict[str, Any]] = {
    "fit": {"area_share": 0.0},
    "supervision": {"by": "value+gradient", "differences": "central", "keep_pixels": 1.0},
}
# Frequencies that are low enough for derivatives, in cells: at the centers of pixels alone
# high ones satisfy any derivative, and are wrong between them.
OMEGA_0 = 10.0


def for_blending(preset: Config) -> Config:
    """Return a preset with what blending needs, over which a user's settings are laid.

    Raises:
        UsageError: It is that of a pyramid.
    """
    if preset.pyramid:
        raise UsageError("--preset compact makes a pyramid, which cannot be taught gradients")
    config = preset.updated(NEEDED)
    if config.network.cell_size == 0:
        return config
    return config.updated({"network": {"first_omega_0": OMEGA_0, "hidden_omega_0": OMEGA_0}})


def check_blending(config: Config) -> None:
    """Check that settings are those of a blend.

    Raises:
        UsageError: One of them is not.
    """
    for name, table in NEEDED.items():
        for key, wanted in table.items():
            value = getattr(getattr(config, name), key)
            if value != wanted:
                raise UsageError(f"{name}.{key}: is {value}, and siren blend needs {wanted}")
