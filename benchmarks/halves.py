"""Quality between the pixels: a half-size fit is rendered at full size and measured."""

from collections.abc import Iterator

from benchmarks.fits import fitted
from benchmarks.pictures import Resampling, even, halved, resized
from benchmarks.plan import PRESETS, Row
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.picture import Picture
from siren_cli.presets import load_preset
from siren_cli.rendering.drawing import render

# The interpolations that are compared with the function.
FILTERS = {
    "bicubic": Resampling.BICUBIC,
    "lanczos": Resampling.LANCZOS,
    "nearest": Resampling.NEAREST,
}


def rows(picture: Picture) -> Iterator[Row]:
    """Yield a row for each enlargement with its PSNR against the full-size original."""
    original = even(picture)
    half = halved(original)
    height, width, _ = original.pixels.shape
    for name, filter_ in FILTERS.items():
        enlarged = resized(half, height, width, filter_)
        yield {"kind": "half", "system": name, "psnr": psnr(original, enlarged)}
    for preset in PRESETS:
        done = fitted(half, load_preset(preset))
        enlarged = render(done.representation, height, width)
        yield {"kind": "half", "system": preset, "psnr": psnr(original, enlarged)}
