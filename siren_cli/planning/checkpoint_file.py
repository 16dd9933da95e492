"""Keeping an unfinished fit beside its output: at most seconds of work are lost.

`.photo.siren.part` is a safetensors file with the finished cells as they will be
stored, and the trainable values, Adam's moments and the place in the schedule of
the group that is learning. It is checked as a .siren file is.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from siren_cli.config import MAX_EPOCHS
from siren_cli.errors import RepresentationError, SirenError
from siren_cli.model.activations import Array
from siren_cli.model.layers import Layer, joined
from siren_cli.pictures.picture import Picture
from siren_cli.planning.checkpoint import Checkpoint, Group, Learning, State
from siren_cli.planning.schedule import Course, Reached
from siren_cli.representation import header_parser
from siren_cli.representation.header import METADATA_KEY, PREFIX_BYTES
from siren_cli.representation.strict_json import Table, loads
from siren_cli.system import files

FORMAT, VERSION = "siren-part", 1
# So much work may be lost; and so little of the time is spent on keeping the rest.
SECONDS_BETWEEN, LARGEST_SHARE = 10.0, 0.05
MAX_STEPS = 1 << 53
# That of the least error that is told apart from none, 1e-20.
MAX_DECIBELS = 200.0
VARIABLES_AXES = 3


class Keeper:
    """Keeps an unfinished fit beside its output.

    Args:
        output: Where the fit will go.
        fit: Digest of all that decides its result.
        say: Is told, once, that it cannot be kept.

    Attributes:
        path: Where it is kept.
        kept: What was kept of this fit.
        holds: Whether what is there now is of this fit.
    """

    def __init__(
        self, output: Path, fit: str, say: Callable[[str], None] | None = None
    ) -> None:
        self.path = files.hidden(Path(os.path.realpath(output)), ".part")
        self.kept = Checkpoint()
        self.holds = False
        self._fit, self._say = fit, say
        self._next = time.monotonic() + SECONDS_BETWEEN

    def load(self, most_bytes: int) -> None:
        """Find what was kept of this fit, if anything was.

        Args:
            most_bytes: What it can be at most.

        Raises:
            RepresentationError: What is there is of another fit, or damaged.
        """
        try:
            with files.open_regular(self.path) as file:
                content = file.read(most_bytes + 1)
        except FileNotFoundError:
            return
        except OSError as error:
            raise RepresentationError(str(error.strerror)) from error
        if len(content) > most_bytes:
            raise RepresentationError("is too large for this fit")
        try:
            self.kept = _decoded(content, self._fit)
        except (LookupError, TypeError, ValueError) as error:
            # Its digest is right, and yet it is not ours.
            raise RepresentationError("damaged") from error
        self.holds = True

    def is_due(self) -> bool:
        """Return whether it is time to save."""
        return time.monotonic() >= self._next

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep an unfinished fit; a disk that is full must not end it."""
        start = time.monotonic()
        try:
            files.save(self.path, _encoded(checkpoint, self._fit), force=True)
            self.holds = True
        except SirenError as error:
            if self._say:
                self._say(f"{error}; if the fit is stopped, it has to start over")
            self._say = None
        taken = time.monotonic() - start
        self._next = start + max(SECONDS_BETWEEN, taken / LARGEST_SHARE)

    def remove(self) -> None:
        """Forget the unfinished fit, and what a killed run has left of it."""
        self.holds = False
        for path in (self.path, files.hidden(self.path, ".tmp")):
            with suppress(OSError):
                path.unlink()


def remove_used_up(output: Path) -> None:
    """Remove an unfinished fit that its output, which is there, has replaced.

    It is older: its run was killed after it had saved the output.
    """
    keeper = Keeper(output, "")
    with suppress(OSError):
        if keeper.path.stat().st_mtime_ns <= output.stat().st_mtime_ns:
            keeper.remove()


def fingerprint(picture: Picture, *settings: Any) -> str:
    """Return a digest of all that decides the result of a fit.

    Args:
        picture: The picture.
        settings: Frozen dataclasses and plain values.
    """
    facts = (picture.facts, sorted(picture.changes.items()), version("siren-cli"), settings)
    digest = hashlib.sha256(repr(facts).encode())
    digest.update(picture.icc_profile or b"")
    digest.update(np.ascontiguousarray(picture.pixels).data)
    return digest.hexdigest()


