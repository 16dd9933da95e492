"""Several runs share pictures, or the cells of one, and know nothing of each other."""

import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siren_cli.errors import UsageError
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.stream import PictureStream
from siren_cli.planning.cell_rows import RowWindow
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import Progress
from siren_cli.planning.shard_psnr import joined_psnr, measured_rows
from siren_cli.planning.shards import Shard, ShardCrew, parse_shard, row_works
from siren_cli.representation import joined_parts, part_file
from siren_cli.representation.part_file import PartFacts
from siren_cli.representation.part_reader import PartFile
from siren_cli.representation.representation import MosaicRepresentation
from siren_cli.representation.siren_file import encode
from siren_cli.resources import Resources
from siren_cli.training.fitter import shared_fitter
from tests.helpers.commands import objects, siren, write_picture
from tests.helpers.small_fits import (
    NO_BUDGET,
    fit_small,
    ignore,
    picture_of,
    plan_by_cell,
    small_config,
    small_plan,
    smooth_picture,
)
from tests.helpers.unfinished_fits import Stopped, load_checkpoint, stopping_after

TALL = smooth_picture(70, 50)
TALL_PLAN = small_plan(TALL, small_config(epochs=4))
# Cells of 16 pixels whose epochs take a moment.
QUICK = ("--set", "network.cell_size=16", "--set", "network.hidden_features=8", "--epochs", "1")


def test_a_shard_is_written_as_k_of_n() -> None:
    assert parse_shard(" 2/16 ", "--shard") == Shard(2, 16)
    assert str(Shard(2, 16)) == "2/16"


@pytest.mark.parametrize(
    "text", ["", "2", "0/4", "5/4", "1/0", "-1/4", "1/4/4", "a/b", "\u0662/4"]
)
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--shard .*: not K/N, the K-th of N"):
        parse_shard(text, "--shard")


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_every_picture_is_dealt_to_one_shard(count: int) -> None:
    pictures = list("abcdefg")
    shares = [Shard(number, count).dealt(pictures) for number in range(1, count + 1)]
    assert sorted(picture for share in shares for picture in share) == pictures
    assert shares[0] == pictures[::count]
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_row_of_cells_is_in_one_shard(count: int) -> None:
    shares = [Shard(number, count).rows(TALL_PLAN) for number in range(1, count + 1)]
    assert [row for rows in shares for row in rows] == list(range(TALL_PLAN.grid.y.cells))
    assert all(shares)


def test_shards_are_cut_by_the_work_of_rows() -> None:
    # The last row of four has networks of much more work.
    columns = TALL_PLAN.grid.x.cells
    plan = TALL_PLAN.with_classes((8, 64), bytes(3 * columns) + bytes([1] * columns))
    works = row_works(plan)
    assert works[3] > sum(works[:3])
    assert [Shard(number, 2).rows(plan) for number in (1, 2)] == [range(3), range(3, 4)]


def test_shards_of_equal_rows_are_alike() -> None:
    plan = small_plan(smooth_picture(16 * 11, 16), small_config(epochs=4))
    lengths = [len(Shard(number, 4).rows(plan)) for number in range(1, 5)]
    assert lengths == [3, 3, 2, 3]


def test_more_shards_than_rows_of_cells_are_refused() -> None:
    said = "--shard-cells 1/5: the picture has 4 rows of cells"
    with pytest.raises(UsageError, match=said):
        Shard(1, 5).rows(TALL_PLAN)


def fit_rows(
    picture: Picture | PictureStream,
    plan: FitPlan,
    rows: range,
    report: object = ignore,
    file: CheckpointFile | None = None,
) -> MosaicRepresentation:
    """Return the fit of some rows of cells."""
    fitter = shared_fitter(Resources())
    trained = fitter.train(picture, plan, report, NO_BUDGET, ShardCrew(rows, file))  # type: ignore[arg-type]
    header = trained.plan.header(picture)
    return MosaicRepresentation(header=header, cells=trained.finished.cells)


def fit_parts(picture: Picture | PictureStream, plan: FitPlan, count: int) -> list[PartFile]:
    """Return the parts of a fit, each made by itself."""
    parts = []
    for number in range(1, count + 1):
        rows = Shard(number, count).rows(plan)
        fit = fit_rows(picture, plan, rows)
        sums, seam = measured_rows(picture, fit, rows)
        facts = PartFacts("ab" * 32, number, count, rows, sums)
        content = b"".join(part_file.chunks(facts, fit, seam))
        parts.append(PartFile(Path(f"{number}.part"), io.BytesIO(content)))
    return parts


def joined_bytes(parts: list[PartFile]) -> bytes:
    """Return the file that parts are joined to."""
    fit = joined_parts.joined(joined_parts.in_order(parts))
    psnr, shown_psnr = joined_psnr(fit, parts)
    header = replace(fit.header, psnr=psnr, tone_mapped_psnr=shown_psnr)
    return encode(replace(fit, header=header))


@pytest.fixture(scope="module")
def deep() -> tuple[Picture, FitPlan, bytes]:
    """A picture with alpha, of 16 bits; a plan of several widths; and the file of the whole."""
    noise = np.random.default_rng(0).random((70, 25, 4), np.float32)
    pixels = smooth_picture(70, 50, channels=4).pixels
    pixels[:, 25:] = noise * noise[..., 3:]
    picture = picture_of(pixels)
    picture = replace(picture, facts=replace(picture.facts, bit_depth=16))
    plan = plan_by_cell(picture, small_config(epochs=3, area_share=0.5))
    assert len(plan.networks) > 1
    return picture, plan, encode(fit_small(picture, plan).representation)


