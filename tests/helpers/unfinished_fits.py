"""Unfinished fits, and their .part files taken apart and put together again."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from siren_cli.model.layers import Layer
from siren_cli.model.networks import ClassLayers
from siren_cli.planning.checkpoint import (
    Checkpoint,
    FinishedGroup,
    FitShape,
    GroupShape,
    GroupState,
    TrainingState,
)
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.schedule import Cycle, Evaluation

# Largest .part file that is loaded, in bytes.
MAX_BYTES = 1 << 24
BLANK_DIGEST = "0" * 64


def load_checkpoint(output: Path, fingerprint: str = "f") -> CheckpointFile:
    """Return the file of an output's unfinished fit, whose checkpoint is loaded."""
    file = CheckpointFile(output, fingerprint)
    file.load(MAX_BYTES)
    return file


def make_layers(cells: int, width: int = 3) -> tuple[Layer, ...]:
    """Return two layers of some cells, the second one stored as small integers."""
    weight = np.arange(cells * 2 * width, dtype=np.float16).reshape(cells, 2, width)
    scale = np.ones((cells, 2), np.float16)
    return (
        Layer(weight, np.zeros((cells, width), np.float16)),
        Layer(np.ones((cells, width, 2), np.int8), np.zeros((cells, 2), np.float16), scale),
    )


def make_class_layers(narrow: int, wide: int) -> ClassLayers:
    """Return the layers of some cells of each of two classes."""
    return make_layers(narrow), make_layers(wide, 4)


# The shapes of the fit that the checkpoints below belong to: three groups of four cells, of
# which the second has cells of both classes.
SHAPE = FitShape(
    layers=make_class_layers(1, 1),
    groups=[GroupShape((4, 0), 36), GroupShape((2, 2), 42), GroupShape((0, 4), 48)],
    group_cells=4,
    epoch_steps=11,
    max_steps=44,
)


def make_checkpoint() -> Checkpoint:
    """Return an unfinished fit: two finished groups of 4 cells, and one in training."""
    variables = np.random.default_rng(0).standard_normal((3, 48)).astype(np.float32)
    current = GroupState(
        TrainingState(7, variables), Cycle(3, 40, 1e-3), (Evaluation(1.5, 31.25),)
    )
    groups = (
        FinishedGroup(40, 33.5, make_class_layers(4, 0)),
        FinishedGroup(44, 34.5, make_class_layers(2, 2)),
    )
    return Checkpoint(groups, current, SHAPE.group_cells, SHAPE.epoch_steps)


def make_groups(*sizes: tuple[int, int], steps: int = 40) -> tuple[FinishedGroup, ...]:
    """Return finished groups of some numbers of cells of each class."""
    return tuple(FinishedGroup(steps, 0.0, make_class_layers(*size)) for size in sizes)


def make_current(parameters: int, end: int = 40) -> GroupState:
    """Return a group in training, with some trainable values."""
    variables = np.zeros((3, parameters), np.float32)
    return GroupState(TrainingState(7, variables), Cycle(3, end, 1e-3))


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
