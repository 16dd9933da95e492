"""`siren info` and `siren doctor`."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import Debug, Json, NoColor, Quiet, Verbose, app, newest


@app.command()
def info(
    file_list: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Default: the newest .siren of this folder."),
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read all of it, and check every digest.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Say what is in a .siren file.

    \b
      siren info photo.siren
      siren info *.siren --json
      siren info photo.siren --verify
    """  # noqa: D301
    from siren_cli.commands import info
    from siren_cli.output import batch, terminal, text

    def show(result: dict[str, Any]) -> None:
        for line in text.info_lines(result):
            terminal.put(line)

    paths = file_list or [newest(quiet=quiet)]
    work = partial(info.info, verify=verify)
    raise typer.Exit(batch.each("info", paths, work, show, as_json=as_json))


@app.command()
def doctor(
    fast: Annotated[
        bool, typer.Option("--fast", help="Without TensorFlow and its devices.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Say what this installation can do, for bug reports.

    It names no paths, files, hosts or users.

    \b
      siren doctor --json > report.json
      siren doctor --fast
    """  # noqa: D301
    from siren_cli.commands import doctor
    from siren_cli.output import terminal, text

    with terminal.held_stderr(show=verbose):
        found = doctor.examine(fast=fast)
    if as_json:
        terminal.put_json(found)
    else:
        for line in text.doctor_lines(found):
            terminal.put(line)
