"""The columns of a comparison's tables: on a terminal, as CSV and on the HTML page.

A row is the JSON object of a candidate, as `measurement` makes it.
"""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from siren_cli.function_names import SINE

Row = Mapping[str, Any]


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        key: Key of the fact that it shows.
        heading: Its heading.
        decimals: Digits behind the point of its numbers; None if it holds text.
        unit: Unit of its numbers, if they have one.
        best: Finds the best of its numbers, if one number is better than another.
    """

    key: str
    heading: str
    decimals: int | None = None
    unit: str = ""
    best: Callable[[Iterable[float]], float] | None = None


COLUMNS = (
    Column("name", "file"),
    Column("kind", "kind"),
    Column("bytes", "bytes", 0),
    Column("bpp", "bpp", 2),
    Column("psnr_db", "PSNR", 2, "dB", best=max),
    Column("tone_mapped_psnr_db", "tone-mapped", 2, "dB", best=max),
    Column("gradient_psnr_db", "gradient", 2, "dB", best=max),
    Column("laplacian_psnr_db", "Laplacian", 2, "dB", best=max),
    Column("ssim", "SSIM", 4, best=max),
    Column("ms_ssim", "MS-SSIM", 4, best=max),
    Column("max_error", "max error", 0, best=min),
    Column("parameters", "parameters", 0),
    Column("settings", "settings"),
    Column("render_seconds", "render", 2, "s"),
    Column("fit_seconds", "fit", 1, "s"),
)
# Headings of the columns that a narrow terminal leaves out, in this order.
DROPPABLE = ("parameters", "max error", "render", "MS-SSIM", "fit", "bpp")
# Facts that share the column of settings, because few rows have each of them.
SETTINGS_KEYS = ("preset", "activation", "settings")


def fact(row: Row, column: Column) -> Any:
    """Return what a row has in a column, or None; identical pictures have infinite PSNR."""
    value = row.get(column.key)
    if value is None and column.key == "psnr_db" and row.get("identical"):
        return math.inf
    if column.key == "settings":
        return ", ".join(row[key] for key in SETTINGS_KEYS if row.get(key)) or None
    return value


def fact_text(value: Any, column: Column, *, thousands: str = "") -> str:
    """Return a fact as people read it, without its unit.

    Args:
        value: The fact, from `fact`.
        column: Its column.
        thousands: Separator of groups of three digits: "," or nothing.
    """
    if value is None:
        return ""
    if value == math.inf:
        return "identical"
    if column.decimals is None:
        return str(value)
    return f"{value:{thousands}.{column.decimals}f}"


def text_table(rows: Sequence[Row]) -> list[list[str]]:
    """Return a table for a terminal: headings, then rows.

    Columns in which no row has anything are left out. Names and settings share the last.
    """
    columns = [
        column
        for column in COLUMNS
        if column.decimals is not None and any(fact(row, column) is not None for row in rows)
    ]
    headings = [*(column.heading for column in columns), "candidate"]
    return [
        headings,
        *([*(_cell(row, column) for column in columns), _described(row)] for row in rows),
    ]


def _cell(row: Row, column: Column) -> str:
    value = fact(row, column)
    text = fact_text(value, column)
    has_unit = column.unit and value not in (None, math.inf)
    return f"{text} {column.unit}" if has_unit else text


def _described(row: Row) -> str:
    """Return a candidate's name, and how it was made as far as the name does not say it."""
    if row["kind"] == "siren":
        made = [name for name in (row["preset"], row["activation"]) if name not in (None, SINE)]
        settings = ", ".join(made)
    elif row["kind"] == "original":
        settings = "the original"
    else:
        settings = row["settings"]
    return f"{row['name']} ({settings})" if settings else row["name"]


def csv_lines(rows: Sequence[Row]) -> list[str]:
    """Return all facts that are numbers or text as lines of CSV: keys, then rows."""
    keys = [key for key, value in rows[0].items() if not isinstance(value, list)]
    content = io.StringIO()
    writer = csv.DictWriter(content, keys, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return content.getvalue().rstrip("\n").split("\n")
