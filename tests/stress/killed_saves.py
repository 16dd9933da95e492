"""A killed save leaves the old or the new file, and it is whole."""

import time

from tests.stress.command import names_in, start
from tests.stress.endless_saver import content
from tests.stress.session import Session, StressTest, demand

# Latest moment of the kill after the first save, in seconds.
MAX_DELAY_SECONDS = 0.05
# Files that a killed save may leave.
ALLOWED_NAMES = {"a.siren", ".a.siren.tmp", ".a.siren.lock"}


def killed_saves(session: Session, max_rounds: int) -> int:
    """Kill a process that saves, and check the file; a round is one kill."""
    path, done = session.folder / "a.siren", 0
    for _ in session.rounds(max_rounds):
        with start(session.folder, path, program="tests.stress.endless_saver") as saver:
            printed = [saver.stdout.readline()] if saver.stdout else []
            time.sleep(session.seconds(MAX_DELAY_SECONDS))
            saver.kill()
            printed += saver.communicate()[0].split()
        last, found = int(printed[-1]), path.read_bytes()
        whole = found in (content(last), content(last + 1))
        demand(whole, f"killed after save {last}: {len(found)} bytes, {found[:8]!r}...")
        left = names_in(session.folder)
        demand(left <= ALLOWED_NAMES, f"killed after save {last}: {sorted(left)} are there")
        done += 1
    return done


TESTS = {"kill -9": StressTest(killed_saves, 150)}
