"""The losses of a batch and their gradients, on the replica that asks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.grid import PIXEL_POINTS, Grid
from siren_cli.training.laplacian_norm import LaplacianNorm
from siren_cli.training.parts import Part, Parts
from siren_cli.training.ties import (
    NOBODY,
    SIDES,
    border_points,
    neighbor_places,
    neighbor_values,
)


class BatchLosses:
    """What the parts of a group have lost at a batch.

    Args:
        parts: The parts.
        cell_replicas: Replicas that share the cells of a group; 1 if all share the points.
        point_replicas: Replicas that share the points of a batch.
        shares: Shares that each of these divides its points into.

    Attributes:
        mixing: What becomes of the values of four neighboring points, shape (4, 4).
        seed: Decides the border points.
        neighbors: Where the neighbors of cells are, as of `ties.neighbor_places`.
        order: Where the cells of a grid are in the list of those of all replicas.
        numbers: Numbers of each replica's cells in their grid, shape (replicas, cells).
    """

    def __init__(
        self, parts: Parts, cell_replicas: int, point_replicas: int, shares: int
    ) -> None:
        self._parts, self._shares = parts, shares
        self._cell_replicas, self._point_replicas = cell_replicas, point_replicas
        self._shape = parts.parts[0].shape.objective.shape
        self.mixing = tf.Variable(tf.eye(PIXEL_POINTS))
        self.seed = tf.Variable(0, dtype=tf.int64)
        cells = sum(part.shape.cells for part in parts.parts)
        self.neighbors = tf.Variable(tf.fill((cell_replicas, len(SIDES), cells), NOBODY))
        self.numbers = tf.Variable(tf.zeros((cell_replicas, cells), tf.int64))
        whole, power = self._shape.whole, self._shape.teaching.power
        self._norm = LaplacianNorm(whole, power) if whole else None
        self.order = tf.Variable(tf.zeros(whole.cells if whole else 0, tf.int64))

    @property
    def is_whole(self) -> bool:
        """Whether every batch is one of the whole picture, its points in their order."""
        return self._norm is not None

    def tie(self, grid: Grid, cells: Sequence[NDArray[np.int64]]) -> None:
        """Say which cells learn from each other.

        Args:
            grid: The division of the picture into cells.
            cells: Numbers of the cells of each replica, some perhaps several times.
        """
        self.neighbors.assign(neighbor_places(grid, cells))
        self.numbers.assign(np.stack(cells))
        if self._norm:
            _, first = np.unique(np.concatenate(cells), return_index=True)
            self.order.assign(first)

    def border_points(self, step: tf.Tensor) -> tf.Tensor | None:
        """Return the border points of a step; None where cells are not tied."""
        if not self._shape.is_tied:
            return None
        return border_points(self.seed, step, self._shape.reach)

    def of_batch(
        self, coordinates: tf.Tensor, colors: Any, borders: tf.Tensor | None
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """Return each part's losses and gradient on this replica.

        Args:
            coordinates: The points of the batch.
            colors: Their colors in each replica's cells, or in all cells.
            borders: The border points of tied cells, or None.
        """
        number = replica_number()
        parts, mixing = self._parts.parts, self.mixing.read_value()
        own = colors[number % self._cell_replicas]
        targets = tf.split(own, [part.shape.cells for part in parts], axis=1)
        if self._norm:
            return self._weighed(self._norm, coordinates, targets)
        if borders is not None:
            return self._tied(coordinates, targets, mixing, borders)
        first = number // self._cell_replicas * self._shares
        results = [
            self._summed_over_shares(part, (coordinates, target), mixing, first)
            for part, target in zip(parts, targets, strict=True)
        ]
        losses, gradients = zip(*results, strict=True)
        return list(losses), list(gradients)

    def _tied(
        self,
        coordinates: tf.Tensor,
        targets: Sequence[tf.Tensor],
        mixing: tf.Tensor,
        borders: tf.Tensor,
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """Return each part's losses and gradient, where neighboring cells are to agree."""
        parts = self._parts.parts
        parameters = [part.parameters.read_value() for part in parts]
        said = [
            part.shape.objective.border_values(own, borders)
            for part, own in zip(parts, parameters, strict=True)
        ]
        heard = neighbor_values(self._of_all_replicas(said), self.neighbors[replica_number()])
        of_parts = tf.split(heard, [part.shape.cells for part in parts])
        results = [
            part.shape.objective.losses_and_gradient(
                own, coordinates, target, mixing, (borders, wanted)
            )
            for part, own, target, wanted in zip(
                parts, parameters, targets, of_parts, strict=True
            )
        ]
        losses, gradients = zip(*results, strict=True)
        return list(losses), list(gradients)

    def _weighed(
        self, norm: LaplacianNorm, coordinates: tf.Tensor, targets: Sequence[tf.Tensor]
    ) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
        """Return each part's losses and gradient, where the whole picture has one loss."""
        objectives = [part.shape.objective for part in self._parts.parts]
        parameters = [part.parameters.read_value() for part in self._parts.parts]
        every = list(zip(objectives, parameters, targets, strict=True))
        read = [each.readings(own, coordinates, target) for each, own, target in every]
        in_order = tf.gather(self._of_all_replicas(read), self.order.read_value())
        loss, slopes = norm.loss_and_slopes(in_order)
        own_slopes = tf.gather(slopes, self.numbers[replica_number()])
        sizes = [part.shape.cells for part in self._parts.parts]
        gradients = [
            each.gradient_along(own, coordinates, target, along)
            for (each, own, target), along in zip(
                every, tf.split(own_slopes, sizes), strict=True
            )
        ]
        return [tf.fill((size,), loss) for size in sizes], gradients

    def _of_all_replicas(self, said: Sequence[tf.Tensor]) -> tf.Tensor:
        """Return what the parts of all replicas say, cells along the first axis."""
        values = tf.concat(said, axis=0)
        if self._cell_replicas == 1:
            return values
        every = tf.distribute.get_replica_context().all_gather(values, axis=0)
        return tf.ensure_shape(every, (None, *values.shape[1:]))

    def _summed_over_shares(
        self, part: Part, batch: tuple[tf.Tensor, tf.Tensor], mixing: tf.Tensor, first: int
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return losses and gradient of a part, at the shares from number `first` on."""
        # A mirrored variable that is handed over as it is would keep its first value.
        parameters = part.parameters.read_value()
        shares = zip(
            *(tf.split(each, self._point_replicas * self._shares) for each in batch),
            strict=True,
        )
        own = list(shares)[first : first + self._shares]
        function = part.shape.objective.losses_and_gradient
        results = [function(parameters, *share, mixing) for share in own]
        losses, gradients = zip(*results, strict=True)
        return tf.add_n(losses), tf.add_n(gradients)


def replica_number() -> int:
    """Return the number of the replica that asks; its steps are traced by themselves."""
    replica = tf.distribute.get_replica_context()
    return int(tf.get_static_value(replica.replica_id_in_sync_group))
