"""The measurements as Markdown tables."""

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import compact_tables, export_tables, lesson_tables, scale_tables
from benchmarks.plan import Row
from benchmarks.summary import of_kind
from benchmarks.table import cell, titled


def markdown(content: dict[str, Any]) -> str:
    """Return the tables of all sections that were measured, from a record's content."""
    sections, summary = content["sections"], content["summary"]
    parts = [_head(content)]
    if "quality" in sections:
        parts += _quality(sections["quality"], summary)
    for name, write in WRITERS.items():
        if name in sections:
            parts.append(write(sections[name]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(content: dict[str, Any]) -> str:
    machine = content["machine"]
    cores = ", ".join(
        each
        for each in (machine["cpu"], f"{machine['cores']} cores", machine["instructions"])
        if each
    )
    names = ("python", "tensorflow", "numpy", "torch")
    versions = [f"{name} {machine[name]}" for name in names if machine[name]]
    return f"`{content['command']}`\n{'; '.join([cores, *machine['gpus'], *versions])}"


def _quality(rows: Sequence[Row], summary: Row) -> list[str]:
    return [
        titled("PSNR (dB) after seconds, mean over pictures", summary["psnr_over_seconds"]),
        titled("Seconds to PSNR, mean over pictures", summary["seconds_over_psnr"]),
        _against(summary["against_peer"]),
        titled("Presets as they are", _presets(rows)),
        titled("Twice the size of a half-size fit (dB)", _enlargements(summary)),
    ]


def _against(row: Row | None) -> str:
    if row is None:
        return ""
    median, worst, gain = (
        cell(row[key]) for key in ("median_ratio", "worst_ratio", "least_gain_db")
    )
    return (
        f"To the dB of the tuned PyTorch SIREN at its longest budget, balanced takes "
        f"{median} of its time (worst {worst}, {row['pictures']} pictures); "
        f"after 10 s it is at least {gain} dB above that."
    )


def _presets(rows: Sequence[Row]) -> list[Row]:
    # The whole command is timed on the first picture only.
    commands = {
        (row["picture"], row["system"]): row["seconds"] for row in of_kind(rows, "command")
    }
    return [
        {
            "picture": row["picture"],
            "preset": row["system"],
            "dB": row["psnr"],
            "bpp": row["bpp"],
            "fit s": row["seconds"],
            "command s": commands.get((row["picture"], row["system"])),
        }
        for row in of_kind(rows, "preset")
    ]


def _enlargements(summary: Row) -> list[Row]:
    return [
        {
            "by": row["system"],
            "dB": row["psnr"],
            "over bicubic": row["over_bicubic"],
            "worst": row["worst_over_bicubic"],
        }
        for row in summary["enlargements"]
    ]


def _products(rows: Sequence[Row]) -> str:
    shown = [
        {**{key: row[key] for key in ("width", "parts", "cells", "points")}, **row["gflops"]}
        for row in rows
    ]
    return titled("Products of a step by width of networks (GFLOP/s)", shown)


def _engine(rows: Sequence[Row]) -> str:
    shown = [
        {
            "preset": row["preset"],
            "ms per step": row["step_ms"],
            "GFLOP/s": row["step_gflops"],
            "limit": row["limit"],
            "its GFLOP/s": row["limit_gflops"],
            "share": row["share"],
            "M pixel-steps/s": row["pixel_steps_per_second"] / 1e6,
        }
        for row in rows
    ]
    pieces = [
        {"preset": row["preset"], **{f"{name} ms": ms for name, ms in row["ms"].items()}}
        for row in rows
    ]
    return "\n\n".join(
        [titled("One training step", shown), titled("Where the rest goes", pieces)]
    )


def _kinds(rows: Sequence[Row]) -> str:
    shown: dict[str, Row] = {}
    for row in rows:
        size = f"{row['width']}x{row['height']}x{row['channels']}, {row['bit_depth']} bit"
        line = shown.setdefault(row["picture"], {"picture": row["picture"], "size": size})
        preset = row["preset"]
        line[f"{preset}: dB"] = row["psnr_db"]
        line[f"{preset}: bpp"] = row["bpp"]
        line[f"{preset}: s"] = row["fit_seconds"]
    return titled("Kinds of pictures", list(shown.values()))


def _activations(rows: Sequence[Row]) -> str:
    swept: dict[str, Row] = {}
    for row in of_kind(rows, "rate"):
        constants = ", ".join(f"{name} {value:g}" for name, value in row["constants"].items())
        name = f"{row['activation']} {constants}".strip()
        line = swept.setdefault(name, {"activation": name})
        line[f"x {row['rate']:.2g}"] = row["psnr"]
    results = [
        {"activation": row["activation"], "dB": row["psnr"], "fit s": row["seconds"]}
        for row in of_kind(rows, "result")
    ]
    return "\n\n".join(
        [
            titled("Activations: dB by constants and learning rate", list(swept.values())),
            titled("Activations as they are", results),
        ]
    )


def _widths(rows: Sequence[Row]) -> str:
    equal: dict[str, Row] = {}
    for row in of_kind(rows, "width"):
        line = equal.setdefault(row["picture"], {"picture": row["picture"]})
        line[str(row["width"])] = row["psnr"]
    gains: dict[str, Row] = {}
    for row in of_kind(rows, "gain"):
        line = gains.setdefault(row["picture"], {"picture": row["picture"]})
        line[row["widths"]] = row["psnr"]
    constants = [
        {key: value for key, value in row.items() if key != "kind"}
        for row in of_kind(rows, "constants")
    ]
    return "\n\n".join(
        [
            titled("Equal cells by their width, points, 40 epochs (dB)", list(equal.values())),
            titled("Constants that predict the errors of cells best", constants),
            titled("Widths of the same bytes (dB)", list(gains.values())),
        ]
    )


def _growth(rows: Sequence[Row]) -> str:
    base = next((row["peak_bytes"] for row in of_kind(rows, "import")), 0)
    shown = []
    for row in of_kind(rows, "growth"):
        mpx = row["width"] * row["height"] / 1e6
        shown.append(
            {
                "Mpx": mpx,
                "dB": row["psnr"],
                "fit s": row["fit_seconds"],
                "fit s per Mpx": row["fit_seconds"] / mpx,
                "command s": row["wall_seconds"],
                "peak MB": row["peak_bytes"] / 1e6,
                "MB over TensorFlow": (row["peak_bytes"] - base) / 1e6,
                "MB per Mpx": (row["peak_bytes"] - base) / 1e6 / mpx,
            }
        )
    return titled("Growth", shown)


def _render(rows: Sequence[Row]) -> str:
    shown = [
        {
            "preset": row["preset"],
            "size": f"{row['width']}x{row['height']}",
            "s": row["seconds"],
            "Mpx/s": row["mpx_per_second"],
            **{f"{name} s": seconds for name, seconds in row["parts"].items()},
            "share": row["share"],
            "command s": row["command_seconds"],
        }
        for row in rows
    ]
    return titled("Rendering", shown)


def _startup(rows: Sequence[Row]) -> str:
    shown = [
        {
            "fit to its first step s": row["startup_seconds"],
            "import tensorflow s": row["import_seconds"],
            "over it s": row["over_import_seconds"],
        }
        for row in rows
    ]
    return titled("Start-up", shown)


WRITERS: dict[str, Callable[[Sequence[Row]], str]] = {
    "kinds": _kinds,
    "compact": compact_tables.compact,
    "lessons": lesson_tables.lessons,
    "widths": _widths,
    "activations": _activations,
    "products": _products,
    "engine": _engine,
    "growth": _growth,
    "render": _render,
    "exports": export_tables.exports,
    "scale": scale_tables.scale,
    "startup": _startup,
}
