"""Damaged and truncated pictures are refused in a sentence, or read."""

from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - importing it registers JPEG XL
from numpy.typing import NDArray

from siren_cli.errors import SirenError
from siren_cli.pictures.arrays import picture_of_array
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import encoded, netpbm, noise, pillow, tiff
from tests.stress.byte_damage import damaged, truncate
from tests.stress.session import Session, StressTest, demand

MAX_PIXELS = 1_000_000
# Pillow's names of the formats that it writes here.
PILLOW_FORMATS = (
    *("PNG", "JPEG", "WEBP", "AVIF", "TIFF", "GIF"),
    *("BMP", "PPM", "JPEG2000", "HEIF", "JXL"),
)
Pixels = NDArray[np.float32]


def whole_files() -> dict[str, bytes]:
    """Return a picture in every format, of 8, of 16 and of 32 bits, by name of the format."""
    pillow_heif.register_heif_opener()
    shallow, deep = noise(3, 23, 31), noise(3, 23, 31, np.uint16)
    light = shallow.astype(np.float32) / 16
    hdr = picture_of_array(light)
    return {
        **{name: pillow(shallow, name) for name in PILLOW_FORMATS},
        "JPEG2000 in tiles": pillow(shallow, "JPEG2000", tile_size=(16, 16)),
        "PPM of 16 bits": netpbm(b"P6", b" 31 23 65535\n", deep),
        "PNG of 16 bits": bytes(imagecodecs.png_encode(deep)),
        "TIFF of 16 bits": tiff(deep, compression="zlib"),
        "JPEG2000 of 16 bits": bytes(imagecodecs.jpeg2k_encode(deep, reversible=True)),
        "JXL of 16 bits": bytes(imagecodecs.jpegxl_encode(deep, lossless=True)),
        "JPEG of 12 bits": bytes(imagecodecs.jpeg8_encode(deep >> 4, bitspersample=12)),
        "AVIF of 10 bits": bytes(imagecodecs.avif_encode(deep >> 6, bitspersample=10)),
        "TIFF of floats": tiff(light, compression="zlib"),
        **{name: encoded(hdr, Path(f"a.{name}"), 32) for name in ("exr", "npy")},
        "Radiance HDR": bytes(imagecodecs.rgbe_encode(light, header=True)),
        "PFM": b"PF\n31 23\n-1.0\n" + light.astype("<f4").tobytes(),
    }


def truncated_pictures(session: Session, max_rounds: int) -> int:
    """Read pictures that are cut; an accepted one is whole."""
    path, done = session.folder / "a", 0
    files = list(whole_files().items())
    whole = {name: _pixels(path, content) for name, content in files}
    for number in session.rounds(max_rounds):
        name, content = files[number % len(files)]
        found = _pixels(path, truncate(session.generator, content))
        same = found is None or _equal(found, whole[name])
        demand(same, f"{path}: a cut {name} was read as another picture")
        done += 1
    return done


def damaged_pictures(session: Session, max_rounds: int) -> int:
    """Read pictures that are damaged; an accepted one has values in [0, 1]."""
    path, done = session.folder / "a", 0
    files = list(whole_files().items())
    for number in session.rounds(max_rounds):
        name, content = files[number % len(files)]
        found = _pixels(path, damaged(session.generator, content, number))
        inside = found is None or (found.min() >= 0.0 and found.max() <= 1.0)
        demand(inside, f"{path}: a damaged {name} has values outside [0, 1]")
        done += 1
    return done


def _equal(found: Pixels, whole: Pixels | None) -> bool:
    return whole is not None and np.array_equal(found, whole)


def _pixels(path: Path, content: bytes) -> Pixels | None:
    """Return the pixels of a file, or None if it is refused."""
    path.write_bytes(content)
    try:
        return read_picture(path, max_pixels=MAX_PIXELS).pixels
    except SirenError as error:
        demand(str(error).isprintable(), f"{path}: said {str(error)!r}")
        return None


TESTS = {
    "truncated": StressTest(truncated_pictures, 1_700),
    "mutated": StressTest(damaged_pictures, 500_000),
}
