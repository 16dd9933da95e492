"""The training of pyramids: gradients, tiles, states, and goals."""

import math
import time
from contextlib import suppress

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.config import Config, FitConfig
from siren_cli.errors import DivergedError, RepresentationError
from siren_cli.model.pyramid.networks import CONTEXT, SYNTHESIS, NetworkSizes
from siren_cli.model.pyramid.shape import LEVELS, PyramidShape
from siren_cli.planning.pyramid.rate_control import (
    Goal,
    Result,
    goal_of,
    held,
    is_look,
    steered,
    with_widths,
)
from siren_cli.planning.pyramid.schedule import next_progress, relative_rate
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.planning.schedule import Budget
from siren_cli.pyramid_config import PyramidConfig
from siren_cli.representation import siren_file
from siren_cli.training.pyramid import context, synthesis
from siren_cli.training.pyramid.canvas import Canvases
from siren_cli.training.pyramid.colors import replica_tiles
from siren_cli.training.pyramid.context import laplace_bits
from siren_cli.training.pyramid.initial import first_matrices
from siren_cli.training.pyramid.samples import context_inputs, synthesis_inputs
from siren_cli.training.pyramid.tile_shape import TileShape
from siren_cli.training.pyramid.windows import Cut, Windows
from tests.helpers.pyramid_fits import Memory, fit_pyramid, pyramid_plan
from tests.helpers.small_fits import picture_of, smooth_picture

SIZES = NetworkSizes(8, 8, 3)
TILE = TileShape(64, 64)


def tensors(part: slice) -> list[tf.Tensor]:
    return [tf.constant(each) for each in first_matrices(SIZES, 3)[part]]


def whole_grids(shape: PyramidShape) -> list[np.ndarray]:
    random = np.random.default_rng(5)
    return [random.integers(-3, 4, (grid.height, grid.width)) for grid in shape.grids]


