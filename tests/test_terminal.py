"""What a person sees, and what does not depend on it."""

import os
import pty
import shlex
import subprocess

import pytest

from siren_cli.representation import save
from tests.commands import SIREN, environment
from tests.representations import make_representation


@pytest.fixture
def folder(tmp_path):
    save(tmp_path / "red\x1b[31m.siren", make_representation(6, 8), force=False)
    return tmp_path


@pytest.mark.parametrize("stderr", ["2>/dev/full", "2>&-", "2> >(true)"])
def test_a_stderr_that_fails_ends_nothing(folder, stderr):
    commands = {"render": 0, "render -f nowhere.siren --debug": 4, "render -o x.png": 0}
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
    out = subprocess.check_output(arguments, cwd=folder, env=environment())
    assert out.startswith(b"red\x1b[31m.siren\n")
