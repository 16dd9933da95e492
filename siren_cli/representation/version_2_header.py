"""The header of version 2, as JSON: its table, which leaves out what is usual, and back."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, get_args

from siren_cli.config import StoredType
from siren_cli.errors import RepresentationError
from siren_cli.function_names import Function
from siren_cli.model.cell_classes import MAX_CLASSES, CellClasses
from siren_cli.model.grid import Axis, Grid
from siren_cli.pictures.picture import MAX_ICC_BYTES, MAX_METADATA_BYTES, PictureFacts
from siren_cli.representation import header_parser
from siren_cli.representation.header import ColorSpace, MosaicHeader, PixelKind
from siren_cli.representation.header_parser import METADATA, VALUES
from siren_cli.representation.sealed import dump
from siren_cli.representation.strict_json import Table, loads
from siren_cli.representation.usual_values import USUAL, completed, shortened

VERSION = 2
# Decimals of the stored PSNR.
PSNR_DECIMALS = 4

# Returns the next bytes of a file, as many as it is asked for.
Take = Callable[[int], bytes]


def dumped(header: MosaicHeader) -> bytes:
    """Return the text of a header, without its usual values."""
    return dump(_short_table(header)).encode()


def parsed(text: bytes, file_bytes: int, take: Take) -> MosaicHeader:
    """Return the header that a text holds, every value checked.

    Args:
        text: The JSON.
        file_bytes: Size of the whole file.
        take: Returns the next bytes of the file, for the classes of the cells follow the text.

    Raises:
        RepresentationError: It is damaged or foreign.
    """
    table = Table(_whole_table(loads(text, "header")), "header")
    header_parser.check_version(table, VERSION)
    picture, network = table.table("picture"), table.table("network")
    result = table.table("result")
    required = table.values["requires"]
    if picture.values["color_space"] == "sRGB" and picture.values["icc_bytes"]:
        raise RepresentationError("header.picture has a color_space and a profile, too")
    mapping = header_parser.mapping(picture, required)
    facts = replace(header_parser.facts(picture), mapping=mapping)
    grid = _grid(table.table("grid"), facts)
    header_parser.check_cells(grid.cells, file_bytes)
    function = header_parser.function(network)
    sizes = _class_sizes(network, function, facts.channels)
    return MosaicHeader(
        facts=facts,
        grid=grid,
        classes=CellClasses(sizes, _of_cells(grid.cells, len(sizes), take)),
        dtype=network.word("dtype", get_args(StoredType)),
        settings=table.table("settings").values,
        tool=header_parser.tool(table),
        epochs=result.integer("epochs", 0, 1 << 53),
        psnr=_optional_number(result, "psnr_db"),
        icc_bytes=picture.integer("icc_bytes", 0, MAX_ICC_BYTES),
        activation=function.activation,
        encoding=function.encoding,
        pixels=picture.word("pixels", get_args(PixelKind)),
        tone_mapped_psnr=_optional_number(result, "tone_mapped_psnr_db"),
        color_space=picture.word("color_space", get_args(ColorSpace)),
        resolution=header_parser.resolution(picture),
        exif_bytes=_metadata_bytes(picture, "exif_bytes", required),
        xmp_bytes=_metadata_bytes(picture, "xmp_bytes", required),
    )


def _class_sizes(
    network: Table, function: Function, channels: int
) -> tuple[tuple[int, ...], ...]:
    """Return the widths of each class's layers."""
    found = network.take("classes", list, "a list")
    if not 1 <= len(found) <= MAX_CLASSES or any(type(each) is not list for each in found):
        raise RepresentationError(
            f"header.network.classes is not 1 to {MAX_CLASSES} lists of widths"
        )
    sizes = tuple(
        header_parser.layer_sizes(each, function, channels, "classes") for each in found
    )
    if len({(len(each), each[0]) for each in sizes}) > 1:
        raise RepresentationError("header.network.classes differ in more than widths")
    return sizes


def _of_cells(cells: int, classes: int, take: Take) -> bytes:
    """Return the class of each cell, which is in the file if there are several."""
    of_cells = take(cells) if classes > 1 else bytes(cells)
    if max(of_cells) >= classes:
        raise RepresentationError(f"a cell is of class {max(of_cells)}, which is not there")
    return of_cells


def _whole_table(values: dict[str, Any]) -> dict[str, Any]:
    """Return a header with all values; settings of other programs stay as they are."""
    is_foreign = values.get("foreign_settings") is True
    usual = {**USUAL, "settings": {}} if is_foreign else USUAL
    return completed(values, usual)


def _short_table(header: MosaicHeader) -> dict[str, Any]:
    """Return a header without its usual values, if nothing is lost by that."""
    table, usual = _table(header), USUAL
    if completed(header.settings, USUAL["settings"]) != header.settings:
        usual = {**USUAL, "settings": {}}
        table["foreign_settings"] = True
    return shortened(table, usual)


def _required(header: MosaicHeader) -> list[str]:
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


def _table(header: MosaicHeader) -> dict[str, Any]:
    facts, grid = header.facts, header.grid
    return {
        "version": VERSION,
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
        "grid": {
            **({"cell_height": grid.y.cell_size} if grid.y.cells > 1 else {}),
            **({"cell_width": grid.x.cell_size} if grid.x.cells > 1 else {}),
            "margin_y": grid.y.margin,
            "margin_x": grid.x.margin,
        },
        "network": {
            "classes": header.classes.layer_sizes,
            "activation": header.stored_activation,
            "dtype": header.dtype,
        },
        "result": {
            "epochs": header.epochs,
            "psnr_db": _rounded(header.psnr),
            "tone_mapped_psnr_db": _rounded(header.tone_mapped_psnr),
        },
        "settings": header.settings,
    }


def _grid(table: Table, facts: PictureFacts) -> Grid:
    return Grid(
        _axis(table, "cell_height", "margin_y", facts.height),
        _axis(table, "cell_width", "margin_x", facts.width),
    )


def _axis(table: Table, size_key: str, margin_key: str, length: int) -> Axis:
    # A single cell is as large as the picture.
    size = table.integer(size_key, 1, length) if size_key in table.values else length
    cells = -(-length // size)
    margin = table.integer(margin_key, 0, size // 4 if cells > 1 else 0)
    return Axis(length, cells, size, margin)
