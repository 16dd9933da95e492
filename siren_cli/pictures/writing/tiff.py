"""TIFF and BigTIFF files, written tile by tile, of 8 or 16 bits or of float32.

Tiles are what viewers of huge pictures read. They are drawn and compressed here, on all
cores and never much ahead, and tifffile puts them into a file.
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from siren_cli.pictures.picture import FLOAT_BITS, Block, Metadata, PictureFacts
from siren_cli.pictures.stored_values import StoredPicture
from siren_cli.system.parallel import ahead

# Rows, and columns, of a tile.
TILE_SIDE = 256
# The tag of an XMP packet.
XMP_TAG = 700
# Level of deflate's compression; 1 is the fastest.
COMPRESSION_LEVEL = 1
# Most bytes before compression of a classic TIFF, whose offsets have 32 bits. Above them
# BigTIFF is written.
MAX_CLASSIC_BYTES = 3 << 30


class _Corner(NamedTuple):
    """The first row and the first column of a tile."""

    top: int
    left: int


def needs_bigtiff(facts: PictureFacts) -> bool:
    """Return whether a picture may not fit into a classic TIFF file."""
    value_bytes = facts.bit_depth // 8
    return facts.width * facts.height * facts.channels * value_bytes > MAX_CLASSIC_BYTES


def write(file: BinaryIO, picture: StoredPicture, metadata: Metadata) -> None:
    """Write a TIFF file; a BigTIFF where it may not fit into the other.

    Args:
        file: A file that can seek.
        picture: The picture as it is stored.
        metadata: What else the file holds.
    """
    from tifffile import FileHandle, TiffWriter  # only now: few pictures are written as TIFF

    facts = picture.facts
    gray = facts.channels == 1
    sides = (facts.height, facts.width)
    # By itself tifffile takes the name of an open file for a path, which some have not.
    handle = FileHandle(file, name="picture")
    with TiffWriter(handle, bigtiff=needs_bigtiff(facts)) as writer:
        writer.write(
            _tiles(facts, picture.block),
            shape=sides if gray else (*sides, facts.channels),
            dtype=_value_type(facts),
            tile=(TILE_SIDE, TILE_SIDE),
            compression="zlib",
            predictor=None if facts.bit_depth == FLOAT_BITS else "horizontal",
            photometric="rgb" if facts.color.startswith("RGB") else "minisblack",
            planarconfig=None if gray else "contig",
            iccprofile=picture.icc_profile,
            metadata=None,
            software=False,
            extrasamples=["unassalpha"] if facts.has_alpha else None,
            resolution=metadata.resolution,
            resolutionunit="inch" if metadata.resolution else None,
            extratags=[(XMP_TAG, 1, len(metadata.xmp), metadata.xmp)] if metadata.xmp else (),
        )


def _tiles(facts: PictureFacts, block: Block) -> Iterator[bytes]:
    """Yield the compressed tiles, row by row."""

    def compressed(corner: _Corner) -> bytes:
        rows = slice(corner.top, min(corner.top + TILE_SIDE, facts.height))
        columns = slice(corner.left, min(corner.left + TILE_SIDE, facts.width))
        stored = block(rows, columns)
        height, width, channels = stored.shape
        tile = np.zeros((TILE_SIDE, TILE_SIDE, channels), _value_type(facts))
        tile[:height, :width] = stored
        if facts.bit_depth != FLOAT_BITS:
            # The horizontal predictor: each value less that of the pixel to the left.
            tile[:, 1:] -= tile[:, :-1].copy()
        return zlib.compress(tile.tobytes(), COMPRESSION_LEVEL)

    corners = (
        _Corner(top, left)
        for top in range(0, facts.height, TILE_SIDE)
        for left in range(0, facts.width, TILE_SIDE)
    )
    return ahead(compressed, corners)


def _value_type(facts: PictureFacts) -> str:
    """Return NumPy's name of the stored values, which are little-endian."""
    return "<f4" if facts.bit_depth == FLOAT_BITS else f"<u{facts.bit_depth // 8}"
