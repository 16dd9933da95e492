"""OpenEXR pictures (.exr), decoded by the bindings that the extra `exr` brings.

The bindings reserve whatever memory a header asks for, and decode all parts and channels at
once, so `exr_header` reads the size before.
"""

import contextlib
import io
import os
import threading
from collections.abc import Iterator, Mapping, Set
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError
from siren_cli.pictures.colors.chromaticities import SRGB_CHROMATICITIES, Chromaticities
from siren_cli.pictures.reading import exr_header
from siren_cli.pictures.reading.raw_values import (
    RawValues,
    checked_chromaticities,
    with_alpha_clipped,
    without_premultiplication,
)
from siren_cli.pictures.reading.size_limits import check_size
from siren_cli.system import extras

Planes = list[NDArray[Any]]
Channels = Mapping[str, NDArray[Any]]

# The channels that become a picture, the best first. RY and BY are the differences of red and
# blue from the luminance Y, divided by it.
RGB, LUMINANCE_CHROMA, LUMINANCE = ("R", "G", "B"), ("Y", "RY", "BY"), ("Y",)
ALPHA = "A"
# x and y of red, green, blue and white of ITU-R BT.709, which are meant where none are named.
USUAL = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329)
# Longest list of names that a note shows, in characters.
MAX_LISTED_CHARACTERS = 60
STDERR = 2

_silence = threading.Lock()


class _Selection(NamedTuple):
    """The channels of a part that are read.

    Attributes:
        colors: The kinds of the channels: `RGB`, `LUMINANCE_CHROMA`, `LUMINANCE`, or another.
        layer: What stands before them in the names, such as "diffuse.", or nothing.
        alpha: The kind of the channel of alpha after them, or nothing.
    """

    colors: tuple[str, ...]
    layer: str = ""
    alpha: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of all channels in the file."""
        return [self.layer + kind for kind in self.colors + self.alpha]


def header(start: bytes, page: int = 1) -> tuple[int, int]:
    """Return the width and the height that the start of a file states.

    Args:
        start: The first `exr_header.HEADER_BYTES` of the file.
        page: Number of the part, from 1.

    Raises:
        PictureError: The header is broken, there is no such part, or it is deep data.
    """
    return exr_header.chosen(exr_header.parse(start), page).window("dataWindow").size


def check_parts(start: bytes, max_pixels: int) -> None:
    """Check the size of all parts, for all of them are decoded.

    Args:
        start: The first `exr_header.HEADER_BYTES` of the file.
        max_pixels: Most pixels of a part.

    Raises:
        PictureError: One is too large, or the header is broken.
    """
    for part in exr_header.parse(start):
        width, height = part.window("dataWindow").size
        check_size(width, height, max_pixels)


def read(file: BinaryIO, page: int = 1) -> RawValues:
    """Return the values of a part of a file.

    Args:
        file: The file, at its start.
        page: Number of the part, from 1.

    Raises:
        PictureError: The file is damaged, or holds something that is no picture.
        ResourceError: The extra is not installed.
    """
    parts = exr_header.parse(file.read(exr_header.HEADER_BYTES))
    part = exr_header.chosen(parts, page)
    chromaticities, notes = checked_chromaticities(part.floats("chromaticities", *USUAL))
    file.seek(0)
    channels = _decoded(file, page - 1, len(parts))
    selected = _selected(channels.keys())
    planes = _planes(channels, selected, chromaticities or SRGB_CHROMATICITIES)
    values, alpha_notes = _values(planes, has_alpha=bool(selected.alpha))
    notes += _channel_notes(channels.keys(), selected) + _window_notes(part) + alpha_notes
    is_light = selected.colors in (RGB, LUMINANCE_CHROMA, LUMINANCE)
    return RawValues(values, notes, len(parts), is_light, chromaticities)


def _decoded(file: BinaryIO, index: int, count: int) -> Channels:
    """Return the channels of a part by their names.

    Args:
        file: The file, at its start.
        index: Number of the part, from 0.
        count: Number of parts.
    """
    bindings: Any = extras.load("exr", "OpenEXR is read")
    try:
        with _silenced():
            decoded = bindings.File(file, separate_channels=True)
        # A part that cannot be decoded is left out of them without an error.
        is_whole = len(decoded.parts) == count
        channels = decoded.channels(index) if is_whole else {}
    except MemoryError:
        raise
    except Exception as error:
        # The bindings may raise anything on a hostile file.
        raise PictureError("damaged picture: OpenEXR cannot decode it") from error
    if not is_whole:
        raise PictureError("damaged picture: it is cut off or broken")
    return {name: channel.pixels for name, channel in channels.items()}


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Keep the bindings from printing what is wrong with a file, which an error says."""
    with _silence, contextlib.redirect_stdout(io.StringIO()), open(os.devnull, "wb") as nowhere:
        try:
            saved = os.dup(STDERR)
        except OSError:  # it is closed
            yield
            return
        try:
            os.dup2(nowhere.fileno(), STDERR)
            yield
        finally:
            os.dup2(saved, STDERR)
            os.close(saved)


