"""Candidates: the ways to hold one original picture that a comparison measures and shows.

Whatever a candidate is made of, it ends as pixels of the original's size, because those
are compared.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from siren_cli.pictures.picture import Picture
from siren_cli.planning.lesson_quality import LessonQuality
from siren_cli.representation.representation import Representation

# original: the original itself.    siren: a .siren file.    fit: made for the comparison.
# picture: another picture file.    codec: the original as a codec encodes it.
# enlargement: the pixels of a fit of a smaller picture, interpolated.
Kind = Literal["original", "siren", "fit", "picture", "codec", "enlargement"]


class CurvePoint(NamedTuple):
    """How good a fit was at one moment of its training.

    Attributes:
        step: Steps done by then.
        seconds: Seconds since the first step.
        psnr: Estimate from the loss of the last steps, in dB.
    """

    step: int
    seconds: float
    psnr: float


@dataclass(frozen=True)
class Candidate:
    """One way to hold the original picture.

    Attributes:
        name: Its name in tables and figures.
        kind: How it came to be.
        original: The picture that it is compared with, read as it was read for the fit.
        picture: The picture that it shows, of the original's size and color.
        file_bytes: Size of its file in bytes; None if it has no file.
        settings: How it was made, in words for a person.
        representation: Its network, if it has one.
        render_seconds: Time that drawing it took, in seconds, if it was drawn.
        fit_seconds: Time that its fit took, in seconds, if it was fitted here.
        curve: How good the fit became over time, if it was fitted here.
        learned: How close its derivatives are, if it was fitted here and supervisions
            are compared.
        notes: Sentences that a person should read.
    """

    name: str
    kind: Kind
    original: Picture
    picture: Picture
    file_bytes: int | None = None
    settings: str = ""
    representation: Representation | None = None
    render_seconds: float | None = None
    fit_seconds: float | None = None
    curve: tuple[CurvePoint, ...] = ()
    learned: LessonQuality | None = None
    notes: tuple[str, ...] = ()
