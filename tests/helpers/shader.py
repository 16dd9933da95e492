"""The shader of pages at work in Python, with textures as gl_textures.js lays them out."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.exporting.page import page
from siren_cli.model.grid import Axis
from siren_cli.pictures.colors.named_spaces import is_linear
from siren_cli.representation.representation import MosaicRepresentation
from tests.helpers import glsl

TEXTURE_BITS = 4
Texture = NDArray[Any]


def shader_of(function: MosaicRepresentation, lanes: str, **uniforms: Any) -> dict[str, Any]:
    """Return the functions of the shader for a picture, in double precision.

    Args:
        function: The picture.
        lanes: What is evaluated together: PIXELS, SAMPLES or JET.
        uniforms: The uniforms that depend on the drawing, and the texture `points`.
    """
    textures = {name: texture.astype(float) for name, texture in textures_of(function).items()}
    textures["weights"] /= 127 if function.header.dtype == "int8" else 1
    textures["cells"] = textures["cells"].astype(int)
    grid = function.header.grid
    per_pixel = glsl.vector(2)(2 / grid.y.cell_size, 2 / grid.x.cell_size)
    defined = definitions(function) | {"LANES": lanes}
    return glsl.run(page.shader(), {**textures, "perPixel": per_pixel, **defined, **uniforms})


def definitions(function: MosaicRepresentation) -> dict[str, Any]:
    """Return the definitions that a picture's shader is compiled with: `definitionsOf`."""
    header = function.header
    mapping, sizes = header.facts.mapping, header.classes.layer_sizes
    is_light = mapping is not None and mapping.is_light
    profile = function.icc_profile
    return {
        "TEXTURE_BITS": TEXTURE_BITS,
        "ACTIVATION": header.activation.upper(),
        "INPUTS": sizes[0][0],
        "LAYERS": len(sizes[0]) - 1,
        "QUADS": -(-max(max(own[1:]) for own in sizes) // 4),
        "SCALED": int(header.dtype == "int8"),
        "CELL_COLUMNS": header.grid.x.cells,
        "CHANNELS": header.facts.channels,
        "MAPPING": mapping.curve.upper() if mapping else "NO_MAPPING",
        "SRGB": int(is_light and (profile is None or is_linear(profile))),
    }


def textures_of(function: MosaicRepresentation) -> dict[str, Texture]:
    """Return the textures `cells`, `numbers` and `weights`, in the types of the file."""
    classes, layers = function.header.classes, function.layers
    first_layer, count = len(classes.numbers), len(layers[0])
    cells, numbers, weights = [], [], []
    for number, place in zip(classes.numbers, classes.places, strict=True):
        addresses = [sum(map(len, texels)) for texels in (numbers, weights)]
        cells.append([first_layer + number * count, *addresses, 0])
        first, *others = (layer.of_cells(slice(place, place + 1)) for layer in layers[number])
        numbers.append(quads(np.concatenate([first.bias, first.weight[0]])))
        for layer in others:
            scales = [] if layer.scale is None else [layer.scale]
            numbers.append(quads(np.concatenate([layer.bias, *scales])))
            missing = -len(layer.weight[0]) % 4
            weights.append(quads(np.pad(layer.weight[0], ((0, missing), (0, 0)))))
    for sizes in classes.layer_sizes:
        cells += [[-(-width // 4), 0, 0, 0] for _, width in pairwise(sizes)]
    texels = {"cells": [np.array(cells)], "numbers": numbers, "weights": weights}
    return {name: texture(np.concatenate(own)) for name, own in texels.items()}


def quads(rows: Texture) -> Texture:
    """Return rows as texels: the first four numbers of each row, the next four, and so on."""
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))
    return padded.reshape(len(rows), -1, 4).swapaxes(0, 1).reshape(-1, 4)


def texture(texels: Texture) -> Texture:
    """Return texels in whole rows of a texture."""
    width = 1 << TEXTURE_BITS
    return np.pad(texels, ((0, -len(texels) % width), (0, 0))).reshape(-1, width, 4)


def points_of(function: MosaicRepresentation, y: Texture, x: Texture) -> Texture:
    """Return the texture `points` of gl_points.js: columns x, then rows y."""
    grid = function.header.grid
    return texture(np.concatenate([axis_points(grid.x, x), axis_points(grid.y, y)]))


def axis_points(axis: Axis, positions: Texture) -> Texture:
    """Return two texels for each position."""
    texels = np.zeros((len(positions), 2, 4))
    for texel, position in zip(texels, positions[:, None], strict=True):
        near = [cell for cell in range(axis.cells) if axis.ramp(position, cell)[0] > 0]
        locals_ = [axis.local(position, cell)[0] for cell in near]
        texel[0, : 1 + len(near)] = [near[0], *locals_]
        if len(near) > 1:
            slopes = axis.ramp_slopes(position, near[1])
            texel[0, 3] = axis.ramp(position, near[1])[0]
            texel[1, :2] = [slope[0] for slope in slopes]
    return texels.reshape(-1, 4)
