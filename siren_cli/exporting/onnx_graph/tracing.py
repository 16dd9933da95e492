"""Arithmetic that becomes the nodes of an ONNX graph.

A `Tensor` stands for an array that is known only when the graph runs. An operator of Python
between tensors, or a tensor and a number, makes a node.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from siren_cli.system import extras

# A tensor, or a constant: integers have 64 bits, others single precision.
Operand = Union["Tensor", float, Sequence[float], NDArray[Any]]


def library() -> Any:
    """Return the package onnx.

    Raises:
        ResourceError: It is not installed.
    """
    return extras.load("onnx", "An ONNX graph is written")


class Tensor:
    """An array that is known when the graph runs.

    Args:
        graph: The graph whose nodes use it.
        name: Its name there.
    """

    def __init__(self, graph: "Graph", name: str) -> None:
        self.graph, self.name = graph, name

    def __add__(self, other: Operand) -> "Tensor":
        return self.graph.op("Add", self, other)

    def __sub__(self, other: Operand) -> "Tensor":
        return self.graph.op("Sub", self, other)

    def __mul__(self, other: Operand) -> "Tensor":
        return self.graph.op("Mul", self, other)

    def __truediv__(self, other: Operand) -> "Tensor":
        return self.graph.op("Div", self, other)

    def __matmul__(self, other: Operand) -> "Tensor":
        return self.graph.op("MatMul", self, other)

    def __radd__(self, other: Operand) -> "Tensor":
        return self.graph.op("Add", other, self)

    def __rsub__(self, other: Operand) -> "Tensor":
        return self.graph.op("Sub", other, self)

    def __rmul__(self, other: Operand) -> "Tensor":
        return self.graph.op("Mul", other, self)

    def __neg__(self) -> "Tensor":
        return self.graph.op("Neg", self)

    def __abs__(self) -> "Tensor":
        return self.graph.op("Abs", self)

    def __lt__(self, other: Operand) -> "Tensor":
        return self.graph.op("Less", self, other)

    def __gt__(self, other: Operand) -> "Tensor":
        return self.graph.op("Greater", self, other)

    def equals(self, other: Operand) -> "Tensor":
        """Return where it is the same as another."""
        return self.graph.op("Equal", self, other)

    def to(self, dtype: type[np.generic]) -> "Tensor":
        """Return it as another type."""
        number = library().helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.graph.op("Cast", self, to=number)

    def part(self, start: Operand, stop: Operand, axis: int = 0) -> "Tensor":
        """Return the part from `start` to `stop`, each of shape (1,), of an axis."""
        return self.graph.op("Slice", self, start, stop, [axis])

    def at(self, indices: Operand) -> "Tensor":
        """Return its entries at some indices of the first axis."""
        return self.graph.op("Gather", self, indices, axis=0)

    def with_axis(self, axis: int) -> "Tensor":
        """Return it with another axis, of length 1."""
        return self.graph.op("Unsqueeze", self, [axis])

    def reshaped(self, shape: Operand) -> "Tensor":
        """Return it with another shape; -1 stands for the length that is left."""
        return self.graph.op("Reshape", self, shape)

    def scalar(self) -> "Tensor":
        """Return its only number without any axis."""
        return self.reshaped(np.zeros(0, np.int64))

    def length(self) -> "Tensor":
        """Return the length of its first axis, shape (1,)."""
        return self.graph.op("Shape", self, start=0, end=1)


class Graph:
    """The nodes of a graph, in the order in which they run.

    Args:
        outer: The graph that has this one in a loop, whose tensors it may use.

    Attributes:
        nodes: Its nodes.
        constants: The arrays of it, and of all graphs inside it, by name.
    """

    def __init__(self, outer: "Graph | None" = None) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, NDArray[Any]] = outer.constants if outer else {}
        self._numbers: Any = outer._numbers if outer else count()
        self._known: dict[Any, str] = outer._known if outer else {}

    def tensor(self, name: str) -> Tensor:
        """Return an input of the graph, or what the outer one has by that name."""
        return Tensor(self, name)

    def constant(self, value: Operand) -> Tensor:
        """Return a constant."""
        return Tensor(self, self._name(value))

    def op(self, kind: str, *operands: Operand, **attributes: Any) -> Tensor:
        """Add a node, and return its output."""
        return self.ops(kind, 1, *operands, **attributes)[0]

    def ops(
        self, kind: str, outputs: int, *operands: Operand, **attributes: Any
    ) -> list[Tensor]:
        """Add a node, and return its outputs.

        Args:
            kind: The name of the operator.
            outputs: How many outputs it has.
            operands: Its inputs.
            attributes: Its attributes.
        """
        names = [f"{kind}_{next(self._numbers)}" for _ in range(outputs)]
        inputs = [self._name(each) for each in operands]
        self.nodes.append(library().helper.make_node(kind, inputs, names, **attributes))
        return [Tensor(self, name) for name in names]

    def joined(self, parts: Sequence[Operand], axis: int) -> Tensor:
        """Return some tensors one after the other along an axis."""
        return self.op("Concat", *parts, axis=axis)

    def clipped(self, value: Tensor, low: Operand, high: Operand) -> Tensor:
        """Return a value between two bounds."""
        return self.op("Clip", value, low, high)

    def name_outputs(self, outputs: Mapping[str, Tensor]) -> None:
        """Give tensors the names that they have as outputs of the graph."""
        for name, tensor in outputs.items():
            node = library().helper.make_node("Identity", [tensor.name], [name])
            self.nodes.append(node)

    def _name(self, operand: Operand) -> str:
        if isinstance(operand, Tensor):
            return operand.name
        array = np.asarray(operand)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        key = array.dtype, array.shape, array.tobytes()
        if key not in self._known:
            self._known[key] = f"constant_{len(self._known)}"
            self.constants[self._known[key]] = array
        return self._known[key]
