"""Picture files with the pixels that others put into them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import COLORS, Stored, written


class Case(NamedTuple):
    """A file and its content: pixels of 8 or 16 bits, and notes."""

    content: bytes
    pixels: Stored
    bit_depth: int = 8
    notes: tuple[str, ...] = ()
    tolerance: float = 1e-6


def check_case(case: Case, folder: Path) -> None:
    """Assert that a file is read as it was made."""
    picture = read_picture(written(folder / "a", case.content))
    np.testing.assert_allclose(picture.pixels, case.pixels, atol=case.tolerance)
    assert picture.facts.color == COLORS[case.pixels.shape[2] - 1]
    assert picture.facts.bit_depth == case.bit_depth
    assert picture.notes == case.notes
