"""The PSNR of a fit, whatever the parts in which it is drawn."""

import pytest

from siren_cli.errors import DivergedError
from siren_cli.planning.cell_rows import RowWindow
from siren_cli.planning.fit_psnr import error_sums, fit_psnr, picture_rows, with_psnr
from tests.helpers.part_files import noise_for
from tests.helpers.representations import make_representation, with_all_facts, with_weight

# More rows than a band has.
FIT = with_all_facts(make_representation(70, 12, widths=(4, 5)))


def test_bands_of_a_picture_have_the_errors_of_its_rows_of_cells():
    picture = noise_for(FIT)
    parts = list(picture_rows(RowWindow(picture), slice(0, 70)))
    assert [part.rows for part in parts] == [slice(0, 64), slice(64, 70)]
    assert error_sums(parts, FIT).psnr(picture.facts) == fit_psnr(picture, FIT)


def test_a_fit_says_its_psnr():
    header = with_psnr(noise_for(FIT), FIT).header
    assert (header.psnr, header.tone_mapped_psnr) == fit_psnr(noise_for(FIT), FIT)
    assert header.psnr != FIT.header.psnr


def test_a_fit_that_cannot_be_drawn_has_diverged():
    fit = with_weight(make_representation(20, 12, dtype="float32"), 1e30)
    with pytest.raises(DivergedError, match=r"try a lower fit\.learning_rate"):
        with_psnr(noise_for(fit), fit)
