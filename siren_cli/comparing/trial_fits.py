"""Fits that are made for a comparison: presets, activations and supervisions, on equal terms.

Each has the same pixels, cells, batches and budget. Only the activation differs, and its
learning rate, which was tuned for each on other pictures (`model.activations`); and what is
taught, with the settings that suit it (`lesson_settings`).
"""

import time
from dataclasses import replace
from pathlib import Path

from siren_cli.comparing.candidates import Candidate, CurvePoint
from siren_cli.comparing.fit_candidates import fitted_candidate
from siren_cli.comparing.trial_options import TrialFit, TrialOptions
from siren_cli.config import Config
from siren_cli.errors import prefixed
from siren_cli.output import terminal
from siren_cli.output.options import OutputOptions
from siren_cli.output.text import progress_text
from siren_cli.pictures.picture import Picture
from siren_cli.planning.lesson_quality import LessonQuality, derivative_quality
from siren_cli.planning.masked_picture import MaskedPicture, masked_picture
from siren_cli.planning.planned import plan_of
from siren_cli.planning.progress import Progress
from siren_cli.planning.work import unkept
from siren_cli.representation import siren_file
from siren_cli.representation.representation import Representation
from siren_cli.system.destination import Destination


class TrialFitter:
    """Makes the fits of one picture for a comparison.

    Args:
        picture: The picture that is fitted.
        path: Its file, after which the fits that are kept are named.
        trial: How long each fit may take, and where it is kept.
        output_options: How the progress of the fits is shown.
        force: Whether a fit that is kept may overwrite a file.
    """

    def __init__(
        self,
        picture: Picture,
        path: Path,
        trial: TrialOptions,
        output_options: OutputOptions,
        *,
        force: bool,
    ) -> None:
        self._picture, self._path, self._trial = picture, path, trial
        self._output_options, self._force = output_options, force

    def make(self, fit: TrialFit) -> Candidate:
        """Make one fit, and keep it if fits are kept.

        Raises:
            DivergedError: It loses the picture at any learning rate.
            ResourceError: A device or memory is not there.
            OutputError: It cannot be kept.
        """
        candidate = self._trained(fit.name, self._trial.limits.stretched(fit.config))
        output = self._trial.output_for(self._path, fit)
        if output is not None and candidate.representation is not None:
            content = siren_file.encode(candidate.representation)
            Destination(output, self._force).save_locked(content)
        return candidate

    def _trained(self, name: str, config: Config) -> Candidate:
        curve: list[CurvePoint] = []
        with terminal.progress_display(
            name, "starting TensorFlow", self._output_options
        ) as display:
            with terminal.held_stderr(show=self._output_options.verbose):
                from siren_cli.training.fits import fit_picture
                from siren_cli.training.fitter import shared_fitter

                shared_fitter(self._trial.resources)  # starts TensorFlow
            resources, limits = self._trial.resources, self._trial.limits
            with prefixed(name):
                picture = masked_picture(self._picture, config)
                work = unkept(plan_of(picture.seen, config, resources, limits.target_psnr))
            start = time.perf_counter()

            def report(progress: Progress) -> None:
                display.update(progress.epoch / progress.epochs, progress_text(progress))
                if progress.group == 0:  # The other groups of cells would repeat the curve.
                    seconds = time.perf_counter() - start
                    curve.append(CurvePoint(progress.step, seconds, progress.psnr))

            budget = limits.budget(time.monotonic())
            with prefixed(name):
                done = fit_picture(picture.seen, work, report, resources, budget)
                learned = self._learned(picture, done.representation, config)
        candidate = fitted_candidate(name, done.representation, self._picture)
        candidate = replace(candidate, fit_seconds=done.seconds, learned=learned)
        return replace(candidate, curve=_from_first_step(curve))

    def _learned(
        self, picture: MaskedPicture, representation: Representation, config: Config
    ) -> LessonQuality | None:
        """Return how close the derivatives of a fit are, if supervisions are compared."""
        if not self._trial.supervisions:
            return None
        return derivative_quality(picture, representation, config.supervision.differences)


def _from_first_step(curve: list[CurvePoint]) -> tuple[CurvePoint, ...]:
    """Return a curve whose first point is at 0 s, because compiling came before it."""
    first_seconds = curve[0].seconds if curve else 0.0
    return tuple(point._replace(seconds=point.seconds - first_seconds) for point in curve)
