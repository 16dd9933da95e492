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

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from siren_cli.errors import OutputError, UsageError
from siren_cli.metrics.psnr import bits_per_pixel
from siren_cli.output.text import size
from siren_cli.pictures.picture import PictureFacts
from siren_cli.representation.header import Header
from siren_cli.system import files

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


def check_output(source: Path, output: Path, *, force: bool) -> None:
    """Check that a result may be written.

    Raises:
        UsageError: It would replace its own source.
        OutputError: It cannot be written, or is there already.
    """
    files.check_name(output)
    same = False
    with suppress(OSError):  # either is missing
        same = output.samefile(source)
    if same:
        raise UsageError(f"{output}: would overwrite its own source (-o names another file)")
    files.check_target(output, force=force)


def check_room(output: Path, count: int) -> None:
    """Check that the disk has room for about so many bytes.

    Raises:
        OutputError: It has not.
    """
    if output == files.STDOUT or files.is_stream(output):
        return
    try:
        # A link is followed; what is written lies beside its target at first.
        disk = shutil.disk_usage(output.resolve().parent)
    except OSError:
        return  # a folder that is still to be made
    # File systems that count nothing say that they have nothing.
    if disk.total and count > disk.free:
        raise OutputError(
            f"{output}: about {size(count)} are needed, and {size(disk.free)} are free on "
            "its disk (-o names another file)"
        )
