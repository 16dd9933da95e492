"""A fit on two devices, with too little memory, and on a full disk."""

import json
import subprocess
import sys

import pytest

from siren_cli.errors import ResourceError
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.progress import Progress
from siren_cli.representation.siren_file import encode
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fitter
from tests.helpers.picture_files import encoded
from tests.helpers.small_fits import (
    SMALL,
    fit_small,
    small_config,
    small_plan,
    smooth_picture,
)

# Pictures of six and of twelve cells.
PICTURE = smooth_picture(50, 34)
LARGER = smooth_picture(50, 70)


REPLICAS = """
import hashlib, json, sys, time
from pathlib import Path
from siren_cli.cli.run import run as siren
from siren_cli.resources import Resources
from siren_cli.representation.siren_file import encode
from siren_cli.training.fitter import Fitter
from tests.helpers.small_fits import *
from tests.helpers.unfinished_fits import load_checkpoint, stopping_after

# The devices are there from the first use of TensorFlow on, so most replicas come first.
fitters = {number: Fitter(Resources("cpu", number)) for number in (2, 1)}

def fit(number, picture, **options):
    found = fit_small(picture, fitter=fitters[number], **options)
    return hashlib.sha256(encode(found.representation)).hexdigest()

def resumed(number, picture, plan):
    path = Path(sys.argv[1]).with_name(f"{number}.siren")
    try:
        fit(2, picture, plan=plan, report=stopping_after(3), file=load_checkpoint(path))
    except KeyboardInterrupt:
        return fit(number, picture, plan=plan, file=load_checkpoint(path))

several, single = half_noise(50, 70), smooth_picture(12, 10)
plan = plan_by_cell(several, small_config(epochs=3, area_share=0.5))
found = [fit(1, several, plan=plan), *(resumed(number, several, plan) for number in (2, 1))]
print(json.dumps(found))
plan = small_plan(single, small_config(epochs=3))
print(json.dumps([fit(number, single, plan=plan) for number in (2, 1)]))
settings = ("network.cell_size=0", "network.margin=0", "network.hidden_features=16")
for number in (2, 1):
    options = [f"--replicas={number}", "--json", "-q", "-f", "--devices=cpu", "--epochs=15"]
    options += [f"--set={each}" for each in settings]
    assert siren(["fit", sys.argv[1], *options], time.monotonic()) == 0
"""


@pytest.fixture(scope="module", autouse=True)
def replicas(tmp_path_factory):
    """A process of fits with one and two replicas, beside which other tests run."""
    path = tmp_path_factory.mktemp("replicas") / "a.png"
    path.write_bytes(encoded(LARGER, path))
    command = [sys.executable, "-c", REPLICAS, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield process


@pytest.fixture(scope="module")
def by_replicas(replicas):
    out, _ = replicas.communicate()
    return list(map(json.loads, out.splitlines()))


class ShortOfMemory:
    """A report in whose first calls the memory is exhausted."""

    def __init__(self, calls: float) -> None:
        self.calls_left = calls

    def __call__(self, progress: Progress) -> None:
        self.calls_left -= 1
        if self.calls_left >= 0:
            raise MemoryError


def test_a_group_that_is_too_large_for_memory_is_halved():
    plan, report = small_plan(LARGER, small_config(epochs=3)), ShortOfMemory(calls=1)
    found = fit_small(LARGER, plan, report=report, fitter=Fitter(Resources()))
    assert report.calls_left < 0
    assert encode(found.representation) == encode(fit_small(LARGER, plan).representation)


def test_batches_that_are_too_large_for_memory_are_halved(tmp_path):
    single = {"cell_size": 0, "margin": 0}
    schedule = {"epochs": 2, "batch_points": 4096, "min_steps": 1}
    config = SMALL.updated({"network": single, "fit": schedule})
    picture, file = smooth_picture(64, 70), CheckpointFile(tmp_path / "a.siren", "f")
    found = fit_small(
        picture,
        small_plan(picture, config),
        report=ShortOfMemory(calls=1),
        file=file,
        fitter=Fitter(Resources()),
    )
    used = found.representation.header.settings["fit"]["batch_points"]
    assert 1024 <= used <= 2048
    smaller = config.updated({"fit": {"batch_points": used}})
    whole = fit_small(picture, small_plan(picture, smaller))
    assert encode(found.representation) == encode(whole.representation)


def test_memory_that_is_never_enough_is_an_error_of_resources():
    report = ShortOfMemory(calls=float("inf"))
    with pytest.raises(ResourceError, match="not even for the smallest"):
        fit_small(
            PICTURE,
            small_plan(PICTURE, group_cells=2),
            report=report,
            fitter=Fitter(Resources()),
        )


def test_replicas_change_no_bit_of_a_mosaic(by_replicas):
    several, single, *_ = by_replicas
    assert (len(several), len(set(several))) == (3, 1)
    assert (len(single), len(set(single))) == (2, 1)


def test_two_replicas_share_the_points_of_one_network(by_replicas):
    *_, two, one = by_replicas
    assert (one["replicas"], two["replicas"]) == (1, 2)
    assert two["devices"] == ["CPU:0", "CPU:1"]
    assert abs(one["psnr_db"] - two["psnr_db"]) < 0.3


PRESETS = """
from siren_cli.resources import Resources
from siren_cli.planning.widths import plan_picture
from siren_cli.presets import load_preset
from siren_cli.representation.siren_file import encode
from siren_cli.training.fitter import Fitter
from tests.helpers.small_fits import fit_small, half_noise

fitters = [Fitter(Resources("cpu", number)) for number in (4, 3, 2, 1)]
picture = half_noise(200, 330)
for preset in ("fast", "balanced", "detailed"):
    config = load_preset(preset).updated({"fit": {"epochs": 3}})
    plan = plan_picture(picture, config, Resources())
    found = [fit_small(picture, plan, fitter=fitter) for fitter in fitters]
    assert len({encode(fit.representation) for fit in found}) == 1
"""


@pytest.mark.slow
def test_replicas_change_no_bit_of_any_preset():
    subprocess.run([sys.executable, "-c", PRESETS], check=True, capture_output=True)


FULL = """
import errno, tempfile
def full(*arguments, **keywords):
    raise OSError(errno.ENOSPC, "No space left on device")
tempfile.NamedTemporaryFile = full
from tests.helpers.small_fits import fit_small, small_config, small_plan, smooth_picture
picture = smooth_picture(20, 30)
fit_small(picture, small_plan(picture, small_config(epochs=2)))
"""


@pytest.mark.slow
def test_a_fit_needs_no_room_for_temporary_files():
    # AutoGraph would write the code it makes to one.
    subprocess.run([sys.executable, "-c", FULL], check=True, capture_output=True)
