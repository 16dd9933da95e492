"""Hurt siren for a while: `python -m torture --help`."""

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

from torture.session import BrokenPromiseError, Session, Trial

# Each is a module of that name with a table `TESTS`.
SECTIONS = ("faults", "saves", "disks", "races", "pictures", "mutations", "drawings", "kills")


def main() -> int:
    """Run what the command line names; return 1 if a promise was broken."""
    told = _parser().parse_args()
    faulthandler.enable()  # decoders are C
    seed = secrets.randbelow(1 << 32) if told.seed is None else told.seed
    end = time.monotonic() + 60 * told.minutes
    print(f"seed {seed}", flush=True)
    tests = [
        (section, name, test)
        for section in told.only
        for name, test in import_module(f"torture.{section}").TESTS.items()
    ]
    broken = 0
    for number, (section, name, test) in enumerate(tests):
        # What a test does not need of its share is left to those after it.
        left = end - time.monotonic()
        deadline = time.monotonic() + left / (len(tests) - number)
        generator = np.random.default_rng([seed, *f"{section} {name}".encode()])
        broken += not _passed(f"{section}, {name}", test, generator, deadline)
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m torture", description=__doc__)
    parser.add_argument("--seed", type=int, help="decides everything random")
    parser.add_argument("--minutes", type=float, default=60.0, help="of all tests together")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    return parser


def _passed(name: str, test: Trial, generator: np.random.Generator, deadline: float) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    begun = time.monotonic()
    try:
        rounds = test.run(Session(generator, folder, deadline), test.most)
    except Exception as error:  # what siren should have explained, too
        if not isinstance(error, BrokenPromiseError):
            traceback.print_exc()
        print(f"{name}: BROKEN: {error} (its files are in {folder})", flush=True)
        return False
    seconds = time.monotonic() - begun
    print(f"{name}: {rounds} of {test.most} rounds in {seconds:.0f} s", flush=True)
    shutil.rmtree(folder)
    return True


if __name__ == "__main__":
    sys.exit(main())
