"""The sums of the cells as values in the picture's own units, as `query` says them."""

from siren_cli.exporting.onnx_graph.jets import Jet, product
from siren_cli.exporting.onnx_graph.tracing import Graph, Tensor
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.value_mapping import LEAST_ALPHA, ValueMapping


def in_own_units(graph: Graph, pixels: Jet, facts: PictureFacts) -> Jet:
    """Return pixels as the values that they mean, by the formulas of `rendering.own_units`."""
    if facts.mapping is None:
        return pixels
    if not facts.has_alpha:
        return _mapped(graph, pixels, facts.mapping)
    colors = facts.channels - 1
    colored = _channels(pixels, 0, colors)
    alpha = _channels(pixels, colors, facts.channels)
    opacity = alpha._replace(value=graph.clipped(alpha.value, 0.0, 1.0))
    plain = _mapped(graph, _quotient(graph, colored, opacity), facts.mapping)
    return _joined(graph, product(plain, opacity), alpha)


def _channels(jet: Jet, start: int, stop: int) -> Jet:
    def part(tensor: Tensor) -> Tensor:
        return tensor.part([start], [stop], axis=1)

    return Jet(part(jet.value), list(map(part, jet.slopes)))


def _joined(graph: Graph, first: Jet, second: Jet) -> Jet:
    slopes = zip(first.slopes, second.slopes, strict=True)
    return Jet(
        graph.joined([first.value, second.value], axis=1),
        [graph.joined(pair, axis=1) for pair in slopes],
    )


def _mapped(graph: Graph, pixels: Jet, mapping: ValueMapping) -> Jet:
    """Return g(f) and its slopes g'(f) f'."""
    start, stop = mapping.ends
    clipped = graph.clipped(pixels.value, 0.0, 1.0)
    # The difference of both ends may be beyond single precision.
    bent = (1.0 - clipped) * start + clipped * stop
    slopes = [slope * stop - slope * start for slope in pixels.slopes]
    if mapping.curve == "asinh":
        steepness = graph.op("Cosh", bent) * mapping.knee
        slopes = [slope * steepness for slope in slopes]
        bent = graph.op("Sinh", bent) * mapping.knee
    return Jet(graph.clipped(bent, mapping.low, mapping.high), slopes)


def _quotient(graph: Graph, f: Jet, g: Jet) -> Jet:
    below = graph.op("Max", g.value, float(LEAST_ALPHA))
    value = f.value / below
    slopes = zip(f.slopes, g.slopes, strict=True)
    return Jet(value, [(a - value * b) / below for a, b in slopes])
