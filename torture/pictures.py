"""Mutated and truncated pictures: refused in a sentence, or read."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from siren_cli.errors import SirenError
from siren_cli.pictures import formats
from siren_cli.pictures.reader import read_picture
from torture.mutators import mutated, truncate
from torture.session import Session, Trial, demand

HEIGHT, WIDTH = 23, 31
MOST_PIXELS = 1_000_000
Pixels = NDArray[np.float32]


def originals() -> dict[str, bytes]:
    """Return a picture in every format that is read without an extra."""
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return {name: _encoded(noise, name) for name in formats.READ}


def _encoded(stored: NDArray[Any], name: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(stored).save(buffer, name)
    return buffer.getvalue()


def truncated_pictures(session: Session, most: int) -> int:
    """Read pictures that are cut; what is accepted is whole."""
    path, done = session.folder / "a", 0
    contents = originals()
    whole = {name: _read(path, content) for name, content in contents.items()}
    for number in session.rounds(most):
        name = formats.READ[number % len(formats.READ)]
        found = _read(path, truncate(session.generator, contents[name]))
        same = found is None or _equal(found, whole[name])
        demand(same, f"{path}: a cut {name} was read as another picture")
        done += 1
    return done


def mutated_pictures(session: Session, most: int) -> int:
    """Read pictures that are changed; what is accepted has values in [0, 1]."""
    path, done = session.folder / "a", 0
    contents = originals()
    for number in session.rounds(most):
        name = formats.READ[number % len(formats.READ)]
        found = _read(path, mutated(session.generator, contents[name]))
        inside = found is None or (found.min() >= 0.0 and found.max() <= 1.0)
        demand(inside, f"{path}: a changed {name} has values outside [0, 1]")
        done += 1
    return done


def _equal(found: Pixels, whole: Pixels | None) -> bool:
    return whole is not None and np.array_equal(found, whole)


def _read(path: Path, content: bytes) -> Pixels | None:
    path.write_bytes(content)
    try:
        return read_picture(path, max_pixels=MOST_PIXELS).pixels
    except SirenError as error:
        demand(str(error).isprintable(), f"{path}: said {str(error)!r}")
        return None


TESTS = {
    "truncated": Trial(truncated_pictures, 900),
    "mutated": Trial(mutated_pictures, 500_000),
}
