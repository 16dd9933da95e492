"""The experiment of `benchmarks/compact`: its splines, gradients, bits and means."""

import math

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import laplace

from benchmarks.compact import (
    context,
    counting,
    integer_context,
    network_rounding,
    networks,
    rans,
    stream,
)
from benchmarks.compact.means import at_qualities, bits_at, means
from benchmarks.compact.objective import Objective
from benchmarks.compact.pyramid import GRID_FEATURES, LEVELS, Grid, Lattice, Pyramid
from benchmarks.compact.rounding import soft_round
from benchmarks.compact.settings import Settings
from benchmarks.compact.soap import Soap
from benchmarks.compact.splines import centers, interpolation, spline
from benchmarks.compact.tables import MEAN_STEPS, SCALES, WHOLE, laplace_tables
from benchmarks.compact.training import Trainer


def test_a_spline_has_its_values_at_the_nodes():
    places = np.array([-2.5, -1.0, 0.0, 1.0, 2.0])
    assert spline(places) == pytest.approx([0, 1 / 6, 4 / 6, 1 / 6, 0])


def test_interpolation_keeps_constants_everywhere_and_slopes_inside():
    positions = np.linspace(0.3, 39.7, 57)
    matrix = interpolation(positions, 4, 10)
    assert matrix.sum(axis=1) == pytest.approx(1, abs=1e-6)
    inside = (positions > 6) & (positions < 34)
    assert (matrix @ centers(10, 4))[inside] == pytest.approx(positions[inside], abs=1e-5)


@pytest.mark.parametrize("size", [(16, 24), (9, 7)], ids=["own pixels", "other points"])
def test_gradients_of_a_lattice_are_its_transpose(size):
    generator = np.random.default_rng(0)
    grids = [Grid(1, 16, 24), Grid(4, 4, 6)]
    lattice = Lattice(grids, centers(size[0], 16 / size[0]), centers(size[1], 24 / size[1]))
    values = [generator.normal(size=(g.height, g.width)).astype(np.float32) for g in grids]
    weights = generator.normal(size=(2 * GRID_FEATURES, *size)).astype(np.float32)
    forward = np.sum(lattice.features(values) * weights)
    flat = np.concatenate([value.ravel() for value in values])
    assert np.sum(lattice.gradients(weights) * flat) == pytest.approx(
        forward, rel=1e-4, abs=1e-4
    )


def test_soft_rounding_lies_between_the_identity_and_rounding():
    values = np.array([-1.3, -0.5, 0.2, 2.9], np.float32)
    assert soft_round(values, tf.constant(0.01))[0].numpy() == pytest.approx([-1, -0.5, 0, 3])
    assert soft_round(values, tf.constant(100.0))[0].numpy() == pytest.approx(values, abs=1e-4)


def test_probabilities_of_whole_numbers_sum_to_one():
    whole = tf.range(-300.0, 301.0)
    bits = context.laplace_bits(whole, tf.constant(0.3), tf.constant(1.2))
    floor = len(whole) * context.LEAST_PROBABILITY
    assert np.sum(2.0 ** -bits.numpy()) == pytest.approx(1 + floor, abs=1e-4)


def test_a_latent_is_predicted_from_earlier_ones_alone():
    assert all(offset < (0, 0) for offset in context.NEIGHBORS)


def test_tables_are_those_of_laplace_distributions():
    sums, reaches = laplace_tables()
    widths = np.diff(sums)
    for scale, mean in [(16, 0), (20, 11), (26, 31)]:
        count = 2 * reaches[scale] + 2
        edges = np.arange(count + 1) - reaches[scale] - 0.5 - mean / MEAN_STEPS
        exact = np.diff(laplace.cdf(edges, scale=math.exp((scale - 16) / 4)))
        row = widths[scale * MEAN_STEPS + mean]
        assert (row[: count + 1] >= 1).all()
        assert row[:count] / WHOLE == pytest.approx(exact, rel=0.01, abs=4e-5)
    assert (sums[:, 0] == 0).all()
    assert (sums[:, -1] == WHOLE).all()


