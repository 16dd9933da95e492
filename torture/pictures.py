"""Mutated and truncated pictures: refused in a sentence, or read."""

import io
from importlib import import_module
from importlib.util import find_spec
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
    """Return a picture in every format, and of 16 bits, as far as the extras are there."""
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    deep = generator.integers(0, 1 << 16, (HEIGHT, WIDTH, 3), np.uint16)
    found = {name: _by_pillow(noise, name) for name in formats.READ}
    found["JPEG2000 in tiles"] = _by_pillow(noise, "JPEG2000", tile_size=(16, 16))
    found["PPM of 16 bits"] = (
        b"P6 %d %d 65535\n" % (WIDTH, HEIGHT) + deep.astype(">u2").tobytes()
    )
    if find_spec("pillow_heif"):
        import_module("pillow_heif").register_heif_opener()
        found["HEIF"] = _by_pillow(noise, "HEIF")
    if find_spec("pillow_jxl"):
        import_module("pillow_jxl")
        found["JXL"] = _by_pillow(noise, "JXL")
    if find_spec("imagecodecs") and find_spec("tifffile"):
        found |= _deep(deep)
    return found


def _by_pillow(stored: NDArray[Any], name: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(stored).save(buffer, name, **options)
    return buffer.getvalue()


def _deep(stored: NDArray[Any]) -> dict[str, bytes]:
    codecs, tiff = import_module("imagecodecs"), io.BytesIO()
    import_module("tifffile").imwrite(tiff, stored, photometric="rgb", compression="zlib")
    return {
        "PNG of 16 bits": codecs.png_encode(stored),
        "TIFF of 16 bits": tiff.getvalue(),
        "JPEG2000 of 16 bits": codecs.jpeg2k_encode(stored, reversible=True),
        "JXL of 16 bits": codecs.jpegxl_encode(stored, lossless=True),
    }


def truncated_pictures(session: Session, most: int) -> int:
    """Read pictures that are cut; what is accepted is whole."""
    path, done = session.folder / "a", 0
    contents = originals()
    whole = {name: _read(path, content) for name, content in contents.items()}
    names = list(contents)
    for number in session.rounds(most):
        name = names[number % len(names)]
        found = _read(path, truncate(session.generator, contents[name]))
        same = found is None or _equal(found, whole[name])
        demand(same, f"{path}: a cut {name} was read as another picture")
        done += 1
    return done


def mutated_pictures(session: Session, most: int) -> int:
    """Read pictures that are changed; what is accepted has values in [0, 1]."""
    path, done = session.folder / "a", 0
    contents = originals()
    names = list(contents)
    for number in session.rounds(most):
        name = names[number % len(names)]
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
    "truncated": Trial(truncated_pictures, 1_700),
    "mutated": Trial(mutated_pictures, 500_000),
}
