"""What the chunks of a PNG file say beside its pixels (W3C PNG, section 11.3)."""

import re
import struct
import zlib
from collections.abc import Sequence

from siren_cli.pictures.colors import icc_profile, named_spaces
from siren_cli.pictures.colors.chromaticities import Chromaticities
from siren_cli.pictures.colors.icc_profile import CodePoints
from siren_cli.pictures.exif_block import EXIF_NAME
from siren_cli.pictures.metadata import aspect_notes
from siren_cli.pictures.picture import MAX_ICC_BYTES, MAX_METADATA_BYTES, Resolution
from siren_cli.pictures.reading import color_names, exif
from siren_cli.pictures.reading.png_chunks import Chunk

# Bytes of the chunk of code points.
CICP_BYTES = 4
# Units of gamma and primaries; inches of a meter, the unit of the resolution.
HUNDRED_THOUSANDTHS, METER_INCHES = 1e-5, 0.0254
# Keywords of texts that people write (section 11.3.3.2); programs write the others.
WRITTEN_TEXTS = frozenset({b"Author", b"Copyright", b"Description", b"Title"})
# Text chunks; the name of an XMP packet, and of profiles that ImageMagick writes as hexadecimal
# digits after their name and length.
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
XMP_NAME, RAW_NAME = b"XML:com.adobe.xmp", b"Raw profile type "
_RAW = re.compile(rb"\s*\w+\s+\d+\s+([0-9a-fA-F\s]*)")
# Most bytes of a keyword and of what ends it.
MAX_KEYWORD_BYTES = 80
# Chunks that hold pixels, or decide what they are; decoders need no others.
PIXEL_CHUNKS = frozenset(b"IHDR PLTE tRNS IDAT IEND acTL fcTL fdAT".split())

Notes = tuple[str, ...]


def first(found: Sequence[Chunk], kind: bytes) -> bytes:
    """Return the content of the first chunk of a kind, or nothing."""
    return next((each.body for each in found if each.kind == kind), b"")


def color(found: Sequence[Chunk]) -> tuple[bytes | None, Notes]:
    """Return the color space, as the first of its names says it (section 4.3), and notes."""
    notes: Notes = ()
    named = first(found, b"cICP")
    if len(named) == CICP_BYTES:
        profile, notes = color_names.by_code_points(CodePoints(*named))
        if not named[-1]:
            notes = (*notes, "its values are of video range, and are kept as they are")
        if profile:
            return profile, notes
    packed, raw = first(found, b"iCCP"), raw_profile(found, b"icc", b"icm")
    if packed or raw:
        own = raw or _profile(packed)
        dropped = "its color profile is damaged or too large, and is dropped"
        return own, notes if own else (*notes, dropped)
    if first(found, b"sRGB"):
        return icc_profile.SRGB, notes
    profile, own_notes = _by_gamma(first(found, b"gAMA"), first(found, b"cHRM"))
    return profile, (*notes, *own_notes)


def _profile(packed: bytes) -> bytes | None:
    """Return the profile after its name and the number of its compression."""
    return _inflated(packed.partition(b"\0")[2][1:], MAX_ICC_BYTES) or None


def _inflated(content: bytes, most: int) -> bytes:
    """Return content decompressed, or nothing if it is broken or larger than allowed."""
    inflate = zlib.decompressobj()
    try:
        whole = inflate.decompress(content, most + 1)
    except zlib.error:
        return b""
    return whole if inflate.eof and len(whole) <= most else b""


def _by_gamma(gama: bytes, chrm: bytes) -> tuple[bytes | None, Notes]:
    try:
        gamma = struct.unpack(">I", gama)[0] * HUNDRED_THOUSANDTHS if gama else None
        space = _chromaticities(chrm) if chrm else None
    except struct.error:
        return None, ("its gamma or its primaries make no sense",)
    if gamma is None and space is None:
        return None, ()
    profile = named_spaces.gamma_profile(gamma, space)
    return profile, () if profile else ("its gamma or its primaries make no sense",)


def _chromaticities(chrm: bytes) -> Chromaticities:
    numbers = [number * HUNDRED_THOUSANDTHS for number in struct.unpack(">8I", chrm)]
    return Chromaticities(*zip(numbers[::2], numbers[1::2], strict=True))


def raw_profile(found: Sequence[Chunk], *names: bytes) -> bytes:
    """Return a block that is written as digits in a text of one of some names, or nothing."""
    wanted = [RAW_NAME.lower() + name for name in names]
    for each in found:
        if each.kind in TEXTS and _keyword(each).lower() in wanted:
            text = _text(each)
            match = _RAW.match(text)
            digits = b"".join(match[1].split()).decode() if match else ""
            return bytes.fromhex(digits) if len(digits) % 2 == 0 else b""
    return b""


def xmp(found: Sequence[Chunk]) -> bytes:
    """Return the XMP packet, or nothing."""
    texts = (each for each in found if each.kind in TEXTS and _keyword(each) == XMP_NAME)
    return next(map(_text, texts), b"")


def text_notes(found: Sequence[Chunk]) -> Notes:
    """Return a note of texts that a person wrote, which are dropped."""
    keywords = {_keyword(each) for each in found if each.kind in TEXTS}
    names = sorted(name.decode() for name in keywords & WRITTEN_TEXTS)
    return (f"its text ({', '.join(names)}) is dropped",) if names else ()


def _keyword(chunk: Chunk) -> bytes:
    return chunk.body[:MAX_KEYWORD_BYTES].partition(b"\0")[0]


def _text(chunk: Chunk) -> bytes:
    """Return the text of a chunk; one that is too large is left empty."""
    rest = chunk.body.partition(b"\0")[2]
    if chunk.kind == b"tEXt":
        return rest
    if chunk.kind == b"zTXt":
        return _inflated(rest[1:], 2 * MAX_METADATA_BYTES)
    # Whether it is compressed, how, its language and its translated keyword.
    text = rest[2:].split(b"\0", 2)[-1]
    return _inflated(text, 2 * MAX_METADATA_BYTES) if rest[:1] == b"\1" else text


def exif_tags(found: Sequence[Chunk]) -> exif.ExifTags:
    """Return what the EXIF block says, wherever it is."""
    block = first(found, b"eXIf") or raw_profile(found, b"exif", b"app1")
    return exif.of_block(block.removeprefix(EXIF_NAME))


def resolution(found: Sequence[Chunk]) -> tuple[Resolution | None, Notes]:
    """Return the pixels per inch, and a note if pixels without a unit are not square."""
    try:
        across, down, unit = struct.unpack(">IIB", first(found, b"pHYs"))
    except struct.error:
        return None, ()
    if not unit:
        return None, aspect_notes(across, down)
    return exif.resolution(across * METER_INCHES, down * METER_INCHES), ()
