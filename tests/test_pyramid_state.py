"""The file of a pyramid's unfinished fit: what was saved is loaded, and nothing else."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.planning.checkpoint_file import CheckpointFile, remove_outdated
from siren_cli.planning.pyramid import state_content
from siren_cli.planning.pyramid.state import Keeper, PyramidState
from siren_cli.planning.state_file import StateFile
from siren_cli.planning.state_table import beginning
from siren_cli.representation import sealed
from tests.helpers.unfinished_fits import make_checkpoint

SHAPE = PyramidShape(30, 40)
MOST_BYTES = state_content.most_bytes(SHAPE)
LATENTS = np.arange(12, dtype=np.float32).reshape(3, 4)
MOMENTS = np.array([0.1, 1e300])


def state_file(folder: Path, fingerprint: str = "f") -> StateFile[PyramidState]:
    return StateFile(folder / "a.siren", fingerprint, state_content)


def save(keeper: Keeper, done: int = 7) -> None:
    keeper.save(PyramidState(done, {"latents": LATENTS, "moments": MOMENTS}))


def write(folder: Path, table: dict[str, Any], **arrays: Any) -> None:
    content = sealed.encode(arrays, {**beginning("f"), **table}, sorted(arrays))
    (folder / ".a.siren.part").write_bytes(content)


def test_a_state_is_loaded_bit_for_bit(tmp_path: Path):
    save(state_file(tmp_path))
    file = state_file(tmp_path)
    file.load(MOST_BYTES)
    assert file.is_ours
    assert file.resumed is not None
    assert file.resumed.done == 7
    assert file.resumed.arrays.keys() == {"latents", "moments"}
    for name, array in (("latents", LATENTS), ("moments", MOMENTS)):
        found = file.resumed.arrays[name]
        assert (found.dtype, found.tobytes()) == (array.dtype, array.tobytes())


def test_there_is_nothing_to_go_on_from_at_first(tmp_path: Path):
    file = state_file(tmp_path)
    file.load(MOST_BYTES)
    assert file.resumed is None
    assert not file.is_ours


def test_a_state_is_not_due_at_once(tmp_path: Path):
    assert not state_file(tmp_path).is_due()


@pytest.mark.parametrize("fingerprint", ["g", ""])
def test_the_state_of_another_fit_is_refused(tmp_path: Path, fingerprint: str):
    save(state_file(tmp_path))
    with pytest.raises(RepresentationError, match="another picture or of other settings"):
        state_file(tmp_path, fingerprint).load(MOST_BYTES)


def test_the_state_of_a_mosaic_is_refused(tmp_path: Path):
    CheckpointFile(tmp_path / "a.siren", "g").save(make_checkpoint())
    with pytest.raises(RepresentationError, match="other settings"):
        state_file(tmp_path).load(MOST_BYTES)


@pytest.mark.parametrize(
    ("table", "array"),
    [
        ({"done": 1}, np.array([np.nan], np.float32)),
        ({"done": 1}, np.array([np.inf])),
        ({"done": 1}, np.array([1], np.int64)),
        ({"done": -1}, LATENTS),
        ({}, LATENTS),
    ],
)
def test_what_no_fit_has_written_is_refused(tmp_path: Path, table: dict[str, Any], array: Any):
    write(tmp_path, table, latents=array)
    with pytest.raises(RepresentationError):
        state_file(tmp_path).load(MOST_BYTES)


def test_a_state_that_is_too_large_is_not_read(tmp_path: Path):
    save(state_file(tmp_path))
    with pytest.raises(RepresentationError, match="too large"):
        state_file(tmp_path).load(100)


def test_a_changed_byte_is_found(tmp_path: Path):
    save(state_file(tmp_path))
    path = tmp_path / ".a.siren.part"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RepresentationError, match="damaged"):
        state_file(tmp_path).load(MOST_BYTES)


def test_a_state_that_is_older_than_its_output_is_removed(tmp_path: Path):
    save(state_file(tmp_path))
    (tmp_path / "a.siren").touch()
    remove_outdated(tmp_path / "a.siren")
    assert not (tmp_path / ".a.siren.part").exists()
