"""Fits that are made for a comparison: presets and activations, on equal terms.

Each has the same pixels, cells, batches and budget; what differs is the activation,
and its learning rate, which was tuned for each on other pictures (`activations`).
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from siren_cli import candidates, locks, representation, terminal
from siren_cli.candidates import Candidate, Moment
from siren_cli.compare_options import CompareOptions, Trial
from siren_cli.config import Config
from siren_cli.errors import DivergedError
from siren_cli.pictures.picture import Picture
from siren_cli.presets import load_preset
from siren_cli.progress import Progress
from siren_cli.schedule import Budget
from siren_cli.summaries import progress_text
from siren_cli.terminal import Look


def fits(
    picture: Picture, path: Path, options: CompareOptions, look: Look
) -> Iterator[Callable[[], Candidate]]:
    """Yield what makes each fit, one after the other.

    Args:
        picture: What is fitted.
        path: Its file, after which kept fits are named.
        options: Presets, activations and budget, and where fits are kept.
        look: How the fits are shown.
    """
    for name, preset, activation in options.trial.fits():
        config = load_preset(preset).updated({"network": {"activation": activation}})
        yield partial(_kept, picture, path, name, config, options, look)


def _kept(
    picture: Picture, path: Path, name: str, config: Config, options: CompareOptions, look: Look
) -> Candidate:
    candidate = _fit(picture, name, config, options.trial, look)
    output = options.trial.kept(path, name)
    if output is not None and candidate.representation is not None:
        with locks.locked(output):
            representation.save(output, candidate.representation, force=options.force)
    return candidate


def _fit(picture: Picture, name: str, config: Config, trial: Trial, look: Look) -> Candidate:
    # A budget of time plans its epochs itself; without one they stretch the schedule.
    if trial.epochs is not None and trial.seconds is None:
        config = replace(config, fit=config.fit.lasting(trial.epochs))
    moments: list[Moment] = []
    with terminal.watching(name, "starting TensorFlow", look) as watcher:
        with terminal.held_stderr(show=look.verbose):
            from siren_cli.fitting import Fitter

            fitter = Fitter(config, trial.resources)
        start = time.perf_counter()

        def report(progress: Progress) -> None:
            watcher.show(progress.epoch / progress.epochs, progress_text(progress))
            if progress.group == 0:  # the others learn alike
                seconds = time.perf_counter() - start
                moments.append(Moment(progress.step, seconds, progress.psnr))

        budget = Budget()
        if trial.seconds is not None:
            budget = Budget(trial.epochs, deadline=time.monotonic() + trial.seconds)
        try:
            done = fitter.fit(picture, report, budget)
        except DivergedError as error:
            raise DivergedError(f"{name}: {error}") from error
    candidate = candidates.fitted(name, done.representation, picture)
    return replace(candidate, fit_seconds=done.seconds, curve=_from_first_step(moments))


def _from_first_step(moments: list[Moment]) -> tuple[Moment, ...]:
    """Return moments counted from the first, for compiling came before it."""
    begun = moments[0].seconds if moments else 0.0
    return tuple(moment._replace(seconds=moment.seconds - begun) for moment in moments)
