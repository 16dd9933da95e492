"""`siren compare` without the command line: candidates made, measured and shown."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from siren_cli.commands.compare_options import CompareOptions, compared_files, is_siren_file
from siren_cli.commands.compare_output import check_outputs, print_rows, write_outputs
from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.fit_candidates import (
    enlarged_candidate,
    enlargements,
    siren_candidate,
)
from siren_cli.comparing.measurement import candidate_row
from siren_cli.comparing.picture_candidates import (
    Original,
    codec_candidate,
    original_candidate,
    picture_candidate,
)
from siren_cli.comparing.trial_fits import TrialFitter
from siren_cli.errors import UsageError
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result
from siren_cli.output.options import OutputOptions
from siren_cli.rendering.geometry import Size, size_of
from siren_cli.rendering.parsing import parse_region


def compare(paths: list[Path], options: CompareOptions, output_options: OutputOptions) -> int:
    """Measure, print and draw candidates for an original; return the exit code.

    Args:
        paths: The arguments of `siren compare`.
        options: Its options.
        output_options: How results and progress are shown.

    Raises:
        UsageError: The arguments or options make no sense.
        OutputError: A figure or the page cannot be written.
    """
    original, *others = compared_files(paths, options)
    check_outputs([original, *others], options)
    inputs = [*others, *(original for _ in options.trial.planned())]
    batch = Batch("compare", inputs, lambda row: None, as_json=output_options.as_json)
    comparison = Comparison(original, options, batch, output_options)
    try:
        comparison.run(others)
    finally:  # Ctrl-C may end a long fit; what was measured before is printed.
        if not output_options.as_json:
            print_rows(batch.done, output_options, as_csv=options.as_csv)
    write_outputs(comparison.shown, batch.done, options)
    return batch.exit_code()


class Comparison:
    """Makes and measures all candidates for an original.

    Args:
        path: The original.
        options: The codecs, fits and thresholds.
        batch: Counts failures, and holds the facts of the candidates.
        output_options: How the progress of fits is shown.

    Attributes:
        shown: The candidates so far; none if no figure and no page needs them.
    """

    def __init__(
        self, path: Path, options: CompareOptions, batch: Batch, output_options: OutputOptions
    ) -> None:
        self._original = Original(path, options.max_pixels)
        self._options, self._batch, self._output_options = options, batch, output_options
        self.shown: list[Candidate] = []

    def run(self, paths: Iterable[Path]) -> None:
        """Measure the original, the files, and the fits, each with its codecs."""
        make = partial(original_candidate, self._original)
        original = self._measure(self._original.path, make)
        if original is None:
            return  # Without it there is nothing to compare with.
        _check_region(self._options.region, size_of(original.picture.facts))
        for path in paths:
            self._measure_file(path)
        if self._options.trial.wanted:
            self._measure_fits()

    def _measure_file(self, path: Path) -> None:
        read = siren_candidate if is_siren_file(path) else picture_candidate
        make = partial(read, path, self._original, resize=self._options.resize)
        self._measure_alternatives(path, self._measure(path, make))

    def _measure_fits(self) -> None:
        path, options, picture = self._original.path, self._options, self._original.read()
        fitter = TrialFitter(
            picture, path, options.trial, self._output_options, force=options.force
        )
        for fit in options.trial.planned():
            self._measure_alternatives(path, self._measure(path, partial(fitter.make, fit)))

    def _measure_alternatives(self, path: Path, candidate: Candidate | None) -> None:
        """Measure the enlargements and encodings that belong to a candidate with a network."""
        function = candidate.representation if candidate else None
        if candidate is None or function is None:
            return
        for name in enlargements(function.header.facts, candidate.original.facts):
            self._measure(path, partial(enlarged_candidate, candidate, function, name))
        for codec in self._options.codecs:
            make = partial(codec_candidate, candidate, codec, self._options.match)
            self._measure(path, make)

    def _measure(self, path: Path, make: Callable[[], Candidate]) -> Candidate | None:
        """Make and measure a candidate; return None if that fails, which the batch explains."""
        made: list[Candidate] = []

        def work(_: Path) -> Result:
            made.append(make())
            return self._row(path, made[0])

        self._batch.do(path, work)
        if self._options.shows_pictures:
            self.shown += made
        return made[0] if made else None

    def _row(self, path: Path, candidate: Candidate) -> Result:
        row = candidate_row(path, self._original.path, candidate)
        has_thresholds = candidate.kind in ("siren", "picture", "fit")
        missed = has_thresholds and not self._options.thresholds.met_by(row)
        return {**row, "missed": missed}


def _check_region(text: str | None, whole: Size) -> None:
    if not parse_region(text, whole, extrapolate=True).inside(whole):
        raise UsageError(f"--region {text}: leaves the picture, which is {whole}")
