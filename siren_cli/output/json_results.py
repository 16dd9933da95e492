"""What the commands return: facts as `--json` prints them."""

from pathlib import Path
from typing import Any

from siren_cli.metrics.psnr import bits_per_pixel
from siren_cli.pictures.picture import PictureFacts
from siren_cli.representation.header import Header

Result = dict[str, Any]


def opening(kind: str, source: Path, *, ok: bool = True) -> Result:
    """Return what every JSON object begins with."""
    return {"schema": 1, "type": kind, "ok": ok, "input": str(source)}


def head(kind: str, source: Path, facts: PictureFacts) -> Result:
    """Return what the result of a picture or its fit begins with."""
    return {
        **opening(kind, source),
        "width": facts.width,
        "height": facts.height,
        "channels": facts.channels,
        "bit_depth": facts.bit_depth,
    }


def smallness(file_bytes: int, facts: PictureFacts) -> Result:
    """Return how small a file is."""
    bpp = bits_per_pixel(file_bytes, facts.width, facts.height)
    return {"bytes": file_bytes, "bpp": round(bpp, 4)}


def quality(header: Header, file_bytes: int) -> Result:
    """Return how small and how good a .siren file is."""
    return {
        **smallness(file_bytes, header.facts),
        "psnr_db": None if header.psnr is None else round(header.psnr, 4),
        "identical": header.psnr is None,
    }
