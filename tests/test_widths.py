"""Hard cells have wide networks, and a file has the bytes that it should have."""

import numpy as np
import pytest

from siren_cli.config import MAX_WIDTH
from siren_cli.errors import UsageError
from siren_cli.model.layers import layer_sizes
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.schedule import Budget
from siren_cli.planning.survey import surveyed
from siren_cli.planning.widths import plan_picture
from siren_cli.representation.cell_records import weight_bytes
from siren_cli.representation.siren_file import encode, largest_bytes
from siren_cli.resources import Resources
from tests.helpers.small_fits import SMALL, fit_small, half_noise, smooth_picture


def plan(picture: Picture, **network: object) -> FitPlan:
    return plan_picture(picture, SMALL.updated({"network": network}), Resources())


def test_the_file_is_as_large_as_that_of_equal_cells():
    picture = half_noise(96, 160)
    equal, by_cell = plan(picture, widths="equal"), plan(picture)
    sizes = [weight_bytes(each.header(picture)) for each in (equal, by_cell)]
    assert 0.97 * sizes[0] < sizes[1] <= sizes[0]
    assert len(equal.networks) == 1 < len(by_cell.networks)
    assert largest_bytes(by_cell.header(picture)) < 1.03 * largest_bytes(equal.header(picture))


def test_noise_has_wider_networks_than_a_smooth_sky():
    picture = half_noise(96, 160)
    found = plan(picture)
    widths = np.array([each.hidden_features for each in found.networks])
    grid = widths[found.classes.numbers].reshape(found.grid.y.cells, found.grid.x.cells)
    assert grid[:, :5].max() < grid[:, 5:].min()


def test_wider_networks_have_lower_rates():
    found = plan(half_noise(96, 160))
    assert found.rate_factors == sorted(found.rate_factors, reverse=True)
    assert plan(smooth_picture(20, 16)).rate_factors == [1.0]


def test_drawings_have_points_and_photographs_areas():
    config = SMALL.updated({"fit": {"area_share": 0.5}})
    photograph, drawing = half_noise(40, 60), smooth_picture(40, 60)
    drawing.pixels[:] = np.rint(drawing.pixels * 2) / 2
    for picture, pixels in ((photograph, "area"), (drawing, "center")):
        plan = plan_picture(picture, config, Resources())
        assert plan.header(picture).pixels == pixels
    assert not surveyed(smooth_picture(5, 1)).is_drawn


@pytest.mark.parametrize("network", [{"cell_size": 0, "margin": 0}, {"widths": "equal"}])
def test_one_network_and_equal_ones_are_left_as_they_are(network: dict[str, object]):
    found = plan(half_noise(96, 160), **network)
    (sizes,) = found.classes.layer_sizes
    assert sizes == layer_sizes(found.usual_network, channels=3)


@pytest.mark.parametrize(("height", "width", "channels"), [(1, 70, 1), (33, 40, 4), (5, 90, 2)])
def test_any_picture_has_an_allocation(height: int, width: int, channels: int):
    found = plan(smooth_picture(height, width, channels))
    assert sum(found.classes.counts) == found.grid.cells


@pytest.mark.parametrize("slope", [0.0, 1e-4, 1e-2])
def test_smooth_pictures_have_the_usual_width(slope: float):
    ramp = np.broadcast_to(slope * np.arange(64, dtype=np.float32)[:, None, None], (64, 64, 3))
    found = plan(Picture(ramp, PictureFacts(64, 64, "RGB")))
    assert [each.hidden_features for each in found.networks] == [16]


def target_plan(picture: Picture, target: int, **network: object) -> FitPlan:
    config = SMALL.updated({"network": network, "fit": {"target_bytes": target}})
    return plan_picture(picture, config, Resources())


@pytest.mark.parametrize("target", [8_000, 20_000, 30_000, 100_000, 1_000_000])
def test_a_file_has_the_bytes_that_were_asked_for(target: int):
    picture = half_noise(96, 160)
    size = largest_bytes(target_plan(picture, target).header(picture))
    assert 0.98 * target < size <= target


def test_equal_cells_are_as_wide_as_the_bytes_allow():
    picture = half_noise(96, 160)
    found = target_plan(picture, 30_000, widths="equal")
    (width,) = (network.hidden_features for network in found.networks)
    wider = found.with_classes([width + 1], found.of_cells)
    assert largest_bytes(found.header(picture)) <= 30_000 < largest_bytes(wider.header(picture))


@pytest.mark.parametrize("target", [1_500, 4_000, 20_000])
def test_so_has_the_file_of_a_single_cell(target: int):
    picture = smooth_picture(16, 20)
    size = largest_bytes(target_plan(picture, target).header(picture))
    assert 0.9 * target < size <= target


def test_more_bytes_than_any_network_has_make_the_widest():
    (network,) = target_plan(smooth_picture(16, 20), 1 << 40).networks
    assert network.hidden_features == MAX_WIDTH


def test_a_fitted_file_is_no_larger_than_its_target():
    picture = half_noise(50, 70)
    config = SMALL.updated({"fit": {"target_bytes": 20_000, "epochs": 300}})
    plan = plan_picture(picture, config, Resources())
    budget = Budget(psnr=12.0)
    assert (
        19_600 < len(encode(fit_small(picture, plan, budget=budget).representation)) <= 20_000
    )


def test_a_file_that_would_be_too_small_is_refused():
    with pytest.raises(
        UsageError, match=r"^--target-bytes 900: its smallest file has \d+ bytes"
    ):
        target_plan(half_noise(96, 160), 900)


def test_one_network_for_the_picture_is_not_chosen_by_bytes():
    with pytest.raises(UsageError, match="one network has no cells"):
        target_plan(half_noise(96, 160), 9_000, cell_size=0, margin=0)


def test_a_lower_quality_is_planned_in_fewer_bytes_and_a_high_one_in_no_more():
    picture = half_noise(96, 160)
    picture.pixels[:] *= 0.1  # so little noise that networks can do something
    plans = [
        plan_picture(picture, SMALL, Resources(), target_psnr) for target_psnr in (8, 38, 90)
    ]
    low, middle, high = (weight_bytes(each.header(picture)) for each in plans)
    assert low < middle < high
    assert high == weight_bytes(plan(picture).header(picture))
