"""Files of version 3 of the format, taken apart, changed by hand and put together again.

This is the written format once more, without the code that is tested.
"""

import hashlib
import json
from itertools import accumulate, pairwise
from typing import Any

MAGIC = b"\x89SIREN\r\n"


def is_of_version_3(content: bytes) -> bool:
    """Return whether a file that is ours is of version 3."""
    return content.startswith(MAGIC) and stored_header(content)["version"] == 3


def stored_header(content: bytes) -> Any:
    """Return the table of a file of version 2 or 3."""
    return json.loads(content[12 : 12 + int.from_bytes(content[8:12], "little")])


class Version3Parts:
    """The parts of a file.

    Attributes:
        header: The table, without its usual values.
        extras: Color profile, EXIF and XMP.
        networks: The networks' stream.
        lengths: The length of each tile's stream.
        streams: The streams of the tiles.
    """

    def __init__(self, content: bytes, tiles: int = 1) -> None:
        self.header = stored_header(content)
        picture = self.header["picture"]
        start = 12 + int.from_bytes(content[8:12], "little")
        extras = sum(picture.get(f"{name}_bytes", 0) for name in ("icc", "exif", "xmp"))
        counts = [extras, self.header["pyramid"]["network_bytes"], 3 * tiles, 16]
        places = pairwise(accumulate(counts, initial=start))
        self.extras, networks, table, _ = (content[first:end] for first, end in places)
        self.networks = bytearray(networks)
        digits = (table[place : place + 3] for place in range(0, len(table), 3))
        self.lengths = [int.from_bytes(each, "little") for each in digits]
        ends = pairwise(accumulate(self.lengths, initial=start + sum(counts)))
        self.streams = [content[first:end] for first, end in ends]

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
        start = MAGIC + len(text).to_bytes(4, "little") + text + self.extras + self.networks
        start += b"".join(length.to_bytes(3, "little") for length in self.lengths)
        return start + hashlib.sha256(start).digest()[:16] + b"".join(self.streams)
