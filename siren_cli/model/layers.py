"""The layers of the networks of all cells, as they are evaluated and as they are stored.

A stored layer is float32, float16 or, for half the bytes of float16, int8: each weight is
then a small integer times a scale that its column has in common, which costs a few
hundredths of a decibel. In an int8 file the first layer is float16: it has few weights,
they are frequencies, and an error in one shifts a wave across the whole cell.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from siren_cli.config import NetworkConfig
from siren_cli.model.activations import Array
from siren_cli.model.encoding import ENCODINGS

# Largest integer of a stored weight.
INT8_PEAK = 127
# Smallest scale that float16 holds; a column of zeros has it.
LEAST_SCALE = np.finfo(np.float16).smallest_subnormal


class Layer(NamedTuple):
    """One layer of all cells, in folded form: activation(x @ weight + bias).

    The omega_0 of sines is already multiplied in. The last layer has no activation.

    Attributes:
        weight: Array of shape (cells, fan_in, fan_out), cells row by row.
        bias: Array of shape (cells, fan_out).
        scale: Factors of integer weights, shape (cells, fan_out); None for floats.
    """

    weight: Array
    bias: Array
    scale: Array | None = None

    def arrays(self) -> dict[str, Array]:
        """Return the arrays of the layer by name, without a scale that is None."""
        return {name: array for name, array in self._asdict().items() if array is not None}

    def of_cells(self, cells: slice) -> "Layer":
        """Return the layer of some of the cells."""
        return Layer(**{name: array[cells] for name, array in self.arrays().items()})

    def floats(self, dtype: type = np.float32) -> "Layer":
        """Return the layer in float32 or float64, its scale multiplied in."""
        weight: Array = self.weight.astype(dtype)
        if self.scale is not None:
            weight *= self.scale.astype(dtype)[:, None, :]
        return Layer(weight, self.bias.astype(dtype))


def layer_sizes(network: NetworkConfig, channels: int) -> tuple[int, ...]:
    """Return the widths of a network, from the inputs of its first layer to the channels."""
    inputs = ENCODINGS[network.encoding].inputs(network.cell_size)
    hidden = [network.hidden_features] * (1 + network.hidden_layers)
    return (inputs, *hidden, channels)


def parameter_count(sizes: Sequence[int]) -> int:
    """Return the number of weights and biases of a network with these widths."""
    return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))


def multiplications(sizes: Sequence[int]) -> int:
    """Return the multiplications that a network with these widths does at a point."""
    return sum(fan_in * fan_out for fan_in, fan_out in pairwise(sizes))


def named_arrays(layers: Sequence[Layer]) -> dict[str, Array]:
    """Return the arrays of layers by the names that files have for them: layers.0.weight."""
    return {
        f"layers.{index}.{name}": array
        for index, layer in enumerate(layers)
        for name, array in layer.arrays().items()
    }


def layers_of(arrays: Mapping[str, Array]) -> tuple[Layer, ...]:
    """Return layers from arrays by name, as `named_arrays` returns them; others are ignored.

    Raises:
        KeyError: An array is missing.
    """
    count = sum(name.endswith(".bias") for name in arrays)
    return tuple(
        Layer(arrays[f"{name}.weight"], arrays[f"{name}.bias"], arrays.get(f"{name}.scale"))
        for name in (f"layers.{index}" for index in range(count))
    )


def wrapped(layers: Sequence[Layer]) -> list[Layer]:
    """Return layers of sines whose biases are in [-pi, pi].

    Whole turns do not change a sine, and float16 is finest near zero.
    """
    *sine_layers, last = layers
    return [*(Layer(weight, _wrapped(bias)) for weight, bias, _ in sine_layers), last]


def rounded(layers: Sequence[Layer], dtype: str) -> tuple[Layer, ...]:
    """Return folded layers rounded to the type of a file.

    Weights too large for the type become infinite.
    """
    with np.errstate(over="ignore"):
        if dtype != "int8":
            return tuple(Layer(w.astype(dtype), b.astype(dtype)) for w, b, _ in layers)
        first, *others = layers
        halves = Layer(first.weight.astype(np.float16), first.bias.astype(np.float16))
        return (halves, *map(_quantized, others))


def joined(parts: Sequence[Sequence[Layer]]) -> tuple[Layer, ...]:
    """Return the layers of all cells from the layers of groups of cells, in order."""
    return tuple(map(_joined, zip(*parts, strict=True)))


def _joined(parts: Sequence[Layer]) -> Layer:
    names = parts[0].arrays()
    return Layer(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )


def finite(layers: Sequence[Layer]) -> bool:
    """Return whether every number of the layers is finite."""
    return all(
        np.isfinite(array).all() for layer in layers for array in layer.arrays().values()
    )


def _wrapped(phase: Array) -> Array:
    return phase - 2.0 * np.pi * np.rint(phase / (2.0 * np.pi))


def _quantized(layer: Layer) -> Layer:
    scale = (np.abs(layer.weight).max(axis=1) / INT8_PEAK).astype(np.float16)
    scale = np.maximum(scale, LEAST_SCALE)
    steps = np.rint(layer.weight / scale.astype(np.float32)[:, None, :])
    weight = np.clip(steps, -INT8_PEAK, INT8_PEAK).astype(np.int8)
    return Layer(weight, layer.bias.astype(np.float16), scale)
