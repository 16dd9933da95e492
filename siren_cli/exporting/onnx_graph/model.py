"""A representation as the content of an .onnx file."""

from importlib.metadata import version
from typing import Any

from siren_cli.errors import UsageError
from siren_cli.exporting.onnx_graph import cell_loop, units
from siren_cli.exporting.onnx_graph.cell_loop import DIRECTIONS, CellSums
from siren_cli.exporting.onnx_graph.jets import Jet
from siren_cli.exporting.onnx_graph.tracing import Graph, Tensor, library
from siren_cli.exporting.onnx_graph.weights import Weights
from siren_cli.representation.cell_records import weight_bytes
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import MosaicRepresentation

# The operators of 2021, and the version of the file that belongs to them.
OPSET = 17
IR_VERSION = 8
# Most bytes of the weights and of the tables that say where a cell's are: protobuf's files end
# below 2 GiB, and the nodes need a part of that.
MAX_BYTES = 2_000_000_000
# Bytes of the tables for each cell: where its weights of two types begin, and its class.
TABLE_BYTES = 17

DESCRIPTION = """A picture as a function of the point, exported by siren.

Input points, shape (N, 2): x and y in pixels of the picture. X runs to the right from 0 to
picture_width, y down from 0 to picture_height, and the center of the first pixel is (0.5, 0.5).

Output values, shape (N, channels): {values}{alpha}
{gradient}"""
IN_UNIT_RANGE = "black is 0 and white is 1; values beyond are common, and to be clipped."
IN_OWN_UNITS = "in the picture's own units."
PREMULTIPLIED = "\nThe last channel is alpha, and the others are multiplied with it."
GRADIENT = """
Output gradient, shape (N, channels, 2): the derivatives along x and along y, per pixel.
"""


def check(header: MosaicHeader) -> None:
    """Check that a file with this header can be exported.

    Raises:
        UsageError: It is too large.
        ResourceError: The package onnx is missing.
    """
    library()
    size = weight_bytes(header) + TABLE_BYTES * header.grid.cells
    if size > MAX_BYTES:
        raise UsageError(f"it would have {size:,} bytes; an ONNX file has 2 GB at most")


def losses(header: MosaicHeader) -> list[str]:
    """Return what is lost of a file with this header, a sentence each."""
    beside = {
        "color profile": header.icc_bytes,
        "EXIF": header.exif_bytes,
        "XMP": header.xmp_bytes,
    }
    lost = [name for name, size in beside.items() if size]
    return [f"ONNX has no place for {', '.join(lost)}"] if lost else []


def content(representation: MosaicRepresentation, *, with_gradient: bool) -> bytes:
    """Return the .onnx file of a representation, checked by the package onnx."""
    header, graph = representation.header, Graph()
    weights = Weights(graph, header.classes, representation.layers)
    how = CellSums(header, weights, with_gradient)
    total = cell_loop.sums(graph, graph.tensor("points"), how)
    # From [-1, 1] to [0, 1].
    pixels = Jet(total.value * 0.5 + 0.5, [slope * 0.5 for slope in total.slopes])
    found = units.in_own_units(graph, pixels, header.facts)
    outputs = {"values": found.value}
    if with_gradient:
        slopes = [slope.with_axis(2) for slope in found.slopes]
        outputs["gradient"] = graph.joined(slopes, axis=2)
    model = _model(graph, outputs, header)
    library().checker.check_model(model, full_check=True)
    result: bytes = model.SerializeToString(deterministic=True)
    return result


def _model(graph: Graph, outputs: dict[str, Tensor], header: MosaicHeader) -> Any:
    """Return the model of a graph whose input is the points."""
    onnx, channels = library(), header.facts.channels
    shapes = {"values": ["N", channels], "gradient": ["N", channels, DIRECTIONS]}

    def info(name: str, shape: list[Any]) -> Any:
        return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)

    graph.name_outputs(outputs)
    content = onnx.helper.make_graph(
        graph.nodes,
        "picture",
        [info("points", ["N", 2])],
        [info(name, shapes[name]) for name in outputs],
        [onnx.numpy_helper.from_array(a, name) for name, a in graph.constants.items()],
    )
    model = onnx.helper.make_model(
        content,
        producer_name="siren",
        producer_version=version("siren-cli"),
        doc_string=_description(header, "gradient" in outputs),
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    onnx.helper.set_model_props(model, _properties(header))
    return model


def _description(header: MosaicHeader, with_gradient: bool) -> str:
    facts = header.facts
    return DESCRIPTION.format(
        values=IN_UNIT_RANGE if facts.mapping is None else IN_OWN_UNITS,
        alpha=PREMULTIPLIED if facts.has_alpha else "",
        gradient=GRADIENT if with_gradient else "",
    )


def _properties(header: MosaicHeader) -> dict[str, str]:
    facts = header.facts
    return {
        "picture_width": str(facts.width),
        "picture_height": str(facts.height),
        "picture_color": facts.color,
        "picture_pixels": header.pixels,
    }
