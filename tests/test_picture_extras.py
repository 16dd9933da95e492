"""A picture that needs an extra names it where it is not installed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif

from tests.helpers.picture_files import hand_made_png, netpbm, noise, pillow, tiff, written

pillow_heif.register_heif_opener()
SIXTEEN_BITS = noise(kind=np.uint16)

WITHOUT_EXTRAS = """
import sys
from pathlib import Path

EXTRAS = {"imagecodecs", "pillow_heif", "pillow_jxl"}


class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in EXTRAS:
            return self.finder.find_spec(name, path, target)


sys.meta_path = [Without(finder) for finder in sys.meta_path]
from siren_cli.errors import SirenError
from siren_cli.pictures.reading.reader import check_picture, read_picture

for name in sys.argv[1:]:
    for read in (read_picture, check_picture):
        try:
            read(Path(name))
        except SirenError as error:
            print(type(error).__name__, error)
        else:
            print("read")
"""
DEEP_EXTRA = "is read by the extra deep: pip install 'siren-cli[deep]'"
EXTRAS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a.png": (lambda: hand_made_png(SIXTEEN_BITS, 16), f"16-bit PNG {DEEP_EXTRA}"),
    "a.tif": (lambda: tiff(SIXTEEN_BITS), f"16-bit TIFF {DEEP_EXTRA}"),
    "a.jp2": (lambda: imagecodecs.jpeg2k_encode(SIXTEEN_BITS), f"16-bit JPEG2000 {DEEP_EXTRA}"),
    "a.heic": (
        lambda: pillow(noise(), "HEIF"),
        "HEIC is read by the extra heif: pip install 'siren-cli[heif]'",
    ),
    "a.jxl": (
        lambda: imagecodecs.jpegxl_encode(noise()),
        "JPEG XL is read by the extra jxl: pip install 'siren-cli[jxl]'",
    ),
    "a.ppm": (lambda: netpbm(b"P6", b" 6 8 65535\n", SIXTEEN_BITS), "read"),
    "b.png": (lambda: hand_made_png(noise(), 8), "read"),
}


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    paths = [written(tmp_path / name, make()) for name, (make, _) in EXTRAS.items()]
    command = [sys.executable, "-c", WITHOUT_EXTRAS, *paths]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    expected = []
    for path, (_, answer) in zip(paths, EXTRAS.values(), strict=True):
        line = answer if answer == "read" else f"ResourceError {path}: {answer}"
        expected += [line, line]
    assert done.stdout.splitlines() == expected
