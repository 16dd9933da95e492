"""`siren view`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import app, newest_file, print_written, with_common_flags
from siren_cli.output.options import OutputOptions


@app.command()
@with_common_flags
def view(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            readable=False,
            help="Default: the newest .siren of this folder; - is stdin.",
        ),
    ] = None,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Only write the page, and print its path.")
    ] = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Open a .siren file in the browser, and zoom in without end.

    The page is kept in the cache folder; siren export writes it anywhere. Over ssh, and
    where there is no browser, its path is printed.

    \b
      siren view photo.siren
      siren view
      cp "$(siren view photo.siren --no-open)" page.html
    """  # noqa: D301
    from siren_cli.commands import view
    from siren_cli.output import batch, export_text

    def show(result: dict[str, Any]) -> None:
        print_written(export_text.view_line(result), result, output_options)

    code = batch.do_each(
        "view",
        [file or newest_file(output_options)],
        lambda path: view.view(path, with_browser=not no_open),
        show,
        as_json=output_options.as_json,
    )
    raise typer.Exit(code)
