"""Fits that are killed or signalled at random moments go on and end with the same bytes."""

import hashlib
import signal
import subprocess
import time
from pathlib import Path

from tests.stress.command import (
    SETTINGS,
    finish,
    names_in,
    start,
    wait_for_change,
    write_picture,
)
from tests.stress.random_choices import happens
from tests.stress.session import Session, StressTest, demand

OFTEN_SAVING_SIREN = "tests.stress.often_saving_siren"
# With this many epochs a fit takes some seconds.
EPOCHS = 500
MAX_KILLS_PER_FIT = 3
# Longest that a fit may take to end after a signal, in seconds.
MAX_SECONDS_TO_END = 2.0
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
PICTURE = "p.png"
OUTPUT = "p.siren"
UNFINISHED = ".p.siren.part"
# Files that a killed fit may leave.
ALLOWED_NAMES = {
    PICTURE,
    OUTPUT,
    UNFINISHED,
    ".p.siren.cells",
    ".p.siren.lock",
    ".p.siren.tmp",
    "..p.siren.part.tmp",
}


class RepeatableFit:
    """A fit that can be started again and again, and its undisturbed result.

    Args:
        folder: The folder of its picture and output.
        epochs: Number of epochs.

    Attributes:
        output: Path of the finished file.
        unfinished: Path of the unfinished fit.
        digest: SHA-256 of the file of the undisturbed fit.
        seconds: Duration of the undisturbed fit.
    """

    def __init__(self, folder: Path, epochs: int) -> None:
        self._folder = folder
        self._epochs = epochs
        self.output = folder / OUTPUT
        self.unfinished = folder / UNFINISHED
        write_picture(folder / PICTURE, 160, 240)  # several groups of cells
        begun = time.monotonic()
        self.digest = self._digest_at_end()
        self.seconds = time.monotonic() - begun
        self.output.unlink()

    def start(self) -> "subprocess.Popen[str]":
        """Start the fit, or go on with an unfinished one."""
        arguments = ("fit", PICTURE, *SETTINGS, "--epochs", str(self._epochs), "-f")
        return start(self._folder, *arguments, program=OFTEN_SAVING_SIREN)

    def check_end(self) -> None:
        """Run the fit to its end, and compare its file with that of the undisturbed fit."""
        found = self._digest_at_end()
        demand(found == self.digest, f"a fit that went on became {found}, not {self.digest}")
        self.output.unlink()

    def check_remains(self) -> None:
        """Check the files that a killed fit has left."""
        left = names_in(self._folder)
        demand(left <= ALLOWED_NAMES, f"a killed fit has left {sorted(left)}")
        if self.output.exists():
            found = _digest(self.output)
            demand(found == self.digest, f"a killed fit has left another file, {found}")

    def _digest_at_end(self) -> str:
        done = finish(self.start())
        demand(done.code == 0, f"a fit ended with {done.code}: {done.err}")
        left = names_in(self._folder)
        demand(left == {PICTURE, OUTPUT}, f"a fit has left {sorted(left)}")
        return _digest(self.output)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def killed_fits(session: Session, max_kills: int, epochs: int = EPOCHS) -> int:
    """Kill each fit some times and let it end; return the number of kills."""
    fit, kills = RepeatableFit(session.folder, epochs), 0
    while kills < max_kills and time.monotonic() < session.deadline:
        wanted = int(session.generator.integers(1, MAX_KILLS_PER_FIT + 1))
        for _ in range(min(max_kills - kills, wanted)):
            kills += _killed(session, fit)
            fit.check_remains()
        fit.check_end()
    return kills


def _killed(session: Session, fit: RepeatableFit) -> bool:
    """Start a fit and kill it; return False if it ended before."""
    with fit.start() as process:
        # Half of the kills come after a save, the others at any moment.
        if happens(session.generator):
            wait_for_change(process, fit.unfinished)
            time.sleep(session.seconds(fit.seconds / 4))
        else:
            time.sleep(session.seconds(fit.seconds))
        process.kill()
        process.communicate()
    return process.returncode == -signal.SIGKILL


def signalled_fits(session: Session, max_rounds: int, epochs: int = EPOCHS) -> int:
    """Send SIGINT or SIGTERM to running fits; return how many were stopped by that."""
    fit, stopped = RepeatableFit(session.folder, epochs), 0
    for number in session.rounds(max_rounds):
        stopped += _signalled(session, fit, list(EXIT_CODES)[number % len(EXIT_CODES)])
        fit.check_remains()
        fit.check_end()
    return stopped


def _signalled(session: Session, fit: RepeatableFit, which: signal.Signals) -> bool:
    """Start a fit and send it a signal; return False if it ended before."""
    process = fit.start()
    if not wait_for_change(process, fit.unfinished):
        finish(process)
        return False
    time.sleep(session.seconds(fit.seconds / 4))
    ended = process.poll() is not None
    process.send_signal(which)
    begun = time.monotonic()
    done = finish(process)
    taken = time.monotonic() - begun
    if ended or done.code == 0:
        return False
    demand(done.code == EXIT_CODES[which], f"{which.name} ended with {done.code}: {done.err}")
    demand(taken <= MAX_SECONDS_TO_END, f"{which.name} was obeyed after {taken:.1f} s")
    return True


TESTS = {"kill -9": StressTest(killed_fits, 300), "signals": StressTest(signalled_fits, 100)}
