"""An error of the command line is one line on stderr and one exit code."""

import os

import pytest

from siren_cli.system import locks
from tests.helpers.commands import (
    objects,
    siren,
)
from tests.helpers.loaded_modules import loaded


def test_an_absent_gpu_is_one_line_and_exit_6(fits):
    assert fits.runs["gpu"] == (
        6,
        b"",
        ["siren: TensorFlow sees no GPU here (--devices cpu uses the CPU)"],
    )
    assert not (fits.path / "gpu.siren").exists()


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
        (
            2,
            ("fit", "photo.png", "--preset", "best"),
            "balanced, compact, detailed, fast, paper",
        ),
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
        (3, ("fit", "empty"), "empty: is a directory without a picture (--recursive"),
        (3, ("fit", "-o", "x.siren", "small.siren"), "which is a fit already"),
        (4, ("info", "photo.png"), "photo.png: "),
        (4, ("render", "missing.siren"), "missing.siren: No such file"),
        (5, ("fit", "photo.png", "-o", "small.siren"), "-f overwrites it"),
        (5, ("fit", "photo.png", "-o", "no/such.siren"), "no directory"),
        (5, ("fit", "photo.png", "-o", "x" * 256), "too long (-o names another file)"),
        (5, ("fit", "-n", "photo.png", "--out-dir", "x" * 256), "too long (-o names"),
        (5, ("render", "small.siren", "-o", f"{'x' * 256}.png"), "too long (-o names"),
        (5, ("render", "small.siren", "-o", "photo.png"), "-f overwrites it"),
        (5, ("render", "small.siren", "-o", "photo.txt"), "'.txt'"),
    ],
)
def test_an_error_is_one_line_and_has_its_exit_code(quick, code, arguments, words):
    (quick / "empty").mkdir()
    run = siren(quick, *arguments)
    assert (run.code, run.out, len(run.err)) == (code, b"", 1)
    assert run.err[0].startswith("siren: ")
    assert words in run.err[0]


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


@pytest.mark.parametrize("command", [("info",), ("fit", "-n")])
def test_some_of_several_inputs_failing_is_exit_9(quick, command):
    good = "small.siren" if command == ("info",) else "photo.png"
    run = siren(quick, *command, "--json", "missing", good)
    first, second = objects(run)
    assert run.code == 9
    assert len(run.err) == 1
    assert (first["ok"], first["input"], second["ok"]) == (False, "missing", True)
    assert first["error"]["message"] in run.err[0]


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_is_closed_to_us_does_not_stop_the_others(quick):
    (quick / "closed.siren").touch(mode=0)
    run = siren(quick, "info", "closed.siren", "small.siren", "--json")
    assert [each["ok"] for each in objects(run)] == [False, True]
    assert run.code == 9
