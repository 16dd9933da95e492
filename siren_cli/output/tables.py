"""Tables on stdout: drawn by Rich on a terminal, else plain, aligned lines."""

import os
import sys
from collections.abc import Sequence

from siren_cli.output.options import OutputOptions
from siren_cli.output.terminal import print_result, printable

# Least width of the last column on a terminal, in characters.
LAST_COLUMN_WIDTH = 24
# Space that Rich puts between two columns, in characters.
COLUMN_GAP = 3

Table = Sequence[Sequence[str]]


def print_table(table: Table, options: OutputOptions, droppable: Sequence[str] = ()) -> None:
    """Print a table to stdout.

    Args:
        table: A row of headings, then the other rows. All columns but the last are
            aligned to the right.
        options: Whether colors are used.
        droppable: Headings of columns that a narrow terminal leaves out, in this order.
    """
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _print_by_rich([[printable(cell) for cell in row] for row in table], options, droppable)
        return
    widths = _widths(table)[:-1]
    for *cells, last in table:
        aligned = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        print_result("  ".join([*aligned, last]))


def _print_by_rich(table: Table, options: OutputOptions, droppable: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as RichTable

    console = Console(no_color=not options.color or bool(os.environ.get("NO_COLOR")))
    headings, *rows = _narrowed(table, console.width, droppable)
    rich_table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings[:-1]:
        rich_table.add_column(heading, justify="right", no_wrap=True)
    rich_table.add_column(headings[-1], overflow="fold")
    for row in rows:
        rich_table.add_row(*map(escape, row))
    console.print(rich_table)


def _narrowed(table: Table, width: int, droppable: Sequence[str]) -> Table:
    """Return a table without the columns that a terminal of that width has no room for."""
    for heading in droppable:
        used = sum(_widths(table)[:-1]) + LAST_COLUMN_WIDTH + COLUMN_GAP * len(table[0])
        if used <= width:
            break
        if heading in table[0]:
            dropped = table[0].index(heading)
            table = [[*row[:dropped], *row[dropped + 1 :]] for row in table]
    return table


def _widths(table: Table) -> list[int]:
    """Return the length of the longest cell of each column, in characters."""
    return [max(map(len, column)) for column in zip(*table, strict=True)]
