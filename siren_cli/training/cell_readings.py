"""What cells say of their Laplacians: at the centers of pixels, and along their sides.

`laplacian_norm` makes one loss of the readings of all cells, and says how it changes with
each of them.
"""

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE
from siren_cli.training.jets import jets
from siren_cli.training.network import Network
from siren_cli.training.ties import SIDES


def cell_readings(
    network: Network,
    parameters: tf.Tensor,
    coordinates: tf.Tensor,
    targets: tf.Tensor,
    pixel: tuple[float, float],
) -> tf.Tensor:
    """Return the readings of some cells.

    Args:
        network: The shape of their networks.
        parameters: Tensor of shape (cells, parameters of one cell).
        coordinates: The centers of the pixels of a cell, shape (points, 2), row by row.
        targets: Their Laplacians as they are taught, shape (points, cells, channels).
        pixel: Height and width of a pixel in local coordinates.

    Returns:
        Tensor of shape (cells, channels, points + 2 * points of all sides): the errors of the
        Laplacian at the centers, then the values along the sides, then the outward slopes
        along them, per pixel.
    """
    points, normals = side_points(pixel)
    # Going through the layers once halves the time of compilation.
    every = jets(network, parameters, tf.concat([coordinates, points], 0), pixel, LAPLACIAN)
    centers, along = tf.split(every, [coordinates.shape[0], len(points)], axis=3)
    slopes = normals[:, 0] * along[:, DY] + normals[:, 1] * along[:, DX]
    errors = centers[:, LAPLACIAN] - tf.transpose(targets, (1, 2, 0))
    return tf.concat([errors, along[:, VALUE], slopes], axis=2)


def side_points(
    pixel: tuple[float, float],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return points on the sides of a cell, beside the centers of its pixels.

    Args:
        pixel: Height and width of a pixel in local coordinates.

    Returns:
        Their local coordinates and the outward normals there, both of shape (points, 2), side
        after side.
    """
    y, x = ((np.arange(round(2 / size)) + 0.5) * size - 1 for size in pixel)
    lengths = len(x), len(x), len(y), len(y)
    # The way to a neighbor is the outward normal of the side.
    normals = np.repeat(np.array(SIDES, np.float32), lengths, axis=0)
    points = normals.copy()
    points[: 2 * len(x), 1] = np.tile(x, 2)
    points[2 * len(x) :, 0] = np.tile(y, 2)
    return points, normals
