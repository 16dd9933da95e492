"""`siren compare`."""

from pathlib import Path
from typing import Annotated

import typer

from siren_cli.cli.app import Force, app, newest_file, with_common_flags
from siren_cli.errors import UsageError
from siren_cli.output.options import OutputOptions
from siren_cli.pictures.formats import MAX_PIXELS


@app.command()
@with_common_flags
def compare(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[ORIGINAL] FILE...",
            readable=False,
            help="A picture, then .siren files and pictures.",
        ),
    ] = None,
    codec: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="jpeg, webp, avif, jxl: encode as good as each fit."),
    ] = None,
    match: Annotated[
        str, typer.Option(help="psnr, or bytes: encode as small as each fit.")
    ] = "psnr",
    preset: Annotated[
        str | None, typer.Option(metavar="LIST", help="Fit with these: fast,balanced,...")
    ] = None,
    activation: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Fit with these: sine, relu, tanh, sigmoid, gauss, wire, finer, relu-pe.",
        ),
    ] = None,
    supervise: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Fit by these: value, gradient, laplacian, value+gradient.",
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs of each fit. Default: as the preset says.")
    ] = None,
    time_limit: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time of each fit: 30s, 5m.")
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="A folder for these fits.")] = None,
    resize: Annotated[
        bool, typer.Option("--resize", help="Allow other sizes and aspects.")
    ] = False,
    region: Annotated[
        str | None,
        typer.Option(metavar="X,Y,W,H", help="What figures enlarge. Default: the worst spot."),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="All side by side: .png, .pdf, .svg, .jpg or .webp.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="How the fits learn, a figure.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="A page with all, to look at in a browser.")
    ] = None,
    force: Force = False,
    min_psnr: Annotated[float | None, typer.Option(help="Exit 1 below, in dB.")] = None,
    min_ssim: Annotated[float | None, typer.Option(help="Exit 1 below.")] = None,
    max_bytes: Annotated[int | None, typer.Option(help="Exit 1 above.")] = None,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Largest picture that is read.")
    ] = MAX_PIXELS,
    devices: Annotated[str, typer.Option(help="auto, cpu, gpu or gpu:0,1, for fits.")] = "auto",
    as_csv: Annotated[bool, typer.Option("--csv", help="The table as CSV.")] = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Say how good and how small .siren files, pictures and codecs are.

    A fit is drawn at the original's size, whatever its own.

    \b
      siren compare photo.png photo.siren
      siren compare photo.siren                    the picture of that name beside it
      siren compare photo.png a.siren b.jpg --figure panel.png
      siren compare photo.siren --codec jpeg,webp,avif --html report.html
      siren compare photo.png --activation sine,relu,tanh --plot curves.png
      siren compare photo.png --supervise value,gradient,laplacian --figure panel.png
      siren compare photo.siren --min-psnr 38 || echo "not good enough"
    """  # noqa: D301
    if as_csv and output_options.as_json:
        raise UsageError("--csv and --json cannot both use stdout")
    from siren_cli.commands import compare
    from siren_cli.commands.compare_options import CompareOptions, split_names
    from siren_cli.comparing.thresholds import Thresholds
    from siren_cli.comparing.trial_options import TrialOptions
    from siren_cli.planning.limits import Limits, parse_duration
    from siren_cli.resources import Resources

    seconds = None if time_limit is None else parse_duration(time_limit)
    trial = TrialOptions(
        presets=split_names(preset),
        activations=split_names(activation),
        supervisions=split_names(supervise),
        limits=Limits(epochs, seconds),
        keep=keep,
        resources=Resources(devices),
    )
    options = CompareOptions(
        codecs=split_names(codec),
        match=match,
        trial=trial,
        thresholds=Thresholds(min_psnr, min_ssim, max_bytes),
        resize=resize,
        region=region,
        figure=figure,
        plot=plot,
        html=html,
        force=force,
        max_pixels=max_pixels,
        as_csv=as_csv,
    )
    paths = paths or [newest_file(output_options)]
    raise typer.Exit(compare.compare(paths, options, output_options))
