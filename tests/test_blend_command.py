"""`siren blend`: what is refused before any work, and what is made of the pictures."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siren_cli.commands.blend_inputs import BlendedPicture, BlendInputs, read_blend
from siren_cli.errors import PictureError, UsageError
from siren_cli.planning.blending import Corner
from siren_cli.system.destination import Destination
from tests.helpers.commands import objects, siren, write_picture
from tests.helpers.named_colors import ADOBE_ICC

TINY_CELLS = ("--set", "network.cell_size=1", "--set", "network.margin=0")
AT = Corner(3, 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a background of 40x30, a foreground of 12x10 and its mask."""
    write_picture(tmp_path / "bg.png")
    write_picture(tmp_path / "fg.png", 10, 12)
    mask = np.zeros((10, 12), np.uint8)
    mask[2:8, 3:9] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray(0 * mask).save(tmp_path / "black.png")
    return tmp_path


def read(folder: Path, *, mask: str | None = "mask.png", alpha: str = "keep") -> BlendedPicture:
    names = (folder / "bg.png", folder / "fg.png", mask and folder / mask)
    return read_blend(BlendInputs(*names, AT, alpha=alpha))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mask", "mask.png", "--at", "-4,0"], "mask.png: takes 6 pixels .* --at -4,0"),
        (["--mask", "mask.png", "--at", "40,0"], "mask.png: takes 36 pixels .* outside"),
        (["--mask", "mask.png", "--at", "1.5,0"], "--at 1.5,0: not two whole numbers"),
        (["--mask", "mask.png", "--at", "1"], "--at: '1' is not two numbers"),
        (["--mask", "black.png"], "black.png: takes nothing of the foreground"),
        (["--mask", "bg.png"], "bg.png: is 40x30 pixels, and the foreground is 12x10"),
        ([], "fg.png: has no transparency .* --mask names"),
        (["--mask", "mask.png", "--preset", "compact"], "cannot be taught gradients"),
        (["--mask", "mask.png", "--set", "supervision.keep_pixels=0.5"], "keep_pixels: is 0.5"),
        (["--mask", "mask.png", "--set", "supervision.by=value"], "supervision.by: is value"),
        (["--mask", "mask.png", "-o", "out.png"], "out.png: a fit is no picture"),
        (["--mask", "mask.png", "-n", *TINY_CELLS], "bg.png: 1200 cells would be trained"),
        (["--mask", "mask.png", "--alpha", "none"], "--alpha none: not keep, drop or over"),
    ],
)
def test_what_makes_no_sense_is_refused(folder, arguments, message):
    run = siren(folder, "blend", "bg.png", "fg.png", *arguments)
    assert run.code == 2
    (line,) = run.err
    assert re.search(message, line)


def test_one_picture_alone_comes_from_standard_input(folder):
    run = siren(folder, "blend", "-", "-", "--mask", "mask.png", "-o", "a.siren")
    assert (run.code, run.err) == (
        2,
        ["siren: -: one picture alone can come from standard input"],
    )


@pytest.mark.parametrize("source", ["fg.png", "mask.png"])
def test_no_source_is_overwritten(folder, source):
    before = (folder / source).read_bytes()
    (folder / "link.siren").symlink_to(folder / source)
    files = ("bg.png", "fg.png", "--mask", "mask.png")
    run = siren(folder, "blend", *files, "-o", "link.siren", "-f")
    assert (run.code, (folder / source).read_bytes()) == (2, before)
    assert "would overwrite its own source" in run.err[0]


def test_a_folder_is_no_background(folder):
    run = siren(folder, "blend", ".", "fg.png", "--mask", "mask.png")
    assert (run.code, run.err) == (3, ["siren: .: Is a directory"])


def test_a_missing_mask_is_a_missing_picture(folder):
    run = siren(folder, "blend", "bg.png", "fg.png", "--mask", "missing.png", "--json")
    (failure,) = objects(run)
    assert (run.code, failure["type"], failure["error"]["kind"]) == (3, "blend", "picture")


