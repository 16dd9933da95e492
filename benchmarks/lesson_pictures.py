"""What other lessons are measured with: a gray photograph, masks, and noise."""

from collections.abc import Callable

import numpy as np
import skimage.data
from PIL import Image, ImageDraw

from benchmarks.pictures import Resampling, resized, with_pixels
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.picture import Picture, PictureFacts, quantize

# Sides of the gray photograph.
CAMERAMAN_SIDE = 256
# Share of the pixels that are known where the others are left out at random.
KEPT_SHARE = 0.1
SCRATCHES = 12
SCRATCH_PIXELS = 3
BLOB_RADIUS_PIXELS = 12
SEED = 0


def cameraman() -> Picture:
    """Return the cameraman of scikit-image at 256x256: means of 2 x 2 pixels."""
    pixels = skimage.data.camera()[..., None].astype(np.float32) / np.float32(255)
    height, width, _ = pixels.shape
    picture = Picture(pixels, PictureFacts(width, height, "L"))
    return resized(picture, CAMERAMAN_SIDE, CAMERAMAN_SIDE, Resampling.BOX)


def random_pixels(height: int, width: int) -> Mask:
    """Return a mask of a tenth of the pixels, at random."""
    return np.random.default_rng(SEED).random((height, width)) < KEPT_SHARE


def scratches(height: int, width: int) -> Mask:
    """Return a mask without straight lines of 3 pixels, from one side to its opposite."""
    image = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(image)
    for number, (start, end) in enumerate(np.random.default_rng(SEED).random((SCRATCHES, 2))):
        line = (start * width, 0, end * width, height)
        if number % 2:
            line = (0, start * height, width, end * height)
        draw.line(line, 0, SCRATCH_PIXELS)
    return np.array(image, np.bool_)


def blob(height: int, width: int) -> Mask:
    """Return a mask without a disk somewhere in the middle half of each side."""
    y, x = np.random.default_rng(SEED).uniform(0.25, 0.75, 2) * (height, width)
    rows, columns = np.ogrid[:height, :width]
    outside: Mask = np.hypot(rows + 0.5 - y, columns + 0.5 - x) > BLOB_RADIUS_PIXELS
    return outside


MASKS: dict[str, Callable[[int, int], Mask]] = {
    "10 % known": random_pixels,
    "scratches": scratches,
    "blob": blob,
}


def noisy(picture: Picture, deviation: float) -> Picture:
    """Return a picture with Gaussian noise, clipped and rounded to 8 bits as files are.

    Args:
        picture: The picture.
        deviation: Standard deviation of the noise, of pixels in [0, 1].
    """
    noise = np.random.default_rng(SEED).normal(0.0, deviation, picture.pixels.shape)
    stored = quantize((picture.pixels + noise).astype(np.float32), 8)
    return with_pixels(picture, stored.astype(np.float32) / np.float32(255))
