"""The interface to a program of other people that learns a picture."""

from collections.abc import Callable
from typing import NamedTuple

from siren_cli.pictures.picture import Pixels


class Peer(NamedTuple):
    """A program that has done its first training step and is ready for more.

    Attributes:
        step: Function that trains a little; its argument is the share of the time
            that has passed, from 0 to 1.
        values: Function that returns the values of the whole picture in [-1, 1], an
            array of shape (points, channels).
    """

    step: Callable[[float], None]
    values: Callable[[], Pixels]