def _selected(names: Set[str]) -> _Selection:
    """Return the channels that are the picture.

    Raises:
        PictureError: None are.
    """
    for colors in (RGB, LUMINANCE_CHROMA, LUMINANCE):
        if names >= set(colors):
            return _Selection(colors, alpha=(ALPHA,) if ALPHA in names else ())
    for layer in (f"{name.rpartition('.')[0]}." for name in names):
        if all(layer + kind in names for kind in RGB):
            return _Selection(RGB, layer, (ALPHA,) if layer + ALPHA in names else ())
    others = names - {ALPHA} or names
    if len(others) == 1:
        return _Selection(tuple(others))
    raise PictureError(f"has no channels R, G, B or Y, but {_listed(names)}")


def _planes(channels: Channels, selected: _Selection, primaries: Chromaticities) -> Planes:
    """Return the planes of the picture, one or three colors and maybe alpha."""
    planes = [channels[name] for name in selected.names]
    if selected.colors == LUMINANCE_CHROMA:
        planes = _from_chroma(planes, primaries)
    if len({plane.shape for plane in planes}) > 1:
        raise PictureError("has channels of different sizes; resize them first")
    return planes


def _from_chroma(planes: Planes, primaries: Chromaticities) -> Planes:
    """Return red, green, blue and the rest from luminance, RY, BY and the rest."""
    luminance, *chroma = (plane.astype(np.float32) for plane in planes[:3])
    if chroma[0].shape != luminance.shape:
        chroma = [_doubled(plane) for plane in chroma]
    if any(plane.shape != luminance.shape for plane in chroma):
        raise PictureError(
            "has chroma of neither the whole nor half the size; convert it to RGB"
        )
    red, blue = ((1 + plane) * luminance for plane in chroma)
    of_red, of_green, of_blue = primaries.luminances().astype(np.float32)
    return [red, (luminance - of_red * red - of_blue * blue) / of_green, blue, *planes[3:]]


def _doubled(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a plane of twice the size, whose even rows and columns are those of the plane."""
    for _ in range(2):
        between = (plane + np.concatenate([plane[1:], plane[-1:]])) / 2
        plane = np.stack([plane, between], axis=1).reshape(-1, plane.shape[1]).T
    return plane


def _values(planes: Planes, *, has_alpha: bool) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return values as of `RawValues`, and notes."""
    stored = np.stack(planes, axis=2)
    if stored.dtype.kind == "u" and not has_alpha:
        return stored, ()
    values = stored.astype(np.float32, copy=False)
    if not has_alpha:
        return values, ()
    clipped, clip_notes = with_alpha_clipped(values)
    plain, loss_notes = without_premultiplication(clipped)
    return plain, clip_notes + loss_notes


def _channel_notes(names: Set[str], selected: _Selection) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    left_out = names - set(selected.names)
    if selected.layer:
        notes += (f"has no plain R, G, B; its layer {_listed({selected.layer[:-1]})} is read",)
    if left_out:
        channels = "channel {} is" if len(left_out) == 1 else "channels {} are"
        notes += (f"its {channels.format(_listed(left_out))} left out",)
    return notes


def _window_notes(part: exr_header.Part) -> tuple[str, ...]:
    own, display = part.window("dataWindow"), part.window("displayWindow")
    (ratio,) = part.floats("pixelAspectRatio", 1.0)
    notes: tuple[str, ...] = ()
    if own != display:
        notes += (f"its data window {own} is read, not its display window {display}",)
    if ratio != 1:
        notes += (f"its pixels are not square (pixelAspectRatio is {ratio:g})",)
    return notes


def _listed(names: Set[str]) -> str:
    """Return names in a line that a terminal can show, and not too long."""
    line = "".join(
        letter if letter.isprintable() else "?" for letter in ", ".join(sorted(names))
    )
    if len(line) <= MAX_LISTED_CHARACTERS:
        return line
    return f"{line[:MAX_LISTED_CHARACTERS]}... ({len(names)} in all)"
