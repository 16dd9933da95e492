"""The PSNRs of derivatives and of holes, against what they are made of."""

from dataclasses import replace

import numpy as np
import pytest

from siren_cli.metrics.psnr import decibels, psnr
from siren_cli.model.differences import gradients, laplacians
from siren_cli.output.json_results import lesson_results
from siren_cli.pictures.picture import Picture, quantize
from siren_cli.planning.lesson_quality import LessonQuality, lesson_quality
from siren_cli.planning.masked_picture import MaskedPicture, judged, masked_picture
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN
from siren_cli.rendering.drawing import render
from siren_cli.rendering.point_function import function_of
from siren_cli.supervision import SupervisionConfig
from tests.helpers.representations import make_representation
from tests.helpers.small_fits import SMALL, picture_of

FUNCTION = make_representation(14, 20, cell_size=8)
DRAWN = np.float32(quantize(render(FUNCTION, 14, 20).pixels, 8) / 255)
KNOWN = np.ones((14, 20), np.bool_)
KNOWN[4:9, 6:11] = False
VALUES = SupervisionConfig()


def shifted(known: float, holes: float) -> MaskedPicture:
    """Return what the function draws, lighter by some steps outside and inside of holes."""
    steps = np.where(KNOWN[..., None], known, holes)
    pixels = np.float32((np.clip(DRAWN * 255, 0, 200) + steps) / 255)
    return masked_picture(picture_of(pixels), SMALL, KNOWN)


def test_values_of_all_pixels_have_nothing_to_be_said():
    picture = MaskedPicture(picture_of(DRAWN), picture_of(DRAWN))
    assert lesson_quality(picture, FUNCTION, VALUES) == LessonQuality()
    assert set(lesson_results(LessonQuality()).values()) == {None}


def test_holes_are_measured_apart_from_the_pixels_that_were_taught():
    picture = shifted(2, 30)
    drawn = render(FUNCTION, 14, 20)
    found = lesson_quality(picture, FUNCTION, VALUES)
    assert isinstance(picture.whole, Picture)
    difference = (quantize(drawn.pixels, 8) - np.rint(picture.whole.pixels * 255)) / 255
    squares = np.square(difference)
    assert found.psnr_inside == pytest.approx(decibels(squares[~KNOWN].mean()), abs=1e-6)
    assert found.psnr_outside == pytest.approx(decibels(squares[KNOWN].mean()), abs=1e-6)
    assert found.gradient_psnr is None
    whole = judged(picture, FUNCTION).header.psnr
    assert whole == psnr(picture.whole, drawn) == pytest.approx(decibels(squares.mean()))


def test_a_lighter_picture_has_the_same_derivatives():
    """So what is measured of derivatives is the error of differences alone."""
    by_gradient = replace(VALUES, by="gradient")
    found = lesson_quality(shifted(0, 0), FUNCTION, by_gradient)
    lighter = lesson_quality(shifted(9, 55), FUNCTION, by_gradient)
    assert found.gradient_psnr == pytest.approx(lighter.gradient_psnr, abs=1e-3)
    assert found.laplacian_psnr == pytest.approx(lighter.laplacian_psnr, abs=1e-3)
    assert lighter.psnr_outside is not None


def test_derivatives_are_measured_at_the_centers_of_all_pixels():
    pixels = np.random.default_rng(0).random((14, 20, 3), np.float32)
    picture = MaskedPicture(picture_of(pixels), picture_of(pixels))
    found = lesson_quality(picture, FUNCTION, replace(VALUES, by="gradient"))
    y, x = np.mgrid[:14, :20] + 0.5
    jets = function_of(FUNCTION).jets_at(y.ravel(), x.ravel()).reshape(4, 14, 20, 3)
    slopes = np.moveaxis(gradients(pixels, "central"), 2, 0)
    steep = np.square(jets[[DY, DX]] - slopes).mean()
    bent = np.square(jets[LAPLACIAN] - laplacians(pixels)).mean()
    assert found.gradient_psnr == pytest.approx(decibels(steep), abs=1e-4)
    assert found.laplacian_psnr == pytest.approx(decibels(bent), abs=1e-4)
