"""The wall time of a command, stretch by stretch."""

import re
import time

import pytest

from siren_cli.output.timeline import Timeline
from tests.helpers.commands import objects, siren, write_picture


def test_stretches_follow_one_another():
    timeline = Timeline(time.monotonic() - 3.0)
    timeline.end("compiling", ago=1.0)
    timeline.end("fitting")
    assert timeline.seconds == pytest.approx(3.0, abs=0.1)
    assert re.fullmatch(r"compiling 2\.0\d s, fitting 1\.0\d s", str(timeline))


def test_a_verbose_fit_says_where_its_seconds_went(tmp_path):
    write_picture(tmp_path / "a.png")
    run = siren(tmp_path, "fit", "a.png", "--preset", "fast", "--epochs", "1", "-v", "--json")
    (line,) = [line for line in run.err if line.startswith("a.png: start ")]
    stretches = [float(number) for number in re.findall(r"(\d+\.\d+) s", line)]
    assert re.findall(r"[a-zA-Z]+(?= \d)", line) == [
        *("start", "TensorFlow", "reading", "compiling", "fitting", "saving")
    ]
    (result,) = objects(run)
    assert sum(stretches) == pytest.approx(result["seconds"], abs=0.05)
    assert stretches[-2] == pytest.approx(result["fit_seconds"], abs=0.05)
