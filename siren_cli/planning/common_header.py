"""What the headers of all kinds of fits say of the picture and of the fit."""

from importlib.metadata import version
from typing import Any

from siren_cli.config import Config
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pictures.stream import PixelSource


def common_facts(picture: PixelSource, config: Config) -> dict[str, Any]:
    """Return the values of `representation.header.Header` before a fit, by name.

    Args:
        picture: The picture.
        config: The settings.
    """
    is_srgb = picture.icc_profile in (SRGB, SRGB_GRAY)
    changes = {"picture": dict(picture.changes)} if picture.changes else {}
    return {
        "facts": picture.facts,
        "settings": {**config.table(), **changes},
        "tool": version("siren-cli"),
        "epochs": config.fit.epochs,
        "psnr": None,
        "icc_bytes": 0 if is_srgb else len(picture.icc_profile or b""),
        "color_space": "sRGB" if is_srgb else "",
        "resolution": picture.metadata.resolution,
        "exif_bytes": len(picture.metadata.exif),
        "xmp_bytes": len(picture.metadata.xmp),
    }