def test_a_dry_run_says_what_would_be_made_beside_the_background(folder):
    run = siren(folder, "blend", "bg.png", "fg.png", "--mask", "mask.png", "-n", "--json")
    (plan,) = objects(run)
    assert (plan["type"], plan["output"]) == ("plan", "bg-blend.siren")
    assert (plan["width"], plan["height"]) == (40, 30)
    assert plan["network"]["first_omega_0"] == plan["network"]["hidden_omega_0"] == 10.0
    assert plan["supervision"]["by"] == "value+gradient"
    assert plan["picture"]["blended_at"] == [0, 0]


def test_a_dry_run_does_not_wait_for_another_run(folder):
    with Destination(folder / "bg-blend.siren").locked():
        run = siren(folder, "blend", "bg.png", "fg.png", "--mask", "mask.png", "-n")
    assert run.code == 0


def test_frequencies_of_a_user_are_kept(folder):
    setting = "network.first_omega_0=25"
    arguments = ("--mask", "mask.png", "--set", setting, "-n", "--json")
    (plan,) = objects(siren(folder, "blend", "bg.png", "fg.png", *arguments))
    assert plan["network"]["first_omega_0"] == 25.0


def test_the_alpha_of_the_foreground_is_its_mask(folder):
    image = Image.open(folder / "fg.png")
    image.putalpha(Image.open(folder / "mask.png"))
    image.save(folder / "fg.png")
    blend = read(folder, mask=None).blend
    assert blend.region.sum() == 36
    assert blend.region[4:10, 6:12].all()
    # What is transparent has no colors whose differences could be taught.
    assert np.array_equal(np.isnan(blend.foreground[..., 0]), ~blend.region)


def test_gray_into_colors_and_colors_into_gray(folder):
    Image.open(folder / "bg.png").convert("L").save(folder / "bg.png")
    gray = read(folder)
    assert gray.picture.pixels.shape == gray.blend.foreground.shape == (30, 40, 1)
    write_picture(folder / "bg.png")
    Image.open(folder / "fg.png").convert("L").save(folder / "fg.png")
    colors = read(folder)
    assert colors.blend.foreground.shape == (30, 40, 3)
    assert colors.picture.facts.color == "RGB"


def test_outside_of_the_part_the_picture_is_the_background(folder):
    made, plain = read(folder), np.asarray(Image.open(folder / "bg.png")) / np.float32(255)
    region = made.blend.region
    assert np.array_equal(made.picture.pixels[~region], plain[~region])
    foreground = np.asarray(Image.open(folder / "fg.png")) / np.float32(255)
    assert np.array_equal(made.picture.pixels[4:10, 6:12], foreground[2:8, 3:9])


def test_a_transparent_background_must_be_laid_over_a_color(folder):
    image = Image.open(folder / "bg.png")
    image.putalpha(100)
    image.save(folder / "bg.png")
    with pytest.raises(UsageError, match="transparent in parts"):
        read(folder)
    assert read(folder, alpha="over=#ffffff").picture.facts.color == "RGB"


def test_values_beyond_a_range_are_refused(folder):
    np.save(folder / "bg.npy", np.float32(np.arange(144).reshape(8, 6, 3)))
    inputs = BlendInputs(folder / "bg.npy", folder / "fg.png", folder / "mask.png", AT)
    with pytest.raises(PictureError, match=r"bg.npy: holds light or numbers"):
        read_blend(inputs)


def test_color_spaces_that_differ_become_srgb(folder):
    plain = read(folder)
    Image.open(folder / "fg.png").save(folder / "fg.png", icc_profile=ADOBE_ICC)
    converted = read(folder)
    assert "the color spaces of both pictures differ, so both became sRGB" in (
        converted.picture.notes
    )
    assert np.array_equal(converted.blend.background, plain.blend.background)
    assert not np.allclose(converted.picture.pixels, plain.picture.pixels, atol=0.01)
    Image.open(folder / "bg.png").save(folder / "bg.png", icc_profile=ADOBE_ICC)
    both = read(folder)
    assert both.picture.icc_profile == ADOBE_ICC
    assert np.array_equal(both.picture.pixels, plain.picture.pixels)
