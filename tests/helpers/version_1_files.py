"""Files of version 1 of the format, which the program reads and no longer writes."""

from typing import Any

import numpy as np

from siren_cli.model.activations import Array
from siren_cli.model.layers import named_arrays
from siren_cli.representation import sealed, version_1
from siren_cli.representation.representation import MosaicRepresentation


def encode_version_1(representation: MosaicRepresentation) -> bytes:
    """Return the bytes of a file whose cells all have the same layers."""
    header = representation.header
    (layers,) = representation.layers
    tensors: dict[str, Array] = named_arrays(layers)
    tensors["digests"] = version_1.row_digests(layers, header.grid.y.cells)
    if representation.icc_profile:
        tensors["icc_profile"] = np.frombuffer(representation.icc_profile, np.uint8)
    return sealed.encode(tensors, _table(representation), version_1.SEALED_TENSORS)


def _table(representation: MosaicRepresentation) -> dict[str, Any]:
    header = representation.header
    facts, grid = header.facts, header.grid
    return {
        "format": "siren",
        "version": 1,
        "requires": [],
        "tool": header.tool,
        "picture": {
            "width": facts.width,
            "height": facts.height,
            "color": facts.color,
            "bit_depth": facts.bit_depth,
            "premultiplied": facts.has_alpha,
            "value_range": [-1, 1],
        },
        "grid": {
            "rows": grid.y.cells,
            "columns": grid.x.cells,
            "cell_height": grid.y.cell_size,
            "cell_width": grid.x.cell_size,
            "margin_y": grid.y.margin,
            "margin_x": grid.x.margin,
            "ramp": "smoothstep",
        },
        "network": {
            "layers": header.classes.layer_sizes[0],
            "activation": header.stored_activation,
            "input": "cell",
            "form": "folded",
            "dtype": header.dtype,
        },
        "settings": header.settings,
        "result": {
            "epochs": header.epochs,
            "psnr_db": header.psnr,
            "identical": header.psnr is None,
        },
    }
