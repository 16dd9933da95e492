"""A network's values and slopes, by the operators of ONNX.

A jet is a quantity and its slopes along some directions, by the same chain rule as in
`rendering.derivatives`; a graph without gradient has none.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from siren_cli.exporting.onnx_graph.tracing import Tensor
from siren_cli.function_names import ActivationName
from siren_cli.model.activations import FINER_OMEGA, GAUSS_SIGMA, WIRE_OMEGA, WIRE_SCALE
from siren_cli.model.encoding import AXES


class Jet(NamedTuple):
    """A quantity and its slopes.

    Attributes:
        value: The quantity.
        slopes: Its derivatives along each direction, of shapes that can be broadcast.
    """

    value: Tensor
    slopes: Sequence[Tensor]


class Function(NamedTuple):
    """A function of each feature.

    Attributes:
        value: Returns its values.
        slope: Returns its derivatives, from its argument and its values.
    """

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]


def _of(kind: str) -> Callable[[Tensor], Tensor]:
    return lambda x: x.graph.op(kind, x)


SIN, COS, EXP = _of("Sin"), _of("Cos"), _of("Exp")


def _gauss(x: Tensor) -> Tensor:
    return EXP(x * x * (-0.5 / GAUSS_SIGMA**2))


def _envelope(x: Tensor) -> Tensor:
    return EXP(x * x * -(WIRE_SCALE**2))


def _wire(x: Tensor) -> Tensor:
    return COS(WIRE_OMEGA * x) * _envelope(x)


def _wire_slope(x: Tensor, value: Tensor) -> Tensor:
    wave = SIN(WIRE_OMEGA * x) * _envelope(x)
    return (-2.0 * WIRE_SCALE**2) * x * value - WIRE_OMEGA * wave


def _finer_phase(x: Tensor) -> Tensor:
    return FINER_OMEGA * (abs(x) + 1.0) * x


def _finer_slope(x: Tensor, value: Tensor) -> Tensor:
    return FINER_OMEGA * (2.0 * abs(x) + 1.0) * COS(_finer_phase(x))


FUNCTIONS: dict[ActivationName, Function] = {
    "sine": Function(SIN, lambda x, value: COS(x)),
    "relu": Function(_of("Relu"), lambda x, value: (x > 0.0).to(np.float32)),
    "tanh": Function(_of("Tanh"), lambda x, value: 1.0 - value * value),
    "sigmoid": Function(_of("Sigmoid"), lambda x, value: value * (1.0 - value)),
    "gauss": Function(_gauss, lambda x, value: (-1.0 / GAUSS_SIGMA**2) * x * value),
    "wire": Function(_wire, _wire_slope),
    "finer": Function(lambda x: SIN(_finer_phase(x)), _finer_slope),
}


def activated(jet: Jet, name: ActivationName) -> Jet:
    """Return an activation of a jet."""
    x, slopes = jet
    function = FUNCTIONS[name]
    value = function.value(x)
    if not slopes:
        return Jet(value, ())
    first = function.slope(x, value)
    return Jet(value, [first * slope for slope in slopes])


def through(jet: Jet, weight: Tensor, bias: Tensor) -> Jet:
    """Return the jet behind the weights of a layer."""
    return Jet(jet.value @ weight + bias, [slope @ weight for slope in jet.slopes])


def product(f: Jet, g: Jet) -> Jet:
    """Return the jet of f g."""
    slopes = zip(f.slopes, g.slopes, strict=True)
    return Jet(f.value * g.value, [a * g.value + f.value * b for a, b in slopes])


def encoded(point: Jet, inputs: int) -> Jet:
    """Return the positional encoding of local points.

    Args:
        point: Points in order (y, x), shape (n, 2).
        inputs: Numbers that it makes of a point.

    Returns:
        Jet of shape (n, inputs).
    """
    graph = point.value.graph
    # Each octave of an axis has a sine and a cosine.
    frequencies = math.pi * 2.0 ** np.arange((inputs - AXES) // (2 * AXES))
    phases = point.value.with_axis(2) * frequencies
    sine, cosine = SIN(phases), COS(phases)

    def joined(own: Tensor, of_sines: Tensor, of_cosines: Tensor) -> Tensor:
        waves = graph.joined([of_sines.with_axis(3), of_cosines.with_axis(3)], axis=3)
        return graph.joined([own, waves.reshaped([-1, inputs - AXES])], axis=1)

    slopes = []
    for slope in point.slopes:
        own = graph.op("Expand", slope, graph.op("Shape", point.value))
        steps = slope.with_axis(2) * frequencies
        slopes.append(joined(own, cosine * steps, -sine * steps))
    return Jet(joined(point.value, sine, cosine), slopes)
