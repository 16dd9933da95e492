"""Pillow's own limits, lifted while a picture is read and put back for the program."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageFile, PngImagePlugin

from siren_cli.pictures.picture import MAX_ICC_BYTES

_lock = threading.Lock()
_truncated_lock = threading.Lock()
# The limits that the program had, once for each thread that reads at the moment.
_saved: list[tuple[int | None, int]] = []


@contextmanager
def lifted() -> Iterator[None]:
    """Lift the limits of pixels and of text in PNG, which holds color profiles, too.

    The limits of this program name the flag that lifts them. Pillow's are one for the
    whole process, so the first reader lifts them and the last one puts them back.
    """
    with _lock:
        _saved.append((Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK))
        Image.MAX_IMAGE_PIXELS = None
        PngImagePlugin.MAX_TEXT_CHUNK = max(PngImagePlugin.MAX_TEXT_CHUNK, MAX_ICC_BYTES)
    try:
        yield
    finally:
        with _lock:
            if len(_saved) == 1:
                Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK = _saved[0]
                _saved.clear()
            else:
                _saved.pop()


@contextmanager
def truncated_allowed() -> Iterator[None]:
    """Let Pillow return what it has of a picture that is cut off, to one reader at a time."""
    with _truncated_lock:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before
