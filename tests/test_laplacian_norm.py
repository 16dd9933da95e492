"""Laplacians by frequency: Green's identity for cells, and the slopes of the loss."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.fft import dctn

from siren_cli.config import NetworkConfig
from siren_cli.model.grid import grid_points, learned_coordinates, make_grid
from siren_cli.training.cell_readings import cell_readings, side_points
from siren_cli.training.laplacian_norm import LaplacianNorm
from siren_cli.training.network import Network

# Two rows and three columns of cells that are no squares.
GRID = make_grid(20, 36, 11, 2).without_margins()
PIXEL = 2.0 / GRID.y.cell_size, 2.0 / GRID.x.cell_size
CENTERS = grid_points(*learned_coordinates(GRID))
SIDES, NORMALS = side_points(PIXEL)


def positions(points: np.ndarray, cell: int) -> np.ndarray:
    """Return the positions of local points of a cell in the picture, in pixels."""
    sizes = GRID.y.cell_size, GRID.x.cell_size
    return (np.array(GRID.row_and_column(cell)) + (points + 1) / 2) * sizes


def wave(at: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the values, slopes (y, x) and Laplacians of a wave at some positions."""
    by_y, by_x = 0.11, 0.07
    phase = by_y * at[:, 0] + by_x * at[:, 1] + 0.5
    sine, cosine = np.sin(phase), np.cos(phase)
    return sine, by_y * cosine, by_x * cosine, -(by_y**2 + by_x**2) * sine


def readings(raised_by_cell: float) -> np.ndarray:
    """Return the readings of a wave that each cell has, raised by its number."""
    every = []
    for cell in range(GRID.cells):
        values, along_y, along_x, _ = wave(positions(SIDES, cell))
        slopes = NORMALS[:, 0] * along_y + NORMALS[:, 1] * along_x
        laplacians = wave(positions(CENTERS, cell))[3]
        every.append(np.concatenate([laplacians, values + cell * raised_by_cell, slopes]))
    return np.stack(every)[:, None].astype(np.float32)


@pytest.mark.parametrize("raised", [0.0, 0.3])
def test_coefficients_of_cells_are_those_of_their_values_times_the_eigenvalues(raised):
    values = np.zeros((GRID.y.whole_length, GRID.x.whole_length))
    for cell in range(GRID.cells):
        row, column = GRID.row_and_column(cell)
        own = wave(positions(CENTERS, cell))[0] + cell * raised
        core = values[GRID.y.core(row), GRID.x.core(column)]
        core[:] = own.reshape(core.shape)
    y, x = (np.pi * np.arange(length) / length for length in values.shape)
    eigenvalues = y[:, None] ** 2 + x**2
    expected = -eigenvalues * dctn(values, norm="ortho")
    found = LaplacianNorm(GRID, 1.0).coefficients(tf.constant(readings(raised)))[0]
    # The sums over the centers of pixels are integrals of long waves.
    is_long = eigenvalues < 0.1
    error = np.abs(found - expected)[is_long]
    assert error.max() < 0.003 * np.abs(expected[is_long]).max()


def test_slopes_are_those_of_the_loss_and_train_parameters_as_the_whole_does():
    network = Network(NetworkConfig(hidden_features=6, hidden_layers=1), channels=2)
    parameters = tf.constant(
        np.stack([network.initial((0, cell), None) for cell in range(GRID.cells)])
    )
    targets = tf.random.stateless_normal((len(CENTERS), GRID.cells, 2), (1, 2))
    norm = LaplacianNorm(GRID, 0.75)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(parameters)
        read = cell_readings(network, parameters, tf.constant(CENTERS), targets, PIXEL)
        loss = GRID.cells * norm.loss(read)
    expected = tape.gradient(loss, parameters)
    same, slopes = norm.loss_and_slopes(read)
    found = tape.gradient(read, parameters, slopes)
    np.testing.assert_allclose(GRID.cells * same, loss, rtol=1e-5)
    largest = np.abs(expected).max()
    np.testing.assert_allclose(found / largest, expected / largest, atol=1e-5)
