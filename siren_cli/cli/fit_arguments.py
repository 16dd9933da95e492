"""The arguments of `siren fit`, brought together from the command line and elsewhere."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from siren_cli.config import Config
from siren_cli.errors import UsageError, prefixed
from siren_cli.hosts.cluster import Cluster, cluster_from
from siren_cli.lesson_settings import for_lesson
from siren_cli.planning.limits import Limits
from siren_cli.planning.pyramid.deciding import check_one_decides, with_quality
from siren_cli.planning.shards import Shard, parse_shard
from siren_cli.presets import load_preset, load_tables, parse_assignments
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


def check_mask_source(
    mask: Path | None, images: Sequence[Path], files_from: Path | None
) -> None:
    """Check that a mask can be read.

    Raises:
        UsageError: Pictures or names come from standard input, too, or a pipe would be read
            several times.
    """
    if mask == files.STDIN and files.STDIN in (*images, files_from):
        raise UsageError("--mask -: standard input holds a picture, or names, already")
    if mask is not None and mask.is_fifo() and len(images) > 1:
        raise UsageError(f"--mask {mask}: is a pipe, which can be read for one picture alone")


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


# Tables of settings without any.
NO_SETTINGS: Mapping[str, Mapping[str, Any]] = {}


class Sources(NamedTuple):
    """Where settings come from; a later source overrides the earlier ones.

    Environment variables count as flags, because Typer reads them as such.

    Attributes:
        preset: Name of the preset.
        path: A TOML file of settings, or None.
        flags: Values of flags by table and key; None is a flag that is not given.
        assignments: Values of --set.
        defaults: Tables of settings that a command has in the place of the preset's.
    """

    preset: str
    path: Path | None
    flags: Mapping[str, Mapping[str, Any]]
    assignments: Sequence[str]
    defaults: Mapping[str, Mapping[str, Any]] = NO_SETTINGS


def merged_config(
    sources: Sources, limits: Limits, quality: float | None = None, *, has_mask: bool = False
) -> Config:
    """Return the settings of all sources.

    Args:
        sources: The sources.
        limits: The limits, which may stretch the schedule.
        quality: The value of --quality, or None.
        has_mask: Whether a mask says which pixels are taught.
    """
    config, own = load_preset(sources.preset).updated(sources.defaults), {}
    if sources.path is not None:
        own = load_tables(sources.path)
        with prefixed(sources.path):
            config = config.updated(own)
    flags = {name: _given(table) for name, table in sources.flags.items()}
    if config.pyramid and "dtype" in flags.get("fit", {}):
        raise UsageError("--dtype is of mosaics; a pyramid (--preset compact) has none")
    config = with_quality(config.updated(flags), quality)
    assigned = parse_assignments(sources.assignments)
    config = limits.stretched(config).updated(assigned)
    check_one_decides(config, quality, limits.target_psnr)
    if config.fit.target_bytes and "hidden_features" in assigned.get("network", {}):
        raise UsageError("--target-bytes and --set network.hidden_features both decide widths")
    return for_lesson(config, (own, assigned), has_mask=has_mask)


def _given(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}
