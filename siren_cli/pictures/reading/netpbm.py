"""PNM files of more than 8 bits, and PAM files of any depth (netpbm's pnm(5) and pam(5))."""

import re
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import HIGH_BIT_DEPTH, LOW_BIT_DEPTH, peak
from siren_cli.pictures.reading import pillow
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.spread import spread

# Whitespace and comments separate the words; one whitespace stands before the values.
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_PNM = re.compile(_GAP.join([rb"(P[2356])", *[rb"(\d{1,9})"] * 3]) + rb"(?:#[^\r\n]*)?\s")
_PAM = re.compile(rb"P7\s((?:[^\n]*\n)*?)ENDHDR\n")
_PAM_FIELD = re.compile(rb"^\s*(WIDTH|HEIGHT|DEPTH|MAXVAL)\s+(\d{1,9})\s*$", re.MULTILINE)
# Kinds of files whose values are text, and those whose pixels have three of them.
TEXTS, COLORS = (b"P2", b"P3"), (b"P3", b"P6")
PAM, BINARIES = b"P7", (b"P5", b"P6")
# Most digits of a value in text.
MAX_DIGITS = 9
MORE_PICTURES = "has more pictures, of which this is the first"


# Values one after another, and notes.
Values = tuple[NDArray[Any], tuple[str, ...]]


class NetpbmHeader(NamedTuple):
    """The header of a PGM, PPM or PAM file.

    Attributes:
        magic: "P2" or "P3", whose values are text, "P5", "P6" or "P7".
        width: Pixels in a row.
        height: Number of rows.
        channels: Values of a pixel.
        peak: The largest value that the file can hold.
        end: Bytes of the header, after which the values begin.
    """

    magic: bytes
    width: int
    height: int
    channels: int
    peak: int
    end: int


def netpbm_header(start: bytes) -> NetpbmHeader:
    """Return the header of a PGM, PPM or PAM file.

    Raises:
        PictureError: There is none.
    """
    header = _pam_header(start) if start.startswith(PAM) else _pnm_header(start)
    if not 1 <= header.peak < 1 << HIGH_BIT_DEPTH:
        raise PictureError(f"damaged picture: its largest value is {header.peak}")
    return header


def _pnm_header(start: bytes) -> NetpbmHeader:
    match = _PNM.match(start)
    if not match:
        raise PictureError("damaged picture: its header is not that of PGM or PPM")
    width, height, own_peak = (int(word) for word in match.groups()[1:])
    channels = 3 if match[1] in COLORS else 1
    return NetpbmHeader(match[1], width, height, channels, own_peak, match.end())


def _pam_header(start: bytes) -> NetpbmHeader:
    match = _PAM.match(start)
    if b"CMYK" in (match[1] if match else b""):
        raise PictureError("CMYK PAM is not supported; convert it to RGB")
    fields = {name: int(word) for name, word in _PAM_FIELD.findall(match[1] if match else b"")}
    if not match or len(fields) < 4 or fields[b"DEPTH"] not in range(1, 5):  # noqa: PLR2004
        raise PictureError("damaged picture: its header is not that of PAM")
    width, height, channels, own_peak = (
        fields[name] for name in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL")
    )
    return NetpbmHeader(PAM, width, height, channels, own_peak, match.end())


def read_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a PGM, PPM or PAM file."""
    header = netpbm_header(start)
    return PictureHeader("PPM", header.peak.bit_length(), (header.width, header.height))


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a PNM or PAM file."""
    content = file.read()
    # Bits, and text of 8 bits, are left to Pillow.
    if header.bits <= LOW_BIT_DEPTH and not content.startswith((*BINARIES, PAM)):
        file.seek(0)
        return pillow.read(file, header, options)
    own = netpbm_header(content)
    count = own.height * own.width * own.channels
    read_values = _text if own.magic in TEXTS else _binary
    values, notes = read_values(content, own, count)
    missing = count - len(values)
    if missing:
        notes = (kept(f"{missing} of its values are missing", keep=options.keep_damaged),)
        values = np.concatenate([values, np.zeros(missing, np.uint16)])
    planes = values.reshape(own.height, own.width, own.channels)
    return Decoded(spread(planes, own.peak), notes=notes)


def _text(content: bytes, own: NetpbmHeader, count: int) -> Values:
    words = re.sub(rb"#[^\r\n]*", b"", content[own.end :]).split()
    if not all(each.isdigit() and len(each) <= MAX_DIGITS for each in words[:count]):
        raise PictureError("damaged picture: its values are not numbers")
    return np.minimum(np.array(words[:count], np.int64), own.peak), ()


def _binary(content: bytes, own: NetpbmHeader, count: int) -> Values:
    kind = np.dtype(">u2" if own.peak > peak(LOW_BIT_DEPTH) else "u1")
    there = min(count, (len(content) - own.end) // kind.itemsize)
    rest = content[own.end + count * kind.itemsize :].lstrip()
    notes = (MORE_PICTURES,) if rest[:1] == b"P" and rest[1:2].isdigit() else ()
    return np.frombuffer(content, kind, there, own.end), notes
