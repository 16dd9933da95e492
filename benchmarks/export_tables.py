"""The measurements of exported files as Markdown tables."""

from collections.abc import Sequence

from benchmarks.plan import Row
from benchmarks.summary import of_kind
from benchmarks.table import titled


def exports(rows: Sequence[Row]) -> str:
    """Return the tables of exported files, and of points by programs."""
    files = [
        {
            "preset": row["preset"],
            "file": row["format"],
            "kB": row["bytes"] / 1e3,
            "of the .siren file": row["to_siren"],
            "command s": row["command_seconds"],
        }
        for row in of_kind(rows, "file")
    ]
    points = [
        {
            "preset": row["preset"],
            "by": row["by"],
            "Mpoints/s": row["mpoints_per_second"],
            "worst difference": "-" if row["worst"] is None else f"{row['worst']:.0e}",
        }
        for row in of_kind(rows, "points")
    ]
    return "\n\n".join([titled("Exported files", files), titled("Points by programs", points)])
