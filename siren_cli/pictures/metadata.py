"""What is personal in a picture file: where it was taken, by whom, with what."""

from dataclasses import replace

from siren_cli.pictures.picture import MAX_METADATA_BYTES, Metadata, Picture
from siren_cli.pictures.reading.exif import personal_words


def with_what_fits(picture: Picture) -> Picture:
    """Return a picture without the EXIF or XMP that is too large to be kept, with a note."""
    found, notes = picture.metadata, list(picture.notes)
    limit = f"is over {MAX_METADATA_BYTES >> 20} MiB and is dropped"
    if len(found.exif) > MAX_METADATA_BYTES:
        found, notes = found._replace(exif=b""), [*notes, f"its EXIF {limit}"]
    if len(found.xmp) > MAX_METADATA_BYTES:
        found, notes = found._replace(xmp=b""), [*notes, f"its XMP {limit}"]
    return replace(picture, metadata=found, notes=tuple(notes))


def without_personal(picture: Picture) -> Picture:
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