def flat(grids: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([grid.ravel() for grid in grids]).astype(np.float32)


def tile_windows(shape: PyramidShape, grids: list[np.ndarray]) -> list[tf.Tensor]:
    tile = TileShape(shape.tile_height, shape.tile_width)
    canvases = Canvases(tile, tf.constant([shape.height, shape.width]))
    numbers = [canvases.numbers(tf.constant(list(tile))) for tile in shape.tiles()]
    return [tf.gather(flat(grids), each) for each in numbers]


def test_sums_of_windows_in_the_grids_are_the_adjoint_of_windows():
    shape = PyramidShape(70, 300)
    windows = tile_windows(shape, grids := whole_grids(shape))
    random = np.random.default_rng(0)
    others = random.normal(size=(len(windows), len(windows[0]))).astype(np.float32)
    tile = TileShape(shape.tile_height, shape.tile_width)
    summed = Canvases(tile, tf.constant([70, 300])).summed(tf.constant(others))
    assert np.sum(np.stack(windows) * others) == pytest.approx(
        np.sum(flat(grids) * summed.numpy()), rel=1e-3
    )


def test_the_sum_of_windows_is_the_adjoint_of_cutting_them():
    cut = Windows(Cut(3, 7, 2), Cut(2, 5, 4))
    random = np.random.default_rng(0)
    grid = random.normal(size=(cut.y.length, cut.x.length)).astype(np.float32)
    windows = random.normal(size=(6, 7, 5)).astype(np.float32)
    there = np.sum(cut.of(tf.constant(grid)).numpy() * windows)
    back = np.sum(cut.sum(tf.constant(windows)).numpy() * grid)
    assert there == pytest.approx(back, rel=1e-4)


def test_bits_of_tiles_are_those_of_inputs_that_stay_in_their_tile():
    shape = PyramidShape(70, 300)
    grids = whole_grids(shape)
    tile = TileShape(shape.tile_height, shape.tile_width)
    tiles = replica_tiles(smooth_picture(70, 300), shape, 1)[0]
    found = sum(
        float(context.gradients(tile, windows, inside, tensors(CONTEXT)).bits)
        for windows, inside in zip(tile_windows(shape, grids), tiles.inside, strict=True)
    )
    first, second, last = (each.numpy().astype(np.float64) for each in tensors(CONTEXT))
    wanted = 0.0
    for level, grid in enumerate(grids):
        inputs = context_inputs(shape, grids, level, np.arange(grid.size))
        biases = np.zeros((LEVELS, grid.size))
        biases[level] = 1
        known = np.concatenate([inputs, biases])
        hidden = np.maximum(first @ known, 0)
        hidden = np.maximum(second[:, :-1] @ hidden + second[:, -1:], 0)
        mean, scale = last @ np.concatenate([hidden, known])
        values = grid.ravel().astype(np.float64)
        wanted += laplace_bits(*map(tf.constant, (values, mean, scale))).numpy().sum()
    assert found == pytest.approx(wanted, rel=1e-4)


def test_errors_of_a_tile_are_those_of_its_pixels():
    picture = smooth_picture(40, 50)
    shape = PyramidShape(40, 50)
    grids = whole_grids(shape)
    tiles = replica_tiles(picture, shape, 1)[0]
    windows = tile_windows(shape, grids)[0]
    found = synthesis.gradients(
        TILE, windows, tiles.colors[0], tiles.inside[0], tensors(SYNTHESIS)
    )
    features = synthesis_inputs(shape, grids, np.arange(40 * 50)).astype(np.float32)
    drawn = synthesis.colors(tf.constant(features), tensors(SYNTHESIS)).numpy().T + 0.5
    wanted = np.sum((drawn - picture.pixels.reshape(-1, 3)) ** 2)
    assert float(found.error) == pytest.approx(wanted, rel=1e-3)


def numeric(value, windows: np.ndarray, place: int, step: float) -> float:
    moved = [windows.copy() for _ in range(2)]
    moved[0][place] += step
    moved[1][place] -= step
    high, low = (float(value(tf.constant(each))) for each in moved)
    return (high - low) / (2 * step)


@pytest.mark.parametrize("place", [70 * 30 + 20, 70 * 70 + 38 * 10 + 9, -1])
def test_gradients_are_those_of_finite_differences(place):
    random = np.random.default_rng(1)
    windows = random.normal(0, 2, sum(TILE.sizes)).astype(np.float32)
    targets = random.uniform(-0.5, 0.5, (1, 3, 4096)).astype(np.float32)
    inside = tf.constant([50, 60])

    def error(latents):
        return synthesis.gradients(TILE, latents, targets, inside, tensors(SYNTHESIS))

    by_latents = error(tf.constant(windows)).by_latents.numpy()[place]
    found = numeric(lambda each: error(each).error, windows, place, 0.3)
    assert by_latents == pytest.approx(found, rel=0.05, abs=0.02)


def test_bits_have_the_gradients_of_finite_differences():
    random = np.random.default_rng(1)
    windows = random.normal(0, 2, sum(TILE.sizes)).astype(np.float32)
    inside = tf.constant([50, 60])

    def bits(latents):
        return context.gradients(TILE, latents, inside, tensors(CONTEXT))

    place = 70 * 70 + 38 * 10 + 9
    by_latents = bits(tf.constant(windows)).by_latents.numpy()[place]
    found = numeric(lambda each: bits(each).bits, windows, place, 0.02)
    assert by_latents == pytest.approx(found, rel=0.1, abs=0.1)


def test_nodes_beyond_the_picture_have_no_bits_and_no_errors():
    windows = tf.random.stateless_normal((sum(TILE.sizes),), (1, 2))
    colors = tf.zeros((1, 3, 4096))
    nothing = tf.constant([0, 0])
    error = synthesis.gradients(TILE, windows, colors, nothing, tensors(SYNTHESIS))
    bits = context.gradients(TILE, windows, nothing, tensors(CONTEXT))
    for found in (error, bits):
        assert float(found[0]) == 0.0
        assert not found.by_latents.numpy().any()


def simulated(goal: Goal, looks: int = 40) -> Result:
    """Return what a fit has that answers its weight slowly."""
    weight = answered = 1e-2
    found = Result(0, 0, 0.0)
    for _ in range(looks):
        answered *= (weight / answered) ** 0.5
        size = round(900 * answered**-0.5)
        found = Result(size + 900, 900, 20 - 2.2 * math.log(answered))
        weight = steered(weight, goal.change(found))
    return found


def test_a_fit_is_steered_to_its_bytes():
    goal = Goal(bytes=40_000)
    assert goal.is_met(simulated(goal))


def test_a_fit_is_steered_to_its_quality():
    goal = Goal(psnr=36.0)
    assert goal.is_met(simulated(goal))


def test_a_file_that_is_too_large_never_gets_a_lighter_weight():
    few_latents = Result(1200, 1190, 30.0)
    goal = Goal(bytes=1000)
    assert goal.change(few_latents, progress=0.5) == 0.0
    assert goal.change(few_latents) > 0.4


def test_a_weight_stays_near_the_first_one():
    assert [held(weight, 1e-3) for weight in (1e-9, 2e-3, 1.0)] == [1e-3 / 30, 2e-3, 0.03]


def test_a_result_that_holds_is_not_lost():
    near, far, over = (Result(size, 500, size / 100) for size in (3950, 3500, 4001))
    goal = Goal(bytes=4000)
    assert goal.prefers(near, over)
    assert goal.prefers(near, far)
    assert not goal.prefers(over, far)
    assert goal.prefers(over, Result(4100, 500, 50.0))
    assert (goal.is_met(near), goal.is_met(far), goal.is_met(over)) == (True, False, False)


def test_a_fit_for_decibels_has_few_bytes():
    goal = Goal(psnr=30.0)
    assert goal.prefers(Result(900, 500, 30.1), Result(1000, 500, 30.5))
    assert goal.prefers(Result(1000, 500, 30.5), Result(900, 500, 29.9))
    assert goal.prefers(Result(900, 500, 29.9), Result(800, 500, 29.8))


def test_bytes_come_before_quality():
    config = Config(fit=FitConfig(target_bytes=500), pyramid=PyramidConfig())
    assert goal_of(config, 30.0) == Goal(bytes=500)
    assert goal_of(Config(pyramid=PyramidConfig()), 30.0) == Goal(psnr=30.0)
    assert goal_of(Config(pyramid=PyramidConfig()), None) is None


def test_networks_are_narrow_for_few_bytes():
    pyramid = PyramidConfig()
    assert with_widths(pyramid, Goal(bytes=1000), 100_000).widths == (16, 16)
    assert with_widths(pyramid, Goal(bytes=10_000), 100_000).widths == (24, 24)
    assert with_widths(pyramid, Goal(psnr=30.0), 100_000).widths == (16, 16)
    assert with_widths(PyramidConfig(hidden_features=9), Goal(psnr=40.0), 9).widths == (9, 24)


def test_steps_share_what_is_left_evenly():
    progress = 0.0
    for done in range(4):
        assert progress == pytest.approx(done / 4)
        progress = next_progress(progress, done, 4)
    assert progress == 1.0
    assert relative_rate(0, 0.0, 100) == pytest.approx(1 / 20)
    assert relative_rate(99, 1.0, 100) == pytest.approx(1e-3)
    assert [done for done in range(131) if is_look(done, 2000)] == []
    assert [done for done in range(251) if is_look(done, 2000)] == [200, 225, 250]


def equal(first, second) -> bool:
    first, second = first.trained, second.trained
    pairs = [*zip(first.grids, second.grids, strict=True)]
    pairs += zip(first.networks.numbers, second.networks.numbers, strict=True)
    same = first.networks.exponents == second.networks.exponents
    return same and all(np.array_equal(*pair) for pair in pairs)


@pytest.mark.slow
def test_a_fit_that_was_stopped_goes_on_bit_for_bit():
    memory = Memory()

    def stop(progress):
        if progress.step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_pyramid(keeper=memory, report=stop)
    assert 0 < memory.saved.done < 20
    assert equal(fit_pyramid(keeper=Memory(memory.saved)), fit_pyramid())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["latents.mean", "moments.2.square", "course"])
