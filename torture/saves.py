"""Saves that are killed: the file is the old or the new one, as a whole."""

import time

from torture.command import names, start
from torture.session import Session, Trial, demand
from torture.writer import content

LONGEST_WAIT = 0.05
OURS = {"a.siren", ".a.siren.tmp", ".a.siren.lock"}


def killed_saves(session: Session, most: int) -> int:
    """Kill a process that saves, again and again."""
    path, done = session.folder / "a.siren", 0
    for _ in session.rounds(most):
        with start(session.folder, path, program="torture.writer") as writer:
            said = [writer.stdout.readline()] if writer.stdout else []
            time.sleep(session.seconds(LONGEST_WAIT))
            writer.kill()
            said += writer.communicate()[0].split()
        last, found = int(said[-1]), path.read_bytes()
        whole = found in (content(last), content(last + 1))
        demand(whole, f"killed after save {last}: {len(found)} bytes, {found[:8]!r}...")
        left = names(session.folder)
        demand(left <= OURS, f"killed after save {last}: {sorted(left)} are there")
        done += 1
    return done


TESTS = {"kill -9": Trial(killed_saves, 150)}
