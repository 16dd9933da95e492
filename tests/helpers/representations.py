"""Small random representations, made without TensorFlow."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from siren_cli.config import Config, NetworkConfig, StoredType
from siren_cli.function_names import NO_ENCODING, SINE, ActivationName, EncodingName
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.grid import make_grid
from siren_cli.model.layers import Layer, layer_sizes, rounded
from siren_cli.model.networks import ClassLayers
from siren_cli.model.pyramid.networks import NetworkSizes
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.pictures.picture import Color, Metadata, PictureFacts, Resolution
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.pyramid_config import PyramidConfig
from siren_cli.rendering.function import PictureFunction
from siren_cli.representation.header import MosaicHeader, PixelKind, PyramidHeader
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from siren_cli.representation.representation import (
    MosaicRepresentation,
    PyramidRepresentation,
    Representation,
)
from siren_cli.representation.stored_cells import StoredCells
from tests.helpers.pyramid_content import make_grids, make_networks

Made = TypeVar("Made", MosaicRepresentation, PyramidRepresentation)

COLORS: dict[int, Color] = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
HIDDEN_FEATURES = 5


def make_representation(  # noqa: PLR0913 - each is a way in which files differ
    height: int,
    width: int,
    *,
    channels: int = 3,
    cell_size: int = 4,
    margin: int = 1,
    dtype: StoredType = "float16",
    seed: int = 0,
    icc_profile: bytes | None = None,
    activation: ActivationName = SINE,
    encoding: EncodingName = NO_ENCODING,
    widths: tuple[int, ...] = (HIDDEN_FEATURES,),
    pixels: PixelKind = "center",
) -> MosaicRepresentation:
    """Return a representation of random weights: two hidden layers, 5 wide.

    With several widths the cells have them in turn. Its facts are made up too: 3 epochs,
    31.5 dB.
    """
    facts = PictureFacts(width, height, COLORS[channels])
    grid = make_grid(height, width, cell_size, margin)
    network = NetworkConfig(cell_size, margin, activation=activation, encoding=encoding)
    inputs = layer_sizes(network, channels)[0]
    classes = CellClasses(
        tuple((inputs, width, width, channels) for width in widths),
        bytes(cell % len(widths) for cell in range(grid.cells)),
    )
    generator = np.random.default_rng(seed)

    def uniform(*shape: int) -> Any:
        return generator.uniform(-1.0, 1.0, shape)

    layers = tuple(
        rounded(
            [
                Layer(uniform(count, fan_in, fan_out), uniform(count, fan_out))
                for fan_in, fan_out in pairwise(sizes)
            ],
            dtype,
        )
        for sizes, count in zip(classes.layer_sizes, classes.counts, strict=True)
    )
    settings = Config().updated({"network": {"cell_size": cell_size, "margin": margin}})
    header = MosaicHeader(
        facts=facts,
        grid=grid,
        classes=classes,
        dtype=dtype,
        settings=settings.updated({"fit": {"seed": seed}}).table(),
        tool="0.1.0",
        epochs=3,
        psnr=31.5,
        icc_bytes=len(icc_profile or b""),
        activation=activation,
        encoding=encoding,
        pixels=pixels,
    )
    return MosaicRepresentation(
        header=header,
        cells=StoredCells.of_layers(header, layers),
        icc_profile=icc_profile,
    )


def make_pyramid_representation(
    height: int,
    width: int,
    *,
    channels: int = 3,
    seed: int = 0,
    icc_profile: bytes | None = None,
    sizes: tuple[int, int] = (5, 6),
) -> PyramidRepresentation:
    """Return a pyramid of random latents and weights: 3 epochs, 31.5 dB.

    `sizes` are the widths of the synthesis and of the context model.
    """
    facts = PictureFacts(width, height, COLORS[channels])
    shape = PyramidShape(height, width)
    networks = make_networks(NetworkSizes(*sizes, channels), seed)
    pyramid = StoredPyramid.of_grids(shape, networks, make_grids(shape, seed))
    config = Config(pyramid=PyramidConfig()).updated({"fit": {"seed": seed}})
    header = PyramidHeader(
        facts=facts,
        settings=config.table(),
        tool="0.1.0",
        epochs=3,
        psnr=31.5,
        icc_bytes=len(icc_profile or b""),
        sizes=networks.sizes,
    )
    return PyramidRepresentation(header=header, pyramid=pyramid, icc_profile=icc_profile)


def with_layers(
    representation: MosaicRepresentation, layers: ClassLayers
) -> MosaicRepresentation:
    """Return a representation with other layers."""
    return replace(representation, cells=StoredCells.of_layers(representation.header, layers))


def with_weight(representation: MosaicRepresentation, value: float) -> MosaicRepresentation:
    """Return a representation of several cells, one of which has a weight of its own."""
    layers = representation.layers
    layers[0][-1].weight[2, 0, 0] = value
    return with_layers(representation, layers)


def with_all_facts(representation: Made) -> Made:
    """Return a representation of light whose file holds all that any file can."""
    metadata = Metadata(Resolution(300.0, 72.5), b"an EXIF block", b"<xmp/>")
    mapping = ValueMapping("asinh", -0.5, 1e4, 0.0625, "light")
    header = replace(
        representation.header,
        facts=replace(representation.header.facts, bit_depth=16, mapping=mapping),
        tone_mapped_psnr=41.5,
        resolution=metadata.resolution,
        exif_bytes=len(metadata.exif),
        xmp_bytes=len(metadata.xmp),
    )
    return replace(representation, header=header, metadata=metadata)


def save_representation(path: Path, representation: Representation) -> Path:
    """Save a representation as a .siren file, over whatever is there; return the path."""
    PictureFunction(representation).save(path, force=True)
    return path