def test_streams_are_as_long_as_their_symbols_are_improbable():
    generator = np.random.default_rng(2)
    shape = (4000, 2, rans.LANES)
    rows = generator.integers(0, SCALES * MEAN_STEPS, shape)
    sums, reaches = laplace_tables()
    symbols = generator.integers(0, 2 * reaches[rows // MEAN_STEPS] + 2)
    widths = sums[rows, symbols + 1] - sums[rows, symbols]
    streams = rans.encode(sums[rows, symbols], widths)
    ideal = -np.log2(widths / WHOLE).sum(axis=(0, 2)) / 8
    states = 4 * rans.LANES
    assert [len(stream) - states for stream in streams] == pytest.approx(ideal, abs=states)
    decoder = rans.Decoder(streams, sums)
    assert all(
        (decoder.symbols(row) == symbol).all()
        for row, symbol in zip(rows, symbols, strict=True)
    )


def test_streams_hold_latents_near_and_far():
    generator = np.random.default_rng(5)
    pyramid = Pyramid(64, 128)
    sizes = networks.Sizes(21, 4, 3, context.INPUTS, 8, LEVELS)
    matrices = networks.first_matrices(sizes, generator)[networks.CONTEXT]
    rounded = [np.round(matrix * 64) / 64 for matrix in matrices]
    latents = np.round(generator.laplace(0, 0.5, pyramid.size)).astype(np.int64)
    latents[::97] *= 300
    streams = stream.encode(pyramid, latents, rounded, 64)
    assert len(streams) == 2
    assert (stream.decode(pyramid, streams, rounded, 64) == latents).all()


def test_whole_numbers_predict_what_floats_do():
    generator = np.random.default_rng(6)
    coarser = np.round(generator.normal(0, 3, (8, 12))).astype(np.int64)
    lattice = Lattice([Grid(2, 8, 12)], centers(16), centers(24))
    exact = lattice.features([tf.constant(coarser, tf.float32)]).numpy()
    near = integer_context.features(coarser)
    assert ((near <= exact + 1e-5) & (near > exact - 1 / integer_context.FEATURE_STEPS)).all()


def test_steps_of_soap_turn_with_the_matrix():
    generator = np.random.default_rng(1)
    turn = np.linalg.qr(generator.normal(size=(4, 4)))[0].astype(np.float32)
    start = generator.normal(size=(4, 3)).astype(np.float32)
    gradients = generator.normal(size=(15, 4, 3)).astype(np.float32)

    def end(matrix, gradients):
        soap = Soap()
        for gradient in gradients:
            (matrix,) = soap.step([matrix], [gradient], 0.1)
        return matrix

    assert end(turn @ start, turn @ gradients) == pytest.approx(
        turn @ end(start, gradients), abs=1e-3
    )


def test_bits_of_a_block_follow_its_sizes():
    zeros = network_rounding.block_bits(np.zeros(1000))
    wide = network_rounding.block_bits(np.arange(-500.0, 500.0))
    assert zeros - network_rounding.BLOCK_BITS < 100
    # A Laplace distribution of mean size 250 has an entropy of log2(2 e 250).
    assert wide / 1000 == pytest.approx(math.log2(2 * math.e * 250), abs=0.1)


def test_gradients_by_weights_agree_with_differences():
    generator = np.random.default_rng(7)
    sizes = networks.Sizes(7, 4, 3, context.INPUTS, 6, LEVELS)
    matrices = [np.float64(m) for m in networks.first_matrices(sizes, generator)[:3]]
    inputs = generator.normal(size=(8, 5))
    inputs[-1] = 1

    def output(matrices):
        hidden = np.sin(matrices[0] @ inputs)
        hidden = np.sin(matrices[1][:, :-1] @ hidden + matrices[1][:, -1:])
        return (matrices[2] @ np.concatenate([hidden, inputs]))[1]

    by_outputs = np.zeros((3, 5))
    by_outputs[1] = 1
    found = network_rounding.weight_gradients(
        matrices, network_rounding.sine, inputs, by_outputs
    )
    along = [generator.normal(size=matrix.shape) for matrix in matrices]
    ends = [
        output([matrix + step * each for matrix, each in zip(matrices, along, strict=True)])
        for step in (1e-6, -1e-6)
    ]
    flat = np.concatenate([each.ravel() for each in along])
    assert flat @ found == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6)


def test_weights_make_up_for_errors_of_rounding():
    generator = np.random.default_rng(8)
    weights = generator.normal(size=(4, 10)).astype(np.float32)
    directions = generator.normal(size=(6, 40))
    curvature = directions.T @ directions
    block = networks.Block(0, slice(0, 10))
    (found,), _ = network_rounding.rounded([weights], [block], curvature, 0.1)
    step = next(2.0**-n for n in range(20) if (found % 2.0**-n == 0).all())

    def loss(matrix):
        return np.square(directions @ (matrix - weights).ravel()).sum()

    assert loss(found) < loss(np.round(weights / step) * step) / 3


def test_blocks_cover_every_weight_once():
    sizes = networks.Sizes(21, 5, 3, context.INPUTS, 6, LEVELS)
    matrices = networks.first_matrices(sizes, np.random.default_rng(0))
    covered = [np.zeros_like(matrix) for matrix in matrices]
    for matrix, columns in networks.blocks(sizes):
        covered[matrix][:, columns] += 1
    assert all((matrix == 1).all() for matrix in covered)


def test_qualities_are_read_between_the_fits():
    rows = [
        {
            "picture": name, "rate_weight": weight, "psnr": psnr,
            "bpp": bpp, "webp": 2 * bpp, "avif": bpp,
        }
        for name, weight, psnr, bpp in [
            ("a", 7e-3, 29.0, 0.1), ("a", 8e-4, 33.0, 0.4),
            ("b", 7e-3, 31.0, 0.3), ("b", 8e-4, 37.0, 1.2),
        ]
    ]  # fmt: skip
    assert [row["psnr"] for row in means(rows)] == [35.0, 30.0]
    found = {row["dB"]: row["at one lambda"] for row in at_qualities(rows)}
    assert found == {"30": pytest.approx(0.2), "35": pytest.approx(0.8), "40": None}
    assert at_qualities(rows)[0]["webp"] == pytest.approx(2 * at_qualities(rows)[0]["avif"])
    assert bits_at([(29.0, 0.1), (33.0, 0.4)], 31.0) == pytest.approx(0.2)


@pytest.fixture(scope="module")
def objective():
    generator = np.random.default_rng(3)
    coarse = generator.uniform(0.2, 0.8, (8, 8, 3)).astype(np.float32)
    return Objective(np.kron(coarse, np.ones((8, 8, 1), np.float32)))


@pytest.mark.slow
def test_gradients_agree_with_differences(objective):
    generator = np.random.default_rng(4)
    sizes = networks.Sizes(GRID_FEATURES * LEVELS, 5, 3, context.INPUTS, 6, LEVELS)
    matrices = networks.first_matrices(sizes, generator)
    latents = generator.normal(0, 1.5, objective.pyramid.size).astype(np.float32)
    weight = tf.constant(0.01)
    found = objective.gradients(latents, matrices, weight)

    def loss(latents, matrices):
        there = objective.gradients(latents, matrices, weight)
        return float(there.error) + 0.01 * float(there.bits)

    along = generator.normal(size=latents.shape).astype(np.float32)
    step = np.float32(1e-3)
    by_difference = loss(latents + step * along, matrices) - loss(
        latents - step * along, matrices
    )
    assert np.sum(found.by_latents * along) == pytest.approx(
        by_difference / (2 * step), rel=0.05
    )
    for number, matrix in enumerate(matrices):
        along = generator.normal(size=matrix.shape).astype(np.float32)
        ends = [
            [*matrices[:number], matrix + sign * step * along, *matrices[number + 1 :]]
            for sign in (1, -1)
        ]
        by_difference = loss(latents, ends[0]) - loss(latents, ends[1])
        assert np.sum(found.by_matrices[number] * along) == pytest.approx(
            by_difference / (2 * step), rel=0.1, abs=2e-4
        )


@pytest.mark.slow
def test_a_fit_gets_better_and_smaller(objective):
    trainer = Trainer(
        objective, Settings(4e-4, steps=60, hidden_features=5, context_features=6)
    )
    before, _ = objective.hard(trainer.latents(), trainer.matrices)
    trainer.fit()
    after, many = objective.hard(trainer.latents(), trainer.matrices)
    assert after < before / 4
    latents = trainer.latents()
    small = counting.rounded_networks(objective, latents, trainer.matrices, trainer.sizes, 4e-4)
    still, bits = objective.hard(latents, small.matrices)
    weights = sum(matrix.size for matrix in small.matrices)

    def loss(error, levels, network_bits):
        return float(error) + 4e-4 * (float(np.sum(levels)) + network_bits) / objective.pixels

    assert loss(still, bits, small.bits) < loss(after, many, 16 * weights)


def test_sides_are_multiples_of_the_coarsest_spacing():
    with pytest.raises(ValueError, match="100x64: sides must be multiples of 64"):
        Pyramid(64, 100)
