"""Overlapping windows of maps, and the sum of windows at their places."""

from typing import Any, NamedTuple

import tensorflow as tf


class Cut(NamedTuple):
    """How an axis is cut into windows.

    Attributes:
        number: Number of windows.
        size: Length of a window.
        step: Distance of two windows, at most `size`.
    """

    number: int
    size: int
    step: int

    @property
    def pieces(self) -> int:
        """Number of steps that a window reaches into."""
        return -(-self.size // self.step)

    @property
    def length(self) -> int:
        """Length of the axis from the first window to the last."""
        return (self.number - 1) * self.step + self.size

    @property
    def steps(self) -> int:
        """Number of steps of the axis, the last ones perhaps cut off."""
        return self.number + self.pieces - 1


class Windows(NamedTuple):
    """Windows of a map, row by row.

    Attributes:
        y: How its rows are cut.
        x: How its columns are cut.
    """

    y: Cut
    x: Cut

    @property
    def number(self) -> int:
        """Number of windows."""
        return self.y.number * self.x.number

    def of(self, grid: tf.Tensor) -> Any:
        """Return the windows of a map (y.length, x.length), shape (number, size, size)."""
        y, x = self.y, self.x
        missing = [(0, cut.steps * cut.step - cut.length) for cut in (y, x)]
        rows = tf.reshape(tf.pad(grid, missing), (y.steps, y.step, x.steps * x.step))
        rows = _joined(rows, y, 0)
        cut = _joined(tf.reshape(rows, (y.number, y.size, x.steps, x.step)), x, 2)
        return tf.reshape(tf.transpose(cut, (0, 2, 1, 3)), (self.number, y.size, x.size))

    def sum(self, windows: tf.Tensor) -> Any:
        """Return the map that is the sum of windows at their places, (y.length, x.length)."""
        y, x = self.y, self.x
        cut = tf.reshape(windows, (y.number, x.number, y.size, x.size))
        steps = _summed(tf.transpose(cut, (0, 2, 1, 3)), x, 2)
        rows = tf.reshape(steps, (y.number, y.size, x.steps * x.step))[..., : x.length]
        return tf.reshape(_summed(rows, y, 0), (y.steps * y.step, x.length))[: y.length]


def _joined(steps: tf.Tensor, cut: Cut, axis: int) -> tf.Tensor:
    """Return the windows of an axis of steps; the axis behind it are their numbers."""
    parts = [
        tf.gather(steps, range(piece, piece + cut.number), axis=axis)
        if cut.pieces > 1
        else steps
        for piece in range(cut.pieces)
    ]
    windows = tf.concat(parts, axis + 1)
    return windows[:, : cut.size] if axis == 0 else windows[..., : cut.size]


def _summed(windows: tf.Tensor, cut: Cut, axis: int) -> tf.Tensor:
    """Return the steps of an axis of windows: sums of what the windows have there."""
    behind = [(0, 0)] * windows.shape.rank
    behind[axis + 1] = (0, cut.pieces * cut.step - cut.size)
    parts = tf.split(tf.pad(windows, behind), cut.pieces, axis + 1)
    steps = []
    for piece, part in enumerate(parts):
        places = [(0, 0)] * windows.shape.rank
        places[axis] = (piece, cut.pieces - 1 - piece)
        steps.append(tf.pad(part, places))
    return tf.add_n(steps)
