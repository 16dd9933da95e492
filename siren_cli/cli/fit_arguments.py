"""The arguments of `siren fit`, brought together from the command line and elsewhere."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.hosts.cluster import Cluster, cluster_from
from siren_cli.planning.limits import Limits
from siren_cli.planning.pyramid.deciding import check_one_decides, with_quality
from siren_cli.planning.shards import Shard, parse_shard
from siren_cli.presets import load_preset, load_toml, parse_assignments
from siren_cli.system import files


def named_images(named: Sequence[Path], files_from: Path | None, *, null: bool) -> list[Path]:
    """Return the names of pictures and folders on the command line and in a file.

    Raises:
        UsageError: There is none, or standard input would hold both.
    """
    if files_from is None:
        if not named:
            raise UsageError("no IMAGE given (siren fit --help shows examples)")
        if null:
            raise UsageError("--null is about the names of --files-from")
        return list(named)
    images = [*named, *files.read_names(files_from, null=null)]
    if files.STDIN in images and files_from == files.STDIN:
        raise UsageError("-: a picture and names cannot both come from stdin")
    return images


def shards(pictures: str | None, cells: str | None) -> tuple[Shard | None, Shard | None]:
    """Return the share of this run in the pictures, and that in the cells of one picture."""
    return (
        None if pictures is None else parse_shard(pictures, "--shard"),
        None if cells is None else parse_shard(cells, "--shard-cells"),
    )


def hosts_of(cluster: str) -> Cluster | None:
    """Return the hosts that fit one picture together, or None where this one fits alone."""
    if cluster == "none":
        return None
    if cluster not in ("auto", "slurm"):
        raise UsageError(f"--cluster {cluster}: not auto, slurm or none")
    return cluster_from(os.environ, "slurm" if cluster == "slurm" else "auto")


def merged_config(
    preset: str,
    path: Path | None,
    flags: dict[str, Any],
    limits: Limits,
    assignments: Sequence[str],
    quality: float | None = None,
) -> Config:
    """Return the settings of all sources; a later argument overrides the earlier ones.

    Environment variables count as flags, because Typer reads them as such.

    Args:
        preset: Name of the preset.
        path: A TOML file of settings, or None.
        flags: Values of the table `fit` by key; None is a flag that is not given.
        limits: The limits, which may stretch the schedule.
        assignments: Values of --set.
        quality: The value of --quality, or None.
    """
    return laid_over(load_preset(preset), path, flags, limits, assignments, quality)


def laid_over(
    config: Config,
    path: Path | None,
    flags: dict[str, Any],
    limits: Limits,
    assignments: Sequence[str],
    quality: float | None = None,
) -> Config:
    """Return the settings of a preset with those of all other sources laid over them.

    The arguments are those of `merged_config`.
    """
    if path is not None:
        config = load_toml(path, config)
    if config.pyramid and flags.get("dtype") is not None:
        raise UsageError("--dtype is of mosaics; a pyramid (--preset compact) has none")
    given = {key: value for key, value in flags.items() if value is not None}
    config = with_quality(config.updated({"fit": given}), quality)
    assigned = parse_assignments(assignments)
    config = limits.stretched(config).updated(assigned)
    check_one_decides(config, quality, limits.target_psnr)
    if config.fit.target_bytes and "hidden_features" in assigned.get("network", {}):
        raise UsageError("--target-bytes and --set network.hidden_features both decide widths")
    return config
