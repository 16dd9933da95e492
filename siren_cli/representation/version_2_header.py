"""The header of version 2, as JSON: its table, which leaves out what is usual, and back."""

from collections.abc import Callable
from typing import Any, get_args

from siren_cli.config import StoredType
from siren_cli.errors import RepresentationError
from siren_cli.function_names import Function
from siren_cli.model.cell_classes import MAX_CLASSES, CellClasses
from siren_cli.model.grid import Axis, Grid
from siren_cli.pictures.picture import PictureFacts
from siren_cli.representation import common_tables, header_parser
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.strict_json import Table
from siren_cli.representation.usual_values import USUAL

VERSION = 2

# Returns the next bytes of a file, as many as it is asked for.
Take = Callable[[int], bytes]


def dumped(header: MosaicHeader) -> bytes:
    """Return the text of a header, without its usual values."""
    return common_tables.dumped(_table(header), USUAL)


def parsed(text: bytes, file_bytes: int, take: Take) -> MosaicHeader:
    """Return the header that a text holds, every value checked.

    Args:
        text: The JSON.
        file_bytes: Size of the whole file.
        take: Returns the next bytes of the file, for the classes of the cells follow the text.

    Raises:
        RepresentationError: It is damaged or foreign.
    """
    table = common_tables.whole_table(text, USUAL)
    common = common_tables.common_facts(table, VERSION)
    facts, network = common["facts"], table.table("network")
    grid = _grid(table.table("grid"), facts)
    header_parser.check_cells(grid.cells, file_bytes)
    function = header_parser.function(network)
    sizes = _class_sizes(network, function, facts.channels)
    return MosaicHeader(
        **common,
        grid=grid,
        classes=CellClasses(sizes, _of_cells(grid.cells, len(sizes), take)),
        dtype=network.word("dtype", get_args(StoredType)),
        activation=function.activation,
        encoding=function.encoding,
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


def _table(header: MosaicHeader) -> dict[str, Any]:
    grid = header.grid
    return {
        **common_tables.common_table(header, VERSION),
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
