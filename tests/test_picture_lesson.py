"""A lesson has the derivatives of a picture, and says nothing of its holes."""

from typing import Any

import numpy as np
import pytest

from siren_cli.errors import UsageError
from siren_cli.model.differences import gradients, laplacians
from siren_cli.model.grid import make_grid
from siren_cli.planning.estimate import memory_bytes, smaller_plan
from siren_cli.planning.lesson import Lesson, Teaching
from siren_cli.planning.picture_lesson import picture_lesson, whole_laplacians
from siren_cli.planning.plan import Batching
from siren_cli.planning.planned import taught
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE
from siren_cli.supervision import SupervisionConfig
from tests.helpers.small_fits import SMALL, small_plan, smooth_picture

PICTURE = smooth_picture(6, 8)
PIXELS = PICTURE.pixels
KNOWN = np.ones((6, 8), np.bool_)
KNOWN[2:4, 3:6] = False


def lesson(known: Any = None, **supervision: Any) -> Lesson:
    found = picture_lesson(PICTURE, SupervisionConfig(**supervision), known)
    assert found is not None
    height, width, channels = PIXELS.shape
    assert found.targets.shape == (height, width, len(found.teaching.orders), channels)
    assert found.targets.dtype == np.float32
    return found


def test_values_of_all_pixels_are_no_lesson():
    assert picture_lesson(PICTURE, SupervisionConfig(smooth=0.1)) is None


def test_gradients_are_twice_those_of_pixels_and_leave_a_constant_free():
    found = lesson(by="gradient", differences="sobel", smooth=0.3, tie_weight=0.2)
    assert found.teaching == Teaching((DY, DX), (1.0, 1.0), smooth=0.3, tie=0.2)
    np.testing.assert_allclose(found.targets, 2 * gradients(PIXELS, "sobel"), atol=1e-6)
    np.testing.assert_array_equal(found.reference, PIXELS)


def test_laplacians_are_twice_those_of_pixels():
    found = lesson(by="laplacian")
    assert found.teaching == Teaching((LAPLACIAN,), (1.0,), power=0.75)
    np.testing.assert_allclose(found.targets[:, :, 0], 2 * laplacians(PIXELS), atol=1e-6)
    assert found.reference is not None


def test_a_plain_error_of_laplacians_needs_ties():
    found = lesson(by="laplacian", laplacian_power=0.0)
    assert found.teaching == Teaching((LAPLACIAN,), (1.0,), tie=0.003)


def test_laplacians_of_whole_cells_are_those_of_a_mirrored_picture():
    picture = smooth_picture(7, 9)
    grid = make_grid(7, 9, 3, 0)
    found = whole_laplacians(picture.pixels, grid)[:, :, 0]
    assert found.shape[:2] == (grid.y.whole_length, grid.x.whole_length)
    np.testing.assert_allclose(found[:6, :8], 2 * laplacians(picture.pixels)[:6, :8], atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=(0, 1)), 0.0, atol=1e-4)


def test_values_beside_gradients_need_no_neighbors():
    found = lesson(by="value+gradient", gradient_weight=5.0)
    assert found.teaching == Teaching((VALUE, DY, DX), (1.0, 5.0, 5.0))
    np.testing.assert_array_equal(found.targets[:, :, 0], 2 * PIXELS - 1)
    assert found.reference is None


def test_a_hole_is_smooth_instead_of_known():
    found = lesson(KNOWN, hole_weight=0.5)
    assert found.teaching == Teaching((VALUE, LAPLACIAN), (1.0, 0.5), tie=0.003)
    values, bends = found.targets[:, :, 0], found.targets[:, :, 1]
    np.testing.assert_array_equal(values[KNOWN], 2 * PIXELS[KNOWN] - 1)
    assert np.isnan(values[~KNOWN]).all()
    assert (bends[~KNOWN] == 0).all()
    assert np.isnan(bends[KNOWN]).all()


def test_derivatives_stop_at_a_hole():
    found = lesson(KNOWN, by="gradient")
    assert found.teaching == Teaching((DY, DX, LAPLACIAN), (1.0, 1.0, 0.1), tie=0.003)
    along_y, along_x, bends = np.moveaxis(found.targets[..., 0], 2, 0)
    assert np.isnan(along_y[[1, 4], 3]).all()
    assert np.isnan(along_x[2, [2, 6]]).all()
    assert np.isfinite(along_x[1]).all()
    assert (bends[~KNOWN] == 0).all()
    assert found.reference is not None
    np.testing.assert_array_equal(np.isnan(found.reference[..., 0]), ~KNOWN)


def test_a_hole_between_laplacians_is_smooth_with_the_same_weight():
    found = lesson(KNOWN, by="laplacian", hole_weight=0.5)
    assert found.teaching == Teaching((LAPLACIAN,), (1.0,), tie=0.003)
    bends = found.targets[:, :, 0, 0]
    assert (bends[~KNOWN] == 0).all()
    assert np.isnan(bends[1, 3:6]).all()
    assert np.isfinite(bends[0]).all()


def test_pixels_without_neighbors_have_no_derivatives_to_teach():
    lonely = np.zeros((6, 8), np.bool_)
    lonely[3, 3] = True
    with pytest.raises(UsageError, match="has the neighbors that its derivatives need"):
        lesson(lonely, by="gradient")


@pytest.mark.parametrize("by", ["gradient", "laplacian"])
def test_tied_cells_are_one_group_that_is_never_made_smaller(by):
    picture = smooth_picture(50, 34)
    config = SMALL.updated({"supervision": {"by": by}})
    plain = small_plan(picture, config, group_cells=2)
    plan = taught(plain, picture)
    assert plan.is_tied
    assert plan.group_cells == plan.grid.cells > 2
    assert smaller_plan(plan) is None
    assert memory_bytes(plan) > memory_bytes(plain.with_group_cells(plan.group_cells))


def test_a_step_of_laplacians_has_the_core_of_every_cell():
    picture = smooth_picture(50, 34)
    plan = taught(
        small_plan(picture, SMALL.updated({"supervision": {"by": "laplacian"}})), picture
    )
    assert plan.batching == Batching(17 * 17, steps=1, batch_points=17 * 17)
    paper = SMALL.updated({"network": {"cell_size": 0}, "supervision": {"by": "laplacian"}})
    assert not taught(small_plan(picture, paper), picture).is_whole
