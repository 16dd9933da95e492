"""Damage of PNG files: what is beside the pixels, and what is not."""

from collections.abc import Callable
from typing import NamedTuple

from siren_cli.pictures.reading.damage import NO_END
from siren_cli.pictures.reading.png_chunks import Chunk, is_beside_pixels

WRONG_CHECKSUM = "has a wrong checksum, but its pixels are whole"


class CheckedChunks(NamedTuple):
    """The chunks of a file whose checksums were looked at.

    Attributes:
        found: The chunks, without those that are damaged beside the pixels.
        notes: What a person should know of the damage beside the pixels, a sentence each.
        damage: What is wrong with the pixels, or nothing.
        is_mended: Whether the pixels are whole though checksums or the end are not.
    """

    found: list[Chunk]
    notes: tuple[str, ...]
    damage: str = ""
    is_mended: bool = False


def checked(found: list[Chunk], are_pixels_whole: Callable[[], bool]) -> CheckedChunks:
    """Return the chunks of a file with what is wrong with them.

    Args:
        found: The chunks of the file, as far as it goes.
        are_pixels_whole: Returns whether all rows are there, and the stream's own checksum.
    """
    broken = [each for each in found if not each.is_sound]
    beside = [each for each in broken if is_beside_pixels(each)]
    kinds = dict.fromkeys(each.kind.decode() for each in beside)
    notes = tuple(f"its {kind} has a wrong checksum and is left out" for kind in kinds)
    found = [each for each in found if each.is_sound or not is_beside_pixels(each)]
    is_ended = bool(found) and found[-1].kind == b"IEND"
    serious = [each.kind for each in broken if not is_beside_pixels(each)]
    needed = set(serious) - {b"IDAT", b"IEND"}
    if needed or not are_pixels_whole():
        return CheckedChunks(found, notes, _reason(serious, is_ended=is_ended))
    if not serious and is_ended:
        return CheckedChunks(found, notes)
    note = WRONG_CHECKSUM if is_ended else NO_END
    return CheckedChunks(found, (*notes, note), is_mended=True)


def _reason(kinds: list[bytes], *, is_ended: bool) -> str:
    if not is_ended:
        return "it is cut off"
    if not kinds:
        return "its pixels are broken, or some are missing"
    return (
        f"its {kinds[0].decode()} has a wrong checksum"
        if kinds[0].isalpha()
        else "a chunk is broken"
    )
