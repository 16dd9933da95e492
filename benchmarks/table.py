"""One table of Markdown."""

from collections.abc import Sequence
from typing import Any

from benchmarks.plan import Row

# Stands for a value that was not measured.
MISSING = "-"


def table(rows: Sequence[Row]) -> str:
    """Return rows of the same keys as a table, whose head is the keys."""
    if not rows:
        return ""
    lines = [list(rows[0]), *([cell(row[key]) for key in rows[0]] for row in rows)]
    lines.insert(1, ["---", *["--:"] * (len(rows[0]) - 1)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: Any) -> str:
    """Return a value as a table shows it."""
    if value is None:
        return MISSING
    if not isinstance(value, float):
        return str(value)
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"  # noqa: PLR2004


def titled(title: str, rows: Sequence[Row]) -> str:
    """Return rows as a table below a title, or nothing if there are none."""
    return f"### {title}\n\n{table(rows)}" if rows else ""
