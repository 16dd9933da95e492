"""The options of `siren compare`, and the files that it compares."""

from dataclasses import dataclass, field
from pathlib import Path

from siren_cli.comparing.codec_search import BY_PSNR, MATCHES
from siren_cli.comparing.thresholds import Thresholds
from siren_cli.comparing.trial_options import TrialOptions
from siren_cli.errors import UsageError
from siren_cli.pictures import formats
from siren_cli.pictures.codecs import named_codec
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.rendering import parsing


@dataclass(frozen=True)
class CompareOptions:
    """The options of `siren compare`.

    Attributes:
        codecs: Names of codecs that encode the original for every fit.
        match: The fact that an encoding shares with its fit, `psnr` or `bytes`.
        trial: Which fits are made.
        thresholds: How good and how small every file and fit must be.
        resize: Whether files may have another size and aspect than the original.
        region: Region that figures enlarge, as X,Y,WIDTH,HEIGHT; None is where the errors
            are largest.
        figure: File for a figure of all candidates side by side, or None.
        plot: File for a figure of the fits' learning curves, or None.
        html: File for a page with all results, or None.
        force: Whether these files may be overwritten.
        max_pixels: Most pixels that a picture may have to be read.
        as_csv: Whether the table is printed as CSV.

    Raises:
        UsageError: An option makes no sense, alone or together with another one.
    """

    codecs: tuple[str, ...] = ()
    match: str = BY_PSNR
    trial: TrialOptions = field(default_factory=TrialOptions)
    thresholds: Thresholds = field(default_factory=Thresholds)
    resize: bool = False
    region: str | None = None
    figure: Path | None = None
    plot: Path | None = None
    html: Path | None = None
    force: bool = False
    max_pixels: int = MAX_PIXELS
    as_csv: bool = False

    def __post_init__(self) -> None:
        for name in self.codecs:
            named_codec(name)
        if self.match not in MATCHES:
            raise UsageError(f"--match {self.match}: not one of {', '.join(MATCHES)}")
        parsing.check_size_and_region(None, self.region)
        if self.region and not self.figure:
            raise UsageError("--region is what --figure enlarges")
        if self.region and self.trial.supervisions:
            raise UsageError("--region: a figure of --supervise shows whole pictures alone")
        if self.match != BY_PSNR and not self.codecs:
            raise UsageError("--match is about the encodings of --codec")
        if self.plot and not self.trial.wanted:
            raise UsageError(
                "--plot shows how fits learn: name some by --activation, --preset or "
                "--supervise"
            )

    @property
    def shows_pictures(self) -> bool:
        """Whether candidates are needed for figures or a page after they are measured."""
        return any((self.figure, self.plot, self.html))


def split_names(text: str | None) -> tuple[str, ...]:
    """Return the names of a list such as jpeg,webp, each of them once."""
    parts = (name.strip() for name in (text or "").split(","))
    return tuple(dict.fromkeys(name for name in parts if name))


def compared_files(paths: list[Path], options: CompareOptions) -> list[Path]:
    """Return the original, then the other files that the arguments of `siren compare` mean.

    The original is the first argument. If that is a .siren file, the original is the
    picture of the same name beside it.

    Raises:
        UsageError: There is no such picture, or more than one, or nothing to compare.
    """
    original, *others = paths
    if original.suffix.lower() == ".siren":
        original, others = _picture_beside(original), paths
    for number, path in enumerate(others):
        if path in others[:number]:
            raise UsageError(f"{path}: is given twice")
    if not (others or options.trial.wanted):
        raise UsageError(
            f"compare {original}: with what? Name .siren files or pictures, or fits by --preset"
        )
    if options.codecs and not (options.trial.wanted or any(map(is_siren_file, others))):
        raise UsageError("--codec encodes as good as a fit: name a .siren file, or --preset")
    return [original, *others]


def is_siren_file(path: Path) -> bool:
    """Return whether a file is read as a .siren file, because its name is not a picture's."""
    return path.suffix.lower() not in formats.SUFFIXES


def _picture_beside(file: Path) -> Path:
    try:
        same_stem = sorted(path for path in file.parent.iterdir() if path.stem == file.stem)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    pictures = [path for path in same_stem if path.suffix.lower() in formats.SUFFIXES]
    if len(pictures) != 1:
        count = "several pictures" if pictures else "no picture"
        raise UsageError(f"{file}: {count} of that name beside it; name the original")
    return pictures[0]
