"""The command line: results on stdout, one line for an error, and exit codes."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from skimage.metrics import peak_signal_noise_ratio

from siren_cli.system import locks
from tests.helpers.commands import (
    SIREN,
    environment,
    installed,
    objects,
    pixels,
    siren,
    write_picture,
)
from tests.helpers.loaded_modules import loaded
from tests.helpers.representations import make_representation, save_representation

OUR_LINE = re.compile(r"siren: .|newest here: .|.+ -> .+ \d+x\d+ |.+: epoch \d+/\d+ ")
# What every command says of every input.
COMMON = {"schema", "type", "ok", "input", "width", "height", "channels", "bit_depth"}


def read_until(terminal: int, words: bytes) -> None:
    """Read until the words appear; an OSError if the other side ends before."""
    shown, end = b"", time.monotonic() + 90
    while words not in shown:
        readable, _, _ = select.select([terminal], [], [], end - time.monotonic())
        assert readable, f"{words!r} did not appear"
        shown += os.read(terminal, 4096)


@pytest.fixture
def folder(fits, tmp_path):
    """A folder with a picture and its fit, to do anything in."""
    for name in ("photo.png", "photo.siren"):
        shutil.copy(fits.path / name, tmp_path)
    return tmp_path


@pytest.fixture
def quick(tmp_path):
    """A folder with a picture and some .siren file; nothing was fitted."""
    write_picture(tmp_path / "photo.png")
    save_representation(tmp_path / "small.siren", make_representation(6, 8))
    return tmp_path


def test_fit_puts_the_path_alone_on_stdout(fits):
    run = fits.runs["plain"]
    assert run.code == 0
    assert run.out == b"photo.siren\n"


def test_fit_and_render_write_only_our_lines_to_stderr(fits, folder):
    runs = [fits.runs["plain"], installed(folder, "render", "photo.siren")]
    assert "photo.png -> photo.siren  40x30  " in runs[0].err[-1]
    assert all(OUR_LINE.match(line) for run in runs for line in run.err)


def test_fit_says_everything_in_json(fits):
    (result,) = objects(fits.runs["odd"])
    assert result.keys() == COMMON | {
        *("output", "bytes", "bpp", "psnr_db", "identical", "epochs", "fit_seconds", "seconds"),
        *("stopped", "target_psnr_db", "missed"),
        *("seed", "devices", "replicas", "network", "fit", "notes", "resumed", "file_sha256"),
    }
    assert (result["width"], result["height"], result["seed"]) == (40, 30, 7)


def test_same_seed_gives_the_same_bytes_whatever_the_name(fits):
    odd = fits.odd_picture.with_suffix(".siren")
    assert odd.read_bytes() == (fits.path / "photo.siren").read_bytes()


def test_an_odd_name_goes_all_the_way(fits):
    odd = Path(fits.odd_picture.name)
    fitted, drawn = str(odd.with_suffix(".siren")), str(odd.with_suffix(".bmp"))
    for arguments, shown in (
        (("info", "--", fitted), fitted),
        (("render", "-o", drawn, "--", fitted), drawn),
        (("compare", "--", str(odd), fitted), fitted),
    ):
        run = siren(fits.path, *arguments)
        assert run.code == 0
        assert os.fsencode(shown) in run.out
    assert pixels(fits.path / drawn).shape == (30, 40, 3)


def test_an_absent_gpu_is_one_line_and_exit_6(fits):
    assert fits.runs["gpu"] == (
        6,
        b"",
        ["siren: TensorFlow sees no GPU here (--devices cpu uses the CPU)"],
    )
    assert not (fits.path / "gpu.siren").exists()


def test_a_target_that_is_missed_is_exit_1_with_its_file(fits):
    run = fits.runs["missed"]
    assert (run.code, run.out) == (1, b"missed.siren\n")
    assert " dB, not 90 dB  3 epochs " in run.err[-1]
    assert (fits.path / "missed.siren").exists()


def test_a_time_that_is_over_before_the_fit_leaves_one_epoch_and_says_so(fits):
    (result,) = objects(fits.runs["timed"])
    assert (result["stopped"], result["epochs"]) == ("time", 1)
    assert result["notes"] == ["the time limit was too short for a second epoch"]


def test_the_recorded_psnr_is_that_of_the_drawn_png(fits, folder):
    assert siren(folder, "render", "photo.siren").code == 0
    first, second = pixels(folder / "photo.png"), pixels(folder / "photo.40x30.png")
    (facts,) = objects(siren(folder, "info", "photo.siren", "--json"))
    assert abs(facts["psnr_db"] - peak_signal_noise_ratio(first, second)) < 1e-3


def test_a_plan_is_within_two_percent_of_the_file(fits, folder):
    (folder / "photo.siren").unlink()
    (plan,) = objects(siren(folder, "fit", "-n", "--json", "--epochs", "3", "photo.png"))
    real = (fits.path / "photo.siren").stat().st_size
    assert abs(plan["bytes"] - real) < 0.02 * real
    assert 0 < plan["fit_seconds"] < 60
    assert 5e8 < plan["memory_bytes"] < 2e9
    assert not (folder / "photo.siren").exists()


def test_compare_measures_what_the_fit_recorded(folder):
    first, row = objects(siren(folder, "compare", "photo.siren", "--json"))
    (facts,) = objects(siren(folder, "info", "photo.siren", "--json"))
    assert row["psnr_db"] == facts["psnr_db"]
    assert row["original"] == "photo.png"
    assert (
        first.keys()
        == row.keys()
        == COMMON
        | {
            *(
                "original",
                "name",
                "kind",
                "bytes",
                "bpp",
                "psnr_db",
                "identical",
                "ssim",
                "ms_ssim",
            ),
            *("max_error", "parameters", "preset", "activation", "settings", "missed", "notes"),
            *("render_seconds", "fit_seconds"),
        }
    )


def test_an_identical_picture_is_said_without_infinity(quick):
    siren(quick, "render", "small.siren", "-o", "drawn.png")
    _, row = objects(siren(quick, "compare", "drawn.png", "small.siren", "--json"))
    assert row["identical"] is True
    assert row["psnr_db"] is None
    assert b"identical" in siren(quick, "compare", "drawn.png", "small.siren").out


def test_render_says_everything_in_json(quick):
    (result,) = objects(siren(quick, "render", "small.siren", "--size", "2x", "--json"))
    assert result.keys() == COMMON | {
        *("output", "bytes", "seconds", "notes"),
        *("region", "what", "scale", "supersample"),
    }
    assert (result["width"], result["height"], result["region"]) == (16, 12, [0, 0, 8, 6])


def test_render_names_its_picture_by_the_size(folder):
    run = siren(folder, "render", "photo.siren", "--size", "80")
    assert run.out == b"photo.80x60.png\n"
    assert pixels(folder / "photo.80x60.png").shape == (60, 80, 3)


def test_render_to_stdout_is_a_png(quick):
    run = siren(quick, "render", "small.siren", "-o", "-")
    assert run.code == 0
    assert run.out.startswith(b"\x89PNG\r\n\x1a\n")
    assert run.out.rstrip().endswith(b"IEND\xaeB`\x82")


def test_render_without_a_file_takes_the_newest_and_says_which(quick):
    save_representation(quick / "older.siren", make_representation(9, 7))
    os.utime(quick / "older.siren", (0, 0))
    run = siren(quick, "render")
    assert run.out == b"small.8x6.png\n"
    assert run.err[0] == "newest here: small.siren"


@pytest.mark.parametrize(
    "arguments",
    [
        ("fit", "photo.png", "-f", "-o", "photo.png"),
        ("fit", "photo.png", "-n", "-f", "-o", "./photo.png"),
        ("render", "small.siren", "-f", "-o", "small.siren"),
    ],
)
def test_a_source_is_never_overwritten(quick, arguments):
    before = (quick / arguments[1]).read_bytes()
    assert siren(quick, *arguments).code == 2
    assert (quick / arguments[1]).read_bytes() == before


@pytest.mark.parametrize(
    ("code", "arguments", "words"),
    [
        (2, ("fit", "photo.png", "--epoch", "3"), "--epochs"),
        (2, ("draw", "photo.png"), "draw"),
        (2, ("fit", "photo.png", "--set", "network.hidden_feature=3"), "hidden_features?"),
        (2, ("fit", "photo.png", "--preset", "best"), "balanced, detailed, fast, paper"),
        (2, ("fit", "photo.png", "--time-limit", "soon"), "--time-limit soon"),
        (2, ("fit", "photo.png", "--target-psnr", "-3"), "--target-psnr -3"),
        (2, ("fit", "photo.png", "./photo.png"), "is given twice"),
        (2, ("fit", "photo.png", "--json", "-o", "-"), "stdout"),
        (2, ("fit", ""), '"" names no file'),
        (2, ("render", ""), '"" names no file'),
        (2, ("render", "small.siren", "-o", ""), '"" names no file'),
        (2, ("render", "small.siren", "--size", "big"), "--size big"),
        (2, ("render", "small.siren", "--size", "90x10"), "--stretch"),
        (2, ("compare", "photo.png"), "with what?"),
        (3, ("fit", "missing.png"), "missing.png: No such file"),
        (3, ("fit", "."), "is a directory"),
        (3, ("fit", "-o", "x.siren", "small.siren"), "not a picture"),
        (4, ("info", "photo.png"), "photo.png: "),
        (4, ("render", "missing.siren"), "missing.siren: No such file"),
        (5, ("fit", "photo.png", "-o", "small.siren"), "-f overwrites it"),
        (5, ("fit", "photo.png", "-o", "no/such.siren"), "no directory"),
        (5, ("fit", "photo.png", "-o", "x" * 256), "too long (-o names another file)"),
        (5, ("fit", "-n", "photo.png", "--out-dir", "x" * 256), "too long (-o names"),
        (5, ("render", "small.siren", "-o", f"{'x' * 256}.png"), "too long (-o names"),
        (5, ("render", "small.siren", "-o", "photo.png"), "-f overwrites it"),
        (5, ("render", "small.siren", "-o", "photo.gif"), "'.gif'"),
    ],
)
def test_an_error_is_one_line_and_has_its_exit_code(quick, code, arguments, words):
    run = siren(quick, *arguments)
    assert (run.code, run.out, len(run.err)) == (code, b"", 1)
    assert run.err[0].startswith("siren: ")
    assert words in run.err[0]


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


@pytest.mark.parametrize("command", ["render", "compare", "info"])
def test_an_empty_folder_is_a_usage_error(tmp_path, command):
    run = siren(tmp_path, command)
    assert run.code == 2
    assert run.err == ["siren: no FILE given, and there is no .siren file in this folder"]


def test_a_damaged_file_is_exit_4_and_draws_nothing(quick):
    content = bytearray((quick / "small.siren").read_bytes())
    content[-1] ^= 1
    (quick / "small.siren").write_bytes(content)
    run = siren(quick, "render", "small.siren")
    assert run.code == 4
    assert len(run.err) == 1
    assert "damaged" in run.err[0]
    assert not list(quick.glob("small.*.png"))


def test_info_checks_the_weights_when_it_is_asked_to(quick):
    (plain,) = objects(siren(quick, "info", "small.siren", "--json"))
    (checked,) = objects(siren(quick, "info", "small.siren", "--json", "--verify"))
    assert checked == {**plain, "verified": True}
    assert b"\n  verified  " in siren(quick, "info", "small.siren", "--verify").out
    content = bytearray((quick / "small.siren").read_bytes())
    content[8 + int.from_bytes(content[:8], "little")] ^= 1  # the first weight
    (quick / "small.siren").write_bytes(content)
    assert siren(quick, "info", "small.siren").code == 0
    damaged = siren(quick, "info", "small.siren", "--verify")
    assert (damaged.code, damaged.out, len(damaged.err)) == (4, b"", 1)


@pytest.mark.parametrize("command", [("info",), ("fit", "-n")])
def test_some_of_several_inputs_failing_is_exit_9(quick, command):
    good = "small.siren" if command == ("info",) else "photo.png"
    run = siren(quick, *command, "--json", "missing", good)
    first, second = objects(run)
    assert run.code == 9
    assert len(run.err) == 1
    assert (first["ok"], first["input"], second["ok"]) == (False, "missing", True)
    assert first["error"]["message"] in run.err[0]


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


def test_a_flag_beats_the_environment_which_beats_a_file_and_a_preset(quick):
    (quick / "mine.toml").write_text("[fit]\nepochs = 9\nseed = 8\n")
    variables = {"SIREN_PRESET": "fast", "SIREN_EPOCHS": "5", "SIREN_CONFIG": "mine.toml"}
    asked = ("fit", "-n", "--json", "photo.png")
    (by_environment,) = objects(siren(quick, *asked, **variables))
    (by_flags,) = objects(siren(quick, *asked, "--epochs=7", "--preset=detailed", **variables))
    found = [
        (plan["epochs"], plan["fit"]["seed"], plan["network"]["hidden_features"])
        for plan in (by_environment, by_flags)
    ]
    assert found == [(5, 8, 32), (7, 8, 64)]


def test_a_second_fit_of_one_output_ends_before_it_loads_tensorflow(quick):
    with locks.locked(quick / "photo.siren"):
        run = siren(quick, "fit", "photo.png")
        (found,) = loaded([("fit", "photo.png")], quick)
    assert run.code == found.code == 8
    assert "tensorflow" not in found.modules
    lock = quick / ".photo.siren.lock"
    owner = f"process {os.getpid()} (its lock: {lock})"
    assert run.err == [f"siren: photo.siren: is being written by {owner}"]
    assert siren(quick, "fit", "-n", "photo.png").code == 0


def test_doctor_says_what_is_there_and_nothing_private(tmp_path):
    run = siren(tmp_path, "doctor", "--json", SIREN_CONFIG=str(tmp_path / "my.toml"))
    (found,) = objects(run)
    assert (run.code, run.err) == (0, [])
    assert found["devices"] == ["CPU:0"]
    assert {"PNG", "JPEG", "TIFF"} <= set(found["reads"])
    assert found["environment"] == {"SIREN_CONFIG": "set"}
    private = (str(tmp_path), str(Path.home()), sys.prefix)
    assert not [path for path in private if len(path) > 1 and os.fsencode(path) in run.out]


@pytest.mark.parametrize(
    "command", [("info", "small.siren"), ("render", "small.siren"), ("doctor", "--fast")]
)
def test_the_flags_of_all_change_no_result(quick, command):
    run = siren(quick, *command, "-q", "-v", "--no-color", "--json", "--debug")
    assert (run.code, run.err, len(objects(run))) == (0, [], 1)


def test_doctor_is_fast_without_tensorflow(tmp_path):
    run = siren(tmp_path, "doctor", "--fast")
    assert run.out.startswith(b"siren ")
    assert b"devices    not asked for" in run.out


def test_no_arguments_show_the_help(tmp_path):
    run = siren(tmp_path)
    assert run.code == 0
    assert run.out == siren(tmp_path, "--help").out
    assert run.out.startswith(b"Usage: siren")
