"""Pictures that are made of other pictures: halves, enlargements and tilings."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from siren_cli.pictures.picture import Picture, Pixels, quantize

Resampling = Image.Resampling


def even(picture: Picture) -> Picture:
    """Return a picture without the last row or column of an odd side."""
    height, width, _ = picture.pixels.shape
    return with_pixels(picture, picture.pixels[: height // 2 * 2, : width // 2 * 2])


def halved(picture: Picture) -> Picture:
    """Return a picture of even sides at half its size: means of 2 x 2 pixels."""
    height, width, _ = picture.pixels.shape
    return resized(picture, height // 2, width // 2, Resampling.BOX)


def resized(picture: Picture, height: int, width: int, filter_: Resampling) -> Picture:
    """Return a picture at another size, as Pillow makes it of 8-bit values."""
    # Each channel is resized alone, because Pillow would treat a fourth one as alpha.
    channels = np.moveaxis(quantize(picture.pixels, 8), -1, 0)
    images = [Image.fromarray(channel).resize((width, height), filter_) for channel in channels]
    pixels = np.stack([np.asarray(image) for image in images], axis=-1)
    return with_pixels(picture, pixels.astype(np.float32) / np.float32(255))


def tiled(pictures: Sequence[Picture], rows: int, columns: int) -> Picture:
    """Return one picture of pictures that lie side by side, row by row.

    Tall pictures are turned, and all are cut to the size of the smallest. If there
    are too few, they come again, flipped.
    """
    lying = [_lying(picture.pixels) for picture in pictures]
    height, width = (min(pixels.shape[axis] for pixels in lying) for axis in (0, 1))
    tiles = [_tile(lying, number)[:height, :width] for number in range(rows * columns)]
    bands = [
        np.concatenate(tiles[row * columns : (row + 1) * columns], axis=1)
        for row in range(rows)
    ]
    return with_pixels(pictures[0], np.concatenate(bands, axis=0))


def with_pixels(picture: Picture, pixels: Pixels) -> Picture:
    """Return a picture of the same kind with other pixels, of any size."""
    height, width, _ = pixels.shape
    return replace(
        picture, pixels=pixels, facts=replace(picture.facts, height=height, width=width)
    )


def _lying(pixels: Pixels) -> Pixels:
    height, width, _ = pixels.shape
    return np.rot90(pixels) if height > width else pixels


def _tile(pictures: Sequence[Pixels], number: int) -> Pixels:
    # A picture lies in four ways: as it is, mirrored, upside down, or both.
    turn, index = divmod(number, len(pictures))
    across, down = turn % 2, turn // 2 % 2
    return pictures[index][:: 1 - 2 * down, :: 1 - 2 * across]
