"""What decides how large a pyramid's file is: its quality, or a target."""

from siren_cli.config import Config
from siren_cli.errors import UsageError


def with_quality(config: Config, quality: float | None) -> Config:
    """Return the settings with a quality that was asked for.

    Args:
        config: The settings.
        quality: From 0 to 100; None leaves it to the settings.

    Raises:
        UsageError: It is out of range, or the settings are those of a mosaic.
    """
    if quality is None:
        return config
    if config.pyramid is None:
        raise UsageError(
            "--quality is of pyramids: add --preset compact (a mosaic follows its preset, "
            "--target-psnr or --target-bytes)"
        )
    return config.updated({"pyramid": {"quality": quality}})


def check_one_decides(config: Config, quality: float | None, target_psnr: float | None) -> None:
    """Check that one thing alone decides what the bits of a pyramid are worth.

    Args:
        config: The settings, with their target of bytes.
        quality: The quality that was asked for, or None.
        target_psnr: The goal in dB, or None.

    Raises:
        UsageError: Two would.
    """
    if config.pyramid is None:
        return
    deciding = {
        "--quality": quality is not None,
        "--target-bytes": config.fit.target_bytes > 0,
        "--target-psnr": target_psnr is not None,
    }
    given = [flag for flag, is_given in deciding.items() if is_given]
    if len(given) > 1:
        raise UsageError(
            f"{' and '.join(given)}: exactly one decides how large the file of --preset "
            "compact is"
        )
