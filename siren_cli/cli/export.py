"""`siren export`."""

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
def export(
    file_list: SirenFiles = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="html, npz or onnx. Default: by the output's suffix."),
    ] = None,
    gradient: Annotated[
        bool, typer.Option("--gradient", help="Export the gradient, too (onnx).")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where to write, kind by suffix; - is stdout."),
    ] = None,
    out_dir: OutDir = None,
    force: Force = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Export a .siren file as a page, a graph or arrays.

    \b
      siren export photo.siren                   photo.html, to look into with any browser
      siren export photo.siren -o photo.npz      NumPy's arrays, and the formula
      siren export photo.siren -o photo.onnx     a graph for ONNX runtimes
    """  # noqa: D301
    from siren_cli.commands import export
    from siren_cli.commands.export_options import ExportOptions
    from siren_cli.output import batch, export_text
    from siren_cli.system import collisions, files

    check_stdout(output, len(file_list or []), as_json=output_options.as_json)
    options = ExportOptions(form, gradient, output, out_dir, force)
    collisions.check_apart(file_list or [], options.destination)
    if out_dir is not None:
        files.make_directory(out_dir)

    def show(result: dict[str, Any]) -> None:
        print_written(export_text.export_line(result), result, output_options)

    code = batch.do_each(
        "export",
        file_list or [newest_file(output_options)],
        lambda file: export.export(file, options),
        show,
        as_json=output_options.as_json,
    )
    raise typer.Exit(code)
