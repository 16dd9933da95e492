"""The largest pictures that are read, checked before anything is reserved for them."""

from siren_cli.errors import PictureError
from siren_cli.pictures.picture import MAX_SIDE

# Pixels from which on a message counts megapixels.
MEGAPIXEL = 10**6


def check_size(width: int, height: int, max_pixels: int, help_text: str = "") -> None:
    """Check the size that a file says its picture has.

    Args:
        width: Pixels in a row.
        height: Number of rows.
        max_pixels: Most pixels of it.
        help_text: What would let a picture of more pixels be read, for the message, or nothing.

    Raises:
        PictureError: It has no pixels, or too many.
    """
    if min(width, height) < 1:
        raise PictureError(f"damaged picture: {width}x{height} has no pixels")
    if max(width, height) > MAX_SIDE:
        raise PictureError(f"{width}x{height} is over {MAX_SIDE} pixels a side")
    if width * height > max_pixels:
        raise PictureError(
            f"{width}x{height} is {_pixel_text(width * height)}, over the "
            f"{_pixel_text(max_pixels)} limit (--max-pixels){help_text and '; '}{help_text}"
        )


def _pixel_text(count: int) -> str:
    return f"{count / MEGAPIXEL:.0f} Mpx" if count >= MEGAPIXEL else f"{count} pixels"