def test_a_state_that_is_damaged_is_refused(name):
    memory = Memory()
    with pytest.raises(KeyboardInterrupt):
        fit_pyramid(keeper=memory, report=lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    state = memory.saved
    arrays = {**state.arrays, name: np.full_like(state.arrays[name], np.nan)}
    with pytest.raises(RepresentationError, match=name):
        fit_pyramid(keeper=Memory(PyramidState(state.done, arrays)))


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4), (9, 5, 2)])
def test_tiny_pictures_of_one_color_are_fitted(shape):
    picture = picture_of(np.full(shape, 0.2, np.float32))
    plan = pyramid_plan(picture)
    trained = fit_pyramid(picture).trained
    assert [grid.shape for grid in trained.grids] == [
        (grid.height, grid.width) for grid in plan.shape.grids
    ]
    assert all(np.isfinite(matrix).all() for matrix in trained.networks.matrices())


@pytest.mark.slow
def test_a_fit_reaches_its_bytes():
    found = fit_pyramid(smooth_picture(70, 90), epochs=100, target_bytes=1200)
    assert 0.9 * 1200 < len(siren_file.encode(found.representation)) <= 1200
    assert found.result.bytes == len(siren_file.encode(found.representation))


@pytest.mark.slow
def test_a_fit_reaches_its_quality():
    found = fit_pyramid(smooth_picture(70, 90), epochs=100, budget=Budget(psnr=30.0))
    assert 30.0 <= found.representation.header.psnr < 30.5


@pytest.mark.slow
def test_a_fit_ends_in_its_time():
    deadline = time.monotonic() + 40
    found = fit_pyramid(smooth_picture(70, 90), budget=Budget(deadline=deadline))
    assert time.monotonic() < deadline
    assert found.trained.epochs > 20


@pytest.mark.slow
def test_a_fit_at_an_absurd_rate_diverges_or_draws():
    with suppress(DivergedError):
        found = fit_pyramid(epochs=40, latent_rate=1.0, network_rate=1.0)
        assert found.representation.header.psnr > 5


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "quality"), [((60, 80, 3), 0.0), ((2, 3, 3), 60.0)])
def test_rounded_networks_keep_a_small_picture(shape, quality):
    generator = np.random.default_rng(5)
    coarse = generator.uniform(0.2, 0.8, (-(-shape[0] // 10), -(-shape[1] // 10), 3))
    pixels = np.kron(coarse, np.ones((10, 10, 1)))[: shape[0], : shape[1]].astype(np.float32)
    found = fit_pyramid(picture_of(pixels), epochs=150, quality=quality)
    assert found.result.psnr > 20
