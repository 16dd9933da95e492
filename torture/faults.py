"""Calls of the system that fail, each in turn: the old file stays, and nothing else."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count, product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from siren_cli import files, locks
from siren_cli.checkpoint import Checkpoint
from siren_cli.errors import OutputError
from siren_cli.keeper import Keeper
from torture.command import names
from torture.session import Session, Trial, demand

OLD, NEW = b"old" * 1000, b"new" * 100_000
CODES = (errno.ENOSPC, errno.EIO, errno.EACCES)
FAILING = ("open", "write", "ftruncate", "fsync", "chmod", "replace")


class Fault:
    """Lets the call of a number fail, and all that follow if it lasts.

    Args:
        number: The call, from 0.
        code: What is wrong.
        lasts: Whether it stays so.
    """

    def __init__(self, number: int, code: int, *, lasts: bool) -> None:
        self._number, self._code, self._lasts = number, code, lasts
        self.calls = 0

    @property
    def happened(self) -> bool:
        """Whether there were so many calls."""
        return self.calls > self._number

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function, or fail."""
        self.calls += 1
        if self.calls - 1 == self._number or (self._lasts and self.happened):
            raise OSError(self._code, os.strerror(self._code))
        return function(*arguments, **named)

    @contextmanager
    def threatening(self) -> Iterator[None]:
        """Put the fault between Python and the system."""
        with ExitStack() as patches:
            for name in FAILING:
                failing = partial(self.call, getattr(os, name))
                patches.enter_context(patch.object(os, name, failing))
            patches.enter_context(patch.object(os, "fdopen", self._fdopen))
            yield

    def _fdopen(self, descriptor: int, mode: str) -> io.BufferedWriter:
        return io.BufferedWriter(_FailingFile(descriptor, mode, self))


class _FailingFile(io.FileIO):
    def __init__(self, descriptor: int, mode: str, fault: Fault) -> None:
        super().__init__(descriptor, mode)
        self._fault = fault

    def write(self, content: Any) -> Any:
        return self._fault.call(super().write, content)


def _save(path: Path) -> None:
    files.save(path, NEW, force=True)


def _save_locked(path: Path) -> None:
    with locks.locked(path):
        files.save(path, NEW, force=True)


def _keep(path: Path) -> None:
    keeper = Keeper(path.with_name("a"), "f")
    keeper.path = path
    keeper.save(Checkpoint())


def failing_calls(session: Session, most: int) -> int:
    """Let every call fail for all reasons; a round is one reason and one kind of saving."""
    kinds = list(product((_save, _save_locked, _keep), CODES, (False, True), (OLD, None)))
    for round_number in session.rounds(min(most, len(kinds))):
        save, code, lasts, before = kinds[round_number]
        for number in count():
            fault = Fault(number, code, lasts=lasts)
            what = f"{save.__name__}, call {number}, {errno.errorcode[code]}, {lasts=}"
            _check(session.folder / "a.siren", save, fault, before, what)
            if not fault.happened:
                break
    return min(most, len(kinds))


def _check(
    path: Path, save: Callable[[Path], None], fault: Fault, before: bytes | None, what: str
) -> None:
    path.unlink(missing_ok=True)
    if before is not None:
        path.write_bytes(before)
    descriptors = _descriptors()
    refused = False
    with fault.threatening():
        try:
            save(path)
        except OutputError:
            refused = True
    found = path.read_bytes() if path.exists() else None
    if refused or (save is _keep and found == before):
        demand(found == before, f"{what}: the old file is lost")
    else:
        demand(found not in (before, None), f"{what}: nobody was told")
    demand(fault.happened or not refused, f"{what}: nothing was wrong")
    left = names(path.parent) - {path.name}
    demand(not left, f"{what}: {sorted(left)} are left")
    demand(_descriptors() == descriptors, f"{what}: a file is still open")


def _descriptors() -> int:
    return len(os.listdir("/dev/fd"))


TESTS = {"failing calls": Trial(failing_calls, 3 * len(CODES) * 4)}
