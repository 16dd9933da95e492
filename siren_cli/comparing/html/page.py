"""A comparison as one HTML page that needs no network: a table, pictures, figures.

`page.html` is the page around them. All it shows is in it; its script only
moves what is there, so that no text of ours ever becomes code.
"""

import html
import json
import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any, NamedTuple


class Column(NamedTuple):
    """A column of the table.

    Attributes:
        key: Of the fact that it shows.
        heading: What is above it.
        form: How Python formats its numbers; a column of text has none.
        best: Which of its numbers is best, if one is.
    """

    key: str
    heading: str
    form: str = ""
    best: Callable[[Iterable[float]], float] | None = None


COLUMNS = (
    Column("name", "file"),
    Column("kind", "kind"),
    Column("bytes", "bytes", ","),
    Column("bpp", "bpp", ".2f"),
    Column("psnr_db", "PSNR (dB)", ".2f", max),
    Column("ssim", "SSIM", ".4f", max),
    Column("ms_ssim", "MS-SSIM", ".4f", max),
    Column("max_error", "max error", ".4g", min),
    Column("parameters", "parameters", ","),
    Column("settings", "settings"),
    Column("render_seconds", "render (s)", ".2f"),
    Column("fit_seconds", "fit (s)", ".1f"),
)
# Few rows have each, so they share a column.
SETTINGS = ("preset", "activation", "settings")
# What is said beside a picture.
UNITS = {"bytes": "bytes", "bpp": "bpp", "psnr_db": "dB"}
IDENTICAL = math.inf

Row = Mapping[str, Any]
Files = Sequence[tuple[str, bytes]]


def page(title: str, rows: Sequence[Row], pictures: Files, figures: Files) -> str:
    """Return the page of a comparison, the original first.

    Args:
        title: What is compared.
        rows: The facts of each, by the keys of `COLUMNS`; what is missing or None
            stays empty, but for the PSNR of a row that is `identical`.
        pictures: Names, as in the rows, and PNG, WebP or JPEG files of one size.
        figures: Captions, and SVG or PNG files.

    Raises:
        ValueError: A picture or figure is of another format.
    """
    known = {row.get("name"): row for row in rows}
    around = resources.files("siren_cli.comparing.html").joinpath("page.html")
    return Template(around.read_text("utf-8")).substitute(
        title=_text(title),
        table=_table(rows),
        pictures="\n".join(
            _figure(name, content, _facts(known.get(name, {}))) for name, content in pictures
        ),
        figures="\n".join(_figure(caption, content) for caption, content in figures),
    )


def _table(rows: Sequence[Row]) -> str:
    # What nobody has would only make the table wider.
    columns = [
        column
        for column in COLUMNS
        if column.key == "name" or any(_value(row, column) is not None for row in rows)
    ]
    heads = "".join(f'<th scope="col"{_class(column)}>{column.heading}' for column in columns)
    marked = {column.key: _best(rows, column) for column in columns}
    lines = [
        "<tr>" + "".join(_cell(row, column, marked[column.key]) for column in columns)
        for row in rows
    ]
    return "\n".join([f"<thead>\n<tr>{heads}\n</thead>", "<tbody>", *lines, "</tbody>"])


def _cell(row: Row, column: Column, best: str | None) -> str:
    value = _value(row, column)
    shown = _shown(value, column)
    if column.key == "name":
        return f'<th scope="row"><bdi>{shown}</bdi></th>'
    if value is None or not column.form:
        return f"<td{_class(column)}>{shown}</td>"
    is_best = row.get("kind") != "original" and shown == best
    # JSON spells infinity as scripts do.
    number = json.dumps(float(value))
    return f'<td{_class(column, best=is_best)} data-value="{number}">{shown}</td>'


def _class(column: Column, *, best: bool = False) -> str:
    if not column.form:
        return ""
    return ' class="number best"' if best else ' class="number"'


def _best(rows: Sequence[Row], column: Column) -> str | None:
    """Return how the best value of a column is shown; a value alone is not the best."""
    values = [_value(row, column) for row in rows if row.get("kind") != "original"]
    there = [value for value in values if value is not None]
    if column.best is None or len(there) < 2:  # noqa: PLR2004
        return None
    return _shown(column.best(there), column)


def _value(row: Row, column: Column) -> Any:
    value = row.get(column.key)
    if value is None and column.key == "psnr_db" and row.get("identical"):
        return IDENTICAL
    if column.key == "settings":
        return ", ".join(row[key] for key in SETTINGS if row.get(key)) or None
    return value


def _shown(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if value == IDENTICAL:
        return "identical"
    return _text(format(value, column.form))


def _facts(row: Row) -> str:
    """Return the few facts that are read beside a picture."""
    said = []
    for column in COLUMNS:
        shown = _shown(_value(row, column), column) if column.key in UNITS else ""
        if shown:
            said.append(shown if shown == "identical" else f"{shown}\xa0{UNITS[column.key]}")
    return "\xa0· ".join(said)


def _figure(name: str, content: bytes, facts: str = "") -> str:
    address = f"data:{_type(content)};base64,{b64encode(content).decode()}"
    caption = f"<bdi>{_text(name)}</bdi>" + (f" <small>{facts}</small>" if facts else "")
    return (
        f'<figure><img src="{address}" alt="{_text(name)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _type(content: bytes) -> str:
    """Return the MIME type of a file, by how it begins."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "image/svg+xml"
    raise ValueError(f"{content[:12]!r}... begins no PNG, WebP, JPEG or SVG")


def _text(text: str) -> str:
    """Return text as HTML; what no page may hold, or no eye sees, becomes U+FFFD."""
    return html.escape("".join(c if c.isprintable() else "\ufffd" for c in text))
