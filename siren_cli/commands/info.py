"""`siren info` without the command line: the facts of a .siren file."""

from dataclasses import asdict
from pathlib import Path

from siren_cli.output.json_results import Result, head, parts, quality, quality_setting
from siren_cli.representation import siren_file
from siren_cli.representation.header import Header, MosaicHeader
from siren_cli.system import files


def info(file: Path, *, verify: bool = False) -> Result:
    """Return the facts of a .siren file, as its header has them.

    Args:
        file: The file.
        verify: Whether to read the whole file, too, and check every digest.

    Raises:
        RepresentationError: The file cannot be read.
    """
    with siren_file.opened(file) as opened:
        header = opened.header
        if verify:
            opened.read().check()
    facts = facts_of(file, header, files.file_bytes(file))
    return {**facts, "verified": True} if verify else facts


def facts_of(file: Path, header: Header, file_bytes: int) -> Result:
    """Return the facts of a file with a header.

    Args:
        file: Its path.
        header: The header.
        file_bytes: The size of the file.
    """
    return {
        **head("info", file, header.facts),
        "color": header.facts.color,
        **quality(header, file_bytes),
        "quality": quality_setting(header),
        **parts(header),
        "pixels": header.pixels,
        "activation": header.stored_activation,
        "dtype": header.dtype if isinstance(header, MosaicHeader) else None,
        "parameters": header.parameters,
        "epochs": header.epochs,
        "icc_bytes": header.icc_bytes,
        "color_space": header.color_space or None,
        "resolution": header.resolution,
        "values": None if header.facts.mapping is None else asdict(header.facts.mapping),
        "exif_bytes": header.exif_bytes,
        "xmp_bytes": header.xmp_bytes,
        "tool": header.tool,
        "settings": header.settings,
    }
