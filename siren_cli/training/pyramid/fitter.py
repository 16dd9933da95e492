"""The fit of a pyramid: from pixels to latents and rounded networks."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import tensorflow as tf

from siren_cli.errors import STOPPED
from siren_cli.metrics.psnr import decibels
from siren_cli.model.pyramid.networks import Matrix, parameter_count
from siren_cli.pictures.picture import peak
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.progress import MIN_MSE, Progress
from siren_cli.planning.pyramid.file_size import USUAL_WEIGHT_BITS, network_bits, other_bytes
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.rate_control import (
    LAST_GAIN,
    MAX_ROUNDS,
    Goal,
    Result,
    first_weight,
    goal_of,
    held,
    is_look,
    look_gain,
    steered,
)
from siren_cli.planning.pyramid.state import Keeper, PyramidState
from siren_cli.planning.schedule import Budget
from siren_cli.system.parallel import one_blas_thread
from siren_cli.training.devices import tiles_side_by_side
from siren_cli.training.pyramid.colors import replica_tiles
from siren_cli.training.pyramid.course import Clock, Course
from siren_cli.training.pyramid.finishing import Finisher
from siren_cli.training.pyramid.outcome import Outcome, TrainedPyramid, measured
from siren_cli.training.pyramid.trainer import Trainer, check_arrays
from siren_cli.training.pyramid.watching import Watch

# The name of the course among the arrays of a state.
COURSE = "course"
# From this share of a fit on, it is known what rounding the networks costs.
ROUNDING_PROGRESS = 0.6


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
    ) -> Outcome:
        """Train a pyramid, and measure what its file holds.

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
        self._source, self._plan, self._budget = source, plan, budget
        replicas = strategy.num_replicas_in_sync
        tiles = replica_tiles(source, plan.shape, replicas)
        side_by_side = tiles_side_by_side(strategy)
        self._trainer = Trainer(strategy, plan, tiles, side_by_side)
        self._trainer.compile()
        self._clock = Clock(plan, budget)
        self._goal: Goal | None = goal_of(plan.config, budget.psnr)
        weight = plan.pyramid.rate_weight
        if self._goal:
            weight = first_weight(self._goal, self._estimate().others, plan.facts.pixels)
        self._first_weight = weight
        self._done, self._course = 0, Course(0.0, weight, self._clock.end(0))
        # The course that belongs to a number of steps, should a step be interrupted.
        self._courses = {0: self._course}
        # The state at the end of the course. Rounds after it are done again by a fit that
        # goes on, because their best result is not part of a state.
        self._last: PyramidState | None = None
        self._last_weight = 0.0

    def state(self) -> PyramidState:
        """Return the state after the last whole step of the course."""
        if self._last:
            return self._last
        state = self._trainer.state()
        course = self._courses[state.done].array()
        return PyramidState(state.done, {**state.arrays, COURSE: course})

    def restore(self, state: PyramidState) -> None:
        """Go on from a state."""
        check_arrays(state.arrays, {COURSE: self._course.array()})
        self._trainer.restore(state)
        self._done, self._course = state.done, Course.of(state.arrays[COURSE])
        self._courses = {self._done: self._course}

    def train(self, report: Callable[[Progress], None], keeper: Keeper | None) -> Outcome:
        """Train to the end, and on as often as the goal was missed."""
        watch = Watch(self._plan.facts.pixels, report, self._done)
        while self._done < self._end():
            self._step(watch)
            self._look()
            if keeper and keeper.is_due():
                keeper.save(self.state())
        self._last_weight = self._course.rate_weight
        if self._goal is None:
            return self._outcome(watch)
        self._last = self.state()
        return self._nearest(self._goal, watch)

    def _set(self, course: Course) -> None:
        self._course = self._courses[self._done] = course

    def _end(self) -> int:
        """Return the step after which the fit ends, as it is planned now."""
        self._set(replace(self._course, end=self._clock.end(self._done)))
        return self._course.end

    def _step(self, watch: Watch) -> None:
        course = self._course
        after = course.after(self._done)
        self._courses = {self._done: course, self._done + 1: after}
        loss = self._trainer.step(course.moment(self._done))
        self._done, self._course = self._done + 1, after
        self._clock.record()
        watch.step(loss, self._done, course.end)

    def _look(self) -> None:
        """Steer the fit to its goal, every few steps."""
        course = self._course
        if self._goal and is_look(self._done, course.end):
            found = self._estimate()
            if course.progress >= ROUNDING_PROGRESS and not course.more_bytes:
                course = replace(course, more_bytes=self._rounded_bytes() - found.bytes)
            found = found._replace(bytes=found.bytes + course.more_bytes)
            change = self._goal.change(found, course.progress, course.end)
            weight = steered(course.rate_weight, change, look_gain(course.end))
            weight = held(weight, self._first_weight)
            self._set(replace(course, rate_weight=weight))

    def _estimate(self) -> Result:
        """Return about the bytes and the PSNR of a fit that would end now."""
        found = self._trainer.measured(self._trainer.latents(), self._trainer.matrices)
        bits = USUAL_WEIGHT_BITS * parameter_count(self._plan.sizes)
        others = other_bytes(bits, len(self._plan.shape.tiles()))
        rounding = 1 / (12 * peak(self._plan.facts.bit_depth) ** 2)
        psnr = decibels(max(found.mse, MIN_MSE) + rounding)
        return Result(others + math.ceil((found.bits or 0.0) / 8), others, psnr)

    def _rounded_bytes(self) -> int:
        """Return about the bytes of a fit that would end now, with its networks rounded."""
        networks = self._rounded().networks
        bits = self._trainer.measured(self._trainer.latents(), networks.matrices()).bits
        others = other_bytes(network_bits(networks), len(self._plan.shape.tiles()))
        return others + math.ceil((bits or 0.0) / 8)

    def _nearest(self, goal: Goal, watch: Watch) -> Outcome:
        """Return the best of the fit at its end and after further rounds."""
        steps = self._done
        best = found = self._outcome(watch)
        for _ in range(MAX_ROUNDS):
            weight = self._course.rate_weight
            next_weight = steered(weight, goal.change(found.result), LAST_GAIN)
            is_done = goal.is_met(best.result) or next_weight == weight
            if is_done or not self._clock.has_time_for_round(steps):
                break
            self._set(Course.of_round(self._done, steps, next_weight))
            while self._done < self._course.end:
                self._step(watch)
            found = self._outcome(watch)
            if goal.prefers(found.result, best.result):
                best = found
        return best

    def _outcome(self, watch: Watch) -> Outcome:
        """Return what the fit is now, as a file holds it."""
        trained = self._rounded()
        representation = measured(self._source, self._plan, self._budget, trained)
        return Outcome(trained, representation, watch.seconds)

    def _rounded(self) -> TrainedPyramid:
        weight = self._course.rate_weight
        latents, shapes = self._trainer.latents(), self._plan.shape.grids
        ends = np.cumsum([grid.height * grid.width for grid in shapes])[:-1]
        grids = [
            part.reshape(grid.height, grid.width)
            for part, grid in zip(np.split(latents.astype(np.int64), ends), shapes, strict=True)
        ]

        def loss(matrices: Sequence[Matrix]) -> tuple[float, float]:
            found = self._trainer.measured(latents, matrices)
            return found.mse, found.bits or 0.0

        finisher = Finisher(self._plan.shape, self._plan.sizes, loss)
        # Rounds exaggerate the weight, so the networks are rounded for the mean of both.
        mean = math.sqrt(weight * (self._last_weight or weight))
        # Threads of BLAS and those of TensorFlow would hinder each other.
        with one_blas_thread.held():
            networks = finisher.rounded(grids, self._trainer.matrices, mean)
        return TrainedPyramid(grids, networks, self._done, weight)
