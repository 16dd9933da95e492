"""The fit of a pyramid: from pixels to latents and rounded networks."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.errors import STOPPED, DivergedError
from siren_cli.metrics.psnr import decibels
from siren_cli.model.pyramid.networks import Matrix, RoundedNetworks, parameter_count
from siren_cli.pictures.picture import peak
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.progress import MIN_MSE, Progress
from siren_cli.planning.pyramid.file_size import (
    USUAL_WEIGHT_BITS,
    estimated_bytes,
    network_bits,
)
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.rate_control import (
    LAST_GAIN,
    Goal,
    first_weight,
    goal_of,
    is_look,
    look_gain,
    steered,
)
from siren_cli.planning.pyramid.state import Keeper, PyramidState
from siren_cli.planning.schedule import Budget
from siren_cli.training.devices import tiles_side_by_side
from siren_cli.training.pyramid.colors import replica_tiles
from siren_cli.training.pyramid.course import MAX_ROUNDS, Clock, Course
from siren_cli.training.pyramid.finishing import Finisher
from siren_cli.training.pyramid.trainer import Loss, Trainer, check_arrays

# Least seconds between two reports.
REPORT_SECONDS = 0.25
# The name of the course among the arrays of a state.
COURSE = "course"
# A fit has diverged if its mean squared error is this many times the best so far, and that of
# no picture: a picture of one color in the middle has an error of 1/4 at most.
DIVERGED_RATIO = 30.0
DIVERGED_MSE = 0.3


@dataclass(frozen=True)
class TrainedPyramid:
    """A pyramid after its training.

    Attributes:
        grids: Latents of every grid, finest first: whole numbers within +-32767.
        networks: The rounded networks.
        epochs: Steps that were done.
        rate_weight: What a bit per pixel weighed at the end.
        seconds: Time since the first step, without compilation.
    """

    grids: list[NDArray[np.int64]]
    networks: RoundedNetworks
    epochs: int
    rate_weight: float
    seconds: float


class PyramidFitter:
    """Fits pyramids to one picture after the other.

    Args:
        strategy: Decides the replicas.
    """

    def __init__(self, strategy: tf.distribute.MirroredStrategy) -> None:
        self._strategy = strategy

    def train(
        self,
        source: PixelSource,
        plan: PyramidPlan,
        report: Callable[[Progress], None],
        budget: Budget,
        keeper: Keeper | None = None,
    ) -> TrainedPyramid:
        """Train a pyramid.

        Args:
            source: The picture, which is read once.
            plan: Its plan.
            report: Called with the progress a few times a second.
            budget: The limits that end the fit besides the epochs of the plan.
            keeper: Where its state is kept, or None.

        Raises:
            DivergedError: The fit diverges.
            RepresentationError: The state to go on from is of another fit, or damaged.
        """
        fit = _PyramidFit(self._strategy, source, plan, budget)
        if keeper and keeper.resumed:
            fit.restore(keeper.resumed)
        try:
            return fit.train(report, keeper)
        except STOPPED:
            if keeper:
                keeper.save(fit.state())
            raise


class _PyramidFit:
    """One fit."""

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        source: PixelSource,
        plan: PyramidPlan,
        budget: Budget,
    ) -> None:
        self._plan = plan
        replicas = strategy.num_replicas_in_sync
        tiles = replica_tiles(source, plan.shape, replicas)
        side_by_side = tiles_side_by_side(strategy)
        self._trainer = Trainer(strategy, plan, tiles, side_by_side)
        self._trainer.compile()
        self._clock = Clock(plan, budget)
        self._goal: Goal | None = goal_of(plan.config, budget)
        weight = plan.pyramid.rate_weight
        if self._goal:
            weight = first_weight(self._goal, plan.facts.pixels)
        self._course = Course(0.0, weight, 0, self._clock.end(0))
        # The course that belongs to a number of steps, should a step be interrupted.
        self._courses = {0: self._course}
        self._done, self._best_mse, self._mse = 0, math.inf, 0.0
        self._start, self._begun, self._reported = time.perf_counter(), 0, -math.inf

    def state(self) -> PyramidState:
        """Return the state after the last whole step."""
        state = self._trainer.state()
        course = self._courses[state.done].array()
        return PyramidState(state.done, {**state.arrays, COURSE: course})

    def restore(self, state: PyramidState) -> None:
        """Go on from a state."""
        check_arrays(state.arrays, {COURSE: self._course.array()})
        self._trainer.restore(state)
        self._course = Course.of(state.arrays[COURSE])
        self._done = self._begun = state.done
        self._courses = {self._done: self._course}

    def train(
        self, report: Callable[[Progress], None], keeper: Keeper | None
    ) -> TrainedPyramid:
        """Train to the end, and on as often as the goal was missed."""
        while True:
            while self._done < self._end():
                self._step()
                self._report(report)
                if keeper and keeper.is_due():
                    keeper.save(self.state())
            grids, networks = self._rounded()
            weight = self._next_weight(grids, networks)
            if weight is None:
                seconds = time.perf_counter() - self._start
                return TrainedPyramid(
                    grids, networks, self._done, self._course.rate_weight, seconds
                )
            self._set(self._course.next_round(self._done, weight))

    def _set(self, course: Course) -> None:
        self._course = self._courses[self._done] = course

    def _end(self) -> int:
        """Return the step after which the fit or its round ends, as it is planned now."""
        if not self._course.round:
            self._set(replace(self._course, end=self._clock.end(self._done)))
        return self._course.end

    def _step(self) -> None:
        course = self._course
        after = course.after(self._done)
        self._courses = {self._done: course, self._done + 1: after}
        loss = self._trainer.step(course.moment(self._done))
        self._done, self._course = self._done + 1, after
        self._clock.record()
        self._check(loss)
        if self._goal and not course.round and is_look(self._done, course.end):
            change = self._change(self._trainer.latents(), self._trainer.matrices, None)
            weight = steered(after.rate_weight, change, look_gain(course.end))
            self._set(replace(after, rate_weight=weight))

    def _check(self, loss: Loss) -> None:
        self._mse = loss.mse
        parts = [loss.mse, 0.0 if loss.bits is None else loss.bits]
        worst = max(DIVERGED_MSE, DIVERGED_RATIO * self._best_mse)
        if not all(map(math.isfinite, parts)) or loss.mse > worst:
            raise DivergedError(
                f"the fit loses the picture after {self._done} steps; try lower "
                "pyramid.latent_rate and pyramid.network_rate"
            )
        self._best_mse = min(self._best_mse, loss.mse)

    def _report(self, report: Callable[[Progress], None]) -> None:
        now = time.perf_counter()
        if now - self._reported < REPORT_SECONDS and self._done < self._course.end:
            return
        is_first, self._reported = math.isinf(self._reported), now
        pace = (now - self._start) / (self._done - self._begun)
        report(
            Progress(
                epoch=float(self._done),
                epochs=self._course.end,
                psnr=decibels(max(self._mse, MIN_MSE)),
                pixels_per_second=self._plan.facts.pixels / pace,
                seconds_left=None if is_first else pace * (self._course.end - self._done),
                group=0,
                step=self._done,
            )
        )

    def _rounded(self) -> tuple[list[NDArray[np.int64]], RoundedNetworks]:
        latents = self._trainer.latents()
        grids = self._grids(latents)

        def loss(matrices: Sequence[Matrix]) -> tuple[float, float]:
            found = self._trainer.measured(latents, matrices)
            return found.mse, found.bits or 0.0

        finisher = Finisher(self._plan.shape, self._plan.sizes, loss)
        return grids, finisher.rounded(grids, self._trainer.matrices, self._course.rate_weight)

    def _grids(self, latents: NDArray[np.float32]) -> list[NDArray[np.int64]]:
        shapes = [(grid.height, grid.width) for grid in self._plan.shape.grids]
        ends = np.cumsum([height * width for height, width in shapes])[:-1]
        parts = np.split(latents.astype(np.int64), ends)
        return [part.reshape(each) for part, each in zip(parts, shapes, strict=True)]

    def _next_weight(
        self, grids: Sequence[NDArray[np.int64]], networks: RoundedNetworks
    ) -> float | None:
        """Return the weight of a further round, or None if the fit is finished."""
        if self._goal is None or self._course.round == MAX_ROUNDS:
            return None
        latents = np.concatenate([grid.ravel() for grid in grids]).astype(np.float32)
        found = self._trainer.measured(latents, networks.matrices())
        size = self.file_bytes(found, networks)
        if self._goal.holds(size, self._psnr(found.mse)) or not self._clock.has_time():
            return None
        change = self._change(latents, networks.matrices(), networks)
        return steered(self._course.rate_weight, change, LAST_GAIN)

    def _change(
        self,
        latents: NDArray[np.float32],
        matrices: Sequence[Matrix],
        networks: RoundedNetworks | None,
    ) -> float:
        if self._goal is None:
            return 0.0
        found = self._trainer.measured(latents, matrices)
        return self._goal.change(self.file_bytes(found, networks), self._psnr(found.mse))

    def file_bytes(self, loss: Loss, networks: RoundedNetworks | None) -> int:
        """Return about the bytes of the file; networks that are not yet rounded are None."""
        bits = USUAL_WEIGHT_BITS * parameter_count(self._plan.sizes)
        if networks is not None:
            bits = network_bits(networks)
        return estimated_bytes(loss.bits or 0.0, bits, len(self._plan.shape.tiles()))

    def _psnr(self, mse: float) -> float:
        """Return about the PSNR of pixels that are rounded to the picture's depth."""
        rounding = 1 / (12 * peak(self._plan.facts.bit_depth) ** 2)
        return decibels(max(mse, MIN_MSE) + rounding)
