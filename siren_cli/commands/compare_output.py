"""What `siren compare` puts out: a table, figures, a page."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siren_cli.commands.compare_options import CompareOptions
from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.figure_formats import figure_format
from siren_cli.errors import UsageError
from siren_cli.output import tables, terminal, text
from siren_cli.output.options import OutputOptions
from siren_cli.system import files
from siren_cli.system.destination import Destination

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Rows = Sequence[Mapping[str, Any]]


def check(sources: Sequence[Path], options: CompareOptions) -> None:
    """Check, before any work, that all can be written, each to its own place.

    Args:
        sources: The original and the files, which are never overwritten.
        options: Where to write.

    Raises:
        UsageError: Two would be written to one place, or one over a source.
        OutputError: Something cannot be written.
    """
    if options.trial.keep is not None:
        files.make_directory(options.trial.keep)
    named = [each for each in (options.figure, options.plot, options.html) if each is not None]
    kept = [options.trial.kept(sources[0], name) for name, _, _ in options.trial.fits()]
    outputs = [*named, *(each for each in kept if each is not None)]
    for figure in (options.figure, options.plot):
        if figure is not None:
            figure_format(figure)
    for number, output in enumerate(outputs):
        if output == files.STDOUT:
            raise UsageError("-: standard output holds the table; name a file")
        if os.path.realpath(output) in map(os.path.realpath, outputs[:number]):
            raise UsageError(f"{output}: two results would become this file")
        for source in sources:
            Destination(output, options.force).check(source)


def put(rows: Rows, output_options: OutputOptions, *, as_csv: bool) -> None:
    """Print the table, and what a person should know besides."""
    if not rows:
        return
    if as_csv:
        content = io.StringIO()
        writer = csv.DictWriter(
            content, _columns(rows), extrasaction="ignore", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
        for line in content.getvalue().rstrip("\n").split("\n"):
            terminal.print_result(line)
    else:
        tables.print_table(text.compare_table(rows), output_options, text.LEAST_COLUMNS)
    for row in rows:
        if not output_options.quiet:
            terminal.print_notes(row["name"], row)


def _columns(rows: Rows) -> list[str]:
    """Return the facts that are numbers or text, for a table."""
    return [key for key, value in rows[0].items() if not isinstance(value, list)]


def draw(candidates: Sequence[Candidate], rows: Rows, options: CompareOptions) -> None:
    """Draw and write the figures and the page that were asked for.

    Raises:
        UsageError: The region makes no sense.
        OutputError: Something cannot be written.
    """
    if not (candidates and options.pictured):
        return
    from siren_cli.comparing import panels  # matplotlib

    if options.figure is not None:
        _save(panels.panel(candidates, options.region), options.figure, options)
    if options.plot is not None:
        _save(panels.curves(candidates), options.plot, options)
    if options.html is not None:
        content = _page(candidates, rows).encode("utf-8", "replace")
        destination = Destination(options.html, options.force)
        with destination.locked():
            destination.save(content)


def _page(candidates: Sequence[Candidate], rows: Rows) -> str:
    from siren_cli.comparing import figures, panels
    from siren_cli.comparing.html import page

    pictures = [(each.name, panels.file_of(each)) for each in candidates]
    drawn: list[tuple[str, bytes]] = []
    if any(each.curve for each in candidates):
        curves = io.BytesIO()
        figures.save(panels.curves(candidates), curves, "svg")
        drawn.append(("How the fits learn", curves.getvalue()))
    return page.page(rows[0]["original"], rows, pictures, drawn)


def _save(figure: "Figure", output: Path, options: CompareOptions) -> None:
    from siren_cli.comparing import figures

    destination = Destination(output, options.force)
    with destination.locked(), destination.opened() as file:
        figures.save(figure, file, figure_format(output))