@pytest.mark.parametrize("count", [pytest.param(2, marks=pytest.mark.slow), 3])
def test_parts_are_joined_to_the_bytes_of_one_fit(
    deep: tuple[Picture, FitPlan, bytes], count: int
) -> None:
    picture, plan, whole = deep
    assert joined_bytes(fit_parts(picture, plan, count)) == whole


def test_parts_of_a_picture_in_bands_are_those_of_one_in_memory(
    deep: tuple[Picture, FitPlan, bytes],
) -> None:
    picture, plan, whole = deep
    bands = [picture.pixels[top : top + 9] for top in range(0, 70, 9)]
    stream = PictureStream(picture.facts, lambda: iter(bands))
    assert joined_bytes(fit_parts(stream, plan, 2)) == whole


def test_bands_above_a_shard_are_not_kept() -> None:
    bands = [TALL.pixels[top : top + 9].copy() for top in range(0, 70, 9)]
    window = RowWindow(PictureStream(TALL.facts, lambda: iter(bands)))
    taken = window.take(50, 60)
    assert np.array_equal(taken, TALL.pixels[50:60])
    assert len(taken.base) == 18
    assert window.take(63, 63).shape == (0, 50, 3)


@pytest.mark.slow
def test_a_shard_that_is_stopped_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    rows, plan = range(1, 4), TALL_PLAN.with_group_cells(4)
    whole = fit_rows(TALL, plan, rows)
    path, stops = tmp_path / "a.2-of-2.part", 0
    done = None
    for reports in range(2, 99):
        with suppress(Stopped):
            file = load_checkpoint(path)
            done = fit_rows(TALL, plan, rows, stopping_after(reports), file)
            break
        stops += 1
    assert stops >= 2
    assert done is not None
    for row in rows:
        assert done.cells.row_bytes(row) == whole.cells.row_bytes(row)


def test_a_shard_takes_room_for_its_own_cells_alone(tmp_path: Path) -> None:
    path, plan = tmp_path / "a.2-of-2.part", TALL_PLAN.with_group_cells(4)
    rows, sizes = range(2, 4), list[int]()

    def report(progress: Progress) -> None:
        cells = tmp_path / ".a.2-of-2.part.cells"  # made when a group is finished
        sizes.extend([cells.stat().st_size] if cells.exists() else [])

    made = fit_rows(TALL, plan, rows, report, load_checkpoint(path))
    assert set(sizes) == {sum(len(made.cells.row_bytes(row)) for row in rows)}


def test_pictures_are_dealt_in_the_order_of_the_command(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        write_picture(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.siren").touch()
    listed = ("fit", "--skip-existing", "--json")
    run = siren(tmp_path, *listed, ".", "--shard", "2/3")
    assert [result["input"] for result in objects(run)] == ["b.png"]
    run = siren(tmp_path, *listed, "c.png", "a.png", "b.png", "--shard", "1/2")
    assert [result["input"] for result in objects(run)] == ["c.png", "b.png"]


def test_an_output_for_several_pictures_is_refused_whatever_the_share(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name)
    run = siren(tmp_path, "fit", "a.png", "b.png", "--shard", "1/2", "-o", "x.siren")
    assert run.err == ["siren: --output names one file, but there are several inputs"]


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_a_share_without_pictures_is_done_at_once(
    tmp_path: Path, quiet: tuple[str, ...]
) -> None:
    write_picture(tmp_path / "a.png")
    run = siren(tmp_path, "fit", "a.png", "--shard", "2/2", *quiet)
    said = [] if quiet else ["--shard 2/2: no picture is left for this share"]
    assert run == (0, b"", said)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "3/2"], "--shard 3/2: not K/N"),
        (["--shard-cells", "x"], "--shard-cells x: not K/N"),
        (["--shard-cells", "1/2", "--shard", "1/2"], "--shard deals pictures and"),
        (["--shard-cells", "1/2", "b.png"], "--shard-cells cuts one picture, not 2"),
        (["--shard-cells", "1/2", "--preset", "paper"], "--shard-cells needs cells"),
        (["--shard-cells", "1/2", "--target-psnr", "40"], "--shard-cells fits for a number"),
        (["--shard-cells", "1/2", "--time-limit", "1m"], "--shard-cells fits for a number"),
        (["--shard-cells", "1/9", *QUICK], "--shard-cells 1/9: the picture has 2 rows"),
    ],
)
def test_shares_that_make_no_sense_are_one_line(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    for name in ("a.png", "b.png"):
        write_picture(tmp_path / name)
    run = siren(tmp_path, "fit", "a.png", *arguments)
    assert (run.code, run.out, len(run.err)) == (2, b"", 1)
    assert run.err[0].startswith(f"siren: {words}")


def test_a_picture_is_fitted_in_parts_and_joined_by_commands(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png")
    assert siren(tmp_path, "fit", "a.png", *QUICK, "-q", "-o", "whole.siren").code == 0
    shares = [("fit", "a.png", *QUICK, "--shard-cells", share) for share in ("1/2", "2/2")]
    (planned,) = objects(siren(tmp_path, *shares[1], "-n", "--json"))
    assert (planned["output"], planned["part"], planned["rows"]) == ("a.2-of-2.part", "2/2", 1)
    runs = [siren(tmp_path, *share) for share in shares]
    assert [run.out for run in runs] == [b"a.1-of-2.part\n", b"a.2-of-2.part\n"]
    assert any("part 1/2, 1 row of cells" in line for line in runs[0].err)
    assert siren(tmp_path, "join", "a.2-of-2.part", "a.1-of-2.part").code == 0
    assert (tmp_path / "a.siren").read_bytes() == (tmp_path / "whole.siren").read_bytes()
    assert siren(tmp_path, *shares[0]).code == 5
    (skipped,) = objects(siren(tmp_path, *shares[0], "--skip-existing", "--json"))
    assert skipped["output"] == "a.1-of-2.part"
