"""The networks of all cells of a picture, as they are stored and evaluated."""

from collections.abc import Sequence
from typing import NamedTuple

from siren_cli.function_names import NO_ENCODING, SINE, ActivationName, EncodingName
from siren_cli.model.activations import Array
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.layers import Layer, joined, named_arrays

# The layers of the cells of each class.
ClassLayers = tuple[tuple[Layer, ...], ...]


class CellNetwork(NamedTuple):
    """The network of one cell, as it is evaluated.

    Attributes:
        layers: Layers of floats, whose arrays have no axis for the cell.
        activation: Name of the function after every layer but the last.
        encoding: Name of the function of the coordinates before the first layer.
    """

    layers: Sequence[Layer]
    activation: ActivationName
    encoding: EncodingName


class Networks(NamedTuple):
    """The networks of all cells.

    Attributes:
        classes: The class of every cell.
        layers: The layers of each class, of floats.
        activation: Name of the function after every layer but the last.
        encoding: Name of the function of the coordinates before the first layer.
    """

    classes: CellClasses
    layers: ClassLayers
    activation: ActivationName = SINE
    encoding: EncodingName = NO_ENCODING

    def of_cell(self, cell: int) -> CellNetwork:
        """Return the network of a cell."""
        place = int(self.classes.places[cell])
        layers = [
            Layer(layer.weight[place], layer.bias[place])
            for layer in self.layers[self.classes.numbers[cell]]
        ]
        return CellNetwork(layers, self.activation, self.encoding)


def floats_of(layers: ClassLayers, dtype: type) -> ClassLayers:
    """Return stored layers as layers that can be evaluated, float32 or float64."""
    return tuple(tuple(layer.floats(dtype) for layer in own) for own in layers)


def joined_classes(parts: Sequence[ClassLayers]) -> ClassLayers:
    """Return the layers of all cells from those of some cells after others.

    Every part has all classes, some perhaps without cells.
    """
    return tuple(joined(own) for own in zip(*parts, strict=True))


def named_class_arrays(layers: ClassLayers) -> dict[str, Array]:
    """Return the arrays of all classes by name, such as classes.0.layers.2.weight."""
    return {
        f"classes.{number}.{name}": array
        for number, own in enumerate(layers)
        for name, array in named_arrays(own).items()
    }
