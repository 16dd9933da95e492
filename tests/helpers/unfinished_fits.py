"""Unfinished fits, and their .part files taken apart and put together again."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.layers import parameter_count
from siren_cli.planning.checkpoint import (
    Checkpoint,
    FinishedGroup,
    FitShape,
    GroupState,
    TrainingState,
)
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Cycle, Evaluation

# Largest .part file that is loaded, in bytes.
MAX_BYTES = 1 << 24
BLANK_DIGEST = "0" * 64


def load_checkpoint(output: Path, fingerprint: str = "f") -> CheckpointFile:
    """Return the file of an output's unfinished fit, whose checkpoint is loaded."""
    file = CheckpointFile(output, fingerprint)
    file.load(MAX_BYTES)
    return file


# The fit that the checkpoints below belong to: twelve cells of two classes.
SHAPE = FitShape(
    classes=CellClasses(((2, 3, 2), (2, 4, 2)), bytes([0] * 6 + [1] * 6)),
    epoch_steps=11,
    max_steps=44,
)
FIRST, SECOND, THIRD = range(4), range(4, 8), range(8, 12)


def make_groups(*cells: Sequence[int], steps: int = 40) -> tuple[FinishedGroup, ...]:
    """Return finished groups of some cells."""
    return tuple(FinishedGroup(np.array(own), steps, 33.5, bytes(16)) for own in cells)


def make_current(cells: Sequence[int], *, end: int = 40, fill: float = 0.0) -> GroupState:
    """Return a group of some cells in training."""
    numbers = SHAPE.classes.numbers[list(cells)]
    parameters = sum(parameter_count(SHAPE.classes.layer_sizes[number]) for number in numbers)
    variables = np.full((3, parameters), fill, np.float32)
    return GroupState(np.array(cells), TrainingState(7, variables), Cycle(3, end, 1e-3))


def make_checkpoint() -> Checkpoint:
    """Return an unfinished fit: two finished groups of four cells, and one in training."""
    current = make_current(THIRD, fill=0.5)._replace(evaluations=(Evaluation(1.5, 31.25),))
    groups = (*make_groups(FIRST), *make_groups(SECOND, steps=44))
    return Checkpoint(groups, current, 4, SHAPE.epoch_steps)


class UnfinishedParts:
    """The parts of a .part file.

    Attributes:
        table: Siren's own JSON, from the metadata, without its digest.
        tensors: All arrays, by name.
    """

    def __init__(self, content: bytes) -> None:
        end = 8 + int.from_bytes(content[:8], "little")
        self.table: dict[str, Any] = json.loads(
            json.loads(content[8:end])["__metadata__"]["siren"]
        )
        del self.table["sha256"]
        self.tensors = safetensors.numpy.load(content)

    def set(self, name: str, *values: Any, dtype: Any = np.float64) -> None:
        """Change a tensor."""
        self.tensors[name] = np.array(values, dtype)

    def sealed(self) -> bytes:
        """Return the file with a digest that fits."""
        text = json.dumps({**self.table, "sha256": BLANK_DIGEST})
        content = safetensors.numpy.save(self.tensors, {"siren": text})
        end = 8 + int.from_bytes(content[:8], "little")
        arrays = b"".join(array.tobytes() for _, array in sorted(self.tensors.items()))
        digest = hashlib.sha256(content[:end] + arrays).hexdigest()
        return content[:end].replace(BLANK_DIGEST.encode(), digest.encode()) + content[end:]


class Stopped(KeyboardInterrupt):
    """Stop as Ctrl-C does, at a chosen moment."""


def stopping_after(reports: int) -> Callable[[Progress], None]:
    left = reports

    def report(progress: Progress) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Stopped

    return report
