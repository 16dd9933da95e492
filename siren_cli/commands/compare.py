"""What `siren compare` does, without the command line."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from siren_cli import presets
from siren_cli.commands.compare_options import CompareOptions
from siren_cli.comparing import candidates
from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.originals import Original
from siren_cli.comparing.trial_fits import TrialFits
from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import largest_error, psnr
from siren_cli.metrics.ssim import Similarity, similarity
from siren_cli.output import terminal
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result, head, smallness
from siren_cli.output.options import OutputOptions
from siren_cli.pictures import formats
from siren_cli.rendering.geometry import Size, size_of
from siren_cli.rendering.parsing import parse_region

DIGITS = 6


class Comparison:
    """A picture and all that it is compared with.

    Args:
        path: The picture.
        options: What to compare it with besides files.
        batch: Counts what fails, and puts out the rest.
        output_options: How fits are shown.

    Attributes:
        shown: The candidates so far, for figures; none where there are no figures.
    """

    def __init__(
        self, path: Path, options: CompareOptions, batch: Batch, output_options: OutputOptions
    ) -> None:
        self._original = Original(path, options.max_pixels)
        self._options, self._batch, self._output_options = options, batch, output_options
        self._done: Candidate | None = None
        self.shown: list[Candidate] = []

    def run(self, paths: Iterable[Path]) -> None:
        """Measure everything: the original, the files, codecs and fits."""

        def read() -> Candidate:
            with terminal.silent_stderr():
                return candidates.the_original(self._original)

        self._measure(self._original.path, read)
        if self._done is None:
            return  # without it there is nothing to compare with
        _check_region(self._options.region, size_of(self._done.picture.facts))
        for path in paths:
            self._measure_file(path)
        if self._options.trial.wanted:
            self._measure_fits()

    def _measure_file(self, path: Path) -> None:
        ours = is_representation(path)
        read = candidates.siren_candidate if ours else candidates.picture_candidate

        def make() -> Candidate:
            with terminal.silent_stderr():
                return read(path, self._original, resize=self._options.resize)

        self._measure(path, make)
        if ours:
            self._measure_rivals(path)

    def _measure_fits(self) -> None:
        path = self._original.path
        with terminal.silent_stderr():
            picture = self._original.read()
        fits = TrialFits(picture, path, self._options, self._output_options)
        for told in self._options.trial.fits():
            self._measure(path, partial(fits.make, *told))
            self._measure_rivals(path)

    def _measure_rivals(self, path: Path) -> None:
        """Measure what is compared with the fit that was measured last."""
        done = self._done
        if done is None:
            return
        for how in candidates.enlargements(done):
            self._measure(path, partial(candidates.enlarged, done, how))
        for codec in self._options.codecs:
            make = partial(candidates.codec_candidate, done, codec, self._options.match)
            self._measure(path, make)

    def _measure(self, path: Path, make: Callable[[], Candidate]) -> None:
        self._done = None

        def work(_: Path) -> Result:
            candidate = make()
            if self._options.pictured:
                self.shown.append(candidate)
            self._done = candidate
            return self._row(path, candidate)

        self._batch.do(path, work)

    def _row(self, path: Path, candidate: Candidate) -> Result:
        row = measured(path, self._original.path, candidate)
        gated = candidate.kind in ("siren", "picture", "fit")
        return row | {"missed": gated and not self._options.gate.holds(row)}


def _check_region(text: str | None, whole: Size) -> None:
    if not parse_region(text, whole, extrapolate=True).inside(whole):
        raise UsageError(f"--region {text}: leaves the picture, which is {whole}")


def measured(path: Path, original: Path, candidate: Candidate) -> Result:
    """Return how good and how small a candidate is."""
    quality, alike, largest = _alike(candidate)
    facts = candidate.original.facts
    size = candidate.file_bytes
    small = {"bytes": None, "bpp": None} if size is None else smallness(size, facts)
    return {
        **head("compare", path, facts),
        "original": str(original),
        "name": candidate.name,
        "kind": candidate.kind,
        **small,
        "psnr_db": _rounded(quality, 4),
        "identical": quality is None,
        "ssim": _rounded(alike.ssim),
        "ms_ssim": _rounded(alike.ms_ssim),
        "max_error": largest,
        **_network(candidate),
        "settings": candidate.settings,
        "render_seconds": _rounded(candidate.render_seconds, 3),
        "fit_seconds": _rounded(candidate.fit_seconds, 3),
        "notes": list(candidate.notes),
    }


def _alike(candidate: Candidate) -> tuple[float | None, Similarity, int]:
    """Return how alike a candidate is to the original: PSNR, SSIM and the largest error."""
    both = candidate.original, candidate.picture
    if candidate.kind == "original":
        return None, Similarity(None, None), 0
    return psnr(*both), similarity(*both), largest_error(*both)


def _network(candidate: Candidate) -> dict[str, Any]:
    if candidate.representation is None:
        return {"parameters": None, "preset": None, "activation": None}
    header = candidate.representation.header
    return {
        "parameters": header.parameters,
        "preset": presets.name_of(header.settings),
        "activation": header.stored_activation,
    }


def _rounded(number: float | None, digits: int = DIGITS) -> float | None:
    return None if number is None else round(float(number), digits)


def is_representation(path: Path) -> bool:
    """Return whether a file is meant as one of ours: its name is not that of a picture."""
    return path.suffix.lower() not in formats.SUFFIXES


def pair(paths: list[Path], options: CompareOptions) -> tuple[Path, list[Path]]:
    """Return the original and the files that `siren compare` means.

    Without an original it is the picture of the same name beside the first
    .siren file.

    Raises:
        UsageError: There is no such picture, or more than one, or nothing to compare.
    """
    original, *rest = paths
    if original.suffix.lower() == ".siren":
        original, rest = _original_of(original), paths
    for number, path in enumerate(rest):
        if path in rest[:number]:
            raise UsageError(f"{path}: is given twice")
    if not (rest or options.trial.wanted):
        raise UsageError(
            f"compare {original}: with what? Name .siren files or pictures, or fits by --preset"
        )
    if options.codecs and not (options.trial.wanted or any(map(is_representation, rest))):
        raise UsageError("--codec encodes as good as a fit: name a .siren file, or --preset")
    return original, rest


def _original_of(file: Path) -> Path:
    try:
        beside = sorted(path for path in file.parent.iterdir() if path.stem == file.stem)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error
    found = [path for path in beside if path.suffix.lower() in formats.SUFFIXES]
    if len(found) != 1:
        many = "several pictures" if found else "no picture"
        raise UsageError(f"{file}: {many} of that name beside it; name the original")
    return found[0]
