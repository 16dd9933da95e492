"""Files of version 2 of the format, taken apart, changed by hand and put together again.

This is the written format once more, without the code that is tested.
"""

import hashlib
import io
import json
from typing import Any

from siren_cli.representation import version_2

MAGIC = b"\x89SIREN\r\n"


def middle_bytes(content: bytes) -> int:
    """Return the bytes between the header and the seal of a file that is ours."""
    header = version_2.Version2(io.BytesIO(content), len(content)).header
    classes = header.grid.cells if len(header.classes.layer_sizes) > 1 else 0
    beside = header.icc_bytes + header.exif_bytes + header.xmp_bytes
    return classes + beside + 16 * header.grid.y.cells


class Version2Parts:
    """The parts of a file.

    Attributes:
        header: The table, without its usual values.
        middle: What follows the header: classes, color profile, digests of rows.
        weights: The networks.
    """

    def __init__(self, content: bytes, middle_bytes: int) -> None:
        end = 12 + int.from_bytes(content[8:12], "little")
        self.header: Any = json.loads(content[12:end])
        self.middle = bytearray(content[end : end + middle_bytes])
        self.weights = content[end + middle_bytes + 16 :]

    def set(self, place: str, value: object) -> None:
        """Change a value of the header, such as that of `picture.width`."""
        *path, key = place.split(".")
        table = self.header
        for name in path:
            table = table.setdefault(name, {})
        table[key] = value

    def sealed(self) -> bytes:
        """Return the file with a digest that fits."""
        text = json.dumps(self.header).encode()
        start = MAGIC + len(text).to_bytes(4, "little") + text + self.middle
        return start + hashlib.sha256(start).digest()[:16] + self.weights
