"""The installed command: its streams, Ctrl-C, closed pipes and exit codes."""

import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from tests.helpers.commands import (
    SIREN,
    environment,
    installed,
    siren,
)

OUR_LINE = re.compile(r"siren: .|newest here: .|.+ -> .+ \d+x\d+ |.+: epoch \d+/\d+ ")


def read_until(terminal: int, words: bytes) -> None:
    """Read until the words appear; an OSError if the other side ends before."""
    shown, end = b"", time.monotonic() + 90
    while words not in shown:
        readable, _, _ = select.select([terminal], [], [], end - time.monotonic())
        assert readable, f"{words!r} did not appear"
        shown += os.read(terminal, 4096)


def test_fit_puts_the_path_alone_on_stdout(fits):
    run = fits.runs["plain"]
    assert run.code == 0
    assert run.out == b"photo.siren\n"


def test_fit_and_render_write_only_our_lines_to_stderr(fits, folder):
    runs = [fits.runs["plain"], installed(folder, "render", "photo.siren")]
    assert "photo.png -> photo.siren  40x30  " in runs[0].err[-1]
    assert all(OUR_LINE.match(line) for run in runs for line in run.err)


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, ("render", "-f", "small.siren")),
        (0, ("zoom", "-f", "small.siren")),
        (0, ("compare", "drawn.png", "small.siren", "--csv")),
        (2, ("fit", "photo.png", "--epoch", "3")),
        (3, ("fit", "missing.png")),
        (4, ("info", "photo.png")),
        (5, ("fit", "photo.png", "-o", "small.siren")),
        (9, ("info", "missing", "small.siren")),
    ],
)
def test_the_installed_command_does_what_it_does_in_this_process(quick, code, arguments):
    siren(quick, "render", "small.siren", "-o", "drawn.png")
    here, there = siren(quick, *arguments), installed(quick, *arguments)
    assert (there.code, len(there.err)) == (here.code, len(here.err)) == (code, len(here.err))
    assert there.out.splitlines()[:1] == here.out.splitlines()[:1]


def test_ctrl_c_ends_a_fit_within_two_seconds_and_keeps_what_was_done(quick):
    ours, theirs = pty.openpty()
    arguments = [SIREN, "fit", "photo.png", "--epochs", "900000"]
    process = subprocess.Popen(
        arguments,
        cwd=quick,
        env=environment(TERM="xterm"),
        stderr=theirs,
        # A suite in the background ignores Ctrl-C, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    os.close(theirs)
    read_until(ours, b"epoch")
    process.send_signal(signal.SIGINT)
    sent = time.monotonic()
    read_until(ours, b"siren: interrupted\r\n")
    assert process.wait() == 130
    assert time.monotonic() - sent < 2.0
    os.close(ours)
    made = {path.name for path in quick.iterdir()}
    assert made == {"photo.png", "small.siren", ".photo.siren.part"}


@pytest.mark.parametrize("arguments", [("info", "small.siren"), ("render", "-o-"), ("-h",)])
def test_a_closed_pipe_is_exit_141(quick, arguments):
    read_end, write_end = os.pipe()
    os.close(read_end)
    run = subprocess.run(
        [SIREN, *arguments],
        check=False,
        cwd=quick,
        env=environment(),
        stdout=write_end,
        stderr=subprocess.PIPE,
    )
    os.close(write_end)
    assert (run.returncode, b"roken" in run.stderr) == (141, False)


def test_a_folder_that_was_removed_is_one_line(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'rmdir "$PWD" && exec "$0" fit a.png'
    done = subprocess.run(
        ["/bin/sh", "-c", script, SIREN],
        check=False,
        cwd=gone,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "siren: the current folder was removed; go to another one\n"
