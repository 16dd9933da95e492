"""Each call to the operating system fails in turn: the old file stays, and nothing else."""

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
from siren_cli.pictures import bands
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.system.destination import Destination
from tests.helpers.representations import make_representation, save_representation
from tests.stress.command import names_in
from tests.stress.session import Session, StressTest, demand

OLD = b"old" * 1000
NEW = b"new" * 100_000
# Functions of `os` that fail; writes to open files do, too.
FAILING_CALLS = ("open", "write", "ftruncate", "fsync", "chmod", "replace")
ERROR_CODES = (errno.ENOSPC, errno.EIO, errno.EACCES)
# These are tiny, so that even tiny files have many writes and many bands.
BUFFER_BYTES = 32
BAND_PIXELS = 12
# Longest wait for threads that are still at work when a save fails, in seconds.
MAX_WAIT_SECONDS = 5.0


class Fault:
    """Lets one call fail.

    Args:
        number: Number of the call that fails, from 0.
        code: Error number of the failure.
        lasts: Whether all later calls fail as well.
    """

    def __init__(self, number: int, code: int, *, lasts: bool) -> None:
        self._number = number
        self._code = code
        self._lasts = lasts
        self._calls = 0

    def __str__(self) -> str:
        lasting = " and all that follow" if self._lasts else ""
        return f"call {self._number}{lasting}: {errno.errorcode[self._code]}"

    @property
    def happened(self) -> bool:
        """Whether the call that fails was reached."""
        return self._calls > self._number

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function, or fail."""
        self._calls += 1
        if self._calls - 1 == self._number or (self._lasts and self.happened):
            raise OSError(self._code, os.strerror(self._code))
        return function(*arguments, **named)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Put the fault between Python and the operating system."""
        with ExitStack() as patches:
            for name in FAILING_CALLS:
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


class Save(NamedTuple):
    """One of siren's ways to write a file.

    Attributes:
        name: Name of the file.
        write: Function that writes it.
        raises: Whether a failure is raised. An unfinished fit that cannot be saved is not.
    """

    name: str
    write: Callable[[Path], Any]
    raises: bool = True


def _write_locked(path: Path) -> None:
    destination = Destination(path, force=True)
    with destination.locked():
        destination.save(NEW)


SAVES = (
    Save("a.siren", lambda path: Destination(path, force=True).save(NEW)),
    Save("b.siren", _write_locked),
    Save("c.siren", lambda path: save_representation(path, make_representation(8, 6))),
    Save(
        ".d.siren.part",
        lambda path: CheckpointFile(path.with_name("d.siren"), "f").save(Checkpoint()),
        raises=False,
    ),
)
PICTURES = ("a.png", "a.tif", "a.npy", "a.webp")


def failing_saves(session: Session, max_rounds: int) -> int:
    """Let every call of a save fail; a round is one way of saving and of failing."""
    return _failing(session, SAVES, max_rounds)


def failing_renders(session: Session, max_rounds: int) -> int:
    """Let every call that writes a picture fail; a round is one format and way of failing."""
    source = session.folder / "source.siren"
    save_representation(source, make_representation(8, 6))

    def draw(path: Path) -> None:
        render(source, RenderOptions(output=path, force=True), OutputOptions(quiet=True))

    with patch.object(bands, "BAND_PIXELS", BAND_PIXELS):
        return _failing(session, [Save(name, draw) for name in PICTURES], max_rounds)


def _failing(session: Session, saves: Sequence[Save], max_rounds: int) -> int:
    folder, done = session.folder / "there", 0
    folder.mkdir()
    ways = list(product(ERROR_CODES, (False, True), (OLD, None), saves))
    for round_number in session.rounds(min(max_rounds, len(ways))):
        code, lasts, before, save = ways[round_number]
        for number in count():
            fault = Fault(number, code, lasts=lasts)
            _check(folder, save, fault, before)
            if not fault.happened:
                break
        done += 1
    return done


def _check(folder: Path, save: Save, fault: Fault, before: bytes | None) -> None:
    where = f"{save.name}, {fault}"
    path = folder / save.name
    path.unlink(missing_ok=True)
    if before is not None:
        path.write_bytes(before)
    in_use, refused = _in_use(), False
    with fault.installed():
        try:
            save.write(path)
        except OutputError:
            refused = True
    found = path.read_bytes() if path.exists() else None
    if refused or (not save.raises and found == before):
        demand(found == before, f"{where}: the old file is lost")
    else:
        demand(found not in (before, None), f"{where}: the failure was not reported")
    demand(fault.happened or not refused, f"{where}: a failure was reported, and none happened")
    left = names_in(folder) - {save.name}
    demand(not left, f"{where}: {sorted(left)} are left")
    _wait_for(in_use)
    demand(_in_use() == in_use, f"{where}: a file is still open, or a thread at work")
    path.unlink(missing_ok=True)


def _in_use() -> tuple[int, int]:
    """Return the number of open files and of threads."""
    return len(os.listdir("/dev/fd")), threading.active_count()


def _wait_for(in_use: tuple[int, int]) -> None:
    # Bands that were begun when a save failed are drawn to their end.
    end = time.monotonic() + MAX_WAIT_SECONDS
    while _in_use() != in_use and time.monotonic() < end:
        time.sleep(0.01)


# Every error code comes once or lasts, over an old file or none.
WAYS_OF_FAILING = len(ERROR_CODES) * 2 * 2
TESTS = {
    "saves": StressTest(failing_saves, len(SAVES) * WAYS_OF_FAILING),
    "renders": StressTest(failing_renders, len(PICTURES) * WAYS_OF_FAILING),
}