def _encoded(checkpoint: Checkpoint, fit: str) -> bytes:
    table: dict[str, Any] = {"format": FORMAT, "version": VERSION, "fit": fit}
    tensors: dict[str, Array] = {}
    groups, learning = checkpoint.groups, checkpoint.learning
    table["epoch_steps"] = checkpoint.epoch_steps
    tensors["steps"] = np.array([group.steps for group in groups], np.int64)
    tensors["psnr"] = np.array([group.psnr for group in groups], np.float64)
    tensors["cells"] = np.array([group.cells for group in groups], np.int64)
    for index, layer in enumerate(joined([group.layers for group in groups])):
        for name, array in layer.arrays().items():
            tensors[f"layers.{index}.{name}"] = array
    if learning:
        table["done"], table["course"] = learning.state.done, list(learning.course)
        tensors["variables"] = learning.state.variables
        tensors["reached"] = np.array(learning.reached, np.float64).reshape(-1, 2)
    table["sha256"] = _digest(table, tensors)
    return safetensors.numpy.save(tensors, {METADATA_KEY: json.dumps(table)})


def _decoded(content: bytes, fit: str) -> Checkpoint:
    end = PREFIX_BYTES + header_parser.checked_length(content[:PREFIX_BYTES], len(content))
    metadata = Table(loads(content[PREFIX_BYTES:end], "header").get("__metadata__"), "metadata")
    text = metadata.take(METADATA_KEY, str, "a string")
    table = Table(loads(text.encode("utf-8", "surrogatepass"), "metadata"), "header")
    if table.take("format", str, "a string") != FORMAT:
        raise RepresentationError("is no unfinished fit")
    table.integer("version", VERSION, VERSION)
    if table.take("fit", str, "a string") != fit:
        raise RepresentationError("is of another picture or of other settings")
    try:
        tensors = safetensors.numpy.load(content)
    except safetensors.SafetensorError as error:
        # Its message quotes the file.
        raise RepresentationError("damaged: it is no safetensors file") from error
    sealed = table.values.pop("sha256", None)
    if sealed != _digest(table.values, tensors):
        raise RepresentationError("damaged: it does not match its SHA-256")
    epoch_steps = table.integer("epoch_steps", 0, MAX_STEPS)
    return Checkpoint(_groups(tensors), _learning(table, tensors), epoch_steps)


def _groups(tensors: dict[str, Array]) -> tuple[Group, ...]:
    steps, cells = (_column(tensors, name, np.int64, MAX_STEPS) for name in ("steps", "cells"))
    reached = _column(tensors, "psnr", np.float64, MAX_DECIBELS)
    count = sum(name.endswith(".bias") for name in tensors)
    whole = tuple(_layer(tensors, f"layers.{index}") for index in range(count))
    if cells and not whole:
        raise ValueError("groups without layers")
    groups, end = [], 0
    for done, psnr, size in zip(steps, reached, cells, strict=True):
        own = slice(end, end := end + size)
        parts = [{name: a[own] for name, a in layer.arrays().items()} for layer in whole]
        groups.append(Group(done, psnr, tuple(Layer(**part) for part in parts)))
    if any(len(array) != end for layer in whole for array in layer.arrays().values()):
        raise ValueError("cells that belong to no group")
    return tuple(groups)


def _column(tensors: dict[str, Array], name: str, dtype: type, most: float) -> list[Any]:
    array = tensors[name]
    if array.dtype != dtype or array.ndim != 1 or not ((array >= 0) & (array <= most)).all():
        raise ValueError(f"{name} are no such numbers")
    return list(array.tolist())


def _layer(tensors: dict[str, Array], name: str) -> Layer:
    return Layer(
        tensors[f"{name}.weight"], tensors[f"{name}.bias"], tensors.get(f"{name}.scale")
    )


def _learning(table: Table, tensors: dict[str, Array]) -> Learning | None:
    if "variables" not in tensors:
        return None
    variables = tensors["variables"]
    if variables.dtype != np.float32 or variables.ndim != VARIABLES_AXES:
        raise ValueError("variables of another type or shape")
    names = Course._fields
    given = dict(zip(names, table.take("course", list, "a list"), strict=True))
    course = Table(given, "course")
    end = course.integer("end", 0, MAX_STEPS)
    done = table.integer("done", 0, end)
    start, rate = course.integer("start", 0, done), course.number("learning_rate")
    if not 0.0 <= rate <= 1.0:
        raise ValueError("a learning rate out of range")
    return Learning(State(done, variables), Course(start, end, rate), _reached(tensors))


def _reached(tensors: dict[str, Array]) -> tuple[Reached, ...]:
    epochs, psnr = tensors["reached"].T
    table = {"epochs": epochs, "psnr": psnr}
    rising = _column(table, "epochs", np.float64, MAX_EPOCHS)
    if any(after <= before for before, after in pairwise([0.0, *rising])):
        raise ValueError("courses that go back")
    reached = _column(table, "psnr", np.float64, MAX_DECIBELS)
    return tuple(Reached(*each) for each in zip(rising, reached, strict=True))


def _digest(table: dict[str, Any], tensors: dict[str, Array]) -> str:
    digest = hashlib.sha256(json.dumps(table, sort_keys=True).encode())
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()
