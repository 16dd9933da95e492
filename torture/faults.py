"""Calls of the system that fail, each in turn: the old file stays, and nothing else."""

import errno
import io
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count, product
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from siren_cli.commands.render import render
from siren_cli.commands.render_options import RenderOptions
from siren_cli.errors import OutputError
from siren_cli.output.options import OutputOptions
from siren_cli.pictures import picture
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.representation import siren_file
from siren_cli.system import files, locks
from tests.helpers.representations import make_representation
from torture.command import names
from torture.session import Session, Trial, demand

OLD, NEW = b"old" * 1000, b"new" * 100_000
CODES = (errno.ENOSPC, errno.EIO, errno.EACCES)
# So small that there are many writes, and bands, of what is tiny.
BUFFER_BYTES, BAND_PIXELS = 32, 12
FAILING = ("open", "write", "ftruncate", "fsync", "chmod", "replace")

# For what is on its way when a save fails.
LONGEST_WAIT = 5.0


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
        return io.BufferedWriter(_FailingFile(descriptor, mode, self), BUFFER_BYTES)


class _FailingFile(io.FileIO):
    def __init__(self, descriptor: int, mode: str, fault: Fault) -> None:
        super().__init__(descriptor, mode)
        self._fault = fault

    def write(self, content: Any) -> Any:
        return self._fault.call(super().write, content)


class Kind(NamedTuple):
    """A way in which files are written.

    Attributes:
        name: Of the file.
        save: Writes it.
        told: Whether it says that it could not.
    """

    name: str
    save: Callable[[Path], Any]
    told: bool = True


def _save(path: Path) -> None:
    files.save(path, NEW, force=True)


def _save_locked(path: Path) -> None:
    with locks.locked(path):
        files.save(path, NEW, force=True)


def _keep(path: Path) -> None:
    keeper = Keeper(path.with_name("a"), "f")
    keeper.path = path
    keeper.save(Checkpoint())


def _save_representation(path: Path) -> None:
    siren_file.save(path, make_representation(8, 6), force=True)


SAVES = (
    Kind("a.siren", _save),
    Kind("b.siren", _save_locked),
    Kind("c.siren", _save_representation),
    Kind("d.part", _keep, told=False),
)
PICTURES = ("a.png", "a.tif", "a.npy", "a.webp")


def failing_saves(session: Session, most: int) -> int:
    """Let every call of a save fail; a round is one way of saving and of failing."""
    return _failing(session, SAVES, most)


def failing_renders(session: Session, most: int) -> int:
    """Let every call that writes a picture fail; a round as of `failing_saves`."""
    source = session.folder / "source.siren"
    siren_file.save(source, make_representation(8, 6), force=True)

    def draw(path: Path) -> None:
        render(source, RenderOptions(output=path, force=True), OutputOptions(quiet=True))

    with patch.object(picture, "BAND_PIXELS", BAND_PIXELS):
        return _failing(session, [Kind(name, draw) for name in PICTURES], most)


def _failing(session: Session, kinds: Sequence[Kind], most: int) -> int:
    folder, done = session.folder / "there", 0
    folder.mkdir()
    ways = list(product(CODES, (False, True), (OLD, None), kinds))
    for round_number in session.rounds(min(most, len(ways))):
        code, lasts, before, kind = ways[round_number]
        for number in count():
            fault = Fault(number, code, lasts=lasts)
            what = f"{kind.name}, call {number}, {errno.errorcode[code]}, {lasts=}"
            _check(folder, kind, fault, before, what)
            if not fault.happened:
                break
        done += 1
    return done


def _check(folder: Path, kind: Kind, fault: Fault, before: bytes | None, what: str) -> None:
    path = folder / kind.name
    path.unlink(missing_ok=True)
    if before is not None:
        path.write_bytes(before)
    held = _held()
    refused = False
    with fault.threatening():
        try:
            kind.save(path)
        except OutputError:
            refused = True
    found = path.read_bytes() if path.exists() else None
    if refused or (not kind.told and found == before):
        demand(found == before, f"{what}: the old file is lost")
    else:
        demand(found not in (before, None), f"{what}: nobody was told")
    demand(fault.happened or not refused, f"{what}: nothing was wrong")
    left = names(folder) - {kind.name}
    demand(not left, f"{what}: {sorted(left)} are left")
    end = time.monotonic() + LONGEST_WAIT
    while _held() != held and time.monotonic() < end:
        time.sleep(0.01)  # bands that were begun are drawn to their end
    demand(_held() == held, f"{what}: a file is still open, or a thread at work")
    path.unlink(missing_ok=True)


def _held() -> tuple[int, int]:
    return len(os.listdir("/dev/fd")), threading.active_count()


TESTS = {
    "saves": Trial(failing_saves, len(SAVES) * len(CODES) * 4),
    "renders": Trial(failing_renders, len(PICTURES) * len(CODES) * 4),
}
