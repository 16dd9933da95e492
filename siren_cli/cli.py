"""The command line: flags in, one call, results out.

Only Typer and our errors are imported at the top: `siren --help` should answer
before a person looks up.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siren_cli import exits
from siren_cli.config import DEFAULT_PRESET, MAX_PIXELS
from siren_cli.errors import UsageError

if TYPE_CHECKING:
    from siren_cli.config import Config

app = typer.Typer(
    name="siren",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="One JSON object per input on stdout.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")]
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


@app.command()
def fit(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE", help="Pictures to fit.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write; - is stdout.")
    ] = None,
    force: Force = False,
    preset: Annotated[
        str,
        typer.Option(envvar="SIREN_PRESET", help="fast, balanced, detailed or paper."),
    ] = DEFAULT_PRESET,
    config: Annotated[
        Path | None, typer.Option(envvar="SIREN_CONFIG", help="Your own settings, a TOML file.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="One setting: network.hidden_features=48"
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(envvar="SIREN_EPOCHS", help="How often every pixel is seen.")
    ] = None,
    time_limit: Annotated[
        str | None, typer.Option(help="Plan for a time of the whole command: 30s, 5m, 2h.")
    ] = None,
    target_psnr: Annotated[
        float | None,
        typer.Option(metavar="DB", help="Fit until it is this good; exit 1 if it is not."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(envvar="SIREN_SEED", help="Decides everything random.")
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="Type of the stored weights: int8, float16 or float32.")
    ] = None,
    devices: Annotated[
        str, typer.Option(envvar="SIREN_DEVICES", help="auto, cpu, gpu or gpu:0,1.")
    ] = "auto",
    replicas: Annotated[
        int | None,
        typer.Option(envvar="SIREN_REPLICAS", help="Devices that share each batch."),
    ] = None,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Largest picture that is read.")
    ] = MAX_PIXELS,
    dry_run: Annotated[
        bool, typer.Option("-n", "--dry-run", help="Say what would be made, and stop.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Let TensorFlow's own lines through.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colors in the bar.")] = False,
    debug: Debug = False,
) -> None:
    """Fit a network to each picture.

    photo.png becomes photo.siren beside it.

    \b
      siren fit photo.png
      siren fit photo.png --preset detailed -o large.siren
      siren fit photo.png --time-limit 30s
      siren fit photo.png --target-psnr 40
      siren fit *.jpg --json > fits.jsonl
    """  # noqa: D301
    from siren_cli import commands, terminal
    from siren_cli.resources import Resources
    from siren_cli.schedule import Budget, make_budget

    budget = make_budget(epochs, time_limit, target_psnr)
    # A budget plans its epochs itself; without one they stretch the schedule.
    lasting = None
    if budget == Budget(epochs):
        lasting, budget = epochs, Budget()
    flags = {"seed": seed, "dtype": dtype}
    merged = _merged_config((preset, config), assignments or [], flags, lasting)
    resources = Resources(devices, replicas)
    options = commands.FitOptions(merged, output, force, max_pixels, resources, budget)
    _check_output(output, len(images), as_json=as_json)
    commands.check_apart(images)

    def work(image: Path) -> dict[str, Any]:
        if dry_run:
            return commands.plan(image, options)
        commands.fit_output(image, options)
        share = replace(options, budget=budget.first_of(len(images) - images.index(image)))
        with terminal.watching(str(image), quiet=quiet, color=not no_color) as report:
            return commands.fit(image, share, report, terminal.held_stderr(show=verbose))

    def show(result: dict[str, Any]) -> None:
        if not quiet:
            line = terminal.plan_line if dry_run else terminal.fit_line
            terminal.say(line(result))
        _put_path(result, dry_run=dry_run)

    exits.each("fit", images, work, show, as_json=as_json)


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
    from siren_cli import commands, terminal

    _check_output(output, len(file_list or []), as_json=as_json)
    options = commands.RenderOptions(size, stretch, output, force)

    def show(result: dict[str, Any]) -> None:
        if not quiet:
            terminal.say(terminal.render_line(result))
        _put_path(result)

    paths = file_list or [_newest(quiet=quiet)]
    exits.each(
        "render", paths, lambda file: commands.render(file, options), show, as_json=as_json
    )


@app.command()
def compare(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[ORIGINAL] FILE", help="A picture and .siren files."),
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say how good and how small a .siren file is.

    \b
      siren compare photo.png photo.siren
      siren compare photo.siren          the picture of that name beside it
    """  # noqa: D301
    from siren_cli import commands, terminal

    original, candidates = commands.pair(paths or [_newest(quiet=quiet)])
    rows: list[dict[str, Any]] = []
    try:
        exits.each(
            "compare",
            candidates,
            lambda file: commands.compare(original, file),
            rows.append,
            as_json=as_json,
        )
    finally:
        for line in terminal.compare_lines(rows) if rows else []:
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
    from siren_cli import commands, terminal

    def show(result: dict[str, Any]) -> None:
        for line in terminal.info_lines(result):
            terminal.put(line)

    paths = file_list or [_newest(quiet=quiet)]
    exits.each("info", paths, commands.info, show, as_json=as_json)


def _merged_config(
    base: tuple[str, Path | None],
    assignments: Sequence[str],
    flags: dict[str, Any],
    epochs: int | None,
) -> "Config":
    # --set > other flags > environment (Typer reads it as flags) > --config > preset.
    from siren_cli.config import load_preset, load_toml, parse_assignments

    preset, path = base
    config = load_preset(preset)
    if path is not None:
        config = load_toml(path, config)
    given = {key: value for key, value in flags.items() if value is not None}
    config = config.updated({"fit": given})
    if epochs is not None:
        config = replace(config, fit=config.fit.lasting(epochs))
    return config.updated(parse_assignments(assignments))


def _check_output(output: Path | None, inputs: int, *, as_json: bool) -> None:
    if output is not None and inputs > 1:
        raise UsageError("--output names one file, but there are several inputs")
    if output == Path("-") and as_json:
        raise UsageError("--json and --output - cannot both use stdout")


def _newest(*, quiet: bool) -> Path:
    from siren_cli import files, terminal

    newest = files.newest_representation()
    if not quiet:
        terminal.say(f"newest here: {newest}")
    return newest


def _put_path(result: dict[str, Any], *, dry_run: bool = False) -> None:
    from siren_cli import terminal

    if not (dry_run or sys.stdout.isatty() or result["output"] == "-"):
        terminal.put(result["output"])
