"""Many processes that fit to one output: one wins, the others are told so."""

import hashlib
import json
from pathlib import Path

from siren_cli.errors import BusyError, OutputError
from siren_cli.representation import siren_file
from torture.command import SETTINGS, finish, names, start, write_picture
from torture.session import Session, Trial, demand

RACERS, EPOCHS = 8, 200
# Who comes when the winner is through finds its file.
TOLD = (BusyError.exit_code, OutputError.exit_code)


def races(session: Session, most: int, racers: int = RACERS, epochs: int = EPOCHS) -> int:
    """Start all of them at once, in each round."""
    write_picture(session.folder / "p.png")
    output, done = session.folder / "p.siren", 0
    for _ in session.rounds(most):
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
    fair = len(winners) == 1 and all(code in TOLD for code in codes[1:])
    demand(fair, f"{racers} fits to one output ended with {codes}")
    digest = hashlib.sha256(output.read_bytes()).hexdigest()
    demand(json.loads(winners[0].out)["file_sha256"] == digest, "the winner's file is another")
    siren_file.load(output)
    left = names(output.parent)
    demand(left == {"p.png", output.name}, f"{sorted(left)} are left")


TESTS = {"one output": Trial(races, 50)}
