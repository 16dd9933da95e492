"""The matrix products of a training step, by each library that is here.

No step of a SIREN can do without its products. TensorFlow computes those of small matrices
one operation at a time or compiled by XLA; NumPy has OpenBLAS or Accelerate. The fastest of
them is the limit that a step is compared with, and the table of widths shows which networks
a machine computes well.
"""

import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import tensorflow as tf

from benchmarks.plan import Plan, Row
from benchmarks.turns import Work, interleaved, repeated
from benchmarks.widths import WIDTHS
from siren_cli.model.activations import Array
from siren_cli.model.layers import multiplications
from siren_cli.planning.groups import CPU_BLOCK_FEATURES
from siren_cli.presets import load_preset
from siren_cli.resources import Resources
from siren_cli.system.machine import cpu_cores
from siren_cli.system.parallel import one_blas_thread
from siren_cli.training.devices import device_names, make_strategy

# Operations for each multiplication of a network at a point: a product and a sum in the
# forward pass, for the weights' gradients and for the inputs' gradients.
OPERATIONS = 6.0
# About the time of one work in a round.
ROUND_SECONDS = 0.3

# The cells of a part and the widths of the layers of their networks.
PartSize = tuple[int, tuple[int, ...]]
# Weights (fan_in, fan_out), inputs (fan_in, points) and gradients (fan_out, points) of a
# layer; where there are several cells they are the first axis.
Layer = tuple[Array, Array, Array]


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each width that a cell may have, with two parts for each core."""
    preset = load_preset("balanced")
    points, depth = preset.fit.batch_points, preset.network.hidden_layers
    device = device_names(make_strategy(Resources()))[0]
    for width in WIDTHS:
        part = CPU_BLOCK_FEATURES // width, (2, *[width] * (depth + 1), 3)
        sizes = [part] * (2 * cpu_cores())
        seconds = min(ROUND_SECONDS, plan.seconds / 10)
        measured = interleaved(products(sizes, points, device), seconds)
        yield {
            "kind": "products",
            "width": width,
            "parts": len(sizes),
            "cells": part[0],
            "points": points,
            "gflops": {
                name: operations(sizes, points) / statistics.median(each) / 1e9
                for name, each in measured.items()
            },
        }


def operations(sizes: Sequence[PartSize], points: int) -> float:
    """Return the operations of a step's products."""
    return OPERATIONS * points * sum(cells * multiplications(widths) for cells, widths in sizes)


def products(sizes: Sequence[PartSize], points: int, device: str) -> dict[str, Work]:
    """Return the products of a step by each library, its parts side by side."""
    generator = np.random.default_rng(0)
    parts = [_operands(size, points, generator) for size in sizes]
    with tf.device(device):
        tensors = [[tuple(map(tf.constant, layer)) for layer in part] for part in parts]
    compiled = tf.function(_of_part, jit_compile=True, autograph=False)
    return {
        "graph products": repeated(lambda: [_of_part(part) for part in tensors]),
        "compiled products": repeated(lambda: [compiled(part) for part in tensors]),
        "NumPy products": _numpy_work(parts),
    }


def _operands(size: PartSize, points: int, generator: np.random.Generator) -> list[Layer]:
    cells, widths = size
    # A single cell has no axis of cells, for the faster kernel is the limit.
    leading = (cells,) if cells > 1 else ()

    def random(*shape: int) -> Array:
        return generator.standard_normal(leading + shape, np.float32)

    return [
        (random(fan_in, fan_out), random(fan_in, points), random(fan_out, points))
        for fan_in, fan_out in pairwise(widths)
    ]


def _of_part(layers: Sequence[tuple[tf.Tensor, tf.Tensor, tf.Tensor]]) -> list[tf.Tensor]:
    # Points are the last axis, as in `Network.values`.
    results = []
    for weight, features, gradient in layers:
        results.append(tf.matmul(weight, features, transpose_a=True))
        results.append(tf.matmul(features, gradient, transpose_b=True))
        results.append(tf.matmul(weight, gradient))
    return results


def _numpy_work(parts: Sequence[list[Layer]]) -> Work:
    # New arrays for results would cost more than the products.
    pairs = [[pair for layer in part for pair in _pairs(*layer)] for part in parts]
    calls = [[(*pair, np.matmul(*pair)) for pair in part] for part in pairs]

    def of_part(part: list[Layer]) -> None:
        for left, right, result in part:
            np.matmul(left, right, out=result)

    threads = ThreadPoolExecutor(cpu_cores())

    def work(count: int) -> None:
        with one_blas_thread.held():
            # Each pass waits for all parts of the one before, as steps must.
            for _ in range(count):
                list(threads.map(of_part, calls))

    return work


def _pairs(weight: Array, features: Array, gradient: Array) -> list[tuple[Array, Array]]:
    transposed = weight.swapaxes(-1, -2), gradient.swapaxes(-1, -2)
    return [(transposed[0], features), (features, transposed[1]), (weight, gradient)]
