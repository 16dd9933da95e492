"""What a picture file holds beside its pixels: what is said of it, kept of it, or dropped."""

from dataclasses import replace

from siren_cli.pictures.exif_block import personal_words
from siren_cli.pictures.picture import MAX_METADATA_BYTES, Metadata
from siren_cli.pictures.stream import PixelSource

# Sides of a pixel that differ by less are taken to be equal.
SQUARE_TOLERANCE = 0.01


def aspect_notes(across: float, down: float) -> tuple[str, ...]:
    """Return a note if pixels of some density, whatever its unit, are not square."""
    if across <= 0 or down <= 0 or abs(across / down - 1.0) < SQUARE_TOLERANCE:
        return ()
    return (f"its pixels are not square: {across:.4g} x {down:.4g} in equal lengths",)


def with_what_fits(picture: PixelSource) -> PixelSource:
    """Return a picture without the EXIF or XMP that is too large to be kept, with a note."""
    found = picture.metadata
    notes: list[str] = list(picture.notes)
    limit = f"is over {MAX_METADATA_BYTES >> 20} MiB and is dropped"
    if len(found.exif) > MAX_METADATA_BYTES:
        found, notes = found._replace(exif=b""), [*notes, f"its EXIF {limit}"]
    if len(found.xmp) > MAX_METADATA_BYTES:
        found, notes = found._replace(xmp=b""), [*notes, f"its XMP {limit}"]
    return replace(picture, metadata=found, notes=tuple(notes))


def without_personal(picture: PixelSource) -> PixelSource:
    """Return a picture without EXIF and XMP, and with a note if it had any."""
    found = picture.metadata
    names = []
    if found.exif:
        words = personal_words(found.exif)
        names.append(f"EXIF ({words})" if words else "EXIF")
    if found.xmp:
        names.append("XMP")
    if not names:
        return picture
    verb, them = ("is", "it") if len(names) == 1 else ("are", "them")
    note = f"its {' and '.join(names)} {verb} dropped (--keep-metadata keeps {them})"
    return replace(picture, metadata=Metadata(found.resolution), notes=(*picture.notes, note))
