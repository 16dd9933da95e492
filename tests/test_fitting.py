import json
import subprocess
import sys
import time

import numpy as np
import pytest

from siren_cli.config import Config, FitConfig, Resources
from siren_cli.errors import DivergedError, ResourceError
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.presets import load_preset
from siren_cli.rendering.drawing import render
from siren_cli.representation.siren_file import encode
from siren_cli.training.fitter import Fitter, _measured, fit
from tests.helpers.representations import make_representation
from tests.helpers.small_fits import SMALL, quiet, smooth_picture


def disks(height: int, width: int) -> Picture:
    """Return black disks on white, as text and drawings are."""
    y, x = np.mgrid[:height, :width]
    black = (y % 20 - 10) ** 2 + (x % 20 - 10) ** 2 < 40
    pixels = np.where(black, np.float32(0), np.float32(1))[..., None]
    return Picture(pixels, PictureFacts(width, height, "L"))


def test_black_and_white_need_no_exact_values_to_be_drawn_exactly():
    config = Config(SMALL.network, FitConfig(epochs=300, batch_points=64, learning_rate=3e-3))
    done = fit(disks(50, 34), config, Resources(), quiet)
    # 77 dB; 40 without the freedom beyond them.
    assert (done.representation.header.psnr or 99) > 60


def test_a_smooth_picture_is_learned_well():
    done = fit(smooth_picture(50, 34), SMALL, Resources(), quiet)
    assert done.representation.header.psnr > 45
    assert done.devices == ["CPU:0"]


# Each is another kind: a kink, an encoding, a wave of its own, a wave of an encoding.
@pytest.mark.parametrize("activation", ["relu", "relu-pe", "finer", "sine-pe"])
def test_every_activation_learns(activation: str):
    config = SMALL.updated({"network": {"activation": activation}, "fit": {"epochs": 30}})
    found = []
    picture, report = smooth_picture(20, 34), lambda progress: found.append(progress.psnr)
    header = fit(picture, config, Resources(), report).representation.header
    assert header.stored_activation == activation
    assert header.settings["network"].get("activation", "sine") == activation
    # 15 dB are those of a single color.
    assert header.psnr > max(20, found[0] + 5)


@pytest.mark.parametrize(
    ("height", "width", "channels"), [(1, 1, 3), (1, 40, 1), (65, 65, 4), (37, 23, 2)]
)
def test_any_size_and_channels_fit_and_render(height: int, width: int, channels: int):
    config = SMALL.updated({"fit": {"epochs": 2}})
    picture = smooth_picture(height, width, channels)
    representation = fit(picture, config, Resources(), quiet).representation
    assert render(representation, 3 * height, 3 * width).pixels.shape[2] == channels


def test_the_recorded_psnr_is_that_of_the_stored_weights():
    picture = smooth_picture(50, 34)
    representation = fit(picture, SMALL, Resources(), quiet).representation
    assert psnr(picture, render(representation, 50, 34)) == representation.header.psnr


def test_the_file_does_not_depend_on_how_cells_are_grouped():
    picture, config = smooth_picture(50, 70), SMALL.updated({"fit": {"epochs": 3}})
    files = [
        encode(fit(picture, config, Resources(group=group), quiet).representation)
        for group in (1, 5, 96)
    ]
    assert files[0] == files[1] == files[2]


def test_a_fit_reports_how_far_it_is():
    seen: list[Progress] = []
    fit(smooth_picture(50, 34), SMALL.updated({"fit": {"epochs": 3}}), Resources(), seen.append)
    assert [p.epoch for p in seen] == sorted(p.epoch for p in seen)
    assert seen[-1].epoch == 3
    assert seen[-1].seconds_left == 0


@pytest.mark.parametrize("goal", [36.0, 42.0])
def test_a_target_is_reached_and_not_much_more(goal: float):
    runs = [
        fit(smooth_picture(50, 34), SMALL, Resources(), quiet, Budget(psnr=goal))
        for _ in range(2)
    ]
    header = runs[0].representation.header
    assert runs[0].stopped == "target"
    assert goal <= header.psnr < goal + 10
    assert header.settings["fit"]["epochs"] == header.epochs
    # Planned in epochs and decibels, never by the clock.
    assert encode(runs[0].representation) == encode(runs[1].representation)


