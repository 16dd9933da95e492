"""Small random representations, made without TensorFlow."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.config import NetworkConfig, StoredType
from siren_cli.function_names import NO_ENCODING, SINE, ActivationName, EncodingName
from siren_cli.model.grid import make_grid
from siren_cli.model.layers import Layer, layer_sizes, rounded
from siren_cli.pictures.picture import Color, PictureFacts
from siren_cli.rendering.function import PictureFunction
from siren_cli.representation.header import Header
from siren_cli.representation.siren_file import Representation

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
) -> Representation:
    """Return a representation of random weights: two hidden layers, 5 wide.

    Its facts are made up too: 3 epochs, 31.5 dB.
    """
    facts = PictureFacts(width, height, COLORS[channels])
    grid = make_grid(height, width, cell_size, margin)
    network = NetworkConfig(
        cell_size, margin, HIDDEN_FEATURES, 1, activation=activation, encoding=encoding
    )
    sizes = layer_sizes(network, channels)
    generator = np.random.default_rng(seed)

    def uniform(*shape: int) -> Any:
        return generator.uniform(-1.0, 1.0, shape)

    layers = [
        Layer(uniform(grid.cells, fan_in, fan_out), uniform(grid.cells, fan_out))
        for fan_in, fan_out in pairwise(sizes)
    ]
    header = Header(
        facts=facts,
        grid=grid,
        layer_sizes=sizes,
        dtype=dtype,
        settings={"network": {"cell_size": cell_size}, "fit": {"seed": seed}},
        tool="0.1.0",
        epochs=3,
        psnr=31.5,
        icc_bytes=len(icc_profile or b""),
        activation=activation,
        encoding=encoding,
    )
    return Representation(header, rounded(layers, dtype), icc_profile)


def save_representation(path: Path, representation: Representation) -> Path:
    """Save a representation as a .siren file, over whatever is there; return the path."""
    PictureFunction(representation).save(path, force=True)
    return path
