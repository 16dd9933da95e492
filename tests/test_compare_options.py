"""`siren compare` refuses options and outputs that make no sense before any work."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from siren_cli.commands.compare_options import CompareOptions, compared_files, split_names
from siren_cli.commands.compare_output import check_outputs
from siren_cli.comparing.fit_candidates import siren_candidate
from siren_cli.comparing.picture_candidates import Original
from siren_cli.comparing.thresholds import Thresholds
from siren_cli.comparing.trial_options import TrialOptions
from siren_cli.errors import OutputError, UsageError
from siren_cli.planning.limits import Limits
from siren_cli.presets import load_preset
from tests.helpers.representations import make_representation, save_representation

BY_GRADIENT = TrialOptions(supervisions=("gradient",))

pytestmark = pytest.mark.usefixtures("comparable_files")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"codecs": ("gif",)}, "--codec gif: not one of jpeg"),
        ({"match": "ssim"}, "--match ssim: not one of psnr, bytes"),
        ({"plot": Path("a.png")}, "--plot shows how fits learn"),
        ({"match": "bytes"}, "--match is about the encodings"),
        ({"region": "0,0,9,9"}, "--region is what --figure enlarges"),
        (
            {"region": "0,0,9,9", "figure": Path("a.png"), "trial": BY_GRADIENT},
            "--region: a figure of --supervise shows whole",
        ),
        ({"region": "middle", "figure": Path("a.png")}, "not four numbers"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        CompareOptions(**options)


def test_trials_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UsageError, match="--activation step: not one of sine"):
        TrialOptions(activations=("step",))
    with pytest.raises(UsageError, match="--preset best: not one of balanced"):
        TrialOptions(presets=split_names("fast, best"))
    with pytest.raises(UsageError, match="--epochs 0"):
        TrialOptions(presets=("fast",), limits=Limits(epochs=0))
    with pytest.raises(UsageError, match="--supervise slope: not one of value, gradient"):
        TrialOptions(supervisions=("value", "slope"))
    with pytest.raises(UsageError, match="--supervise is of mosaics; a pyramid"):
        TrialOptions(presets=("compact",), supervisions=("value",))
    with pytest.raises(UsageError, match="are about fits"):
        TrialOptions(keep=Path("kept"))
    with pytest.raises(UsageError, match="--min-psnr nan: not between 0 and"):
        Thresholds(min_psnr=float("nan"))


def test_every_fit_is_made_with_each_supervision() -> None:
    trial = TrialOptions(("fast",), ("sine", "relu"), ("value", "gradient"), keep=Path("kept"))
    fits = trial.planned()
    names = ["fast, sine, value", "fast, sine, gradient", "fast, relu, value"]
    assert [fit.name for fit in fits] == [*names, "fast, relu, gradient"]
    kept = trial.output_for(Path("a.png"), fits[-1])
    assert kept == Path("kept", "a.fast.relu.gradient.siren")
    (alone,) = TrialOptions(supervisions=("laplacian",)).planned()
    assert (alone.name, alone.preset, alone.activation) == ("laplacian", "balanced", "sine")


def test_derivatives_are_compared_with_the_settings_that_suit_them() -> None:
    values, slopes = TrialOptions(supervisions=("value", "gradient")).planned()
    assert values.config == load_preset("balanced")
    assert slopes.config.supervision.by == "gradient"
    assert slopes.config.network.first_omega_0 < values.config.network.first_omega_0
    assert slopes.config.fit.area_share == 0.0


def test_the_original_of_a_fit_is_beside_it() -> None:
    options = CompareOptions()
    assert compared_files([Path("a.siren")], options) == [Path("a.png"), Path("a.siren")]
    assert compared_files([Path("b.jpg"), Path("a.siren")], options)[0] == Path("b.jpg")
    with pytest.raises(UsageError, match="no picture of that name"):
        compared_files([Path("half.siren")], options)
    Image.open("a.png").save("a.bmp")
    with pytest.raises(UsageError, match="several pictures"):
        compared_files([Path("a.siren")], options)
    with pytest.raises(UsageError, match="with what"):
        compared_files([Path("a.png")], options)
    with pytest.raises(UsageError, match="--codec encodes as good as a fit"):
        compared_files([Path("a.png"), Path("b.jpg")], CompareOptions(codecs=("jpeg",)))


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"figure": "a.png", "force": True}, UsageError, "would overwrite its own source"),
        ({"html": "b.jpg", "force": True}, UsageError, "would overwrite its own source"),
        ({"figure": "c.png", "html": "c.png"}, UsageError, "two results would become"),
        ({"html": "-"}, UsageError, "standard output holds the table"),
        ({"figure": "c.gif"}, OutputError, r"not one of \.png"),
        ({"html": "no/c.html"}, OutputError, "no directory"),
        (
            {"trial": TrialOptions(("fast",), keep=Path())},
            OutputError,
            r"a\.fast\.siren: exists",
        ),
    ],
)
def test_nothing_is_written_over_by_a_comparison(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    Path("a.fast.siren").write_text("mine")
    paths = {key: Path(value) for key, value in options.items() if isinstance(value, str)}
    with pytest.raises(error, match=words):
        check_outputs([Path("a.png"), Path("b.jpg")], CompareOptions(**options | paths))


def test_a_file_that_says_it_is_huge_is_refused() -> None:
    save_representation(Path("x.siren"), make_representation(10**6, 10**6, cell_size=0))
    Image.new("RGB", (9, 9)).save("x.png")
    with pytest.raises(UsageError, match="is 1000000x1000000, far too large"):
        siren_candidate(Path("x.siren"), Original(Path("x.png"), 10**6), resize=False)
