"""The error of a whole picture's Laplacian, weighed by frequency.

A plain squared error of Laplacians, as Sitzmann et al. 2020 (arXiv:2006.09661, section 4.2)
have it for gradients, knows nearly nothing of long waves: the Laplacian of a wave of frequency
k is k^2 times as large as the wave. So what is left of the errors of short waves, which no
network of this size can learn, drowns those that are seen. Here the error is weighed in a
Sobolev norm of negative order instead. With phi_k the orthonormal cosines of the picture, of
slope 0 at its border, and lambda_k = k_y^2 + k_x^2,

    loss = mean over k of (lambda_k^-power e_k)^2,

    e_k = sum over cells c of [ sum over pixels of phi_k (Laplacian of f_c - target)
          - (integral along the border of c) of phi_k d_n f_c
          + (integral along the border of c) of f_c d_n phi_k ].

By Green's second identity the first and the border integrals are -lambda_k times the
coefficient of the values of all cells. So jumps of values and slopes between cells count as
Laplacians, as does a slope at the picture's border, and neither needs a weight of its own.
With a power of 0 this is the plain error, and with 1 the squared error of the values behind the
Laplacian. What is constant has no weight. The few waves that are longer than a cell weigh more
yet, by (1 + LONG_WAVES / lambda)^0.5, or else the errors of all others leave them no say.
"""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.grid import Axis, Grid

FloatArray = NDArray[np.float64]
# The lambda below which waves weigh more, that of waves of 140 pixels. A photograph of 384x256
# pixels gains 2 dB by it, one of 768x512 gains 4 dB, and one of 256x256 loses 0.3 dB.
LONG_WAVES = 0.002


class LaplacianNorm:
    """The loss of the cells of a picture by their readings (`cell_readings`).

    Args:
        grid: The division of the picture into cells, all of them whole.
        power: The power of lambda that errors are divided by.

    Attributes:
        loss_and_slopes: Returns the loss, and its derivatives with respect to the readings.
            Its argument is that of `loss`.
    """

    def __init__(self, grid: Grid, power: float) -> None:
        self._grid = grid
        (self._y, self._y_ends), (self._x, self._x_ends) = map(_tests, (grid.y, grid.x))
        self._weights = _constant(_weights(grid, power))
        self.loss_and_slopes = tf.function(
            self._loss_and_slopes, jit_compile=True, autograph=False
        )

    def loss(self, readings: tf.Tensor) -> tf.Tensor:
        """Return the mean square of the weighed errors over the cells and their pixels.

        Args:
            readings: Those of all cells in their order, shape (cells, channels, readings).
        """
        return tf.reduce_mean(tf.square(self._weights * self.coefficients(readings)))

    def coefficients(self, readings: tf.Tensor) -> tf.Tensor:
        """Return the errors e_k, shape (channels, frequencies along y, along x).

        Args:
            readings: As in `loss`.
        """
        height, width = self._grid.y.cell_size, self._grid.x.cell_size
        sides = [width, width, height, height]
        centers, *along = tf.split(readings, [height * width, *sides, *sides], axis=2)
        rows, columns = self._grid.y.cells, self._grid.x.cells
        cells = tf.reshape(centers, (rows, columns, -1, height, width))
        channels = cells.shape[2]
        picture = tf.reshape(
            tf.transpose(cells, (2, 0, 3, 1, 4)), (channels, rows * height, columns * width)
        )
        # Each side has a row of the picture, or a column, for every row or column of cells.
        of_cells = [tf.reshape(each, (rows, columns, channels, -1)) for each in along]
        lying = [
            tf.reshape(tf.transpose(each, (2, 0, 1, 3)), (channels, rows, columns * width))
            for each in of_cells[:2] + of_cells[4:6]
        ]
        standing = [
            tf.reshape(tf.transpose(each, (2, 0, 3, 1)), (channels, rows * height, columns))
            for each in of_cells[2:4] + of_cells[6:]
        ]
        by_y = tf.concat([self._y, self._y_ends], axis=1)
        by_x = _products(by_y, tf.concat([picture, *lying], axis=1), self._x)
        return by_x + _products(self._y, tf.concat(standing, axis=2), self._x_ends)

    def _loss_and_slopes(self, readings: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(readings)
            loss = self.loss(readings)
        # The losses of all cells add up, and each has the same share.
        return loss, tape.gradient(loss, readings) * float(self._grid.cells)


def _products(left: tf.Tensor, middle: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Return the products of some matrices with one on the left, and a transposed one."""
    count = middle.shape[0]
    wide = tf.broadcast_to(left, (count, *left.shape))
    return tf.matmul(
        tf.matmul(wide, middle), tf.broadcast_to(right, (count, *right.shape)), transpose_b=True
    )


def _tests(axis: Axis) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the cosines of an axis, at the centers of pixels and at the ends of cells.

    Returns:
        The cosines, shape (frequencies, pixels); and what values and slopes at the ends count,
        shape (frequencies, 4 * cells): values at the far and at the near ends of cells, then
        outward slopes at the far and the near ones.
    """
    length, ends = axis.whole_length, np.arange(axis.cells + 1) * axis.cell_size
    cosines, slopes = _cosines(length, ends)
    of_values = [slopes[:, 1:], -slopes[:, :-1]]
    of_slopes = [-cosines[:, 1:], -cosines[:, :-1]]
    centers, _ = _cosines(length, np.arange(length) + 0.5)
    return _constant(centers), _constant(np.concatenate(of_values + of_slopes, axis=1))


def _cosines(length: int, positions: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Return the orthonormal cosines of an axis and their slopes, per pixel.

    Args:
        length: Pixels of the axis, as many as there are frequencies.
        positions: Where they are taken, in pixels.

    Returns:
        Two arrays of shape (length, positions).
    """
    frequencies = np.pi * np.arange(length)[:, None] / length
    scales = np.full((length, 1), np.sqrt(2.0 / length))
    scales[0] = np.sqrt(1.0 / length)
    phases = frequencies * positions
    return scales * np.cos(phases), -scales * frequencies * np.sin(phases)


def _weights(grid: Grid, power: float) -> FloatArray:
    """Return the weights of errors, shape (frequencies along y, along x)."""
    squares = [
        np.square(np.pi * np.arange(axis.whole_length) / axis.whole_length)
        for axis in (grid.y, grid.x)
    ]
    eigenvalues = squares[0][:, None] + squares[1]
    eigenvalues[0, 0] = np.inf
    weights: FloatArray = eigenvalues**-power * np.sqrt(1.0 + LONG_WAVES / eigenvalues)
    return weights


def _constant(array: FloatArray) -> tf.Tensor:
    return tf.constant(array, tf.float32)
