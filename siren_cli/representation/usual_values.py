"""Values that the header of a file leaves out, because nearly every file has them."""

from collections.abc import Mapping
from typing import Any

# The values that headers leave out. They belong to their version and never change.
PICTURE: dict[str, Any] = {
    "color": "RGB",
    "bit_depth": 8,
    "pixels": "center",
    "icc_bytes": 0,
    "color_space": "",
    "resolution": None,
    "values": None,
    "exif_bytes": 0,
    "xmp_bytes": 0,
}
RESULT: dict[str, Any] = {"psnr_db": None, "tone_mapped_psnr_db": None}
# Those of version 2.
USUAL: dict[str, Any] = {
    "requires": [],
    "foreign_settings": False,
    "picture": PICTURE,
    "grid": {"margin_y": 0, "margin_x": 0},
    "network": {"activation": "sine", "dtype": "int8"},
    "result": RESULT,
    "settings": {
        "network": {
            "cell_size": 64,
            "margin": 1,
            "hidden_features": 44,
            "hidden_layers": 2,
            "first_omega_0": 30.0,
            "hidden_omega_0": 20.0,
            "widths": "by_cell",
        },
        "fit": {
            "epochs": 64,
            "batch_points": 128,
            "min_steps": 16,
            "learning_rate": 1.5e-3,
            "warmup_steps": 10,
            "beta_2": 0.97,
            "area_share": 0.25,
            "decay": "cosine",
            "seed": 0,
            "dtype": "int8",
            "target_bytes": 0,
        },
    },
}
# Those of version 3.
USUAL_OF_PYRAMIDS: dict[str, Any] = {
    "requires": [],
    "foreign_settings": False,
    "picture": PICTURE,
    "pyramid": {"hidden_features": 24, "context_features": 24},
    "result": {**RESULT, "epochs": 2000},
    "settings": {
        "fit": {"epochs": 2000, "seed": 0, "target_bytes": 0},
        "pyramid": {
            "quality": 60.0,
            "hidden_features": 0,
            "context_features": 0,
            "latent_rate": 0.025,
            "network_rate": 0.03,
        },
    },
}


def completed(values: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with the usual values where it has none."""
    found = {**usual, **values}
    for key, part in usual.items():
        if isinstance(part, Mapping) and isinstance(found[key], Mapping):
            found[key] = completed(found[key], part)
    return found


def shortened(values: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without its usual values: `completed` makes it whole again."""
    found = {}
    for key, value in values.items():
        rest = value
        if isinstance(value, Mapping) and isinstance(usual.get(key), Mapping):
            rest = shortened(value, usual[key])
            if not rest:
                continue
        elif key in usual and value == usual[key]:
            continue
        found[key] = rest
    return found
