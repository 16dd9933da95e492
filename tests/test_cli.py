"""The command line, in this process: results on stdout, JSON, and the files that it makes."""

import os
import sys
from pathlib import Path

import pytest
from skimage.metrics import peak_signal_noise_ratio

from tests.helpers.commands import (
    objects,
    pixels,
    siren,
)
from tests.helpers.representations import make_representation, save_representation

# Keys that the objects of all commands have.
COMMON = {"schema", "type", "ok", "input", "width", "height", "channels", "bit_depth"}


def test_fit_says_everything_in_json(fits):
    (result,) = objects(fits.runs["odd"])
    assert result.keys() == COMMON | {
        *("output", "bytes", "bpp", "psnr_db", "identical", "epochs", "fit_seconds", "seconds"),
        *("tone_mapped_psnr_db", "stopped", "target_psnr_db", "missed", "hosts", "quality"),
        *("seed", "devices", "replicas", "network", "fit", "notes", "resumed", "file_sha256"),
        *("gradient_psnr_db", "laplacian_psnr_db", "psnr_inside_db", "psnr_outside_db"),
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
                "tone_mapped_psnr_db",
                "identical",
                "gradient_psnr_db",
                "laplacian_psnr_db",
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


def test_info_checks_the_weights_when_it_is_asked_to(quick):
    (plain,) = objects(siren(quick, "info", "small.siren", "--json"))
    (checked,) = objects(siren(quick, "info", "small.siren", "--json", "--verify"))
    assert checked == {**plain, "verified": True}
    assert b"\n  verified  " in siren(quick, "info", "small.siren", "--verify").out
    content = bytearray((quick / "small.siren").read_bytes())
    content[-1] ^= 1  # the last weight
    (quick / "small.siren").write_bytes(content)
    assert siren(quick, "info", "small.siren").code == 0
    damaged = siren(quick, "info", "small.siren", "--verify")
    assert (damaged.code, damaged.out, len(damaged.err)) == (4, b"", 1)


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
