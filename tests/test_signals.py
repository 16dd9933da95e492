"""Ctrl-C and SIGTERM end a command by one line, whenever they come."""

import os
import signal
import subprocess
import sys

import pytest

from siren_cli.errors import Terminated
from siren_cli.system import signals
from tests.helpers.commands import environment, write_picture

# Runs the command line, and sends itself a signal when a module is about to be imported.
SIGNALLED = """
import os, signal, sys
number, wanted, *rest = sys.argv[1:]
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == wanted:
            os.kill(os.getpid(), int(number))
sys.meta_path.insert(0, Finder())
sys.argv[1:] = rest
signal.signal(signal.SIGINT, signal.default_int_handler)
from siren_cli.__main__ import main
main()
"""
ENDS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
# While the command line loads, NumPy, a command, and TensorFlow.
MOMENTS = (
    "siren_cli.output.exit_codes",
    "typer",
    "numpy",
    "siren_cli.commands.fit",
    "tensorflow.python",
)


@pytest.mark.parametrize(("number", "code", "word"), ENDS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_is_one_line_whatever_is_being_loaded(tmp_path, moment, number, code, word):
    write_picture(tmp_path / "photo.png")
    arguments = [sys.executable, "-c", SIGNALLED, str(int(number)), moment, "fit", "photo.png"]
    run = subprocess.run(
        arguments, check=False, cwd=tmp_path, env=environment(), capture_output=True
    )
    assert (run.returncode, run.stderr.decode()) == (code, f"siren: {word}\n")
    assert os.listdir(tmp_path) == ["photo.png"]


@pytest.fixture
def handler(monkeypatch):
    """The handler, as if it was that of a new process, whose ends are only noted."""
    handler, ends = signals._Handler(), []
    monkeypatch.setattr(signals, "_handler", handler)
    monkeypatch.setattr(os, "_exit", ends.append)
    handler.descriptor = os.open(os.devnull, os.O_WRONLY)
    yield handler, ends
    os.close(handler.descriptor)


def test_what_is_to_be_undone_makes_an_exception_of_the_first_signal(handler, monkeypatch):
    monkeypatch.setattr(signals, "SECONDS_APART", 0.0)
    handle, ends = handler
    with signals.unwinding():
        with pytest.raises(Terminated):
            handle(signal.SIGTERM, None)
        assert (signals.came(), ends) == (signal.SIGTERM, [])
        handle(signal.SIGINT, None)
    assert ends == [130]


def test_a_signal_that_is_passed_on_twice_is_one(handler):
    handle, ends = handler
    with signals.unwinding():
        with pytest.raises(KeyboardInterrupt):
            handle(signal.SIGINT, None)
        handle(signal.SIGINT, None)
    assert ends == []


def test_an_ignored_signal_stays_ignored(handler):
    before = [signal.signal(number, signal.SIG_IGN) for number in signals.ENDS]
    signals.handle()
    found = [signal.signal(*each) for each in zip(signals.ENDS, before, strict=True)]
    assert found == [signal.SIG_IGN] * 2
