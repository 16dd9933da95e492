"""`siren doctor`."""

from typing import Annotated

import typer

from siren_cli.cli.app import app, with_common_flags
from siren_cli.output.options import OutputOptions


@app.command()
@with_common_flags
def doctor(
    fast: Annotated[
        bool, typer.Option("--fast", help="Without TensorFlow and its devices.")
    ] = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Say what this installation can do, for bug reports.

    It names no paths, files, hosts or users.

    \b
      siren doctor --json > report.json
      siren doctor --fast
    """  # noqa: D301
    from siren_cli.commands import doctor
    from siren_cli.output import terminal, text

    with terminal.held_stderr(show=output_options.verbose):
        report = doctor.examine(fast=fast)
    if output_options.as_json:
        terminal.print_json(report)
    else:
        for line in text.doctor_lines(report):
            terminal.print_result(line)
