"""The context model as it is trained predicts what the decoder's does, but for rounding."""

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.model.pyramid.networks import CONTEXT, CONTEXT_INPUTS, NetworkSizes
from siren_cli.model.pyramid.shape import LEVELS, PyramidShape
from siren_cli.representation.pyramid import tile_streams
from siren_cli.representation.pyramid.integer_context import ACTIVATION_STEPS, FEATURE_STEPS
from siren_cli.representation.pyramid.tables import (
    LOG_SCALE_STEPS,
    LOWEST_LOG_SCALE,
    MEAN_STEPS,
)
from siren_cli.representation.pyramid.tile_batch import TileBatch
from siren_cli.training.pyramid import context
from siren_cli.training.pyramid.context import LOG_SCALES, NEIGHBORS
from siren_cli.training.pyramid.samples import context_inputs
from siren_cli.training.pyramid.tile_shape import TileShape
from tests.helpers.pyramid_content import fitting_context, make_grids, make_networks

SHAPE = PyramidShape(120, 110)
TILE = TileShape(SHAPE.tile_height, SHAPE.tile_width)
GRIDS = make_grids(SHAPE, scale=1.5)
SIZES = NetworkSizes(5, 16, 3)
MATRICES = make_networks(SIZES, scale=2.0).matrices()[CONTEXT]
# Its predictions are near the scales of the grids, so that latents are as probable as usual.
MATRICES[2] = fitting_context(SIZES, 1.5)[2] + MATRICES[2] / 16


def rounding_errors() -> np.ndarray:
    """Return the most that rounding changes mean and logarithm of the scale, shape (2, 1)."""
    first, second, last = (np.abs(each.astype(np.float64)) for each in MATRICES)
    inputs = np.zeros((CONTEXT_INPUTS, 1))
    inputs[len(NEIGHBORS) :] = 1 / FEATURE_STEPS
    hidden = first[:, :CONTEXT_INPUTS] @ inputs + 1 / ACTIVATION_STEPS
    hidden = second[:, :-1] @ hidden + 1 / ACTIVATION_STEPS
    outputs = last[:, :-LEVELS] @ np.concatenate([hidden, inputs])
    return outputs + 0.5 / np.array([[MEAN_STEPS], [LOG_SCALE_STEPS]])


@pytest.mark.parametrize("level", range(LEVELS))
def test_predictions_differ_by_no_more_than_their_rounding(level):
    batch = TileBatch(SHAPE, SHAPE.tiles())
    arrays = [batch.cut(grid, own) for own, grid in enumerate(GRIDS)]
    integers = tile_streams.prediction(batch, level, arrays, MATRICES)
    scale, rest = np.divmod(integers.rows.ravel(), MEAN_STEPS)
    mean = integers.whole.ravel() + rest / MEAN_STEPS
    log_scale = LOWEST_LOG_SCALE + scale / LOG_SCALE_STEPS
    inputs = context_inputs(SHAPE, GRIDS, level, np.arange(GRIDS[level].size))
    own_level = tf.one_hot([level], LEVELS)
    own = context.prediction(tf.constant(inputs, tf.float32), own_level, MATRICES)
    own_mean, own_scale = (each.numpy().ravel() for each in own)
    most = rounding_errors() + 1e-4
    assert np.all(np.abs(own_mean - mean) <= most[0])
    assert np.all(np.abs(np.clip(own_scale, *LOG_SCALES) - log_scale) <= most[1])


def test_estimated_bits_are_those_of_the_stream():
    latents = [np.pad(grid, 3, mode="edge") for grid in padded_grids()]
    windows = tf.constant(np.concatenate([each.ravel() for each in latents]), tf.float32)
    inside = tf.constant([SHAPE.height, SHAPE.width])
    matrices = [tf.constant(each) for each in MATRICES]
    estimated = float(context.gradients(TILE, windows, inside, matrices).bits)
    (stream,) = tile_streams.encode(SHAPE, GRIDS, MATRICES)
    assert 8 * len(stream) == pytest.approx(estimated, rel=0.02)


def padded_grids() -> list[np.ndarray]:
    """Return the grids with their last latents repeated as far as the tile goes."""
    pairs = zip(GRIDS, TILE.nodes, strict=True)
    return [
        np.pad(grid, [(0, n - own) for n, own in zip(nodes, grid.shape, strict=True)], "edge")
        for grid, nodes in pairs
    ]
