"""Mutated .siren and .part files: refused in a sentence, in little memory."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from siren_cli.errors import RepresentationError, ResourceError
from siren_cli.model.activations import Array
from siren_cli.planning import checkpoint_file
from siren_cli.planning.checkpoint import Checkpoint, Group, Learning, State
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.planning.schedule import Course, Reached
from siren_cli.rendering.drawing import render
from siren_cli.representation import header, siren_file
from siren_cli.representation.header import BLANK_DIGEST, METADATA_KEY, PREFIX_BYTES
from siren_cli.representation.siren_file import Representation
from tests.helpers.representations import make_representation
from torture.json_edits import NASTY_TEXT, edited
from torture.memory import forget_peak, peak_bytes
from torture.mutators import mutated
from torture.session import Session, Trial, demand

MOST_GROWTH = 64 << 20
# What is accepted as another picture is drawn, too, if that takes no time.
MOST_PIXELS = 5_000
PART_BYTES, CELLS, FIT = 1 << 20, 6, "f" * 64
# Places that are changed at once: the one lie may cover up the other.
MOST_CHANGES = 4


def representations() -> list[Representation]:
    """Return small ones of all kinds."""
    return [
        make_representation(8, 6, icc_profile=bytes(range(200))),
        make_representation(9, 7, dtype="int8", channels=4),
        make_representation(5, 8, dtype="float32", channels=1, cell_size=0, margin=0),
    ]


def representation_files(session: Session, most: int) -> int:
    """Load mutated .siren files; half of them with a header that fits its digest."""
    sources = representations()
    originals = [siren_file.encode(each) for each in sources]
    path, done = session.folder / "a.siren", 0
    _load(path, originals[0])
    before = _rest()
    for number in session.rounds(most):
        original = originals[number % len(originals)]
        sealed = session.generator.random() < 0.5  # noqa: PLR2004
        make = edited_header if sealed else mutated
        content = make(session.generator, original)
        found = _load(path, content)
        demand(sealed or found is None or content == original, f"{path}: was accepted")
        if found is not None and _looks(found) != _looks(sources[number % len(sources)]):
            _draw(found)
        done += 1
    _check_growth(before)
    return done


def _load(path: Path, content: bytes) -> Representation | None:
    path.write_bytes(content)
    try:
        return siren_file.load(path)
    except (RepresentationError, ResourceError) as error:
        demand(str(error).isprintable(), f"{path}: said {str(error)!r}")
        return None


def _looks(found: Representation) -> Any:
    return found.header.facts, found.header.grid, found.header.dtype


def _draw(found: Representation) -> None:
    height, width = found.header.facts.height, found.header.facts.width
    if height * width <= MOST_PIXELS:
        render(found, height, width)


def edited_header(generator: np.random.Generator, content: bytes) -> bytes:
    """Return a .siren file with another header, sealed as if it were ours."""
    end = PREFIX_BYTES + int.from_bytes(content[:PREFIX_BYTES], "little")
    tensors, body = json.loads(content[PREFIX_BYTES:end]), content[end:]
    attached = b"".join(
        body[slice(*tensors[name]["data_offsets"])]
        for name in header.ATTACHED
        if name in tensors
    )
    table = json.loads(tensors.pop("__metadata__")[METADATA_KEY])
    table["sha256"] = BLANK_DIGEST
    if generator.random() < 0.7:  # noqa: PLR2004
        table = edited(generator, table)
    else:
        tensors = edited(generator, tensors)
    outer = {"__metadata__": {METADATA_KEY: json.dumps(table)}, **tensors}
    text = json.dumps(outer).encode()
    start = len(text).to_bytes(PREFIX_BYTES, "little") + text
    return header.seal(start, attached) + body


def part_files(session: Session, most: int) -> int:
    """Load mutated unfinished fits; a third of them with a digest that fits."""
    keeper = Keeper(session.folder / "a.siren", FIT)
    keeper.save(_checkpoint())
    original, done = keeper.path.read_bytes(), 0
    template = representations()[1].layers
    before = _rest()
    for number in session.rounds(most):
        sealed = number % 3 == 0
        make = _edited_part if sealed else mutated
        content = make(session.generator, original)
        keeper.path.write_bytes(content)
        keeper.kept = Checkpoint()
        try:
            keeper.load(PART_BYTES)
        except RepresentationError as error:
            quoted = NASTY_TEXT in str(error) or not str(error).isprintable()
            demand(not quoted, f"{keeper.path}: said {str(error)!r}")
        else:
            demand(sealed or content == original, f"{keeper.path}: was accepted")
            keeper.kept.fits(template, 9, CELLS, 44)
        done += 1
    _check_growth(before)
    return done


def _checkpoint() -> Checkpoint:
    layers = representations()[1].layers
    variables = np.linspace(-1, 1, 3 * 4 * 9, dtype=np.float32).reshape(3, 4, 9)
    learning = Learning(State(7, variables), Course(3, 40, 1e-3), (Reached(1.5, 31.25),))
    return Checkpoint((Group(40, 33.5, layers),), learning)


def _edited_part(generator: np.random.Generator, content: bytes) -> bytes:
    """Return an unfinished fit with other facts or tensors, sealed as if it were ours."""
    end = PREFIX_BYTES + int.from_bytes(content[:PREFIX_BYTES], "little")
    outer = json.loads(content[PREFIX_BYTES:end])
    table: dict[str, Any] = json.loads(outer["__metadata__"][METADATA_KEY])
    tensors = safetensors.numpy.load(content)
    del table["sha256"]
    for _ in range(int(generator.integers(1, MOST_CHANGES + 1))):
        if table and generator.random() < 0.5:  # noqa: PLR2004
            table = edited(generator, table)
        elif tensors:
            _change(generator, tensors)
    table["sha256"] = checkpoint_file._digest(table, tensors)
    return safetensors.numpy.save(tensors, {METADATA_KEY: json.dumps(table)})


def _change(generator: np.random.Generator, tensors: dict[str, Array]) -> None:
    name = sorted(tensors)[int(generator.integers(len(tensors)))]
    array = tensors.pop(name)
    kind = int(generator.integers(6))
    if kind == 0:
        return
    if kind == 1:
        tensors[name] = array.reshape(-1)
    elif kind == 2:  # noqa: PLR2004
        tensors[name] = array[: len(array) // 2].copy()
    elif kind == 3:  # noqa: PLR2004
        tensors[name] = array.astype((np.int64, np.uint8)[int(generator.integers(2))])
    elif kind == 4:  # noqa: PLR2004
        value = (-1, 0, 100)[int(generator.integers(3))]
        tensors[name] = np.full(array.shape, value).astype(array.dtype)
    else:
        tensors[f"{name}.bias"] = array


def _rest() -> int:
    forget_peak()
    return peak_bytes()


def _check_growth(before: int) -> None:
    growth = peak_bytes() - before
    demand(growth <= MOST_GROWTH, f"the memory grew by {growth >> 20} MiB")


TESTS = {
    ".siren files": Trial(representation_files, 1_000_000),
    ".part files": Trial(part_files, 100_000),
}
