"""`siren info`."""

from functools import partial
from typing import Annotated, Any

import typer

from siren_cli.cli.app import SirenFiles, app, newest_file, with_common_flags
from siren_cli.output.options import OutputOptions


@app.command()
@with_common_flags
def info(
    file_list: SirenFiles = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read all of it, and check every digest.")
    ] = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Say what is in a .siren file.

    \b
      siren info photo.siren
      siren info *.siren --json
      siren info photo.siren --verify
    """  # noqa: D301
    from siren_cli.commands import info
    from siren_cli.output import batch, info_text, terminal

    def show(result: dict[str, Any]) -> None:
        for line in info_text.info_lines(result):
            terminal.print_result(line)

    paths = file_list or [newest_file(output_options)]
    work = partial(info.info, verify=verify)
    code = batch.do_each("info", paths, work, show, as_json=output_options.as_json)
    raise typer.Exit(code)
