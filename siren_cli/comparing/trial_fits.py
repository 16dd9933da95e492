"""Fits that are made for a comparison: presets and activations, on equal terms.

Each has the same pixels, cells, batches and budget; what differs is the activation,
and its learning rate, which was tuned for each on other pictures (`activations`).
"""

import time
from dataclasses import replace
from pathlib import Path

from siren_cli.commands.compare_options import CompareOptions
from siren_cli.comparing import candidates
from siren_cli.comparing.candidates import Candidate, Moment
from siren_cli.config import Config
from siren_cli.errors import DivergedError
from siren_cli.output import terminal
from siren_cli.output.options import OutputOptions
from siren_cli.output.text import progress_text
from siren_cli.pictures.picture import Picture
from siren_cli.planning.plan import plan_fit
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.presets import load_preset
from siren_cli.representation import siren_file
from siren_cli.system.destination import Destination


class TrialFits:
    """The fits of one picture for a comparison.

    Args:
        picture: What is fitted.
        path: Its file, after which kept fits are named.
        options: The budget, and where fits are kept.
        output_options: How the fits are shown.
    """

    def __init__(
        self,
        picture: Picture,
        path: Path,
        options: CompareOptions,
        output_options: OutputOptions,
    ) -> None:
        self._picture, self._path = picture, path
        self._options, self._output_options = options, output_options

    def make(self, name: str, preset: str, activation: str) -> Candidate:
        """Return the fit of a preset with an activation, and keep it if that is wanted.

        Raises:
            DivergedError: It loses the picture at any rate.
            ResourceError: A device or memory is not there.
            OutputError: It cannot be kept.
        """
        trial = self._options.trial
        config = load_preset(preset).updated({"network": {"activation": activation}})
        # A budget of time plans its epochs itself; without one they stretch the schedule.
        if trial.epochs is not None and trial.seconds is None:
            config = replace(config, fit=config.fit.lasting(trial.epochs))
        candidate = self._fit(name, config)
        output = trial.kept(self._path, name)
        if output is not None and candidate.representation is not None:
            destination = Destination(output, self._options.force)
            with destination.locked():
                destination.save(siren_file.encode(candidate.representation))
        return candidate

    def _fit(self, name: str, config: Config) -> Candidate:
        trial, moments = self._options.trial, list[Moment]()
        with terminal.progress_display(
            name, "starting TensorFlow", self._output_options
        ) as display:
            with terminal.held_stderr(show=self._output_options.verbose):
                from siren_cli.training.fitter import shared_fitter

                fitter = shared_fitter(trial.resources)
            plan = plan_fit(self._picture.facts, config, trial.resources)
            start = time.perf_counter()

            def report(progress: Progress) -> None:
                display.update(progress.epoch / progress.epochs, progress_text(progress))
                if progress.group == 0:  # the others learn alike
                    seconds = time.perf_counter() - start
                    moments.append(Moment(progress.step, seconds, progress.psnr))

            budget = Budget()
            if trial.seconds is not None:
                budget = Budget(trial.epochs, deadline=time.monotonic() + trial.seconds)
            try:
                done = fitter.fit(self._picture, plan, report, budget)
            except DivergedError as error:
                raise DivergedError(f"{name}: {error}") from error
        candidate = candidates.fitted(name, done.representation, self._picture)
        curve = _from_first_step(moments)
        return replace(candidate, fit_seconds=done.seconds, curve=curve)


def _from_first_step(moments: list[Moment]) -> tuple[Moment, ...]:
    """Return moments counted from the first, for compiling came before it."""
    begun = moments[0].seconds if moments else 0.0
    return tuple(moment._replace(seconds=moment.seconds - begun) for moment in moments)
