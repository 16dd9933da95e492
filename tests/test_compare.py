"""`siren compare`: candidates, facts, thresholds and tables."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from siren_cli.commands.compare import Comparison
from siren_cli.commands.compare_options import CompareOptions
from siren_cli.comparing.columns import text_table
from siren_cli.comparing.fit_candidates import siren_candidate
from siren_cli.comparing.picture_candidates import Original, picture_candidate
from siren_cli.comparing.thresholds import Thresholds
from siren_cli.comparing.trial_options import TrialOptions
from siren_cli.errors import RepresentationError, UsageError
from siren_cli.output.batch import Batch
from siren_cli.output.options import OutputOptions
from siren_cli.planning.limits import Limits
from siren_cli.representation import siren_file
from tests.helpers.commands import objects, siren
from tests.helpers.representations import make_representation, save_representation

FACTS = {"psnr_db", "ssim", "ms_ssim", "max_error", "bytes", "bpp", "parameters", "preset"}


pytestmark = pytest.mark.usefixtures("comparable_files")


def compared(*paths: str, original: str = "a.png", **options: Any) -> Batch:
    """Return the batch of a comparison, after all of it was measured."""
    batch = Batch("compare", [Path(path) for path in paths], lambda _: None, as_json=False)
    comparison = Comparison(
        Path(original), CompareOptions(**options), batch, OutputOptions(quiet=True)
    )
    comparison.run([Path(path) for path in paths])
    return batch


def rows(*paths: str, **options: Any) -> list[dict[str, Any]]:
    """Return the facts of a comparison in which nothing fails."""
    batch = compared(*paths, **options)
    assert batch.failed == 0
    return batch.done


def test_the_original_comes_first_and_is_identical() -> None:
    first, fit, jpeg = rows("a.siren", "b.jpg")
    assert (first["name"], first["kind"], first["identical"]) == ("a.png", "original", True)
    assert first["bytes"] == Path("a.png").stat().st_size
    assert (fit["kind"], fit["identical"], fit["psnr_db"], fit["ssim"]) == (
        "siren",
        True,
        None,
        1,
    )
    assert (jpeg["kind"], jpeg["parameters"], jpeg["preset"]) == ("picture", None, None)
    assert first.keys() == fit.keys() == jpeg.keys() >= FACTS


def test_a_picture_is_measured_as_others_measure_it() -> None:
    jpeg = rows("b.jpg")[1]
    first, second = (np.asarray(Image.open(path)) for path in ("a.png", "b.jpg"))
    assert jpeg["psnr_db"] == pytest.approx(peak_signal_noise_ratio(first, second), abs=1e-3)
    assert jpeg["max_error"] == np.abs(first.astype(int) - second).max()
    assert jpeg["bpp"] == pytest.approx(8 * Path("b.jpg").stat().st_size / 2400, abs=1e-4)


def test_the_fit_of_a_smaller_picture_is_drawn_at_the_originals_size() -> None:
    _, fit, bicubic, lanczos = rows("half.siren")
    assert (fit["width"], fit["height"]) == (60, 40)
    assert [each["kind"] for each in (bicubic, lanczos)] == ["enlargement"] * 2
    assert bicubic["name"] == "half.siren, bicubic from 30x20"
    assert bicubic["bytes"] is None
    # Its one cell is the same function as that of the original's.
    assert fit["identical"]
    assert 20.0 < bicubic["psnr_db"] < 60.0
    assert 20.0 < lanczos["psnr_db"] < 60.0


def test_a_fit_is_compared_with_what_it_was_fitted_to() -> None:
    function = make_representation(40, 60, channels=1)
    changes = {"picture": {"gray": True, "max_side": 30, "mask": "0123456789abcdef"}}
    header = replace(function.header, settings=changes)
    save_representation(Path("g.siren"), replace(function, header=header))
    candidate = siren_candidate(Path("g.siren"), Original(Path("a.png"), 10**6), resize=False)
    assert candidate.original.facts.color == "L"
    assert candidate.picture.pixels.shape == (40, 60, 1)


def test_a_blend_is_compared_with_the_original_as_it_is() -> None:
    function = make_representation(40, 60)
    changes = {"blend": "0123456789abcdef", "blended_at": [-4, 7], "mixed": False}
    header = replace(function.header, settings={"picture": changes})
    save_representation(Path("b.siren"), replace(function, header=header))
    original = Original(Path("a.png"), 10**6)
    candidate = siren_candidate(Path("b.siren"), original, resize=False)
    np.testing.assert_array_equal(candidate.original.pixels, original.read().pixels)


@pytest.mark.parametrize("picture", [{"size": 3}, {"gray": 1}, {"blend": 1}, {"alpha": "none"}])
def test_made_up_changes_are_refused(picture: dict[str, Any]) -> None:
    function = make_representation(40, 60)
    header = replace(function.header, settings={"picture": picture})
    save_representation(Path("g.siren"), replace(function, header=header))
    with pytest.raises(RepresentationError, match=r"g\.siren: header\.settings\.picture"):
        siren_candidate(Path("g.siren"), Original(Path("a.png"), 10**6), resize=False)


def test_gray_and_color_are_compared_where_they_are_the_same() -> None:
    Image.open("gray.png").convert("RGB").save("rgb.png")
    assert rows("rgb.png", original="gray.png")[1]["identical"]
    assert rows("gray.png", original="rgb.png")[1]["identical"]
    with pytest.raises(UsageError, match=r"a\.png: is RGB, but gray\.png is L"):
        picture_candidate(Path("a.png"), Original(Path("gray.png"), 10**6), resize=False)


def test_other_sizes_are_for_those_who_ask() -> None:
    assert compared("small.png").exit_code() == UsageError.exit_code
    small = rows("small.png", resize=True)[1]
    assert small["notes"] == ["was resized from 30x20"]
    save_representation(Path("tall.siren"), make_representation(60, 40))
    with pytest.raises(UsageError, match=r"is 40x60, another aspect than a\.png, .* 60x40"):
        siren_candidate(Path("tall.siren"), Original(Path("a.png"), 10**6), resize=False)
    assert rows("tall.siren", resize=True)[1]["psnr_db"] > 0


@pytest.mark.parametrize(
    ("thresholds", "missed"),
    [
        (Thresholds(), False),
        (Thresholds(min_psnr=99.0), True),
        (Thresholds(min_psnr=9.0, min_ssim=0.5, max_bytes=10**6), False),
        (Thresholds(min_ssim=0.9999), True),
        (Thresholds(max_bytes=100), True),
    ],
)
def test_a_missed_threshold_is_exit_1(thresholds: Thresholds, missed: bool) -> None:
    batch = compared("b.jpg", thresholds=thresholds)
    assert batch.done[1]["missed"] == missed
    assert batch.exit_code() == int(missed)


def test_what_is_identical_meets_every_threshold_but_that_of_size() -> None:
    assert not rows("a.siren", thresholds=Thresholds(min_psnr=110.0, min_ssim=1.0))[1]["missed"]
    assert compared("a.siren", thresholds=Thresholds(max_bytes=9)).exit_code() == 1


def test_a_table_has_the_columns_that_say_something() -> None:
    table = text_table(rows("b.jpg"))
    assert table[0] == ["bytes", "bpp", "PSNR", "SSIM", "max error", "candidate"]
    assert table[1][2:] == ["identical", "", "0", "a.png (the original)"]
    assert table[2][-1] == "b.jpg"


def test_the_command_says_all_in_json_and_csv() -> None:
    run = siren(Path(), "compare", "a.png", "a.siren", "b.jpg", "--json")
    first, fit, jpeg = objects(run)
    assert (run.code, run.err) == (0, [])
    assert [each["input"] for each in (first, fit, jpeg)] == ["a.png", "a.siren", "b.jpg"]
    table = siren(Path(), "compare", "a.siren", "--csv").out.decode().splitlines()
    assert table[0].startswith("schema,type,ok,input,")
    assert len(table) == 3


def test_what_fails_does_not_keep_others_from_being_compared() -> None:
    run = siren(Path(), "compare", "a.png", "missing.siren", "b.jpg", "--min-psnr", "99")
    assert run.code == 9
    assert run.err == ["siren: missing.siren: No such file or directory"]
    assert run.out.splitlines()[-1].endswith(b" b.jpg")
    missed = siren(Path(), "compare", "a.png", "b.jpg", "--min-psnr", "99")
    assert (missed.code, missed.err) == (1, [])
    assert siren(Path(), "compare", "nothing.png", "a.siren", "b.jpg").code == 3


def test_presets_and_activations_are_fitted_on_equal_terms() -> None:
    trial = TrialOptions(("fast",), ("sine", "relu"), limits=Limits(epochs=2), keep=Path())
    found = rows("b.jpg", trial=trial, codecs=("jpeg",))
    named = [(each["name"], each["kind"]) for each in found[2:]]
    assert named == [
        ("fast, sine", "fit"),
        ("jpeg as good as fast, sine", "codec"),
        ("fast, relu", "fit"),
        ("jpeg as good as fast, relu", "codec"),
    ]
    sine, jpeg, relu, _ = found[2:]
    assert sine["parameters"] == relu["parameters"]
    assert [each["preset"] for each in (sine, relu)] == ["fast", "fast"]
    assert [each["activation"] for each in (sine, relu)] == ["sine", "relu"]
    assert sine["fit_seconds"] > 0.0
    assert jpeg["psnr_db"] >= sine["psnr_db"]
    kept = siren_file.load(Path("a.fast.relu.siren"))
    assert (kept.header.activation, kept.header.epochs) == ("relu", 2)
    assert Path("a.fast.sine.siren").stat().st_size == sine["bytes"]


@pytest.mark.slow
def test_supervisions_are_compared_with_derivatives() -> None:
    taught = ("--preset", "fast", "--epochs", "2", "--supervise", "value,gradient")
    run = siren(Path(), "compare", "a.png", *taught, "--figure", "p.png", "--json")
    first, values, slopes = objects(run)
    assert [each["name"] for each in (values, slopes)] == ["fast, value", "fast, gradient"]
    for key in ("gradient_psnr_db", "laplacian_psnr_db"):
        assert first[key] is None
        assert values[key] > 0.0
        assert slopes[key] > 0.0
    assert text_table([values, slopes])[0][2:5] == ["PSNR", "gradient", "Laplacian"]
    assert Path("p.png").exists()


def test_a_codec_is_as_small_as_a_fit() -> None:
    _, fit, jpeg = rows("a.siren", codecs=("jpeg",), match="bytes")
    assert jpeg["name"] == "jpeg as small as a.siren"
    assert "libjpeg" in jpeg["settings"]
    assert fit["bytes"] / 2 < jpeg["bytes"] <= fit["bytes"]
    assert "saturated" not in jpeg["settings"]
