"""`siren zoom`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import (
    Force,
    app,
    check_stdout,
    newest_file,
    print_written,
    with_common_flags,
)
from siren_cli.output.options import OutputOptions


@app.command()
@with_common_flags
def zoom(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", readable=False, help="Default: the newest .siren of this folder."
        ),
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
    *,
    output_options: OutputOptions,
) -> None:
    """Draw a figure of what is between the pixels.

    The picture, and a square of it by nearest pixels, by bicubic interpolation
    of the pixels, and by the network itself.

    \b
      siren zoom photo.siren --at 300,200
      siren zoom photo.siren --at 300,200 --side 12.5 -o eye.pdf
    """  # noqa: D301
    from siren_cli.rendering import parsing

    check_stdout(output, 1, as_json=output_options.as_json)
    point = None if at is None else parsing.parse_point(at, "--at")
    from siren_cli.commands import zoom
    from siren_cli.output import batch, text

    def show(result: dict[str, Any]) -> None:
        print_written(text.zoom_line(result), result, output_options)

    code = batch.do_each(
        "zoom",
        [file or newest_file(output_options)],
        lambda path: zoom.zoom(path, point, side, output, force=force),
        show,
        as_json=output_options.as_json,
    )
    raise typer.Exit(code)
