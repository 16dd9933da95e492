"""A fit on two devices, with too little memory, and on a full disk."""

import json
import subprocess
import sys

import numpy as np
import pytest

from siren_cli.config import Resources
from siren_cli.errors import ResourceError
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.progress import Progress
from siren_cli.representation.siren_file import encode
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
import json, sys, time
import numpy as np
from siren_cli.cli.run import run as siren
from siren_cli.config import Resources
from siren_cli.model.grid import grid_points, learned_coordinates
from siren_cli.planning.checkpoint import initial_state
from siren_cli.planning.widths import plan_picture
from siren_cli.planning.groups import BlockSize, make_groups
from siren_cli.planning.schedule import Cycle
from siren_cli.training.dataset import NO_AREA, Samples, cell_colors
from siren_cli.training.devices import make_strategy
from siren_cli.training.mosaic import initial_parameters
from siren_cli.training.trainer_cache import TrainerCache
from tests.helpers.small_fits import SMALL, smooth_picture

picture = smooth_picture(50, 70)

def run(resources):
    strategy = make_strategy(resources)
    plan = plan_picture(picture, SMALL, resources).with_replicas(strategy.num_replicas_in_sync)
    (group,) = make_groups(plan.classes, plan.group_cells, BlockSize(8, 999))
    trainer = TrainerCache(strategy).get(plan, group)
    colors = cell_colors(picture.pixels, plan.grid, group.cells)
    initial = initial_parameters(plan, group, colors)
    samples = Samples(grid_points(*learned_coordinates(plan.grid)), colors, NO_AREA)
    trainer.restore(initial_state(initial), samples, plan.batching)
    trainer.run(Cycle(0, 10, 3e-3), 0, 10)
    copies = trainer.replica_parameters()
    arguments = ["fit", sys.argv[1], f"--replicas={resources.replicas}", "--json", "-q", "-f"]
    assert siren([*arguments, "--devices=cpu", "--epochs=15"], time.monotonic()) == 0
    return {
        "equal": all(np.array_equal(copies[0], copy) for copy in copies),
        "weights": copies[0].tolist(),
    }

# The devices are there from the first use of TensorFlow on, so the two come first.
for replicas in (2, 1):
    print(json.dumps(run(Resources("cpu", replicas))))
"""


@pytest.fixture(scope="module", autouse=True)
def replicas(tmp_path_factory):
    """A process of fits with two replicas and with one, beside which other tests run."""
    path = tmp_path_factory.mktemp("replicas") / "a.png"
    path.write_bytes(encoded(LARGER, path))
    command = [sys.executable, "-c", REPLICAS, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        yield process


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


def test_two_replicas_follow_the_path_of_one(replicas):
    out, _ = replicas.communicate()
    two_fit, two, one_fit, one = map(json.loads, out.splitlines())
    assert (one_fit["replicas"], two_fit["replicas"]) == (1, 2)
    assert two_fit["devices"] == ["CPU:0", "CPU:1"]
    assert two["equal"]
    difference = np.linalg.norm(np.subtract(one["weights"], two["weights"]))
    assert difference < 1e-4 * np.linalg.norm(one["weights"])
    assert abs(one_fit["psnr_db"] - two_fit["psnr_db"]) < 0.3


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
