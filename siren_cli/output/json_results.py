"""The parts of JSON objects that several commands share.

A command prints one object per input, `compare` one per candidate. Null stands for a fact
that is unknown or does not exist. The shared keys and their units:

    schema                   1, the version of these objects
    type                     fit, plan, render, compare, info, query or zoom
    ok                       false if the input failed; then `error` explains it
    input                    path of the input; "-" is stdin
    width, height, channels  of the picture, in pixels and channels
    bit_depth                bits of a stored value, 8 or 16
    bytes                    size of the whole file, in bytes
    bpp                      bits of the whole file per pixel of the picture
    psnr_db                  PSNR in dB; null if the pictures are identical
    identical                whether all stored values of the two pictures are equal
"""

from pathlib import Path
from typing import Any

from siren_cli.metrics.psnr import bits_per_pixel
from siren_cli.pictures.picture import PictureFacts
from siren_cli.representation.header import Header

Result = dict[str, Any]


def opening(kind: str, source: Path, *, ok: bool = True) -> Result:
    """Return the keys with which every JSON object of an input begins."""
    return {"schema": 1, "type": kind, "ok": ok, "input": str(source)}


def head(kind: str, source: Path, facts: PictureFacts) -> Result:
    """Return the keys with which the result of a picture or its fit begins."""
    return {
        **opening(kind, source),
        "width": facts.width,
        "height": facts.height,
        "channels": facts.channels,
        "bit_depth": facts.bit_depth,
    }


def smallness(file_bytes: int, facts: PictureFacts) -> Result:
    """Return the size of a file, in bytes and in bits per pixel of its picture."""
    bpp = bits_per_pixel(file_bytes, facts.width, facts.height)
    return {"bytes": file_bytes, "bpp": round(bpp, 4)}


def quality(header: Header, file_bytes: int) -> Result:
    """Return the size of a .siren file, and how close its picture is to the original."""
    return {
        **smallness(file_bytes, header.facts),
        "psnr_db": None if header.psnr is None else round(header.psnr, 4),
        "identical": header.psnr is None,
    }
