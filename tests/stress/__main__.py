"""Hurt siren for a while: `python -m tests.stress --help`."""

import argparse
import faulthandler
import secrets
import shutil
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path

import numpy as np

from tests.stress.session import BrokenPromiseError, Session, StressTest

# Name of a section on the command line, and the module with its table `TESTS`.
SECTIONS = {
    "faults": "failing_calls",
    "saves": "killed_saves",
    "disks": "full_disks",
    "races": "competing_fits",
    "pictures": "damaged_pictures",
    "mutations": "damaged_files",
    "drawings": "strange_files",
    "widths": "wide_pyramids",
    "kills": "killed_fits",
}
SECONDS_PER_MINUTE = 60


def main() -> int:
    """Run what the command line names; return 1 if a promise was broken."""
    arguments = _parser().parse_args()
    faulthandler.enable()  # decoders are written in C and may crash
    seed = secrets.randbelow(1 << 32) if arguments.seed is None else arguments.seed
    end = time.monotonic() + SECONDS_PER_MINUTE * arguments.minutes
    print(f"seed {seed}", flush=True)
    tests = [
        (f"{section}, {name}", test)
        for section in arguments.only
        for name, test in import_module(f"tests.stress.{SECTIONS[section]}").TESTS.items()
    ]
    broken = 0
    for number, (name, test) in enumerate(tests):
        # The tests that are left share the time that is left.
        now = time.monotonic()
        deadline = now + (end - now) / (len(tests) - number)
        generator = np.random.default_rng([seed, *name.encode()])
        broken += not _passed(name, test, generator, deadline)
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.stress", description=__doc__)
    parser.add_argument("--seed", type=int, help="decides everything random")
    parser.add_argument("--minutes", type=float, default=60.0, help="of all tests together")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    return parser


def _passed(
    name: str, test: StressTest, generator: np.random.Generator, deadline: float
) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="siren-stress-"))
    begun = time.monotonic()
    try:
        rounds = test.run(Session(generator, folder, deadline), test.max_rounds)
    except Exception as error:  # any error that siren did not explain is a broken promise
        if not isinstance(error, BrokenPromiseError):
            traceback.print_exc()
        print(f"{name}: BROKEN: {error} (its files are in {folder})", flush=True)
        return False
    seconds = time.monotonic() - begun
    print(f"{name}: {rounds} of {test.max_rounds} rounds in {seconds:.0f} s", flush=True)
    shutil.rmtree(folder)
    return True


if __name__ == "__main__":
    sys.exit(main())
