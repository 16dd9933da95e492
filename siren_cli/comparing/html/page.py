"""A comparison as one HTML page that needs no network: a table, pictures, figures.

`page.html` is the page around them. All that it shows is in the file. Its script only
moves elements that are there, so that no text of ours ever becomes code.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from importlib import resources
from string import Template
from typing import Any, NamedTuple

from siren_cli.comparing.columns import COLUMNS, Column, Row, fact, fact_text
from siren_cli.markup import escaped

# Keys of the facts that stand beside a picture.
CAPTION_KEYS = ("bytes", "bpp", "psnr_db")


class NamedFile(NamedTuple):
    """A picture or figure of the page.

    Attributes:
        name: Its caption; that of a picture is the name of its row.
        content: Its file.
    """

    name: str
    content: bytes


def page(
    title: str, rows: Sequence[Row], pictures: Sequence[NamedFile], figures: Sequence[NamedFile]
) -> str:
    """Return the page of a comparison, the original first.

    Args:
        title: Heading of the page.
        rows: The facts of each candidate, by the keys of `COLUMNS`. A fact that is
            missing or None leaves its cell empty.
        pictures: PNG files of one size.
        figures: SVG files.
    """
    rows_by_name = {row.get("name"): row for row in rows}
    template = resources.files("siren_cli.comparing.html").joinpath("page.html")
    return Template(template.read_text("utf-8")).substitute(
        title=escaped(title),
        table=_table(rows),
        pictures="\n".join(
            _figure(picture, "image/png", _caption_facts(rows_by_name.get(picture.name, {})))
            for picture in pictures
        ),
        figures="\n".join(_figure(figure, "image/svg+xml") for figure in figures),
    )


def _table(rows: Sequence[Row]) -> str:
    # A column in which no row has anything would only make the table wider.
    columns = [
        column
        for column in COLUMNS
        if column.key == "name" or any(fact(row, column) is not None for row in rows)
    ]
    headings = "".join(
        f'<th scope="col"{_class(column)}>{_heading(column)}' for column in columns
    )
    best = {column.key: _best(rows, column) for column in columns}
    lines = [
        "<tr>" + "".join(_cell(row, column, best[column.key]) for column in columns)
        for row in rows
    ]
    return "\n".join([f"<thead>\n<tr>{headings}\n</thead>", "<tbody>", *lines, "</tbody>"])


def _heading(column: Column) -> str:
    return f"{column.heading} ({column.unit})" if column.unit else column.heading


def _cell(row: Row, column: Column, best: str | None) -> str:
    value = fact(row, column)
    shown = _shown(value, column)
    if column.key == "name":
        return f'<th scope="row"><bdi>{shown}</bdi></th>'
    if value is None or column.decimals is None:
        return f"<td{_class(column)}>{shown}</td>"
    is_best = row.get("kind") != "original" and shown == best
    # JSON spells infinity as JavaScript does.
    number = json.dumps(float(value))
    return f'<td{_class(column, best=is_best)} data-value="{number}">{shown}</td>'


def _class(column: Column, *, best: bool = False) -> str:
    if column.decimals is None:
        return ""
    return ' class="number best"' if best else ' class="number"'


def _best(rows: Sequence[Row], column: Column) -> str | None:
    """Return the best value of a column as it is shown; the only value is not the best."""
    values = [fact(row, column) for row in rows if row.get("kind") != "original"]
    present = [value for value in values if value is not None]
    if column.best is None or len(present) < 2:  # noqa: PLR2004
        return None
    return _shown(column.best(present), column)


def _shown(value: Any, column: Column) -> str:
    return escaped(fact_text(value, column, thousands=","))


def _caption_facts(row: Row) -> str:
    """Return the few facts that stand beside a picture, with their units."""
    texts = []
    for column in COLUMNS:
        shown = _shown(fact(row, column), column) if column.key in CAPTION_KEYS else ""
        if shown == "identical":
            texts.append(shown)
        elif shown:
            texts.append(f"{shown}\xa0{column.unit or column.heading}")
    return "\xa0· ".join(texts)


def _figure(file: NamedFile, mime_type: str, facts: str = "") -> str:
    address = f"data:{mime_type};base64,{b64encode(file.content).decode()}"
    name = escaped(file.name)
    caption = f"<bdi>{name}</bdi>" + (f" <small>{facts}</small>" if facts else "")
    return (
        f'<figure><img src="{address}" alt="{name}"><figcaption>{caption}</figcaption></figure>'
    )
