"""`siren blend`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import Force, app, check_stdout, print_output_path, with_common_flags
from siren_cli.cli.fit_flags import ConfigFile, Devices, DryRun, Epochs, Fresh, Seed, TimeLimit
from siren_cli.output.options import OutputOptions
from siren_cli.presets import DEFAULT_PRESET


@app.command()
@with_common_flags
def blend(
    context: typer.Context,
    background: Annotated[
        Path,
        typer.Argument(
            metavar="BACKGROUND", readable=False, help="The picture that is blended into."
        ),
    ],
    foreground: Annotated[
        Path,
        typer.Argument(
            metavar="FOREGROUND", readable=False, help="The picture of which a part is taken."
        ),
    ],
    mask: Annotated[
        Path | None,
        typer.Option(
            help="A picture as large as FOREGROUND, white where that is taken. Default: its "
            "own alpha."
        ),
    ] = None,
    at: Annotated[
        str,
        typer.Option(
            metavar="X,Y", help="Where FOREGROUND's upper left pixel is in BACKGROUND."
        ),
    ] = "0,0",
    mixed: Annotated[
        bool,
        typer.Option(
            "--mixed/--no-mixed", help="Let the stronger details of both pictures stay."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Where to write; - is stdout. Default: BACKGROUND-blend.siren.",
        ),
    ] = None,
    force: Force = False,
    fresh: Fresh = False,
    preset: Annotated[
        str, typer.Option(envvar="SIREN_PRESET", help="fast, balanced, detailed or paper.")
    ] = DEFAULT_PRESET,
    config: ConfigFile = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="One setting: supervision.gradient_weight=3"
        ),
    ] = None,
    epochs: Epochs = None,
    time_limit: TimeLimit = None,
    alpha: Annotated[
        str,
        typer.Option(
            help="drop the transparency of BACKGROUND, or over=#RRGGBB: lay it over a color."
        ),
    ] = "keep",
    keep_metadata: Annotated[
        bool, typer.Option("--keep-metadata", help="Keep EXIF and XMP of BACKGROUND.")
    ] = False,
    seed: Seed = None,
    devices: Devices = "auto",
    dry_run: DryRun = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Blend a part of one picture into another, without a seam.

    The part keeps its details, and its colors follow from those around it (Poisson image
    editing): a network is taught the colors around it, and its gradients.

    \b
      siren blend field.png bear.png --mask bear-mask.png --at 120,80
      siren blend wall.png sign.png --at 40,40 --mixed -o signed.siren
    """  # noqa: D301
    check_stdout(output, 1, as_json=output_options.as_json)
    from siren_cli.cli import fit_arguments
    from siren_cli.commands import blend, blend_inputs, blend_settings, fit_options
    from siren_cli.output import batch, terminal, text
    from siren_cli.planning.limits import Limits, parse_duration
    from siren_cli.resources import Resources

    seconds = None if time_limit is None else parse_duration(time_limit)
    limits = Limits(epochs, seconds)
    inputs = blend_inputs.BlendInputs(
        background,
        foreground,
        mask,
        blend_inputs.parse_corner(at),
        is_mixed=mixed,
        alpha=alpha,
        keep_metadata=keep_metadata,
    )
    sources = fit_arguments.Sources(
        preset,
        config,
        {"fit": {"seed": seed}},
        assignments or [],
        blend_settings.defaults_of(preset),
    )
    settings = fit_arguments.merged_config(sources, limits)
    blend_settings.check_blending(settings)
    options = fit_options.FitOptions(
        config=settings,
        output=output or blend.default_output(background),
        force=force,
        fresh=fresh,
        resources=Resources(devices),
        budget=limits.budget(context.obj),
        others=inputs.others,
    )

    def show(result: dict[str, Any]) -> None:
        if not output_options.quiet:
            line = text.plan_line(result) if dry_run else text.blend_line(result)
            terminal.print_message(line)
            terminal.print_notes(result["input"], result)
        if not dry_run:
            print_output_path(result)

    def work(_: Path) -> dict[str, Any]:
        if dry_run:
            return blend.planned(inputs, options)
        return blend.blend(inputs, options, output_options, context.obj)

    code = batch.do_each("blend", [background], work, show, as_json=output_options.as_json)
    raise typer.Exit(code)
