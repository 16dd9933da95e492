"""The pictures that `siren blend` is given, read and made to fit each other."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from siren_cli.errors import PictureError, UsageError, prefixed
from siren_cli.output import terminal
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.pictures.masks import WHITE, Mask, mask_of
from siren_cli.pictures.metadata import with_what_fits, without_personal
from siren_cli.pictures.picture import Picture, Pixels, colored, peak, unpremultiplied
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.value_mapping import UNIT_RANGE
from siren_cli.planning.blending import Blend, Corner, blended
from siren_cli.rendering import parsing
from siren_cli.system import files


@dataclass(frozen=True)
class BlendInputs:
    """What is blended.

    Attributes:
        background: The picture that is blended into.
        foreground: The picture of which a part is blended into it.
        mask: The picture that is white at that part; None is the foreground's alpha.
        at: Where the upper left pixel of the foreground is in the background.
        is_mixed: Whether the stronger details of both pictures stay.
        alpha: What becomes of the background's transparency, as in `Conversion`.
        keep_metadata: Whether EXIF and XMP of the background are kept.

    Raises:
        UsageError: Two pictures would come from standard input.
    """

    background: Path
    foreground: Path
    mask: Path | None
    at: Corner
    is_mixed: bool = False
    alpha: str = "keep"
    keep_metadata: bool = False

    @property
    def others(self) -> tuple[Path, ...]:
        """The files besides the background."""
        return (self.foreground,) if self.mask is None else (self.foreground, self.mask)

    def __post_init__(self) -> None:
        if (self.background, self.foreground, self.mask).count(files.STDIN) > 1:
            raise UsageError("-: one picture alone can come from standard input")


class BlendedPicture(NamedTuple):
    """A background that is blended with a foreground.

    Attributes:
        picture: The background with the foreground's part just laid over it, which is what
            the cells of a fit are planned for.
        blend: What its function is taught.
    """

    picture: Picture
    blend: Blend


def parse_corner(text: str) -> Corner:
    """Return the corner of two whole numbers with a comma between them.

    Raises:
        UsageError: It is malformed, or far away.
    """
    x, y = parsing.parse_point(text, "--at")
    if not (x.is_integer() and y.is_integer()):
        raise UsageError(f"--at {text}: not two whole numbers X,Y such as 120,80")
    return Corner(int(x), int(y))


def read_blend(inputs: BlendInputs) -> BlendedPicture:
    """Read the pictures, and lay the foreground into its place.

    The foreground gets the background's channels. Where both are of different color spaces,
    both are converted to sRGB.

    Raises:
        PictureError: One cannot be read, or holds values that are not in [0, 1].
        UsageError: They do not fit each other.
    """
    background, foreground = _in_one_space(inputs)
    colors, alpha = _straight(foreground)
    if background.facts.channels > colors.shape[2]:
        colors = colored(colors)
    mask, name = _mask(inputs, alpha)
    if alpha is not None:
        least = np.float32(0.5 / peak(foreground.facts.bit_depth))
        colors = np.where(alpha[..., None] < least, np.float32(np.nan), colors)
    with prefixed(name):
        blend = blended(background.pixels, colors, mask, inputs.at, is_mixed=inputs.is_mixed)
    changes = {"blended_at": list(inputs.at), "blend": blend.digest, "mixed": inputs.is_mixed}
    pasted = replace(background, pixels=blend.pasted, changes={**background.changes, **changes})
    return BlendedPicture(pasted, blend)


def _in_one_space(inputs: BlendInputs) -> tuple[Picture, Picture]:
    """Return the background, with the notes of both, and the foreground.

    Raises:
        PictureError: One cannot be read, or holds values that are not in [0, 1].
        UsageError: The background is transparent in parts.
    """
    conversion = Conversion(alpha=inputs.alpha)
    background = _read(inputs.background, conversion)
    _check_range(inputs.background, background)
    if background.facts.has_alpha:
        raise UsageError(
            f"{inputs.background}: is transparent in parts, where nothing can be blended; "
            "--alpha over=#ffffff lays it over a color"
        )
    own = Conversion(gray=background.facts.channels == 1)
    foreground = _read(inputs.foreground, own)
    _check_range(inputs.foreground, foreground)
    notes = []
    if _space(background) != _space(foreground):
        for path in (inputs.background, inputs.foreground):
            if path.is_fifo():
                raise UsageError(
                    f"{path}: is a pipe, and must be read twice because the color spaces of "
                    "both pictures differ; write it to a file first"
                )
        background = _read(inputs.background, replace(conversion, icc="srgb"))
        foreground = _read(inputs.foreground, replace(own, icc="srgb"))
        notes.append("the color spaces of both pictures differ, so both became sRGB")
    kept = (with_what_fits if inputs.keep_metadata else without_personal)(background)
    notes += [*kept.notes, *(f"{inputs.foreground}: {note}" for note in foreground.notes)]
    return replace(background, metadata=kept.metadata, notes=tuple(notes)), foreground


def _read(path: Path, conversion: Conversion) -> Picture:
    with terminal.silent_stderr():
        return read_picture(path, conversion, MAX_PIXELS)


def _check_range(path: Path, picture: Picture) -> None:
    if picture.facts.mapping not in (None, UNIT_RANGE):
        raise PictureError(
            f"{path}: holds light or numbers beyond [0, 1], which are not blended; convert it "
            "to 8 or 16 bits first"
        )


def _space(picture: Picture) -> bytes | None:
    """Return the color space of a picture; None is sRGB, and that of a picture without one."""
    profile = picture.icc_profile
    return None if profile in (SRGB, SRGB_GRAY) else profile


def _straight(picture: Picture) -> tuple[Pixels, Pixels | None]:
    """Return the colors of a picture, not premultiplied, and its alpha, or None."""
    if not picture.facts.has_alpha:
        return picture.pixels, None
    straight = unpremultiplied(picture.pixels, picture.facts.bit_depth)
    return straight[..., :-1], straight[..., -1]


def _mask(inputs: BlendInputs, alpha: Pixels | None) -> tuple[Mask, Path]:
    """Return which pixels of the foreground are taken, and the name of what says so.

    Raises:
        UsageError: Nothing does.
    """
    if inputs.mask is not None:
        return mask_of(_read(inputs.mask, AS_IT_IS)), inputs.mask
    if alpha is None:
        raise UsageError(
            f"{inputs.foreground}: has no transparency that says which part of it is taken; "
            "--mask names a picture that is white there"
        )
    return alpha >= WHITE, inputs.foreground
