"""Damaged .siren and .part files are refused in a sentence, in little memory."""

from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.errors import RepresentationError, ResourceError
from siren_cli.model.activations import Array
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.rendering.drawing import render
from siren_cli.representation import siren_file
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import MosaicRepresentation, Representation
from tests.helpers.representations import make_pyramid_representation, make_representation
from tests.helpers.siren_files import SirenParts
from tests.helpers.unfinished_fits import (
    MAX_BYTES,
    SHAPE,
    UnfinishedParts,
    make_checkpoint,
)
from tests.helpers.version_1_files import encode_version_1
from tests.helpers.version_2_files import MAGIC, Version2Parts, middle_bytes
from tests.helpers.version_3_files import Version3Parts, is_of_version_3, stored_header
from tests.stress.byte_damage import damaged
from tests.stress.json_edits import UNQUOTED_TEXT, edited
from tests.stress.peak_memory import growth_below
from tests.stress.random_choices import happens, one_of
from tests.stress.session import Session, StressTest, demand

# Most that the peak memory may grow in all rounds of a test, in bytes.
MAX_GROWTH_BYTES = 64 << 20
# An accepted file that became another picture is drawn if it is no larger than this.
MAX_DRAWN_PIXELS = 5_000

# Most places of an unfinished fit that are edited at once: one lie may cover up another.
MAX_EDITS = 4
# How often an edit of a .siren file meets the header and not the tensors' places.
HEADER_PROBABILITY = 0.7
# How often the length of a tile's stream is edited.
LENGTH_PROBABILITY = 0.1
# Numbers that fill a whole tensor of an unfinished fit.
HOSTILE_NUMBERS = (-1, 0, 100)


def representations() -> list[MosaicRepresentation]:
    """Return a small mosaic of each kind."""
    return [
        make_representation(8, 6, icc_profile=bytes(range(200))),
        make_representation(9, 7, dtype="int8", channels=4),
        make_representation(9, 7, dtype="int8", widths=(3, 5), pixels="area"),
        make_representation(5, 8, dtype="float32", channels=1, cell_size=0, margin=0),
    ]


def siren_files(session: Session, max_rounds: int) -> int:
    """Load damaged .siren files; every other one has a digest that fits."""
    mosaics = representations()
    sources: list[Representation] = [*mosaics]
    sources.append(make_pyramid_representation(5, 7, icc_profile=bytes(range(200))))
    sources.append(make_pyramid_representation(3, 260, channels=4))  # two tiles
    originals = [siren_file.encode(each) for each in sources]
    # All versions of the format; the first has no several classes of cells.
    of_version_1 = [each for each in mosaics if len(each.layers) == 1]
    originals += [encode_version_1(each) for each in of_version_1]
    sources += of_version_1
    path, done = session.folder / "a.siren", 0
    _loaded(path, originals[0])
    with growth_below(MAX_GROWTH_BYTES):
        for number in session.rounds(max_rounds):
            original = originals[number % len(originals)]
            sealed = number % 2 == 0
            if sealed:
                content = edited_siren_file(session.generator, original)
            else:
                content = damaged(session.generator, original, number)
            found = _loaded(path, content)
            demand(sealed or found is None or content == original, f"{path}: was accepted")
            if found and _looks(found) != _looks(sources[number % len(sources)]):
                _draw(found)
            done += 1
    return done


def _loaded(path: Path, content: bytes) -> Representation | None:
    """Return the representation in a file, or None if it is refused."""
    path.write_bytes(content)
    try:
        return siren_file.load(path)
    except (RepresentationError, ResourceError) as error:
        demand(str(error).isprintable(), f"{path}: said {str(error)!r}")
        return None


def _looks(found: Representation) -> Any:
    header = found.header
    if isinstance(header, MosaicHeader):
        return header.facts, header.grid, header.dtype
    return header.facts, header.parameters


def _draw(found: Representation) -> None:
    height, width = found.header.facts.height, found.header.facts.width
    if height * width <= MAX_DRAWN_PIXELS:
        render(found, height, width)


def edited_siren_file(generator: np.random.Generator, content: bytes) -> bytes:
    """Return a .siren file with another header, sealed as if siren had written it."""
    if is_of_version_3(content):
        picture = stored_header(content)["picture"]
        tiles = len(PyramidShape(picture["height"], picture["width"]).tiles())
        newest = Version3Parts(content, tiles)
        newest.header = edited(generator, newest.header)
        newest.lengths = [_edited_length(generator, each) for each in newest.lengths]
        return newest.sealed()
    if content.startswith(MAGIC):
        newer = Version2Parts(content, middle_bytes(content))
        newer.header = edited(generator, newer.header)
        return newer.sealed()
    parts = SirenParts(content)
    if happens(generator, HEADER_PROBABILITY):
        parts.header = edited(generator, parts.header)
    else:
        parts.tensors = edited(generator, parts.tensors)
    return parts.sealed()


def _edited_length(generator: np.random.Generator, length: int) -> int:
    if happens(generator, LENGTH_PROBABILITY):
        return int(generator.integers(0, 1 << 24))
    return length


def part_files(session: Session, max_rounds: int) -> int:
    """Load damaged unfinished fits; every third one has a digest that fits."""
    file, done = CheckpointFile(session.folder / "a.siren", "f"), 0
    file.save(make_checkpoint())
    original = file.path.read_bytes()
    with growth_below(MAX_GROWTH_BYTES):
        for number in session.rounds(max_rounds):
            sealed = number % 3 == 0
            if sealed:
                content = _edited_part_file(session.generator, original)
            else:
                content = damaged(session.generator, original, number)
            file.path.write_bytes(content)
            accepted = _is_accepted(file)
            demand(sealed or not accepted or content == original, f"{file.path}: accepted")
            done += 1
    return done


def _is_accepted(file: CheckpointFile) -> bool:
    file.checkpoint = Checkpoint()
    try:
        file.load(MAX_BYTES)
    except RepresentationError as error:
        quoted = UNQUOTED_TEXT in str(error) or not str(error).isprintable()
        demand(not quoted, f"{file.path}: said {str(error)!r}")
        return False
    file.checkpoint.matches(SHAPE)
    return True


def _edited_part_file(generator: np.random.Generator, content: bytes) -> bytes:
    """Return an unfinished fit with other facts or tensors, sealed as if siren wrote it."""
    parts = UnfinishedParts(content)
    for _ in range(int(generator.integers(1, MAX_EDITS + 1))):
        if parts.table and happens(generator):
            parts.table = edited(generator, parts.table)
        elif parts.tensors:
            parts.tensors = _edited_tensors(generator, parts.tensors)
    return parts.sealed()


def _edited_tensors(
    generator: np.random.Generator, tensors: dict[str, Array]
) -> dict[str, Array]:
    name = one_of(generator, sorted(tensors))
    others = {other: array for other, array in tensors.items() if other != name}
    array = tensors[name]
    replacements: tuple[dict[str, Array], ...] = (
        {},
        {name: array.reshape(-1)},
        {name: array[: len(array) // 2].copy()},
        {name: array.astype(np.int64)},
        {name: array.astype(np.uint8)},
        *({name: np.full(array.shape, each).astype(array.dtype)} for each in HOSTILE_NUMBERS),
        {f"{name}.bias": array},
    )
    return others | one_of(generator, replacements)


TESTS = {
    ".siren files": StressTest(siren_files, 1_000_000),
    ".part files": StressTest(part_files, 100_000),
}
