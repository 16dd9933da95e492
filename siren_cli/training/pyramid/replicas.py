"""What the replicas of a step have of each other; call it within a replica's part of it."""

import tensorflow as tf


def replica_number() -> int:
    """Return the number of the replica whose part of a step is traced now."""
    return int(tf.get_static_value(_replica().replica_id_in_sync_group))


def of_all(windows: tf.Tensor, tiles: tf.Tensor) -> tf.Tensor:
    """Return the windows of all tiles from those of a replica: the others are zero.

    Args:
        windows: The replica's, shape (tiles of the replica, latents).
        tiles: Number of all tiles.
    """
    replicas = _replica().num_replicas_in_sync
    if replicas == 1:
        return windows
    share = tf.shape(windows)[0]
    before = replica_number() * share
    behind = (replicas - 1) * share - before
    return tf.pad(windows, ((before, behind), (0, 0)))[:tiles]


def summed(parts: list[tf.Tensor]) -> list[tf.Tensor]:
    """Return sums over all replicas, within one of them."""
    replica = _replica()
    if replica.num_replicas_in_sync == 1:
        return parts
    sums: list[tf.Tensor] = replica.all_reduce(tf.distribute.ReduceOp.SUM, parts)
    return sums


def _replica() -> tf.distribute.ReplicaContext:
    return tf.distribute.get_replica_context()
