"""Unfinished fits, and their .part files taken apart and put together again."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from siren_cli.model.layers import Layer
from siren_cli.planning.checkpoint import Checkpoint, Group, Learning, State
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.planning.schedule import Course, Reached

# Largest .part file that is loaded, in bytes.
MAX_BYTES = 1 << 24


def load_kept(output: Path, fit: str = "f") -> Keeper:
    """Return a keeper that has loaded the unfinished fit of an output."""
    keeper = Keeper(output, fit)
    keeper.load(MAX_BYTES)
    return keeper


def make_layers(cells: int) -> tuple[Layer, ...]:
    """Return two layers of some cells, the second one stored as small integers."""
    weight = np.arange(cells * 6, dtype=np.float16).reshape(cells, 2, 3)
    scale = np.ones((cells, 2), np.float16)
    return (
        Layer(weight, np.zeros((cells, 3), np.float16)),
        Layer(np.ones((cells, 3, 2), np.int8), np.zeros((cells, 2), np.float16), scale),
    )


def make_checkpoint() -> Checkpoint:
    """Return an unfinished fit of 12 cells: two finished groups of 4, and one that learns.

    A cell has 9 trainable values; a group takes at most 44 steps.
    """
    variables = np.random.default_rng(0).standard_normal((3, 4, 9)).astype(np.float32)
    learning = Learning(State(7, variables), Course(3, 40, 1e-3), (Reached(1.5, 31.25),))
    groups = (Group(40, 33.5, make_layers(4)), Group(44, 34.5, make_layers(4)))
    return Checkpoint(groups, learning, 11)


def make_groups(*sizes: int, steps: int = 40) -> tuple[Group, ...]:
    """Return finished groups of some numbers of cells."""
    return tuple(Group(steps, 0.0, make_layers(size)) for size in sizes)


def make_learning(cells: int = 4, parameters: int = 9, end: int = 40) -> Learning:
    """Return a group that learns, of some cells with some trainable values each."""
    variables = np.zeros((3, cells, parameters), np.float32)
    return Learning(State(7, variables), Course(3, end, 1e-3))


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
        digest = hashlib.sha256(json.dumps(self.table, sort_keys=True).encode())
        for name, array in sorted(self.tensors.items()):
            digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
        text = json.dumps({**self.table, "sha256": digest.hexdigest()})
        return safetensors.numpy.save(self.tensors, {"siren": text})