def test_a_target_out_of_reach_ends_with_the_epochs():
    budget = Budget(epochs=9, psnr=100.0)
    done = fit(smooth_picture(50, 34), SMALL, Resources(), quiet, budget)
    assert (done.stopped, done.representation.header.epochs) == ("epochs", 9)


def test_a_deadline_is_met_with_all_groups():
    deadline = time.monotonic() + 4
    done = fit(
        smooth_picture(50, 70), SMALL, Resources(group=5), quiet, Budget(deadline=deadline)
    )
    assert done.stopped == "time"
    assert time.monotonic() < deadline + 1
    assert done.representation.header.psnr > 45


def test_weights_that_outgrow_float16_are_an_error_and_no_file():
    diverging = {"learning_rate": 1.0, "decay": "constant", "dtype": "float16"}
    config = SMALL.updated({"fit": diverging})
    network = {"hidden_omega_0": 10000.0}
    with pytest.raises(DivergedError, match="--dtype float32"):
        fit(smooth_picture(20, 30), config.updated({"network": network}), Resources(), quiet)


REPLICAS = """
import json, sys
import numpy as np
from siren_cli.training.devices import make_strategy
from siren_cli.config import Resources
from siren_cli.planning.schedule import Course
from siren_cli.training.trainer import Trainer
from siren_cli.planning.batching import make_batching
from siren_cli.training.dataset import window_colors
from siren_cli.training.network import Network
from siren_cli.model.grid import grid_points, make_grid, learned_coordinates
from siren_cli.planning.checkpoint import started
from siren_cli.training.fitter import fit
from tests.helpers.small_fits import SMALL, quiet, smooth_picture

picture = smooth_picture(50, 70)
resources = Resources("cpu", int(sys.argv[1]))
strategy = make_strategy(resources)
grid = make_grid(50, 70, SMALL.network.cell_size, SMALL.network.margin)
coordinates, network = grid_points(*learned_coordinates(grid)), Network(SMALL.network, 3)
batching = make_batching(len(coordinates), 64, 1)
trainer = Trainer(strategy, network, SMALL.fit, batching.size, grid.cells)
cells = np.resize(np.arange(grid.cells), trainer.cells)
initial = np.stack([network.initial((0, *grid.row_and_column(int(c))), None) for c in cells])
colors = window_colors(picture.pixels, grid, cells)
trainer.start(started(initial), coordinates, colors, batching)
trainer.run(Course(0, 10, 3e-3), 0, 10)
copies = trainer.replica_parameters()
done = fit(picture, SMALL, resources, quiet)
print(json.dumps({
    "replicas": strategy.num_replicas_in_sync,
    "equal": all(np.array_equal(copies[0], copy) for copy in copies),
    "weights": copies[0][: grid.cells].ravel().tolist(),
    "psnr": done.representation.header.psnr,
}))
"""


def test_pictures_of_other_sizes_need_no_other_step_and_get_the_same_bytes():
    config = SMALL.updated({"fit": {"epochs": 4}})
    pictures = [smooth_picture(*size) for size in [(60, 70), (50, 34), (61, 49), (40, 70)]]
    fitter = Fitter(config, Resources())
    together = [encode(fitter.fit(each, quiet).representation) for each in pictures]
    apart = [encode(fit(each, config, Resources(), quiet).representation) for each in pictures]
    assert together == apart
    assert fitter.compilations == 1


def test_two_replicas_follow_the_path_of_one():
    commands = [[sys.executable, "-c", REPLICAS, replicas] for replicas in ("1", "2")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for command in commands]
    one, two = (json.loads(process.communicate()[0]) for process in running)
    assert (one["replicas"], two["replicas"]) == (1, 2)
    assert two["equal"]
    difference = np.linalg.norm(np.subtract(one["weights"], two["weights"]))
    assert difference < 1e-4 * np.linalg.norm(one["weights"])
    assert abs(one["psnr"] - two["psnr"]) < 0.3


