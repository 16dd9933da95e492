"""A .siren file comes back bit for bit, and is read in little memory."""

import dataclasses
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from siren_cli.errors import RepresentationError, ResourceError, UsageError
from siren_cli.function_names import STORED_NAMES
from siren_cli.representation import siren_file
from tests.helpers.representations import make_representation, save_representation
from tests.helpers.siren_files import SirenParts, assert_equal, load_header
from tests.helpers.version_1_files import encode_version_1

PROFILE = bytes(range(200))


@pytest.mark.parametrize("dtype", ["int8", "float16", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_file_comes_back_bit_for_bit(tmp_path: Path, dtype: Any, channels: int) -> None:
    made = make_representation(8, 6, channels=channels, dtype=dtype)
    save_representation(tmp_path / "a.siren", made)
    assert_equal(siren_file.load(tmp_path / "a.siren"), made)


@pytest.mark.parametrize("name", STORED_NAMES)
def test_activation_and_encoding_come_back(tmp_path: Path, name: str) -> None:
    activation, encoding = STORED_NAMES[name]
    made = make_representation(8, 6, activation=activation, encoding=encoding)
    assert made.header.stored_activation == name
    save_representation(tmp_path / "a.siren", made)
    assert_equal(siren_file.load(tmp_path / "a.siren"), made)


@pytest.mark.parametrize("shape", [(8, 6), (1, 1), (1, 23), (31, 2)])
@pytest.mark.parametrize("cell_size", [0, 4])
def test_any_grid_comes_back(tmp_path: Path, shape: tuple[int, int], cell_size: int) -> None:
    made = make_representation(*shape, cell_size=cell_size, icc_profile=PROFILE)
    save_representation(tmp_path / "a.siren", made)
    assert_equal(siren_file.load(tmp_path / "a.siren"), made)


def test_a_perfect_match_comes_back(tmp_path: Path) -> None:
    made = make_representation(8, 6)
    made = dataclasses.replace(made, header=dataclasses.replace(made.header, psnr=None))
    save_representation(tmp_path / "a.siren", made)
    assert siren_file.load(tmp_path / "a.siren").header.psnr is None


def test_the_same_representation_makes_the_same_bytes() -> None:
    first, second = (siren_file.encode(make_representation(8, 6)) for _ in range(2))
    assert first == second
    assert first != siren_file.encode(make_representation(8, 6, seed=1))


def test_the_header_is_read_without_the_weights(tmp_path: Path, version_1_file: bytes) -> None:
    path = tmp_path / "a.siren"
    first_weight = 8 + int.from_bytes(version_1_file[:8], "little")
    damaged = bytearray(version_1_file)
    damaged[first_weight] ^= 1
    path.write_bytes(damaged)
    made = make_representation(8, 6, icc_profile=PROFILE)
    assert load_header(path) == made.header


@pytest.mark.parametrize("psnr", [None, 4.0, 31.12345, 100.25])
@pytest.mark.parametrize("epochs", [3, 64, 123_456])
def test_no_schedule_makes_a_file_larger_than_the_largest(psnr: Any, epochs: int) -> None:
    made = make_representation(80, 60, widths=(5, 8))
    largest = siren_file.largest_bytes(made.header)
    schedule = {"epochs": epochs, "learning_rate": 0.0012 / epochs, "batch_points": 12_352}
    settings = {**made.header.settings, "fit": {**made.header.settings["fit"], **schedule}}
    header = dataclasses.replace(made.header, psnr=psnr, epochs=epochs, settings=settings)
    size = len(siren_file.encode(dataclasses.replace(made, header=header)))
    assert 0 <= largest - size < 130


def test_a_missing_file_and_a_directory_are_refused_in_one_line(tmp_path: Path) -> None:
    for read in (siren_file.load, load_header):
        with pytest.raises(RepresentationError, match=r"No such file or directory$"):
            read(tmp_path / "missing.siren")
        with pytest.raises(RepresentationError, match=r"Is a directory$"):
            read(tmp_path)


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.siren")
    (tmp_path / "zero.siren").symlink_to("/dev/zero")
    (tmp_path / "loop.siren").symlink_to("loop.siren")
    rules = {
        "pipe.siren": "Is not a regular file",
        "zero.siren": "Is not a regular file",
        "loop.siren": "Too many levels of symbolic links",
    }
    for name, rule in rules.items():
        for read in (siren_file.load, load_header):
            with pytest.raises(RepresentationError, match=f"{name}: {rule}$"):
                read(tmp_path / name)


SPARSE = """
import resource, sys
from pathlib import Path
from siren_cli.representation import siren_file
from siren_cli.errors import ResourceError
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    siren_file.load(Path(sys.argv[1]))
except ResourceError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS"), reason="no such limit here")
def test_a_file_larger_than_memory_is_refused_in_one_line(tmp_path: Path) -> None:
    parts = SirenParts(encode_version_1(make_representation(1, 10**6, cell_size=0)))
    parts.set("network.layers", [2, 2048, 2048, 3])
    parts.set("grid.columns", 1000)
    parts.set("grid.cell_width", 1000)
    offset = 32
    parts.tensors = {"digests": {"dtype": "U8", "shape": [1, 32], "data_offsets": [0, 32]}}
    for index, (fan_in, fan_out) in enumerate([(2, 2048), (2048, 2048), (2048, 3)]):
        for kind, shape in (("weight", [1000, fan_in, fan_out]), ("bias", [1000, fan_out])):
            after = offset + 2 * int(np.prod(shape))
            entry = {"dtype": "F16", "shape": shape, "data_offsets": [offset, after]}
            parts.tensors[f"layers.{index}.{kind}"] = entry
            offset = after
    parts.body = bytearray(len(parts.body))  # zeros, as a sparse file holds
    start = parts.sealed()
    path = tmp_path / "huge.siren"
    with path.open("wb") as file:
        file.write(start)
        file.truncate(len(start) - len(parts.body) + offset)
    done = subprocess.run(
        [sys.executable, "-c", SPARSE, path], capture_output=True, check=True, text=True
    )
    assert done.stdout == f"{path}: larger than the memory that is left\n"


def test_a_file_beyond_memory_is_a_matter_of_resources(tmp_path, version_1_file, monkeypatch):
    def exhaust(_: bytes) -> None:
        raise MemoryError

    path = tmp_path / "a.siren"
    path.write_bytes(version_1_file)
    monkeypatch.setattr(safetensors.numpy, "load", exhaust)
    with pytest.raises(ResourceError, match=r"larger than the memory that is left$"):
        siren_file.load(path)


def refuse(path):
    with siren_file.opened(path) as file:
        assert file.header.facts.width == 8
        raise RepresentationError("too large")


def test_what_cannot_be_done_with_a_file_is_said_of_it(tmp_path):
    path = tmp_path / "a.siren"
    save_representation(path, make_representation(6, 8))
    with pytest.raises(RepresentationError, match=r"a\.siren: too large"):
        refuse(path)


def test_the_newest_file_of_a_folder_is_the_one_written_last(tmp_path):
    for age, name in enumerate(("b.siren", "a.siren", "c.siren")):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (0, 1000 - age))
    (tmp_path / "d.siren").mkdir()
    (tmp_path / "e.siren").symlink_to("nowhere")
    assert siren_file.newest(tmp_path) == tmp_path / "b.siren"


def test_a_folder_without_files_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"there is no \.siren file in this folder"):
        siren_file.newest(tmp_path)
