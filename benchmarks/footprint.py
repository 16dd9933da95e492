"""A program that holds what every fit holds at least: TensorFlow, a strategy, a small step."""

from typing import Any

import siren_cli.training  # noqa: F401 - first: TensorFlow is loaded as a fit loads it

import tensorflow as tf  # isort: skip

from siren_cli.resources import Resources
from siren_cli.training.devices import make_strategy

# Side of the matrices that the step multiplies.
SIDE = 64


def main() -> None:
    """Compile a step, and run it on the devices that a fit would have."""
    strategy = make_strategy(Resources())

    @tf.function(autograph=False, jit_compile=True)  # type: ignore[untyped-decorator]
    def products(matrix: tf.Tensor) -> tf.Tensor:
        return tf.sin(matrix @ matrix)

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def step() -> Any:
        return strategy.run(products, args=(tf.ones((SIDE, SIDE)),))

    for result in strategy.experimental_local_results(step()):
        result.numpy()


if __name__ == "__main__":
    main()
