"""One fit, and what it is worth: its quality, its bytes, and those of codecs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact import counting, stream
from benchmarks.compact.networks import CONTEXT, Matrix, Sizes
from benchmarks.compact.objective import Objective
from benchmarks.compact.settings import Settings
from benchmarks.compact.training import Trainer
from benchmarks.pictures import Resampling, resized, with_pixels
from benchmarks.plan import Row
from siren_cli.comparing.codec_search import matched_psnr
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.codecs import named_codec
from siren_cli.pictures.picture import Picture

CODECS = ("webp", "avif")


@dataclass(frozen=True)
class Fit:
    """A picture that was fitted.

    Attributes:
        objective: Its objective.
        latents: Whole numbers, shape (size,).
        matrices: The networks, not yet rounded.
        sizes: Their widths.
        rate_weight: The lambda of the fit.
        seconds: Time of the training.
    """

    objective: Objective
    latents: NDArray[np.float32]
    matrices: Sequence[Matrix]
    sizes: Sizes
    rate_weight: float
    seconds: float

    def drawn(self, matrices: Sequence[Matrix], like: Picture) -> Picture:
        """Return the function with some networks, at the size of a picture."""
        height, width, _ = like.pixels.shape
        return with_pixels(like, self.objective.drawn(self.latents, matrices, height, width))


def fitted(picture: Picture, settings: Settings) -> Fit:
    """Return a fit of a picture whose sides are multiples of 64."""
    objective = Objective(picture.pixels)
    trainer = Trainer(objective, settings)
    start = time.perf_counter()
    trainer.fit()
    seconds = time.perf_counter() - start
    weight = settings.rate_weight
    return Fit(objective, trainer.latents(), trainer.matrices, trainer.sizes, weight, seconds)


def measured(picture: Picture, fit: Fit, full_size: Picture | None) -> Row:
    """Return what a fit is worth.

    Args:
        picture: What was fitted.
        fit: The fit.
        full_size: The picture at twice the size, to measure between the pixels, or None.

    Raises:
        RuntimeError: The streams do not hold the latents.
    """
    objective, pixels = fit.objective, fit.objective.pixels
    start = time.perf_counter()
    rounded = counting.rounded_networks(
        objective, fit.latents, fit.matrices, fit.sizes, fit.rate_weight
    )
    rounding_seconds = time.perf_counter() - start
    _, levels = objective.hard(fit.latents, rounded.matrices)
    latent_bytes, decoding_seconds = _streamed(fit, rounded.matrices[CONTEXT])
    quality = psnr(picture, fit.drawn(rounded.matrices, picture))
    row = {
        "psnr": quality,
        "exact_psnr": psnr(picture, fit.drawn(fit.matrices, picture)),
        "bpp": (counting.HEADER_BITS + rounded.bits + 8 * latent_bytes) / pixels,
        "latent_bpp": 8 * latent_bytes / pixels,
        "estimated_latent_bpp": float(levels.numpy().sum()) / pixels,
        "network_bytes": rounded.bits / 8,
        "seconds": fit.seconds,
        "rounding_seconds": rounding_seconds,
        "decoding_seconds": decoding_seconds,
    }
    if full_size is not None:
        height, width, _ = full_size.pixels.shape
        bicubic = resized(picture, height, width, Resampling.BICUBIC)
        row["between"] = psnr(full_size, fit.drawn(rounded.matrices, full_size))
        row["bicubic"] = psnr(full_size, bicubic)
    for name in CODECS:
        content = matched_psnr(picture, named_codec(name), quality or 0.0).content
        row[name] = 8 * len(content) / pixels
    return row


def _streamed(fit: Fit, context: Sequence[Matrix]) -> tuple[int, float]:
    """Return the bytes of the latents' streams, and the seconds to read them."""
    pyramid, tile = fit.objective.pyramid, fit.objective.tile
    whole = fit.latents.astype(np.int64)
    streams = stream.encode(pyramid, whole, context, tile)
    start = time.perf_counter()
    decoded = stream.decode(pyramid, streams, context, tile)
    seconds = time.perf_counter() - start
    if not np.array_equal(decoded, whole):
        raise RuntimeError("the streams hold other latents")
    return sum(map(len, streams)), seconds
