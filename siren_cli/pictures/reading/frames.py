"""Files of several pictures: pages, frames, views."""

from siren_cli.errors import PictureError

# The note of a picture that carries a second one, of what HDR screens show brighter than white.
GAIN_MAP_NOTE = "its gain map for HDR screens is left out; this is the base picture"


def check_page(page: int, count: int) -> None:
    """Check that a file has a page.

    Raises:
        PictureError: It has not.
    """
    if page > count:
        pages = "one picture" if count == 1 else f"{count} pictures"
        raise PictureError(f"has {pages}; there is no --page {page}")


def frame_notes(count: int, page: int) -> tuple[str, ...]:
    """Return a note if a file has several pictures."""
    if count == 1:
        return ()
    return (f"has {count} pictures, of which this is number {page} (--page chooses)",)
