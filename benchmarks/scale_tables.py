"""The tables of the section `scale`."""

from collections.abc import Sequence

from benchmarks.plan import Row
from benchmarks.summary import of_kind
from benchmarks.table import titled

MIB = 1 << 20


def scale(rows: Sequence[Row]) -> str:
    """Return the tables of devices, processes, sizes of pictures, and a large file."""
    tables = [
        _together("Logical CPU devices of one process", of_kind(rows, "replicas")),
        _together("Processes on loopback", of_kind(rows, "workers")),
        titled("Pictures of any size", _sizes(rows)),
        titled("A large file", _reading(rows)),
    ]
    return "\n\n".join(table for table in tables if table)


def _together(title: str, rows: Sequence[Row]) -> str:
    shown = [
        {
            "count": row["count"],
            "fit s": row["fit_seconds"],
            "command s": row["wall_seconds"],
            "fit over that of one": row["ratio"],
            "same file": "yes" if row["is_same_file"] else "no",
        }
        for row in rows
    ]
    return titled(title, shown)


def _sizes(rows: Sequence[Row]) -> list[Row]:
    base = next((row["peak_bytes"] for row in of_kind(rows, "footprint")), 0)
    per_mpx: dict[str, float] = {}
    shown = []
    for row in of_kind(rows, "size"):
        mpx = row["width"] * row["height"] / 1e6
        seconds = row["fit_seconds"] / mpx
        # The first size of a format is the smallest one.
        first = per_mpx.setdefault(row["format"], seconds)
        over = row["peak_bytes"] - base
        shown.append(
            {
                "Mpx": mpx,
                "format": row["format"],
                "dB": row["psnr"],
                "fit s": row["fit_seconds"],
                "fit s per Mpx": seconds,
                "over that of the smallest": seconds / first,
                "command s": row["wall_seconds"],
                "peak MiB": row["peak_bytes"] / MIB,
                "MiB over TensorFlow": over / MIB,
            }
        )
    return shown


def _reading(rows: Sequence[Row]) -> list[Row]:
    return [
        {
            "command": row["command"],
            "file MB": row["file_bytes"] / 1e6,
            "Mpx": row["width"] * row["height"] / 1e6,
            "command s": row["seconds"],
            "peak MiB": row["peak_bytes"] / MIB,
        }
        for row in of_kind(rows, "reading")
    ]
