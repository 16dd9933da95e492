"""`siren join`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import Force, app, check_stdout, print_written, with_common_flags
from siren_cli.errors import UsageError
from siren_cli.output.options import OutputOptions


@app.command()
@with_common_flags
def join(
    part_list: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PART", readable=False, help="All parts of a fit."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write; - is stdout.")
    ] = None,
    force: Force = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Join the parts of a fit that several machines have made.

    A part is made by: siren fit big.tif --shard-cells 1/2. The file of all parts is
    the one that a single fit would have made, byte by byte.

    \b
      siren join big.*.part                 big.siren
      siren join big.*.part -o other.siren
    """  # noqa: D301
    if not part_list:
        raise UsageError("no PART given (siren join --help shows examples)")
    check_stdout(output, 1, as_json=output_options.as_json)
    from siren_cli.commands import join
    from siren_cli.output import batch, part_text

    def show(result: dict[str, Any]) -> None:
        print_written(part_text.join_line(result), result, output_options)

    code = batch.do_each(
        "join",
        part_list[:1],
        lambda _: join.join(part_list, output, force=force),
        show,
        as_json=output_options.as_json,
    )
    raise typer.Exit(code)