@pytest.mark.slow
def test_the_paper_preset_reaches_35_db_on_the_cameraman():
    from PIL import Image
    from skimage.data import camera

    small = Image.fromarray(camera()).resize((256, 256), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, np.float32)[..., None] / 255
    picture = Picture(pixels, PictureFacts(256, 256, "L"))
    header = fit(picture, load_preset("paper"), Resources(), quiet).representation.header
    assert header.psnr > 35
    assert header.facts == picture.facts


def test_a_fit_that_loses_the_picture_goes_back_at_half_the_rate():
    schedule = FitConfig(epochs=60, batch_points=64, learning_rate=0.03, warmup_steps=400)
    config = Config(SMALL.network, schedule)
    done = fit(smooth_picture(50, 34), config, Resources(), quiet)
    # 46 dB; without that it ends below 20.
    assert done.representation.header.psnr > 40


def test_a_group_that_is_too_large_for_memory_is_halved():
    picture, config = smooth_picture(50, 70), SMALL.updated({"fit": {"epochs": 3}})
    refused = []

    def short_of_memory(progress: Progress) -> None:
        if len(refused) < 2:
            refused.append(progress)
            raise MemoryError

    fitter = Fitter(config, Resources())
    done = fitter.fit(picture, short_of_memory)
    assert len(refused) == 2
    whole = fit(picture, config, Resources(), quiet)
    assert encode(done.representation) == encode(whole.representation)


def test_batches_that_are_too_large_for_memory_are_halved(tmp_path):
    single = {"cell_size": 0, "margin": 0}
    schedule = {"epochs": 2, "batch_points": 4096, "min_steps": 1}
    config = SMALL.updated({"network": single, "fit": schedule})
    picture, keeper = smooth_picture(64, 70), Keeper(tmp_path / "a.siren", "f")
    refused = []

    def short_of_memory(progress: Progress) -> None:
        if not refused:
            refused.append(progress)
            raise MemoryError

    done = Fitter(config, Resources()).fit(picture, short_of_memory, keeper=keeper)
    used = done.representation.header.settings["fit"]["batch_points"]
    assert 1024 <= used <= 2048
    smaller = config.updated({"fit": {"batch_points": used}})
    whole = fit(picture, smaller, Resources(), quiet)
    assert encode(done.representation) == encode(whole.representation)


def test_memory_that_is_never_enough_is_an_error_of_resources():
    def short_of_memory(progress: Progress) -> None:
        raise MemoryError

    with pytest.raises(ResourceError, match="not even for the smallest"):
        Fitter(SMALL, Resources(group=4)).fit(smooth_picture(50, 34), short_of_memory)


FULL = """
import errno, tempfile
def full(*arguments, **keywords):
    raise OSError(errno.ENOSPC, "No space left on device")
tempfile.NamedTemporaryFile = full
from siren_cli.training.fitter import fit
from siren_cli.config import Resources
from tests.helpers.small_fits import SMALL, quiet, smooth_picture
fit(smooth_picture(20, 30), SMALL.updated({"fit": {"epochs": 2}}), Resources(), quiet)
"""


@pytest.mark.slow
def test_a_fit_needs_no_room_for_temporary_files():
    # AutoGraph would write the code it makes to one.
    subprocess.run([sys.executable, "-c", FULL], check=True, capture_output=True)


def test_weights_too_large_to_draw_are_a_fit_that_diverged():
    huge = make_representation(20, 30, cell_size=8, dtype="float32")
    huge.layers[-1].weight[3] = np.finfo(np.float32).max
    config = SMALL.updated({"network": {"cell_size": 8}, "fit": {"dtype": "float32"}})
    with pytest.raises(DivergedError, match=r"so large .* try a lower fit\.learning_rate"):
        _measured(smooth_picture(20, 30), huge.header.grid, config, huge.layers)
