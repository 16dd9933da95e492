"""`siren render`, `siren compare`, `siren info` and `siren doctor`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import Debug, Force, Json, Quiet, app, check_stdout, newest, put_path
from siren_cli.config import MAX_PIXELS


@app.command()
def render(
    file_list: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Default: the newest .siren of this folder."),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(
            help="1024 (longer side), 1024x768, 1024x, x768, 150% or a factor up to 64x."
        ),
    ] = None,
    stretch: Annotated[bool, typer.Option("--stretch", help="Allow another aspect.")] = False,
    depth: Annotated[
        int | None,
        typer.Option(help="Bits of a stored value, 8 or 16. Default: as in the original."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to write, format by suffix; - is stdout."),
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw a .siren file at any size.

    photo.siren becomes photo.1536x1024.png beside it.

    \b
      siren render photo.siren --size 2x
      siren render --size 1024
      siren render photo.siren --size 8192 -o poster.tif
    """  # noqa: D301
    from siren_cli import batch, commands, summaries, terminal

    check_stdout(output, len(file_list or []), as_json=as_json)
    options = commands.RenderOptions(size, stretch, depth, output, force)

    def show(result: dict[str, Any]) -> None:
        if not quiet:
            terminal.say(summaries.render_line(result))
            terminal.say_notes(result["output"], result)
        put_path(result)

    paths = file_list or [newest(quiet=quiet)]
    batch.each(
        "render", paths, lambda file: commands.render(file, options), show, as_json=as_json
    )


@app.command()
def compare(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[ORIGINAL] FILE", help="A picture and .siren files."),
    ] = None,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Largest picture that is read.")
    ] = MAX_PIXELS,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say how good and how small a .siren file is.

    \b
      siren compare photo.png photo.siren
      siren compare photo.siren          the picture of that name beside it
    """  # noqa: D301
    from siren_cli import batch, commands, summaries, terminal

    original, candidates = commands.pair(paths or [newest(quiet=quiet)])
    rows: list[dict[str, Any]] = []
    try:
        batch.each(
            "compare",
            candidates,
            lambda file: commands.compare(original, file, max_pixels),
            rows.append,
            as_json=as_json,
        )
    finally:
        for line in summaries.compare_lines(rows) if rows else []:
            terminal.put(line)


@app.command()
def info(
    file_list: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Default: the newest .siren of this folder."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what is in a .siren file.

    \b
      siren info photo.siren
      siren info *.siren --json
    """  # noqa: D301
    from siren_cli import batch, commands, summaries, terminal

    def show(result: dict[str, Any]) -> None:
        for line in summaries.info_lines(result):
            terminal.put(line)

    paths = file_list or [newest(quiet=quiet)]
    batch.each("info", paths, commands.info, show, as_json=as_json)


@app.command()
def doctor(
    fast: Annotated[
        bool, typer.Option("--fast", help="Without TensorFlow and its devices.")
    ] = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Say what this installation can do, for bug reports.

    It names no paths, files, hosts or users.

    \b
      siren doctor --json > report.json
      siren doctor --fast
    """  # noqa: D301
    from siren_cli import doctor, summaries, terminal

    with terminal.held_stderr(show=False):
        found = doctor.examine(fast=fast)
    if as_json:
        terminal.put_json(found)
    else:
        for line in summaries.doctor_lines(found):
            terminal.put(line)
