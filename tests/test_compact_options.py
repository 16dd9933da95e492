"""The flags and settings of `siren fit --preset compact`: what a pyramid takes, and refuses."""

from pathlib import Path

import pytest

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.planning.limits import Limits
from siren_cli.planning.pyramid.deciding import with_quality
from siren_cli.presets import load_preset, load_toml
from siren_cli.pyramid_config import PyramidConfig, quality_of
from tests.helpers.commands import siren

COMPACT = ("fit", "photo.png", "--dry-run", "--preset", "compact")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--quality", "50", "--target-bytes", "9k"),
            "--quality and --target-bytes: exactly one",
        ),
        (
            ("--quality", "50", "--target-psnr", "30"),
            "--quality and --target-psnr: exactly one",
        ),
        (("--target-bytes", "9k", "--target-psnr", "30"), "exactly one decides"),
        (("--quality", "101"), "pyramid.quality: 101.0 is not between 0.0 and 100.0"),
        (("--dtype", "int8"), "--dtype is of mosaics"),
        (("--dtype", "float16"), "--dtype is of mosaics"),
        (("--shard-cells", "1/2"), "--shard-cells needs cells"),
        (("--set", "network.hidden_features=8"), "network.hidden_features is of mosaics"),
        (("--set", "fit.learning_rate=0.1"), "fit.learning_rate is of mosaics"),
        (("--config", "mosaic.toml"), "mosaic.toml: network.hidden_features is of mosaics"),
        (
            ("--preset", "fast", "--quality", "50"),
            "--quality is of pyramids: add --preset compact",
        ),
        (("--preset", "fast", "--set", "pyramid.quality=9"), "add --preset compact"),
    ],
)
def test_what_makes_no_sense_together_is_one_line_and_exit_2(quick, arguments, words):
    (quick / "mosaic.toml").write_text("[network]\nhidden_features = 8\n")
    run = siren(quick, *COMPACT, *arguments)
    assert (run.code, run.out, len(run.err)) == (2, b"", 1)
    assert words in run.err[0]


def test_several_hosts_do_not_fit_a_pyramid(quick):
    hosts = '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}'
    arguments = [word for word in COMPACT if word != "--dry-run"]
    run = siren(quick, *arguments, TF_CONFIG=hosts)
    assert run.code == 2
    assert "a pyramid (--preset compact) is fitted by one host" in run.err[0]


def test_a_file_of_settings_changes_a_pyramid(tmp_path: Path):
    path = tmp_path / "my.toml"
    path.write_text("[pyramid]\nquality = 30\n")
    assert load_toml(path, load_preset("compact")).pyramid == PyramidConfig(quality=30.0)


def test_epochs_change_nothing_else_of_a_pyramid():
    compact = load_preset("compact")
    long = Limits(epochs=9000).stretched(compact)
    assert long == compact.updated({"fit": {"epochs": 9000}})


@pytest.mark.parametrize("quality", [0.0, 37.5, 60.0, 100.0])
def test_a_quality_follows_from_the_weight_of_a_bit(quality: float):
    assert quality_of(PyramidConfig(quality=quality).rate_weight) == quality


def test_weights_beyond_all_qualities_are_the_last_ones():
    assert (quality_of(1.0), quality_of(1e-9)) == (0.0, 100.0)


def test_a_quality_is_that_of_a_pyramid():
    config = with_quality(load_preset("compact"), 50)
    assert config.pyramid == PyramidConfig(quality=50.0)
    with pytest.raises(UsageError, match="--quality is of pyramids"):
        with_quality(Config(), 50)
