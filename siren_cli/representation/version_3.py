"""Version 3 of the .siren format: a pyramid of latents, coded in tiles.

    magic, length of the header, header (JSON)
    color profile, EXIF block and XMP packet, if there are any
    the networks
    the length of each tile's stream, 3 bytes each
    digest of all bytes so far
    the streams of the tiles, row by row

A stream ends in a digest of its own, so any tile can be read and checked alone.
"""

import math
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.representation import version_3_header
from siren_cli.representation.beginning import (
    BeginningReader,
    Extras,
    extra_bytes,
    framed,
    read_extras,
    stored_extras,
)
from siren_cli.representation.digests import digest
from siren_cli.representation.header import Header, PyramidHeader
from siren_cli.representation.pyramid import network_stream, rans, tile_streams
from siren_cli.representation.pyramid.network_stream import CodedNetworks
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from siren_cli.representation.pyramid.stored_streams import StoredStreams
from siren_cli.representation.representation import PyramidRepresentation
from siren_cli.representation.usual_values import USUAL_OF_PYRAMIDS

# About how many bits a pixel takes at some qualities, from fits of photographs.
QUALITIES = (0.0, 22.0, 53.0, 75.0, 100.0)
BITS_PER_PIXEL = (0.085, 0.17, 0.45, 1.2, 3.7)
# About the bytes of the networks and of all that is not a stream.
OTHER_BYTES = 1400
# Bytes of the length of a stream.
LENGTH_BYTES = 3
# What is reserved on the disk for a fit whose size nobody knows.
MOST_BITS_PER_PIXEL = 4
MOST_OTHER_BYTES = 64 << 10


class Version3:
    """An open file of version 3, all but its tiles checked.

    Args:
        file: The file, at any place.
        file_bytes: Its size.

    Attributes:
        header: Everything in the file but networks and latents.

    Raises:
        RepresentationError: It is damaged or foreign.
    """

    def __init__(self, file: BinaryIO, file_bytes: int) -> None:
        file.seek(0)
        reader = BeginningReader(file)
        header, network_bytes = version_3_header.parsed(reader.header_text())
        self.header = header
        _check_tiles(header.shape, file_bytes)
        self._extras = read_extras(header, reader)
        content = reader.take(network_bytes)
        table = reader.take(LENGTH_BYTES * header.shape.rows * header.shape.columns)
        reader.check_seal()
        lengths = _lengths(table)
        tile_streams.check_lengths(header.shape, lengths)
        expected = len(reader.taken) + int(lengths.sum())
        if file_bytes != expected:
            cut = ": truncated?" if file_bytes < expected else ""
            raise RepresentationError(f"is {file_bytes} bytes, should be {expected}{cut}")
        networks = CodedNetworks(network_stream.decode(content, header.sizes), content)
        streams = StoredStreams(header.shape, file, len(reader.taken), lengths)
        self._pyramid = StoredPyramid(header.shape, networks, streams)

    def read(self) -> PyramidRepresentation:
        """Return all that it holds; the tiles are not read yet."""
        return PyramidRepresentation(
            header=self.header, pyramid=self._pyramid, **self._extras._asdict()
        )


def chunks(representation: PyramidRepresentation) -> Iterator[bytes]:
    """Yield the bytes of a file, in parts of a tile at most."""
    header, pyramid = representation.header, representation.pyramid
    extras = Extras(representation.icc_profile, representation.metadata)
    networks, streams = pyramid.coded_networks.content, pyramid.streams
    start = encoded_header(header, len(networks)) + stored_extras(header, extras)
    start += networks + _table(streams.lengths)
    yield start + digest(start)
    yield from map(streams.stream, range(len(streams.lengths)))


def encoded_header(header: PyramidHeader, network_bytes: int) -> bytes:
    """Return the beginning of a file, up to the end of its header.

    Args:
        header: The header.
        network_bytes: Size of the networks, in bytes.
    """
    return framed(version_3_header.dumped(header, network_bytes))


def expected_bytes(header: Header) -> int:
    """Return about the size of the file of a fit, which nobody knows before.

    Args:
        header: The header of its plan.
    """
    if target := header.settings["fit"]["target_bytes"]:
        return int(target)
    usual = USUAL_OF_PYRAMIDS["settings"]["pyramid"]["quality"]
    quality = header.settings.get("pyramid", {}).get("quality", usual)
    bits = math.exp(np.interp(quality, QUALITIES, np.log(BITS_PER_PIXEL)))
    pixels = header.facts.height * header.facts.width
    return math.ceil(bits * pixels / 8) + OTHER_BYTES + extra_bytes(header)


def largest_bytes(header: Header) -> int:
    """Return more bytes than the file of a fit is likely to have."""
    pixels = header.facts.height * header.facts.width
    return MOST_BITS_PER_PIXEL * pixels // 8 + MOST_OTHER_BYTES + extra_bytes(header)


def _check_tiles(shape: PyramidShape, file_bytes: int) -> None:
    """Check that a file is large enough for its tiles, whatever their latents."""
    tiles = shape.rows * shape.columns
    if tiles * (LENGTH_BYTES + rans.STATES_BYTES) > file_bytes:
        raise RepresentationError(
            f"is {file_bytes} bytes, too few for {tiles} tiles: truncated?"
        )


def _table(lengths: NDArray[np.int64]) -> bytes:
    digits = lengths.astype("<u4").view(np.uint8).reshape(-1, 4)
    return digits[:, :LENGTH_BYTES].tobytes()


def _lengths(table: bytes) -> NDArray[np.int64]:
    digits = np.frombuffer(table, np.uint8).reshape(-1, LENGTH_BYTES)
    return digits @ (1 << 8 * np.arange(LENGTH_BYTES))
