"""What `fit --dry-run` and `info` say of a pyramid, and its estimates."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from siren_cli.commands.info import facts_of
from siren_cli.errors import ResourceError
from siren_cli.output.info_text import info_lines
from siren_cli.output.json_results import quality_setting
from siren_cli.pictures.picture import PictureFacts
from siren_cli.planning.planned import plan_of
from siren_cli.planning.pyramid.estimate import check_memory, fit_seconds
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.presets import load_preset
from siren_cli.resources import Resources
from tests.helpers.commands import objects, siren
from tests.helpers.small_fits import smooth_picture


def test_a_dry_run_says_what_would_be_made(quick: Path):
    arguments = ("fit", "photo.png", "-o", "new.siren", "-n", "--preset", "compact")
    run = siren(quick, *arguments, "--quality", "45")
    assert "pyramid of 1x1 tiles of quality 45" in run.err[0]
    assert "2000 epochs in " in run.err[0]
    (plan,) = objects(siren(quick, *arguments, "--target-psnr", "30", "--json"))
    unknown = ("bytes", "bpp", "quality", "epochs", "fit_seconds", "rows", "columns", "classes")
    assert [plan[key] for key in unknown] == [None] * len(unknown)
    assert (plan["tiles"], plan["grids"]) == ([1, 1], 7)
    (plan,) = objects(siren(quick, *arguments, "--target-bytes", "5k", "--json"))
    assert (plan["bytes"], plan["quality"]) == (5000, None)


def compact_plan(quality: float) -> PyramidPlan:
    config = load_preset("compact").updated({"pyramid": {"quality": quality}})
    return PyramidPlan(PictureFacts(768, 512, "RGB"), config)


def test_steps_take_time():
    assert 20 < fit_seconds(compact_plan(50)) < 1000


def test_memory_that_is_not_there_is_said():
    with pytest.raises(ResourceError, match="GB of memory are needed"):
        check_memory(compact_plan(50), 1 << 20)
    check_memory(compact_plan(50), None)


def test_info_says_what_a_pyramid_is_made_of(tmp_path: Path):
    picture = smooth_picture(300, 500)
    header = plan_of(picture, load_preset("compact"), Resources()).header(picture)
    facts = facts_of(tmp_path / "a.siren", header, 4000)
    assert (facts["tiles"], facts["grids"], facts["quality"]) == ([2, 2], 7, 60.0)
    absent = ("rows", "columns", "classes", "dtype")
    assert [facts[key] for key in absent] == [None] * len(absent)
    lines = info_lines(facts)
    assert "  pyramid   7 grids, 2 x 2 tiles" in lines
    assert "  networks  21 -> 24 -> 24 -> 3 sine, context 15 -> 24 -> 24 -> 2" in lines
    assert "  size      4.0 kB (0.21 bits per pixel)" in lines


@pytest.mark.parametrize("quality", [None, "best", True, 101, -1, [60]])
def test_a_foreign_quality_is_none(quality: Any):
    picture = smooth_picture(3, 5)
    header = plan_of(picture, load_preset("compact"), Resources()).header(picture)
    for settings in ({"pyramid": {"quality": quality}}, {"pyramid": quality}, {}):
        assert quality_setting(replace(header, settings=settings)) is None
