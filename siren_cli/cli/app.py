"""The application, and what its commands share: common flags, checks, the newest file."""

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from siren_cli.cli.completion import OFFERS
from siren_cli.errors import UsageError
from siren_cli.output.options import OutputOptions

# A file that cannot be read must not stop the others. So the arguments that name files are
# `readable=False`: Typer checks nothing, and each file is opened when its turn comes.
app = typer.Typer(
    name="siren",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# The parameters that several commands have.
SirenFiles = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE",
        readable=False,
        help="Default: the newest .siren of this folder; - is stdin.",
    ),
]
OutDir = Annotated[
    Path | None, typer.Option(help="A folder for the results; made if it is missing.")
]
Force = Annotated[bool, typer.Option("-f", "--force", help="Overwrite what is there.")]


def _output_options(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object per input on stdout.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="No progress, no summary.")
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("-v", "--verbose", help="Show where time goes, and what TensorFlow says."),
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Tracebacks for errors.")] = False,
) -> OutputOptions:
    """Return what the common flags mean.

    `exit_codes` looks for --debug itself, because errors also arise before flags are parsed.
    """
    return OutputOptions(as_json, quiet, verbose, color=not no_color)


def with_common_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Add what all commands have: the common flags, and what a shell offers at TAB.

    The command receives the meaning of the flags as `output_options`.

    Every command has all of them, even if it has no use for some, so that a script can
    pass them to any command. Typer finds flags in a function's signature, so the
    signature is extended.
    """
    flags = inspect.signature(_output_options).parameters
    signature = inspect.signature(command)
    own = [each for each in signature.parameters.values() if each.name != "output_options"]
    for name, offer in OFFERS.get(command.__name__, {}).items():
        _, flag = get_args(signature.parameters[name].annotation)
        flag.autocompletion = offer

    @wraps(command)
    def extended(**arguments: Any) -> None:
        common = {name: arguments.pop(name) for name in flags}
        command(**arguments, output_options=_output_options(**common))

    extended.__signature__ = signature.replace(parameters=[*own, *flags.values()])  # type: ignore[attr-defined]
    return extended


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

    Args:
        output: The value of --output.
        inputs: The number of inputs.
        as_json: Whether JSON objects are printed.

    Raises:
        UsageError: There are several inputs, or stdout would hold two things.
    """
    if output is not None and inputs > 1:
        raise UsageError("--output names one file, but there are several inputs")
    if output == Path("-") and as_json:
        raise UsageError("--json and --output - cannot both use stdout")


def newest_file(options: OutputOptions) -> Path:
    """Return the newest .siren file of this folder, for a command that names no file.

    Raises:
        UsageError: There is none.
    """
    from siren_cli.output import terminal
    from siren_cli.representation import siren_file

    newest = siren_file.newest(Path())
    if not options.quiet:
        terminal.print_message(f"newest here: {newest}")
    return newest


def print_written(line: str, result: dict[str, Any], options: OutputOptions) -> None:
    """Print a line and the notes of a written file to stderr, and its path to stdout."""
    from siren_cli.output import terminal

    if not options.quiet:
        terminal.print_message(line)
        terminal.print_notes(result["output"], result)
    print_output_path(result)


def print_output_path(result: dict[str, Any]) -> None:
    """Print the path of a result to stdout for a script; a person has read it on stderr."""
    from siren_cli.output import terminal

    if not (sys.stdout.isatty() or result["output"] == "-"):
        terminal.print_result(result["output"])
