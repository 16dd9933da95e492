"""Messages, bars and lines for a person, on a terminal and elsewhere."""

import os
import pty
import shlex
import subprocess

import pytest

from tests.helpers.commands import SIREN, environment, siren
from tests.helpers.representations import make_representation, save_representation


@pytest.fixture
def folder(tmp_path):
    save_representation(tmp_path / "red\x1b[31m.siren", make_representation(6, 8))
    return tmp_path


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&-", "2> >(true)"])
def test_a_stderr_that_fails_ends_nothing(folder, stderr):
    commands = {"render -f nowhere.siren --debug": 4, "render -o x.png": 0}
    for command, code in commands.items():
        shell = ["/bin/bash", "-c", f"{shlex.quote(SIREN)} {command} {stderr}"]
        done = subprocess.run(shell, check=False, cwd=folder, env=environment())
        assert done.returncode == code
    assert (folder / "x.png").exists()


def test_a_terminal_gets_no_control_characters_and_a_pipe_all(folder):
    ours, theirs = pty.openpty()
    arguments = [SIREN, "info"]
    done = subprocess.run(arguments, check=False, cwd=folder, env=environment(), stdout=theirs)
    os.close(theirs)
    assert done.returncode == 0
    assert os.read(ours, 4096).startswith(rb"red\x1b[31m.siren")
    os.close(ours)
    assert siren(folder, "info").out.startswith(b"red\x1b[31m.siren\n")


def on_a_terminal(folder, *arguments):
    ours, theirs = pty.openpty()
    variables = environment(TERM="xterm", COLUMNS="64", NO_COLOR="1")
    done = subprocess.run([SIREN, *arguments], cwd=folder, env=variables, stdout=theirs)  # noqa: PLW1510
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 0
    return shown.replace("\r\n", "\n").splitlines()


def test_a_narrow_terminal_shows_every_candidate(folder):
    save_representation(folder / "a.siren", make_representation(6, 8))
    assert siren(folder, "render", "a.siren", "-o", "a.png").code == 0
    shown = on_a_terminal(folder, "compare", "a.png", "a.siren", "red\x1b[31m.siren")
    names = [line for line in shown if "siren" in line or "original" in line]
    assert "a.png (the original)" in names[0]
    assert r"red\x1b[31m.siren" in names[2]
    assert "parameters" not in " ".join(shown)


def test_a_point_is_some_lines_on_a_terminal(folder):
    save_representation(folder / "a.siren", make_representation(6, 8))
    assert len(on_a_terminal(folder, "query", "a.siren", "1", "2", "--gradient")) == 7
