"""`siren fit`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from siren_cli.cli.app import (
    Force,
    OutDir,
    app,
    check_stdout,
    print_output_path,
    with_common_flags,
)
from siren_cli.cli.fit_flags import (
    ClusterHosts,
    ClusterWait,
    ConfigFile,
    Devices,
    DryRun,
    Epochs,
    Fresh,
    KeepPixels,
    MaskFile,
    Seed,
    ShardOfCells,
    ShardOfPictures,
    Smooth,
    Supervise,
    TimeLimit,
)
from siren_cli.output.options import OutputOptions
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.presets import DEFAULT_PRESET


@app.command()
@with_common_flags
def fit(
    context: typer.Context,
    image_list: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="IMAGE", readable=False, help="Pictures, and folders of them; - is stdin."
        ),
    ] = None,
    recursive: Annotated[
        bool,
        typer.Option("-r", "--recursive", help="Look for pictures in the folders of a folder."),
    ] = False,
    files_from: Annotated[
        Path | None,
        typer.Option(help="A file with more pictures' names, one a line; - is stdin."),
    ] = None,
    null: Annotated[
        bool, typer.Option("-0", "--null", help="Names in that file end with NUL, not lines.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write; - is stdout.")
    ] = None,
    out_dir: OutDir = None,
    force: Force = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave out pictures that are fitted.")
    ] = False,
    fresh: Fresh = False,
    preset: Annotated[
        str,
        typer.Option(envvar="SIREN_PRESET", help="fast, balanced, detailed, paper or compact."),
    ] = DEFAULT_PRESET,
    config: ConfigFile = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="One setting: network.hidden_features=48"
        ),
    ] = None,
    epochs: Epochs = None,
    time_limit: TimeLimit = None,
    target_psnr: Annotated[
        float | None,
        typer.Option(metavar="DB", help="Fit until it is this good; exit 1 if it is not."),
    ] = None,
    target_bytes: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Most bytes of the file: 200k, 1.5M or 64Ki."),
    ] = None,
    quality: Annotated[
        float | None,
        typer.Option(metavar="Q", help="Of --preset compact: 0, the smallest file, to 100."),
    ] = None,
    supervise: Supervise = None,
    mask: MaskFile = None,
    keep_pixels: KeepPixels = None,
    smooth: Smooth = None,
    max_side: Annotated[
        int | None, typer.Option(help="Shrink larger pictures to this many pixels a side.")
    ] = None,
    gray: Annotated[
        bool, typer.Option("--gray", "--grey", help="Fit the gray of colors.")
    ] = False,
    alpha: Annotated[
        str,
        typer.Option(help="keep transparency, drop it, or over=#RRGGBB: lay over a color."),
    ] = "keep",
    icc: Annotated[
        str, typer.Option(help="keep the color profile, or convert the colors to srgb.")
    ] = "keep",
    page: Annotated[
        int | None,
        typer.Option(metavar="N", help="Which page or frame. Default: the first of full size."),
    ] = None,
    damaged: Annotated[
        str, typer.Option(help="refuse a damaged picture, or keep what is left of it.")
    ] = "refuse",
    keep_metadata: Annotated[
        bool, typer.Option("--keep-metadata", help="Keep EXIF and XMP, positions included.")
    ] = False,
    seed: Seed = None,
    dtype: Annotated[
        str | None, typer.Option(help="Type of the stored weights: int8, float16 or float32.")
    ] = None,
    devices: Devices = "auto",
    replicas: Annotated[
        int | None,
        typer.Option(envvar="SIREN_REPLICAS", help="Devices that share the work."),
    ] = None,
    cluster: ClusterHosts = "auto",
    cluster_wait: ClusterWait = "60s",
    shard: ShardOfPictures = None,
    shard_cells: ShardOfCells = None,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Largest picture that is read whole.")
    ] = MAX_PIXELS,
    dry_run: DryRun = False,
    *,
    output_options: OutputOptions,
) -> None:
    """Fit a network to each picture.

    photo.png becomes photo.siren beside it.

    \b
      siren fit photo.png
      siren fit photo.png --preset detailed -o large.siren
      siren fit photo.png --time-limit 30s
      siren fit photo.png --target-psnr 40
      siren fit photo.png --target-bytes 200k
      siren fit photo.png --preset compact --quality 50
      siren fit photo.png --supervise gradient
      siren fit photo.png --mask holes.png
      siren fit *.jpg --out-dir fits --skip-existing --json > fits.jsonl
      siren fit --recursive album --out-dir fits
      find . -name '*.png' -print0 | siren fit --files-from - -0
      siren fit logo.png --alpha over=#ffffff
      siren fit *.png --shard 2/4
      siren fit big.tif --shard-cells 2/4
    """  # noqa: D301
    from siren_cli.cli import fit_arguments
    from siren_cli.commands import (
        fit,
        fit_inputs,
        fit_options,
        fit_part,
        fit_plan,
        fit_together,
    )
    from siren_cli.output import part_text, terminal, text
    from siren_cli.output.batch import Batch
    from siren_cli.pictures.conversion import Conversion
    from siren_cli.planning.limits import Limits, parse_bytes, parse_duration, parse_share
    from siren_cli.resources import Resources
    from siren_cli.system import files

    seconds = None if time_limit is None else parse_duration(time_limit)
    limits = Limits(epochs, seconds, target_psnr)
    file_bytes = None if target_bytes is None else parse_bytes(target_bytes)
    kept = None if keep_pixels is None else parse_share(keep_pixels)
    flags: dict[str, dict[str, Any]] = {
        "fit": {"seed": seed, "dtype": dtype, "target_bytes": file_bytes},
        "supervision": {"by": supervise, "keep_pixels": kept, "smooth": smooth},
    }
    sources = fit_arguments.Sources(preset, config, flags, assignments or [])
    share, part = fit_arguments.shards(shard, shard_cells)
    named = fit_arguments.named_images(image_list or [], files_from, null=null)
    fit_arguments.check_mask_source(mask, named, files_from)
    inputs = fit_inputs.found(named, recursive=recursive)
    options = fit_options.FitOptions(
        config=fit_arguments.merged_config(sources, limits, quality, has_mask=mask is not None),
        conversion=Conversion(alpha, icc, gray, max_side, page, damaged),
        output=output,
        out_dir=out_dir,
        folders=inputs.folders,
        keep_metadata=keep_metadata,
        force=force,
        skip_existing=skip_existing,
        fresh=fresh,
        max_pixels=max_pixels,
        resources=Resources(devices, replicas),
        budget=limits.budget(context.obj),
        cluster_seconds=parse_duration(cluster_wait, "--cluster-wait"),
        part=part,
        mask=mask,
    )
    check_stdout(output, len(inputs.images), as_json=output_options.as_json)
    fit_options.check_apart(inputs.images, options, as_json=output_options.as_json)
    images = fit_options.dealt(inputs.images, share, part)
    if share and not images and not output_options.quiet:
        terminal.print_message(f"--shard {share}: no picture is left for this share")
    hosts = None if dry_run else fit_arguments.hosts_of(cluster)
    if hosts is not None:
        fit_together.check_together(images, options)
        if not hosts.is_chief:
            code = fit_together.assist(hosts, images[0], options, output_options)
            raise typer.Exit(code)
    if out_dir is not None and not dry_run:
        for folder in {options.destination(image).path.parent for image in images}:
            files.make_directory(folder)

    def show(result: dict[str, Any]) -> None:
        if not output_options.quiet:
            fit_line = part_text.part_line if "part" in result else text.fit_line
            planned = dry_run and "skipped" not in result
            terminal.print_message(text.plan_line(result) if planned else fit_line(result))
            terminal.print_notes(result["input"], result)
        if not dry_run:
            print_output_path(result)

    batch = Batch("fit", images, show, as_json=output_options.as_json)
    if dry_run:
        fit_plan.plan_all(options, batch)
    elif hosts is None:
        one = fit_part.fit_one if part else fit.fit_one
        fit.fit_all(options, batch, output_options, context.obj, one)
    else:
        fit_together.lead(hosts, options, batch, output_options, started=context.obj)
    raise typer.Exit(batch.exit_code())
