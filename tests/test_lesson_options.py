"""The flags of other lessons: what they set, and what makes no sense with them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import siren_cli
from siren_cli.cli.fit_arguments import Sources, merged_config
from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.lesson_settings import for_lesson
from siren_cli.planning.limits import Limits, parse_share
from siren_cli.presets import name_of
from tests.helpers.commands import objects, siren

HOSTS = '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}'


@pytest.fixture
def holes(quick: Path) -> Path:
    """A folder with a picture of 40x30 pixels, and masks."""
    white = np.ones((30, 40), np.bool_)
    for name, mask in {"white": white, "black": ~white, "small": white[1:]}.items():
        Image.fromarray(mask).save(quick / f"{name}.png")
    white[10:20, 10:20] = False
    Image.fromarray(white).save(quick / "holes.png")
    (quick / "tiny.toml").write_text("[network]\ncell_size = 1\nmargin = 0\n")
    Image.new("RGB", (1, 1)).save(quick / "pixel.png")
    return quick


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--mask", "small.png"), "photo.png: --mask small.png: is 40x29, and the picture is"),
        (("--mask", "black.png"), "--mask black.png: is black everywhere"),
        (("--mask", "white.png"), "--mask white.png: is white everywhere"),
        (("--supervise", "slope"), "supervision.by: 'slope' is not one of value, gradient"),
        (("--keep-pixels", "0"), "--keep-pixels 0: not a share"),
        (("--smooth", "-1"), "supervision.smooth: -1.0 is not between"),
        (("--preset", "compact", "--mask", "holes.png"), "--mask is of mosaics"),
        (("--preset", "compact", "--smooth", "1"), "supervision.smooth is of mosaics"),
        (
            ("--supervise", "gradient", "--target-psnr", "30"),
            "--target-psnr is about the values",
        ),
        (("--keep-pixels", "10%", "--target-psnr", "30"), "--target-psnr is about the values"),
        (("--mask", "holes.png", "--shard-cells", "1/2"), "--shard-cells trains cells apart"),
        (
            ("--supervise", "gradient", "--config", "tiny.toml"),
            "photo.png: 1200 cells would be trained together",
        ),
    ],
)
def test_what_makes_no_sense_is_one_line_and_exit_2(holes, arguments, words):
    run = siren(holes, "fit", "photo.png", "--dry-run", *arguments)
    assert (run.code, run.out, len(run.err)) == (2, b"", 1)
    assert words in run.err[0]


def test_a_single_pixel_and_several_hosts_are_refused(holes):
    run = siren(holes, "fit", "pixel.png", "--supervise", "laplacian")
    assert (run.code, len(run.err)) == (2, 1)
    assert "pixel.png: a picture of one pixel has neither" in run.err[0]
    run = siren(holes, "fit", "photo.png", "--supervise", "gradient", TF_CONFIG=HOSTS)
    assert (run.code, len(run.err)) == (2, 1)
    assert "--cluster trains cells apart" in run.err[0]


@pytest.mark.parametrize("pictures", [("-", "-o", "a.siren"), ("--files-from", "-")])
def test_a_mask_shares_standard_input_with_nothing(holes, pictures):
    content = (holes / "photo.png").read_bytes() if "-o" in pictures else b"photo.png"
    run = siren(holes, "fit", *pictures, "--mask", "-", stdin=content)
    assert run.code == 2
    assert run.err == ["siren: --mask -: standard input holds a picture, or names, already"]


def test_a_mask_that_is_no_picture_is_exit_3(holes):
    assert siren(holes, "fit", "photo.png", "-n", "--mask", "none.png").code == 3


def test_a_picture_for_a_lesson_is_read_whole(holes):
    run = siren(holes, "fit", "photo.png", "-n", "--keep-pixels", ".5", "--max-pixels", "99")
    assert run.code == 3
    assert "--max-pixels" in run.err[0]


def test_a_plan_says_what_would_be_taught(holes):
    flags = ("--mask", "holes.png", "--keep-pixels", "50%", "--smooth", "0.5")
    (plan,) = objects(siren(holes, "fit", "photo.png", "-n", "--json", *flags))
    assert len(plan["picture"]["mask"]) == 16
    assert plan["supervision"]["keep_pixels"] == plan["supervision"]["smooth"] == 0.5
    assert (plan["fit"]["area_share"], plan["network"]["first_omega_0"]) == (0.0, 30.0)


def merged(*assignments: str, path: Path | None = None, **flags: object) -> Config:
    sources = Sources("balanced", path, {"supervision": flags}, assignments)
    return merged_config(sources, Limits())


def test_derivatives_are_learned_by_low_frequencies_unless_others_are_set(tmp_path):
    found = merged("network.hidden_omega_0=9.0", by="gradient")
    assert (found.network.first_omega_0, found.network.hidden_omega_0) == (6.0, 9.0)
    assert found.fit.area_share == 0.0
    (tmp_path / "my.toml").write_text("[network]\nfirst_omega_0 = 12.0\n")
    found = merged(path=tmp_path / "my.toml", by="laplacian")
    assert (found.network.first_omega_0, found.network.hidden_omega_0) == (12.0, 10.0)
    found = merged("network.cell_size=16", by="laplacian")
    assert (found.network.first_omega_0, found.network.hidden_omega_0) == (2.5, 10.0)
    for by in ("gradient", "laplacian"):
        assert name_of(merged(by=by).table()) == "balanced"


def test_values_keep_the_frequencies_of_the_preset():
    assert merged(smooth=0.5).network == Config().network
    assert merged(smooth=0.5).fit.area_share == Config().fit.area_share
    with_holes = merged(keep_pixels=0.5)
    assert (with_holes.network, with_holes.fit.area_share) == (Config().network, 0.0)
    assert for_lesson(Config(), (), has_mask=True).fit.area_share == 0.0


@pytest.mark.parametrize(("text", "share"), [("10%", 0.1), ("0.25", 0.25), (".5 %", 0.005)])
def test_a_share_is_a_number_or_of_a_hundred(text, share):
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "%", "101%", "1.5", "-1", "a tenth", "1e-3"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(UsageError, match="not a share such as 10% or"):
        parse_share(text)


def test_programs_are_told_the_same():
    pixels, mask = np.zeros((6, 8), np.uint8), np.ones((8, 6), np.bool_)
    with pytest.raises(siren_cli.SirenError, match="mask: is 6x8, and the picture is 8x6"):
        siren_cli.fit(pixels, mask=mask)
    with pytest.raises(siren_cli.SirenError, match="--target-psnr is about the values"):
        siren_cli.fit(pixels, settings={"supervision": {"by": "gradient"}}, target_psnr=30)
