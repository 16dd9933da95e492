"""`siren render`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import (
    Force,
    OutDir,
    SirenFiles,
    app,
    check_stdout,
    newest_file,
    print_written,
    with_common_flags,
)
from siren_cli.output.options import OutputOptions


@app.command()
@with_common_flags
def render(
    file_list: SirenFiles = None,
    size: Annotated[
        str | None,
        typer.Option(
            help="1024 (longer side), 1024x768, 1024x, x768, 50% or a factor up to 64x."
        ),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y,W,H", help="Only this part, in the picture's own pixels, from 0,0."
        ),
    ] = None,
    stretch: Annotated[bool, typer.Option("--stretch", help="Allow another aspect.")] = False,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Allow a region beyond the picture's edges.")
    ] = False,
    what: Annotated[
        str, typer.Option(help="image, or how it changes: gradient or laplacian.")
    ] = "image",
    supersample: Annotated[
        int | None,
        typer.Option(metavar="N", help="NxN samples a pixel. Default: enough to shrink well."),
    ] = None,
    linear_light: Annotated[
        bool, typer.Option("--linear-light", help="Average light, not the values of sRGB.")
    ] = False,
    depth: Annotated[
        int | None,
        typer.Option(help="Bits of a value: 8, 16, or 32 for floats. Default: as it was."),
    ] = None,
    exposure: Annotated[
        float, typer.Option(metavar="EV", help="Brighten HDR by so many stops; -1 is half.")
    ] = 0.0,
    background: Annotated[
        str | None,
        typer.Option(metavar="#RRGGBB", help="Lay transparency over a color."),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="The function's own values, not clipped, as .npy.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to write, format by suffix; - is stdout."),
    ] = None,
    out_dir: OutDir = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="png, jpg, tif, exr or another suffix. Default: png."),
    ] = None,
    force: Force = False,
    yes_huge: Annotated[
        bool, typer.Option("--yes-huge", help="Draw more than a gigapixel.")
    ] = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Draw a .siren file at any size, or a part of it.

    photo.siren becomes photo.1536x1024.png beside it.

    \b
      siren render photo.siren --size 2x
      siren render --size 1024
      siren render photo.siren --region 300,200,50,50 --size 4096
      siren render photo.siren --size 65536 --yes-huge -o poster.tif
      siren render photo.siren --what gradient
      siren render photo.siren -o - | display
    """  # noqa: D301
    from siren_cli.rendering import parsing

    # A wrong size is refused before NumPy is loaded, which takes longer.
    parsing.check_size_and_region(size, region)
    from siren_cli.commands import render
    from siren_cli.commands.render_options import RenderOptions
    from siren_cli.output import batch, text
    from siren_cli.system import files

    check_stdout(output, len(file_list or []), as_json=output_options.as_json)
    options = RenderOptions(
        size=size,
        region=region,
        stretch=stretch,
        extrapolate=extrapolate,
        what=what,
        supersample=supersample,
        linear_light=linear_light,
        depth=depth,
        exposure=exposure,
        background=background,
        raw=raw,
        form=form,
        output=output,
        out_dir=out_dir,
        force=force,
        yes_huge=yes_huge,
    )
    if out_dir is not None:
        files.make_directory(out_dir)

    def show(result: dict[str, Any]) -> None:
        print_written(text.render_line(result), result, output_options)

    code = batch.do_each(
        "render",
        file_list or [newest_file(output_options)],
        lambda file: render.render(file, options, output_options),
        show,
        as_json=output_options.as_json,
    )
    raise typer.Exit(code)
