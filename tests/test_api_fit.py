"""`siren_cli.fit` makes the fits of the command line, and leaves its process alone."""

import math
import multiprocessing
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import siren_cli
from siren_cli import PictureFunction
from siren_cli.errors import UsageError
from siren_cli.representation.siren_file import encode
from tests.helpers.commands import pixels


@pytest.fixture(scope="module")
def photo(fits):
    return pixels(fits.picture)


def fit_photo(photo: Any, **options: Any) -> PictureFunction:
    return siren_cli.fit(photo, epochs=3, settings={"fit": {"seed": 7}}, **options)


def test_a_fit_of_an_array_is_that_of_the_command(fits, photo, tmp_path):
    """Also in a process that has used TensorFlow before."""
    import tensorflow as tf

    assert float(tf.constant(1.0) + 1.0) == 2.0
    seen: list[float] = []
    fitted = fit_photo(photo, on_progress=lambda progress: seen.append(progress.epoch))
    fitted.save(tmp_path / "a.siren")
    assert (tmp_path / "a.siren").read_bytes() == (fits.path / "photo.siren").read_bytes()
    assert seen[-1] == 3.0
    assert fitted.psnr == fitted.representation.header.psnr


def test_a_fit_of_a_path_is_that_of_its_pixels(fits, photo):
    by_path = fit_photo(str(fits.picture))
    assert encode(by_path.representation) == encode(fit_photo(photo).representation)


def process_state() -> Any:
    """Return what a library must leave as it is."""
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    files = [os.fstat(descriptor) for descriptor in (1, 2)]
    places = [(file.st_dev, file.st_ino) for file in files]
    return handlers, places, sys.stdout, sys.stderr, dict(os.environ), os.getcwd()


def test_a_fit_leaves_the_process_as_it_is_and_writes_nothing(
    photo, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    before = process_state()
    fit_photo(photo)
    assert process_state() == before
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_a_fit_and_the_next_one_is_whole(photo, tmp_path, monkeypatch):
    def stop(progress: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit_photo(photo, on_progress=stop)
    assert list(Path().iterdir()) == []
    assert fit_photo(photo).representation.header.epochs == 3


def test_limits_are_those_of_the_command(photo):
    missed = siren_cli.fit(photo, "fast", epochs=2, target_psnr=90.0)
    assert missed.representation.header.epochs == 2
    assert missed.psnr < 90.0
    timed = siren_cli.fit(photo, "fast", seconds=0.01)
    assert timed.representation.header.epochs == 1


def test_fits_in_several_threads_are_those_of_one_thread(photo):
    def file(seed: int) -> bytes:
        settings = {"fit": {"seed": seed}}
        return encode(siren_cli.fit(photo, "fast", epochs=2, settings=settings).representation)

    one_by_one = [file(seed) for seed in range(3)]
    with ThreadPoolExecutor() as threads:
        assert list(threads.map(file, range(3))) == one_by_one


def test_a_fit_in_the_report_of_another_is_refused(photo):
    def report(progress: object) -> None:
        siren_cli.fit(photo, "fast", epochs=1)

    with pytest.raises(siren_cli.SirenError, match="while another one reports"):
        siren_cli.fit(photo, "fast", epochs=1, on_progress=report)


def test_a_forked_process_refuses_to_fit(photo):
    fit_photo(photo)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        message = pool.apply(error_of_fit, (photo,))
    assert "before this process was forked" in message


def error_of_fit(photo: Any) -> str:
    with pytest.raises(siren_cli.SirenError) as raised:
        fit_photo(photo)
    return str(raised.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": 2.5}, "epochs: 2.5 is not an integer"),
        ({"epochs": "3"}, "epochs: '3' is not an integer"),
        ({"replicas": 1.0}, "replicas: 1.0 is not an integer"),
        ({"seconds": "30s"}, "seconds: '30s' is not a finite number"),
        ({"seconds": math.inf}, "seconds: inf is not a finite number"),
        ({"target_psnr": "40"}, "target_psnr: '40' is not"),
        ({"devices": ["cpu"]}, "not auto, cpu, gpu"),
        ({"settings": {"fit": {1: 2}}}, "fit.1: unknown key"),
    ],
)
def test_arguments_of_another_type_are_refused(photo, options, words):
    with pytest.raises(UsageError, match=words):
        siren_cli.fit(photo, "fast", **options)


def test_settings_may_be_numbers_of_numpy(photo):
    table = {"seed": np.int64(7), "learning_rate": np.float64(0.001), "epochs": np.uint8(1)}
    fitted = siren_cli.fit(photo, "fast", settings={"fit": table})
    saved = fitted.representation.header.settings["fit"]
    assert (saved["seed"], saved["learning_rate"], saved["epochs"]) == (7, 0.001, 1)
