"""The application, and what its commands share."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.errors import UsageError

app = typer.Typer(
    name="siren",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# On every command, so that a script need not know which one has something to say.
Json = Annotated[bool, typer.Option("--json", help="One JSON object per input on stdout.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Show what libraries say, as TensorFlow does.")
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colors.")]
# `exits` looks for this flag itself: errors also arise before flags are parsed.
Debug = Annotated[bool, typer.Option("--debug", help="Tracebacks for errors.")]
Force = Annotated[bool, typer.Option("-f", "--force", help="Overwrite what is there.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"siren {installed_version('siren-cli')}")
        raise typer.Exit


@app.callback()
def siren(
    version: Annotated[
        bool,
        typer.Option(
            "-V", "--version", is_eager=True, callback=_show_version, help="Show the version."
        ),
    ] = False,
) -> None:
    """Turn any picture into a small neural network, and back at any size.

    \b
      siren fit photo.png             photo.siren: the picture as a network
      siren render photo.siren --size 4096
      siren compare photo.png photo.siren
    """  # noqa: D301


def check_stdout(output: Path | None, inputs: int, *, as_json: bool) -> None:
    """Check that one output is enough, and that standard output is used once.

    Raises:
        UsageError: It is not.
    """
    if output is not None and inputs > 1:
        raise UsageError("--output names one file, but there are several inputs")
    if output == Path("-") and as_json:
        raise UsageError("--json and --output - cannot both use stdout")


def newest(*, quiet: bool) -> Path:
    """Return the .siren file that is meant where none is named."""
    from siren_cli.output import terminal
    from siren_cli.representation import siren_file

    newest = siren_file.newest(Path())
    if not quiet:
        terminal.say(f"newest here: {newest}")
    return newest


def put_path(result: dict[str, Any]) -> None:
    """Print where a result is, for scripts."""
    from siren_cli.output import terminal

    if not (sys.stdout.isatty() or result["output"] == "-"):
        terminal.put(result["output"])
