"""`siren zoom`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import (
    Debug,
    Force,
    Json,
    NoColor,
    Quiet,
    Verbose,
    app,
    check_stdout,
    newest,
    put_path,
)


@app.command()
def zoom(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Default: the newest .siren of this folder."),
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="X,Y", help="Where, in pixels. Default: the middle.")
    ] = None,
    side: Annotated[
        float, typer.Option(metavar="PIXELS", help="Side of the square that is enlarged.")
    ] = 32.0,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help=".png, .pdf, .svg, .jpg or .webp; - is stdout."),
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Draw a figure of what is between the pixels.

    The picture, and a square of it by nearest pixels, by bicubic interpolation
    of the pixels, and by the network itself.

    \b
      siren zoom photo.siren --at 300,200
      siren zoom photo.siren --at 300,200 --side 12.5 -o eye.pdf
    """  # noqa: D301
    from siren_cli.rendering import parsing

    check_stdout(output, 1, as_json=as_json)
    point = None if at is None else parsing.parse_point(at, "--at")
    from siren_cli.commands import zoom
    from siren_cli.output import batch, terminal, text

    def show(result: dict[str, Any]) -> None:
        if not quiet:
            terminal.say(text.zoom_line(result))
        put_path(result)

    code = batch.each(
        "zoom",
        [file or newest(quiet=quiet)],
        lambda path: zoom.zoom(path, point, side, output, force=force),
        show,
        as_json=as_json,
    )
    raise typer.Exit(code)
