"""The seconds and bytes of a fit, estimated before TensorFlow is loaded."""

import os
import sys

import pytest

from siren_cli.errors import ResourceError
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.stream import PictureStream
from siren_cli.planning.estimate import affordable, fit_seconds, memory_bytes, smaller_plan
from siren_cli.planning.plan import FitPlan, plan_fit
from siren_cli.presets import load_preset
from siren_cli.resources import Resources
from siren_cli.system.machine import available_bytes


def plan(height: int, width: int, preset: str = "balanced") -> FitPlan:
    return plan_fit(PictureFacts(width, height, "RGB"), load_preset(preset), Resources())


def test_memory_grows_with_the_picture_by_less_than_a_hundred_bytes_a_pixel():
    growth = memory_bytes(plan(2048, 3072)) - memory_bytes(plan(512, 768))
    assert 0 < growth < 100 * (2048 * 3072 - 512 * 768)


def in_bands(height: int, width: int, **network: int) -> FitPlan:
    config = load_preset("balanced").updated({"network": network})
    facts = PictureFacts(width, height, "RGB")
    held = PictureStream(facts, lambda: iter(())).held_pixels
    return plan_fit(facts, config, Resources()).with_held_pixels(held)


def test_a_picture_in_bands_may_be_far_larger_than_memory():
    hundred_gigapixels = memory_bytes(in_bands(310_000, 320_000))
    assert memory_bytes(in_bands(310, 320_000)) < hundred_gigapixels < 16e9


def test_the_rows_that_high_cells_learn_are_in_memory():
    low, high = (in_bands(40_000, 20_000, cell_size=size) for size in (64, 1024))
    few = Resources().group_cells
    growth = memory_bytes(high.with_group_cells(2)) - memory_bytes(low.with_group_cells(few))
    assert growth > 4 * 3 * 20_000 * (1024 - 64)


def test_a_longer_fit_of_wider_networks_takes_longer():
    fast, detailed = (fit_seconds(plan(512, 768, each)) for each in ("fast", "detailed"))
    assert fast < detailed


def test_groups_are_as_large_as_memory_allows():
    wanted = plan(2048, 3072, "detailed")
    assert affordable(wanted, None) == wanted
    for cells in (128, 64, 32):
        smaller = wanted.with_group_cells(cells)
        assert affordable(wanted, memory_bytes(smaller)) == smaller
    least = memory_bytes(wanted.with_group_cells(2))
    with pytest.raises(ResourceError, match=r"about 1\.\d GB of memory are needed, and"):
        affordable(wanted, least - 1)


def test_batches_of_a_single_cell_are_as_large_as_memory_allows():
    wanted = plan(1024, 2048, "paper")
    batches = {points: wanted.with_batch_points(points) for points in (8192, 4096, 2048, 1024)}
    for points, smaller in batches.items():
        found = affordable(wanted, memory_bytes(smaller))
        assert abs(found.config.fit.batch_points - points) <= 16
    with pytest.raises(ResourceError):
        affordable(wanted, memory_bytes(batches[1024]) - (1 << 20))


def test_the_smallest_plan_has_no_smaller_one():
    least = plan(1024, 2048).with_group_cells(2)
    assert least.batching.batch_points < 1024
    assert smaller_plan(least) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much is left")
def test_the_memory_that_is_left_is_a_part_of_the_memory_of_the_machine():
    left = available_bytes()
    assert left is not None
    assert 0 < left < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
