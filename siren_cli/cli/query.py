"""`siren query`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import app, with_common_flags
from siren_cli.output.options import OutputOptions


# Otherwise Typer would take a negative coordinate for an option.
@app.command(context_settings={"ignore_unknown_options": True})
@with_common_flags
def query(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="A .siren file.")
    ],
    word_list: Annotated[
        list[str] | None,
        typer.Argument(metavar="X Y", help="Points; - is stdin, one a line."),
    ] = None,
    gradient: Annotated[
        bool,
        typer.Option(
            "--gradient", help="How it changes there: per pixel along x and y, Laplacian."
        ),
    ] = False,
    normalized: Annotated[
        bool, typer.Option("--normalized", help="X and Y are in [-1, 1], not in pixels.")
    ] = False,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Allow points beyond the picture's edges.")
    ] = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Say what a picture is at any point, between its pixels, too.

    X runs to the right and Y down, in pixels; the first pixel covers 0 to 1 and
    its center is 0.5 0.5. Values are not clipped to [0, 1].

    \b
      siren query photo.siren 1.2 200.5
      siren query photo.siren 1.2 200.5 --gradient
      siren query photo.siren --normalized -- -0.5 0.25
      siren query photo.siren - < points.txt
    """  # noqa: D301
    from siren_cli.rendering import parsing

    words = word_list or []
    from_stdin = words == ["-"]
    # A wrong point is refused before NumPy is loaded, which takes longer.
    points = [] if from_stdin else parsing.parse_point_arguments(words)
    from siren_cli.commands import query
    from siren_cli.errors import UsageError
    from siren_cli.output import batch, tables, terminal, text
    from siren_cli.system import files

    if from_stdin:
        if file == files.STDIN:
            raise UsageError("the .siren file and the points cannot both come from stdin")
        points = parsing.parse_point_lines(files.read_lines(files.STDIN))

    def show(result: dict[str, Any]) -> None:
        answers, color = result["points"], result["color"]
        if not from_stdin and len(answers) == 1:
            for line in text.query_lines(answers[0], color):
                terminal.print_result(line)
        else:
            tables.print_table(text.query_table(answers, color), output_options)

    code = batch.do_each(
        "query",
        [file],
        lambda path: query.query(
            path, points, normalized=normalized, gradient=gradient, extrapolate=extrapolate
        ),
        show,
        as_json=output_options.as_json,
    )
    raise typer.Exit(code)
