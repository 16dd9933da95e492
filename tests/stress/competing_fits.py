"""Many processes fit to one output at once: one wins, and the others say why they end."""

import hashlib
import json
from pathlib import Path

from siren_cli.errors import BusyError, OutputError
from siren_cli.representation import siren_file
from tests.stress.command import SETTINGS, finish, names_in, start, write_picture
from tests.stress.session import Session, StressTest, demand

RACERS = 8
EPOCHS = 200
# A loser finds the winner at work, or the winner's file.
LOSER_EXIT_CODES = (BusyError.exit_code, OutputError.exit_code)


def competing_fits(
    session: Session, max_rounds: int, racers: int = RACERS, epochs: int = EPOCHS
) -> int:
    """Start all fits at once, in each round."""
    write_picture(session.folder / "p.png")
    output, done = session.folder / "p.siren", 0
    for _ in session.rounds(max_rounds):
        _race(output, racers, epochs)
        output.unlink()
        done += 1
    return done


def _race(output: Path, racers: int, epochs: int) -> None:
    command = ("fit", "p.png", *SETTINGS, "--epochs", str(epochs), "--json")
    processes = [start(output.parent, *command) for _ in range(racers)]
    runs = [finish(process) for process in processes]
    codes = sorted(run.code for run in runs)
    winners = [run for run in runs if run.code == 0]
    fair = len(winners) == 1 and all(code in LOSER_EXIT_CODES for code in codes[1:])
    demand(fair, f"{racers} fits to one output ended with {codes}")
    digest = hashlib.sha256(output.read_bytes()).hexdigest()
    promised = json.loads(winners[0].out)["file_sha256"]
    demand(promised == digest, "the file is not the one of the winner")
    siren_file.load(output)
    left = names_in(output.parent)
    demand(left == {"p.png", output.name}, f"{sorted(left)} are left")


TESTS = {"one output": StressTest(competing_fits, 50)}
