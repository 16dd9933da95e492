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
INTERRUPTED = (signal.SIGINT, 130, "interrupted")
TERMINATED = (signal.SIGTERM, 143, "terminated")


# The moments are while the command line loads, NumPy, a command, and TensorFlow.
@pytest.mark.parametrize(
    ("moment", "ending"),
    [
        ("siren_cli.output.exit_codes", INTERRUPTED),
        ("typer", TERMINATED),
        ("numpy", INTERRUPTED),
        ("siren_cli.commands.fit", TERMINATED),
        ("tensorflow.python", INTERRUPTED),
    ],
)
def test_a_signal_is_one_line_whatever_is_being_loaded(tmp_path, moment, ending):
    write_picture(tmp_path / "photo.png")
    number, code, word = ending
    arguments = [sys.executable, "-c", SIGNALLED, str(int(number)), moment, "fit", "photo.png"]
    run = subprocess.run(
        arguments, check=False, cwd=tmp_path, env=environment(), capture_output=True
    )
    assert (run.returncode, run.stderr.decode()) == (code, f"siren: {word}\n")
    assert os.listdir(tmp_path) == ["photo.png"]


@pytest.fixture
def ends(monkeypatch):
    """The exit codes with which the process would have ended."""
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    return codes


@pytest.fixture
def handler():
    """A handler that holds something to be undone, and whose last line goes nowhere."""
    handler = signals.SignalHandler()
    handler.held = 1
    handler.descriptor = os.open(os.devnull, os.O_WRONLY)
    yield handler
    os.close(handler.descriptor)


def test_the_first_signal_is_an_exception_where_something_is_to_be_undone(
    handler, ends, monkeypatch
):
    monkeypatch.setattr(signals, "SECONDS_APART", 0.0)
    with pytest.raises(Terminated):
        handler(signal.SIGTERM, None)
    assert (handler.received, ends) == (signal.SIGTERM, [])
    handler(signal.SIGINT, None)
    assert ends == [130]


def test_a_signal_that_is_passed_on_twice_is_one(handler, ends):
    with pytest.raises(KeyboardInterrupt):
        handler(signal.SIGINT, None)
    handler(signal.SIGINT, None)
    assert ends == []


@pytest.mark.parametrize(("name", "value"), [("held", 0), ("loading", True)])
def test_a_signal_ends_the_process_where_nothing_is_to_be_undone(handler, ends, name, value):
    setattr(handler, name, value)
    handler(signal.SIGTERM, None)
    assert (handler.received, ends) == (None, [143])


def test_what_is_held_is_counted():
    before = signals.handler.held
    with signals.unwinding(), signals.unwinding():
        assert signals.handler.held == before + 2
    assert signals.handler.held == before


def test_an_ignored_signal_stays_ignored(monkeypatch):
    monkeypatch.setattr(signals.handler, "descriptor", 2)
    before = [signal.signal(number, signal.SIG_IGN) for number in signals.ENDINGS]
    signals.handle()
    found = [signal.signal(*each) for each in zip(signals.ENDINGS, before, strict=True)]
    assert found == [signal.SIG_IGN] * 2
    os.close(signals.handler.descriptor)
