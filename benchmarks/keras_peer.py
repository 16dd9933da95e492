"""A SIREN in Keras as tutorials show it: Dense layers with a sine, and `model.fit`."""

import keras

from benchmarks.peer import Peer
from siren_cli.pictures.picture import Pixels

# Points of a batch.
BATCH = 8192
WIDTH = 256
HIDDEN_LAYERS = 3
OMEGA = 30.0


def build(coordinates: Pixels, colors: Pixels, rate: float) -> Peer:
    """Return a network, a step of which is an epoch of `model.fit`.

    Args:
        coordinates: Array of shape (points, 2).
        colors: Array of shape (points, channels), in [-1, 1].
        rate: Learning rate of Adam.
    """
    keras.utils.set_random_seed(0)
    # The initial weights are the paper's (Sitzmann et al. 2020, arXiv:2006.09661,
    # section 3.2); everything else is the default of Keras.
    bound = (6.0 / WIDTH) ** 0.5 / OMEGA
    model = keras.Sequential([keras.Input((2,))])
    for limit in (0.5, *[bound] * HIDDEN_LAYERS):
        model.add(keras.layers.Dense(WIDTH, _sine, kernel_initializer=_uniform(limit)))
    model.add(keras.layers.Dense(colors.shape[1], kernel_initializer=_uniform(bound)))
    model.compile(keras.optimizers.Adam(rate), "mse")
    model.fit(coordinates[:BATCH], colors[:BATCH], batch_size=BATCH, verbose=0)

    def step(_: float) -> None:
        model.fit(coordinates, colors, batch_size=BATCH, verbose=0)

    def values() -> Pixels:
        result: Pixels = model.predict(coordinates, batch_size=BATCH, verbose=0)
        return result

    return Peer(step, values)


def _sine(phase: keras.KerasTensor) -> keras.KerasTensor:
    return keras.ops.sin(OMEGA * phase)


def _uniform(limit: float) -> keras.Initializer:
    return keras.initializers.RandomUniform(-limit, limit)
