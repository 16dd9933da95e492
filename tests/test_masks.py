"""Masks: what is white in them, and what a hole may not decide."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from siren_cli.errors import PictureError, UsageError
from siren_cli.pictures.masks import mask_digest, mask_of_array
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reading.mask_reader import read_mask
from siren_cli.planning.masked_picture import MaskedPicture, masked_picture
from siren_cli.planning.planned import plan_of
from siren_cli.planning.survey import surveyed
from siren_cli.resources import Resources
from tests.helpers.small_fits import SMALL, small_config, smooth_picture

STRIPES = np.arange(8) % 3 == 0
MASK = np.tile(STRIPES, (6, 1))


def test_white_is_gray_of_at_least_half_or_alpha_if_there_is_one(tmp_path):
    gray = np.where(MASK, 128, 127).astype(np.uint8)
    colors = np.stack([np.full_like(gray, 128), gray, gray], axis=-1)
    alpha = np.dstack([np.zeros((6, 8, 3), np.uint8), gray])
    for number, values in enumerate([gray, colors, alpha, MASK]):
        Image.fromarray(values).save(tmp_path / f"{number}.png")
        np.testing.assert_array_equal(read_mask(tmp_path / f"{number}.png"), MASK)
        np.testing.assert_array_equal(mask_of_array(values), MASK)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int64, np.float32])
def test_arrays_of_0_and_1_are_masks(kind):
    np.testing.assert_array_equal(mask_of_array(MASK.astype(kind)), MASK)
    assert mask_of_array(np.ones((6, 8), kind)).all()


def test_a_mask_is_shrunk_as_its_picture_is(tmp_path):
    Image.fromarray(MASK.repeat(2, 0).repeat(2, 1)).save(tmp_path / "large.png")
    assert read_mask(tmp_path / "large.png", max_side=8).shape == (6, 8)


def test_what_is_no_mask_is_refused():
    with pytest.raises(PictureError, match="shape"):
        mask_of_array(np.ones(3))


def test_a_digest_tells_masks_apart():
    assert mask_digest(MASK) != mask_digest(~MASK)
    assert mask_digest(MASK) == mask_digest(MASK.copy())


def masked(share: float = 1.0, mask: np.ndarray | None = MASK, seed: int = 0) -> MaskedPicture:
    supervision = {"supervision": {"keep_pixels": share}}
    return masked_picture(
        smooth_picture(6, 8), small_config(seed=seed).updated(supervision), mask
    )


def test_a_share_of_the_known_pixels_is_kept_and_the_seed_decides_which():
    known = masked(0.5).known
    assert known is not None
    assert known.sum() == 9
    assert not (known & ~MASK).any()
    np.testing.assert_array_equal(known, masked(0.5).known)
    assert (known != masked(0.5, seed=1).known).any()


@pytest.mark.parametrize(("share", "count"), [(0.1, 5), (1e-6, 1), (0.9999, 47)])
def test_something_is_kept_and_something_is_left_out(share, count):
    known = masked(share, None).known
    assert known is not None
    assert known.sum() == count


def test_a_picture_without_holes_is_as_it_was():
    found = masked(mask=None)
    assert found.seen is found.whole
    assert found.known is None


def test_holes_have_the_mean_color_and_the_picture_says_its_mask():
    found = masked()
    assert isinstance(found.seen, Picture)
    pixels = smooth_picture(6, 8).pixels
    np.testing.assert_array_equal(found.seen.pixels[MASK], pixels[MASK])
    np.testing.assert_allclose(found.seen.pixels[0, 1], pixels[MASK].mean(axis=0), rtol=1e-6)
    assert found.seen.changes == {"mask": mask_digest(MASK)}
    assert dict(masked(0.5, None).seen.changes) == {}


def test_what_is_in_a_hole_decides_nothing():
    picture, other = smooth_picture(50, 34), smooth_picture(50, 34)
    mask = np.arange(50 * 34).reshape(50, 34) % 7 != 3
    other.pixels[~mask] = np.random.default_rng(0).random(((~mask).sum(), 3))
    config = SMALL.updated({"supervision": {"by": "value+gradient"}})
    plans = []
    for each in (picture, other):
        seen = masked_picture(each, config, mask)
        survey = surveyed(seen.seen)
        plan = plan_of(seen.seen, config, Resources(), None, survey, seen.known)
        plans.append((survey, plan, plan.header(seen.seen)))
    (survey, plan, header), (other_survey, other_plan, other_header) = plans
    assert (survey, header) == (other_survey, other_header)
    assert replace(plan, lesson=None) == replace(other_plan, lesson=None)
    np.testing.assert_array_equal(plan.lesson.targets, other_plan.lesson.targets)
    assert plan.teaching == other_plan.teaching


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.ones((8, 6), np.bool_), "hole.png: is 6x8, and the picture is 8x6"),
        (np.ones((6, 8), np.bool_), "hole.png: is white everywhere"),
        (np.zeros((6, 8), np.bool_), "hole.png: is black everywhere"),
    ],
)
def test_a_mask_of_another_size_or_of_one_color_is_refused(mask, words):
    with pytest.raises(UsageError, match=words):
        masked_picture(smooth_picture(6, 8), SMALL, mask, "hole.png")


@pytest.mark.parametrize("supervision", [{"by": "laplacian"}, {"keep_pixels": 0.5}])
def test_a_single_pixel_has_no_derivatives_and_no_holes(supervision):
    config = SMALL.updated({"supervision": supervision})
    with pytest.raises(UsageError, match="one pixel has neither derivatives nor holes"):
        masked_picture(smooth_picture(1, 1), config)


def test_only_so_many_cells_are_tied():
    config = SMALL.updated({"network": {"cell_size": 1, "margin": 0}})
    tied = config.updated({"supervision": {"by": "gradient"}})
    untied = config.updated({"supervision": {"by": "gradient", "tie_weight": 0.0}})
    picture = smooth_picture(25, 41)
    with pytest.raises(UsageError, match=r"1025 cells would be trained together.*at most 1024"):
        masked_picture(picture, tied)
    assert masked_picture(picture, untied).seen is picture
