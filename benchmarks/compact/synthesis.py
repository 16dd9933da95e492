"""The network that makes colors of features."""

from collections.abc import Sequence

import tensorflow as tf

from siren_cli.training.activations import sine

# Points that are trained at once: their activations stay in a core's cache.
CHUNK_POINTS = 2048


def colors(features: tf.Tensor, matrices: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return the colors of points, around 0.

    Args:
        features: Shape (features, points).
        matrices: Those of the synthesis.

    Returns:
        Shape (channels, points); 0 is middle gray, the darkest is -1/2.
    """
    first, second, last = matrices
    hidden = sine(first[:, :-1] @ features + first[:, -1:])
    hidden = sine(second[:, :-1] @ hidden + second[:, -1:])
    return last[:, :-1] @ tf.concat([hidden, features], axis=0) + last[:, -1:]


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def squared_error(
    features: tf.Tensor, targets: tf.Tensor, matrices: Sequence[tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    """Return the summed squared error of points and its gradients.

    Args:
        features: Shape (chunks, features, CHUNK_POINTS).
        targets: Their colors, shape (chunks, channels, CHUNK_POINTS).
        matrices: Those of the synthesis.

    Returns:
        The error, its gradient by the features, and its gradients by the matrices.
    """

    def chunk(pair: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, ...]:
        with tf.GradientTape() as tape:
            tape.watch([pair[0], *matrices])
            error = tf.reduce_sum(tf.square(colors(pair[0], matrices) - pair[1]))
        return error, *tape.gradient(error, [pair[0], *matrices])

    shapes = [(), features.shape[1:], *(matrix.shape for matrix in matrices)]
    signature = tuple(tf.TensorSpec(shape) for shape in shapes)
    error, by_features, *rest = tf.map_fn(
        chunk, (features, targets), fn_output_signature=signature
    )
    return tf.reduce_sum(error), by_features, [tf.reduce_sum(each, axis=0) for each in rest]
