"""Run the benchmarks: `python -m benchmarks --help`."""

import argparse
import os
import shlex
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks import figure, machine, tables
from benchmarks.command import ENVIRONMENT
from benchmarks.plan import BUDGETS, Plan, Row, default_pictures
from benchmarks.record import Record
from benchmarks.summary import curves

# Each section is a module of that name with a function `measure`.
SECTIONS = (
    "quality",
    "kinds",
    "compact",
    "lessons",
    "widths",
    "activations",
    "products",
    "engine",
    "growth",
    "render",
    "exports",
    "scale",
    "startup",
)


def main() -> None:
    """Measure what the command line names; write JSON, Markdown and a figure."""
    arguments = _parser().parse_args()
    # TensorFlow reads these variables when it is loaded, which is later.
    os.environ.update(ENVIRONMENT)
    plan = Plan(
        arguments.pictures or default_pictures(),
        arguments.seconds,
        arguments.half,
        arguments.largest,
        arguments.largest_file,
    )
    command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    pictures = [path.name for path in plan.pictures]
    head = {"machine": machine.facts(), "command": command, "pictures": pictures}
    record = Record(arguments.output / "results.json", head)
    for section in arguments.only:
        start = time.perf_counter()
        for row in import_module(f"benchmarks.{section}").measure(plan):
            record.add(section, row)
            _report(section, row, time.perf_counter() - start)
    text = tables.markdown(record.content)
    (arguments.output / "results.md").write_text(text, encoding="utf-8")
    figure.draw(curves(record.sections.get("quality", [])), arguments.output / "curves.png")
    print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("pictures", nargs="*", type=Path, metavar="PICTURE")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument(
        "--seconds", type=float, default=BUDGETS[-1], help="longest budget of a fit"
    )
    parser.add_argument(
        "--half",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure between the pixels, too",
    )
    parser.add_argument(
        "--largest", type=float, default=40.0, help="largest picture grown or drawn, in Mpx"
    )
    parser.add_argument(
        "--largest-file", type=float, default=1000.0, help="large .siren file to read, in MB"
    )
    parser.add_argument("--output", type=Path, default=Path("bench-results"))
    return parser


def _report(section: str, row: Row, seconds: float) -> None:
    facts = [
        f"{key} {value:.4g}" if isinstance(value, float) else f"{key} {value}"
        for key, value in row.items()
        if isinstance(value, str | int | float)
    ]
    print(f"{seconds:6.0f} s  {section}: {', '.join(facts)}", file=sys.stderr)


if __name__ == "__main__":
    main()
