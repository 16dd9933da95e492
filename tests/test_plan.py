"""A plan is everything that follows from a picture's size and the settings."""

import pytest

from siren_cli.config import Config, FitConfig, NetworkConfig
from siren_cli.pictures.picture import PictureFacts
from siren_cli.planning.plan import Batching, FitPlan, make_batching, plan_fit
from siren_cli.representation.siren_file import encode, expected_bytes
from siren_cli.resources import Resources
from tests.helpers.small_fits import SMALL, fit_small, small_config, small_plan, smooth_picture


def plan(height: int, width: int, config: Config = SMALL, **resources: int) -> FitPlan:
    return plan_fit(PictureFacts(width, height, "RGB"), config, Resources(**resources))


def test_small_pictures_get_smaller_batches_but_not_below_sixteen_points():
    assert make_batching(4356, 128, 32) == Batching(4356, 35, 128)
    assert make_batching(10000, 8192, 1) == Batching(10000, 2, 5008)
    assert make_batching(1024, 128, 32) == Batching(1024, 32, 32)
    assert make_batching(48, 128, 32) == Batching(48, 3, 16)
    assert make_batching(1, 128, 32) == Batching(1, 1, 16)


@pytest.mark.parametrize("replicas", [1, 2, 3, 7, 32])
def test_replicas_share_every_batch_of_one_network_evenly(replicas: int):
    assert make_batching(4356, 128, 16, replicas).batch_points % replicas == 0
    single = Config(NetworkConfig(cell_size=0))
    assert plan(50, 70, single, replicas=replicas).batching.batch_points % replicas == 0


def test_replicas_of_a_mosaic_change_no_batch():
    assert plan(50, 70, replicas=7).batching == plan(50, 70).batching


def test_batches_cover_the_points_of_a_cell_with_its_margins():
    found = plan(50, 70)
    height, width = (axis.cell_size + 2 * axis.margin for axis in (found.grid.y, found.grid.x))
    assert found.batching.points == height * width
    whole = plan(50, 70, Config(NetworkConfig(cell_size=0)))
    assert (whole.grid.cells, whole.batching.points) == (1, 50 * 70)


def test_the_network_is_as_wide_as_the_cells_need():
    assert plan(64, 64).networks[0].hidden_features == 16
    # A single cell of 23 x 23 pixels, about twice as many as usual ones have.
    assert plan(23, 23).networks[0].hidden_features == 24


def test_parameters_are_those_of_the_header():
    picture = smooth_picture(50, 34)
    found = small_plan(picture)
    header = found.header(picture)
    assert found.classes.layer_sizes == header.classes.layer_sizes == ((2, 16, 16, 3),)
    assert header.parameters == found.grid.cells * (3 * 16 + 17 * 16 + 17 * 3)
    assert (header.psnr, header.epochs) == (None, 60)


def test_a_changed_plan_is_another_plan():
    found = plan(50, 70, SMALL)
    assert found.with_replicas(2).replicas == 2
    assert found.with_group_cells(4).group_cells == 4
    assert found.with_batch_points(32).config.fit.batch_points == 32
    longer = found.with_epochs(120)
    assert longer.config.fit == FitConfig.lasting(SMALL.fit, 120)
    assert (found.replicas, found.group_cells, found.config) == (1, 128, SMALL)


def test_the_file_that_is_planned_is_the_file_that_is_made():
    picture = smooth_picture(50, 34)
    found = small_plan(picture, small_config(epochs=2))
    made = fit_small(picture, found).representation
    assert made.header.classes == found.header(picture).classes
    assert 0 <= expected_bytes(found.header(picture)) - len(encode(made)) < 20
