"""What the headers of versions 2 and 3 have in common, as JSON, and back."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, get_args

from siren_cli.errors import RepresentationError
from siren_cli.pictures.picture import MAX_ICC_BYTES, MAX_METADATA_BYTES
from siren_cli.representation import header_parser
from siren_cli.representation.header import ColorSpace, Header, PixelKind
from siren_cli.representation.header_parser import METADATA, VALUES
from siren_cli.representation.sealed import dump
from siren_cli.representation.strict_json import Table, loads
from siren_cli.representation.usual_values import completed, shortened

# Decimals of the stored PSNR.
PSNR_DECIMALS = 4


def whole_table(text: bytes, usual: Mapping[str, Any]) -> Table:
    """Return the table that a header's text holds, with its usual values.

    Settings of other programs stay as they are.

    Raises:
        RepresentationError: It is no JSON object.
    """
    values = loads(text, "header")
    is_foreign = values.get("foreign_settings") is True
    return Table(
        completed(values, {**usual, "settings": {}} if is_foreign else usual), "header"
    )


def dumped(table: dict[str, Any], usual: Mapping[str, Any]) -> bytes:
    """Return the text of a table without its usual values, if nothing is lost by that."""
    settings = table["settings"]
    if completed(settings, usual["settings"]) != settings:
        usual = {**usual, "settings": {}}
        table = {**table, "foreign_settings": True}
    return dump(shortened(table, usual)).encode()


def common_facts(table: Table, version: int) -> dict[str, Any]:
    """Return the attributes that every kind of header has, every value checked.

    Args:
        table: The table, with its usual values.
        version: The version that it should be of.

    Raises:
        RepresentationError: It is damaged or foreign.
    """
    header_parser.check_version(table, version)
    picture, result = table.table("picture"), table.table("result")
    required = table.values["requires"]
    if picture.values["color_space"] == "sRGB" and picture.values["icc_bytes"]:
        raise RepresentationError("header.picture has a color_space and a profile, too")
    mapping = header_parser.mapping(picture, required)
    return {
        "facts": replace(header_parser.facts(picture), mapping=mapping),
        "settings": table.table("settings").values,
        "tool": header_parser.tool(table),
        "epochs": result.integer("epochs", 0, 1 << 53),
        "psnr": _optional_number(result, "psnr_db"),
        "icc_bytes": picture.integer("icc_bytes", 0, MAX_ICC_BYTES),
        "pixels": picture.word("pixels", get_args(PixelKind)),
        "tone_mapped_psnr": _optional_number(result, "tone_mapped_psnr_db"),
        "color_space": picture.word("color_space", get_args(ColorSpace)),
        "resolution": header_parser.resolution(picture),
        "exif_bytes": _metadata_bytes(picture, "exif_bytes", required),
        "xmp_bytes": _metadata_bytes(picture, "xmp_bytes", required),
    }


def common_table(header: Header, version: int) -> dict[str, Any]:
    """Return the table of what every kind of header has."""
    facts = header.facts
    return {
        "version": version,
        "requires": _required(header),
        "tool": header.tool,
        "picture": {
            "width": facts.width,
            "height": facts.height,
            "color": facts.color,
            "bit_depth": facts.bit_depth,
            "pixels": header.pixels,
            "icc_bytes": header.icc_bytes,
            "color_space": header.color_space,
            "resolution": header.resolution,
            "values": None if facts.mapping is None else asdict(facts.mapping),
            "exif_bytes": header.exif_bytes,
            "xmp_bytes": header.xmp_bytes,
        },
        "result": {
            "epochs": header.epochs,
            "psnr_db": _rounded(header.psnr),
            "tone_mapped_psnr_db": _rounded(header.tone_mapped_psnr),
        },
        "settings": header.settings,
    }


def _required(header: Header) -> list[str]:
    """Return the features that a reader must know to draw the file as it is meant."""
    has_metadata = header.exif_bytes or header.xmp_bytes
    return [VALUES] * (header.facts.mapping is not None) + [METADATA] * bool(has_metadata)


def _rounded(psnr: float | None) -> float | None:
    return None if psnr is None else round(psnr, PSNR_DECIMALS)


def _optional_number(table: Table, key: str) -> float | None:
    return None if table.values.get(key) is None else table.number(key)


def _metadata_bytes(picture: Table, key: str, required: list[Any]) -> int:
    count = picture.integer(key, 0, MAX_METADATA_BYTES)
    if count and METADATA not in required:
        raise RepresentationError(f"header.picture.{key} and header.requires disagree")
    return count
