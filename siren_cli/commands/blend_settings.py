"""The settings of `siren blend`: those of a fit that is taught values and gradients."""

from siren_cli.config import Config
from siren_cli.errors import UsageError

# What a blend is taught, as flags of a fit would say it.
FLAGS = {"by": "value+gradient"}
# Settings of what is taught that only a fit has.
FIXED = {**FLAGS, "differences": "central", "keep_pixels": 1.0}


def check_blending(config: Config) -> None:
    """Check that settings are those of a blend.

    Raises:
        UsageError: One of them is not.
    """
    for key, wanted in FIXED.items():
        value = getattr(config.supervision, key)
        if value != wanted:
            raise UsageError(f"supervision.{key}: is {value}, and siren blend needs {wanted}")
