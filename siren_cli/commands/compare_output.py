"""The outputs of `siren compare`: a table on stdout, figures and a page in files."""

import os
from collections.abc import Sequence
from pathlib import Path

from siren_cli.commands.compare_options import CompareOptions
from siren_cli.comparing import figures, panels
from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.columns import DROPPABLE, Row, csv_lines, text_table
from siren_cli.comparing.html.page import NamedFile, page
from siren_cli.errors import UsageError
from siren_cli.output import tables, terminal
from siren_cli.output.options import OutputOptions
from siren_cli.system import files
from siren_cli.system.destination import Destination


def check_outputs(sources: Sequence[Path], options: CompareOptions) -> None:
    """Check before any work that every output can be written, each to a file of its own.

    Args:
        sources: The original and the other files, which are never overwritten.
        options: The outputs.

    Raises:
        UsageError: Two outputs are one file, or an output is a source.
        OutputError: An output cannot be written.
    """
    if options.trial.keep is not None:
        files.make_directory(options.trial.keep)
    for figure in (options.figure, options.plot):
        if figure is not None:
            figures.figure_format(figure)
    kept = [options.trial.output_for(sources[0], fit) for fit in options.trial.planned()]
    seen: set[str] = set()
    for output in (options.figure, options.plot, options.html, *kept):
        if output is None:
            continue
        if output == files.STDOUT:
            raise UsageError("-: standard output holds the table; name a file")
        real_path = os.path.realpath(output)
        if real_path in seen:
            raise UsageError(f"{output}: two results would become this file")
        seen.add(real_path)
        Destination(output, options.force).check(*sources)


def print_rows(rows: Sequence[Row], options: OutputOptions, *, as_csv: bool) -> None:
    """Print the facts of all candidates as a table to stdout, and their notes to stderr."""
    if not rows:
        return
    if as_csv:
        for line in csv_lines(rows):
            terminal.print_result(line)
    else:
        tables.print_table(text_table(rows), options, DROPPABLE)
    if not options.quiet:
        for row in rows:
            terminal.print_notes(row["name"], row)


def write_outputs(
    candidates: Sequence[Candidate], rows: Sequence[Row], options: CompareOptions
) -> None:
    """Write the figures and the page that were asked for, if there are any candidates.

    Raises:
        UsageError: The region makes no sense.
        OutputError: A file cannot be written.
    """
    if not candidates:
        return
    figure, plot = options.figure, options.plot
    if figure is not None:
        if options.trial.supervisions:
            drawn = panels.derivative_panel(candidates)
        else:
            drawn = panels.panel(candidates, options.region)
        content = figures.figure_file(drawn, figures.figure_format(figure))
        Destination(figure, options.force).save_locked(content)
    if plot is not None:
        content = figures.figure_file(panels.curves(candidates), figures.figure_format(plot))
        Destination(plot, options.force).save_locked(content)
    if options.html is not None:
        content = _page(candidates, rows).encode("utf-8", "replace")
        Destination(options.html, options.force).save_locked(content)


def _page(candidates: Sequence[Candidate], rows: Sequence[Row]) -> str:
    pictures = [NamedFile(each.name, panels.png_file(each)) for each in candidates]
    plots = []
    if any(each.curve for each in candidates):
        content = figures.figure_file(panels.curves(candidates), "svg")
        plots.append(NamedFile("How the fits learn", content))
    return page(rows[0]["original"], rows, pictures, plots)
