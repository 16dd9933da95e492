"""Fits that are killed and signalled at random moments, and go on to the same bytes."""

import hashlib
import signal
import subprocess
import time
from pathlib import Path

from torture.command import (
    HASTY,
    SETTINGS,
    finish,
    names,
    start,
    wait_for_change,
    write_picture,
)
from torture.session import Session, Trial, demand

# So many that a fit takes some seconds.
EPOCHS = 500
MOST_KILLS_OF_A_FIT = 3
SECONDS_TO_LEAVE = 2.0
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
PICTURE, OUTPUT = "p.png", "p.siren"
OURS = {PICTURE, OUTPUT, ".p.siren.lock", ".p.siren.part", ".p.siren.tmp", "..p.siren.part.tmp"}


class Victim:
    """A fit that can be started again and again.

    Args:
        folder: Where it happens.
        epochs: How long it takes.
    """

    def __init__(self, folder: Path, epochs: int) -> None:
        self._folder, self._epochs = folder, epochs
        self.output, self.part = folder / OUTPUT, folder / ".p.siren.part"
        write_picture(folder / PICTURE)
        begun = time.monotonic()
        self.whole = self.end()
        self.seconds = time.monotonic() - begun

    def start(self) -> "subprocess.Popen[str]":
        """Start it, or go on with it."""
        arguments = ("fit", PICTURE, *SETTINGS, "--epochs", str(self._epochs), "-f")
        return start(self._folder, *arguments, program=HASTY)

    def end(self) -> str:
        """Run it to its end; return the digest of the file, beside which nothing is left."""
        done = finish(self.start())
        demand(done.code == 0, f"a fit ended with {done.code}: {done.err}")
        left = names(self._folder)
        demand(left == {PICTURE, OUTPUT}, f"a fit has left {sorted(left)}")
        return hashlib.sha256(self.output.read_bytes()).hexdigest()

    def check_end(self) -> None:
        """Run it to its end, and compare with the fit that nobody disturbed."""
        found = self.end()
        demand(found == self.whole, f"a fit that went on became {found}, not {self.whole}")
        self.output.unlink()

    def check_rest(self) -> None:
        """Check what a killed fit has left."""
        left = names(self._folder)
        demand(left <= OURS, f"a killed fit has left {sorted(left)}")
        if self.output.exists():
            found = hashlib.sha256(self.output.read_bytes()).hexdigest()
            demand(found == self.whole, f"a killed fit has left another file, {found}")


def killed_fits(session: Session, most: int, epochs: int = EPOCHS) -> int:
    """Kill fits some times each, and let them end; return the number of kills."""
    victim, kills = Victim(session.folder, epochs), 0
    victim.output.unlink()
    while kills < most and time.monotonic() < session.deadline:
        for _ in range(
            min(most - kills, int(session.generator.integers(MOST_KILLS_OF_A_FIT)) + 1)
        ):
            kills += _killed(session, victim)
            victim.check_rest()
        victim.check_end()
    return kills


def _killed(session: Session, victim: Victim) -> bool:
    with victim.start() as process:
        # Half of them while it learns, the others from its start to its end.
        if session.generator.random() < 0.5:  # noqa: PLR2004
            wait_for_change(process, victim.part)
            time.sleep(session.seconds(victim.seconds / 4))
        else:
            time.sleep(session.seconds(victim.seconds))
        process.kill()
        process.communicate()
    return process.returncode == -signal.SIGKILL


def signalled_fits(session: Session, most: int, epochs: int = EPOCHS) -> int:
    """Send fits SIGINT and SIGTERM while they learn; return how many were stopped."""
    victim, stopped = Victim(session.folder, epochs), 0
    victim.output.unlink()
    for number in session.rounds(most):
        stopped += _signalled(session, victim, list(EXIT_CODES)[number % 2])
        victim.check_rest()
        victim.check_end()
    return stopped


def _signalled(session: Session, victim: Victim, which: signal.Signals) -> bool:
    process = victim.start()
    if not wait_for_change(process, victim.part):
        finish(process)
        return False
    time.sleep(session.seconds(victim.seconds / 4))
    ended = process.poll() is not None
    process.send_signal(which)
    begun = time.monotonic()
    done = finish(process)
    taken = time.monotonic() - begun
    if ended or done.code == 0:  # it was faster
        return False
    demand(done.code == EXIT_CODES[which], f"{which.name} ended with {done.code}: {done.err}")
    demand(taken <= SECONDS_TO_LEAVE, f"{which.name} was obeyed after {taken:.1f} s")
    return True


TESTS = {"kill -9": Trial(killed_fits, 300), "signals": Trial(signalled_fits, 100)}
