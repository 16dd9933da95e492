"""The options of `siren fit`, and what contradicts itself in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.lesson_settings import check_divisible, check_lesson
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.planning.schedule import Budget
from siren_cli.planning.shards import Shard
from siren_cli.resources import Resources
from siren_cli.system import collisions, files
from siren_cli.system.destination import Destination


@dataclass(frozen=True)
class FitOptions:
    """The options of `siren fit`.

    Attributes:
        config: Network and schedule, from all sources.
        conversion: How pictures are changed before the fit.
        output: The file to write; None is beside the picture, or in `out_dir`.
        out_dir: A folder for the results, or None.
        folders: Where below `out_dir` those results go that do not go right into it.
        keep_metadata: Whether EXIF and XMP are kept.
        force: Whether files that exist are overwritten.
        skip_existing: Whether pictures whose result exists are left out.
        fresh: Whether to start over instead of going on with an unfinished fit.
        max_pixels: Largest picture that is read whole.
        resources: Devices and replicas.
        budget: The limits that end the fits besides their epochs.
        cluster_seconds: How long hosts that fit a picture together wait for each other.
        part: The part of the one picture that is fitted, or None.
        mask: A picture that is white where pixels are taught, or None.
        others: Files that are read besides the pictures and the mask.

    Raises:
        UsageError: Two of them contradict each other.
    """

    config: Config
    conversion: Conversion = AS_IT_IS
    output: Path | None = None
    out_dir: Path | None = None
    folders: Mapping[Path, Path] = field(default_factory=dict)
    keep_metadata: bool = False
    force: bool = False
    skip_existing: bool = False
    fresh: bool = False
    max_pixels: int = MAX_PIXELS
    resources: Resources = field(default_factory=Resources)
    budget: Budget = field(default_factory=Budget)
    cluster_seconds: float = 60.0
    part: Shard | None = None
    mask: Path | None = None
    others: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        if self.output and self.out_dir:
            raise UsageError("--output and --out-dir name two places")
        if self.force and self.skip_existing:
            raise UsageError("--force and --skip-existing contradict each other")
        if self.part and self.budget != Budget():
            raise UsageError(
                "--shard-cells fits for a number of epochs, not for a --time-limit or a "
                "--target-psnr"
            )
        if self.part and self.config.pyramid:
            raise UsageError("--shard-cells needs cells; --preset compact makes a pyramid")
        if self.part and self.config.network.cell_size == 0:
            raise UsageError(
                "--shard-cells needs cells, and network.cell_size 0 (--preset paper) is one "
                "network for the whole picture"
            )
        check_lesson(self.config, self.budget.psnr, has_mask=self.has_mask)
        if self.part:
            check_divisible(self.config, "--shard-cells", has_mask=self.has_mask)

    def sources(self, image: Path) -> list[Path]:
        """Return the files that a fit reads, and must not replace."""
        masks = [] if self.mask is None else [self.mask]
        return [image, *masks, *self.others]

    @property
    def has_mask(self) -> bool:
        """Whether a mask says which pixels are taught."""
        return self.mask is not None

    @property
    def has_lesson(self) -> bool:
        """Whether anything else than the values of all pixels is taught."""
        return self.config.supervision.needs_lesson(has_mask=self.has_mask)

    @property
    def asked_part(self) -> Shard:
        """The part that is fitted, where there is one."""
        if self.part is None:
            raise ValueError("the whole picture is fitted")
        return self.part

    def destination(self, image: Path) -> Destination:
        """Return where the fit of a picture goes."""
        folder = self.out_dir and self.out_dir / self.folders.get(image, "")
        suffix = self.part.suffix if self.part else ".siren"
        path = files.result_path(image, suffix, self.output, folder)
        return Destination(path, self.force)

    def is_folder_missing(self, image: Path) -> bool:
        """Whether the folder for the fit of a picture is still to be made."""
        folder = self.destination(image).path.parent
        return self.out_dir is not None and not folder.exists()


def dealt(images: list[Path], shard: Shard | None, part: Shard | None) -> list[Path]:
    """Return the pictures of this run, of all pictures of a command.

    Args:
        images: All pictures, in their order.
        shard: The share of this run in the pictures; None is all.
        part: Its share in the cells of the one picture; None is all.

    Raises:
        UsageError: Both are given, or the second one with several pictures.
    """
    if part is None:
        return images if shard is None else shard.dealt(images)
    if shard is not None:
        raise UsageError("--shard deals pictures and --shard-cells the cells of one: give one")
    if len(images) > 1:
        raise UsageError(
            f"--shard-cells cuts one picture, not {len(images)} (--shard deals pictures)"
        )
    return images


def check_apart(images: Sequence[Path], options: FitOptions, *, as_json: bool) -> None:
    """Check that no two pictures would be fitted to the same place.

    Raises:
        UsageError: Two would, or standard output would hold a fit and something else.
    """
    to_stdout = any(options.destination(image).is_stdout for image in images)
    if to_stdout and (as_json or len(images) > 1):
        raise UsageError("-: standard output holds one fit and nothing else; name it by -o")
    collisions.check_apart(images, options.destination)
