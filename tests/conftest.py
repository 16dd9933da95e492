"""Fixtures that several test modules share."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

import siren_cli.training  # noqa: F401 - TensorFlow reads its options once
from siren_cli.pictures.picture import quantize
from siren_cli.rendering.drawing import render
from tests.helpers.commands import Run, finish, siren, start, write_picture
from tests.helpers.representations import make_representation, save_representation
from tests.helpers.stub_trainer import StubTrainer, stub_trainer
from tests.helpers.version_1_files import encode_version_1

# The command line sets it, too: no test needs Keras, which takes seconds to import.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
# A dash, markup, a line break, an emoji, and a byte that is not UTF-8.
ODD_NAME = os.fsdecode("-[b] two\nlines 🙂 caf".encode() + b"\xe9.png")


@pytest.fixture(scope="session")
def version_1_file() -> bytes:
    """The content of a small file of version 1 with a color profile of 200 bytes."""
    return encode_version_1(make_representation(8, 6, icc_profile=bytes(range(200))))


class FittedFolder(NamedTuple):
    """A folder with fits of one picture.

    Attributes:
        path: The folder.
        picture: The picture, photo.png, in the folder.
        odd_picture: The same picture under another name.
        runs: The commands that made the fits, by name.
    """

    path: Path
    picture: Path
    odd_picture: Path
    runs: dict[str, Run]


@pytest.fixture(scope="session")
def fits(tmp_path_factory: pytest.TempPathFactory) -> FittedFolder:
    """Fits of one picture in several ways, one of them by the installed command."""
    root = tmp_path_factory.mktemp("fits")
    for name in ("photo.png", ODD_NAME):
        write_picture(root / name)
    few = ("fit", "--epochs", "3")
    plain = start(root, *few, "--seed", "7", "photo.png")
    runs = {
        "odd": siren(root, *few, "-q", "--json", "--", ODD_NAME, SIREN_SEED="7"),
        "gpu": siren(root, "fit", "photo.png", "--devices", "gpu", "-o", "gpu.siren"),
        "missed": siren(root, *few, "--target-psnr", "90", "-o", "missed.siren", "photo.png"),
        "timed": siren(
            root, "fit", "--time-limit", "0.01s", "--json", "-o", "timed.siren", "photo.png"
        ),
    }
    runs["plain"] = finish(plain)
    return FittedFolder(root, root / "photo.png", root / ODD_NAME, runs)


@pytest.fixture
def folder(fits, tmp_path):
    """A folder of its own for one test, with a picture and its fit."""
    for name in ("photo.png", "photo.siren"):
        shutil.copy(fits.path / name, tmp_path)
    return tmp_path


@pytest.fixture
def trainer() -> Iterator[StubTrainer]:
    """A stub that trains the pyramids of a test."""
    with stub_trainer() as stub:
        yield stub


@pytest.fixture
def quick(tmp_path):
    """A folder with a picture and a small .siren file; nothing was fitted."""
    write_picture(tmp_path / "photo.png")
    save_representation(tmp_path / "small.siren", make_representation(6, 8))
    return tmp_path


@pytest.fixture
def comparable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder, with a.siren, its drawing a.png, the same in JPEG, and half.siren."""
    monkeypatch.chdir(tmp_path)
    function = make_representation(40, 60, cell_size=0)
    save_representation(Path("a.siren"), function)
    image = Image.fromarray(quantize(render(function, 40, 60).pixels, 8))
    image.save("a.png")
    image.save("b.jpg", quality=80)
    image.convert("L").save("gray.png")
    image.resize((30, 20)).save("small.png")
    half = make_representation(20, 30, cell_size=0)
    save_representation(Path("half.siren"), half)


@pytest.fixture
def addresses() -> tuple[str, ...]:
    """Return three addresses of this host that are free."""
    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [server.getsockname()[1] for server in servers]
    for server in servers:
        server.close()
    return tuple(f"127.0.0.1:{port}" for port in ports)


@pytest.fixture
def start_host() -> Iterator[Callable[..., "Future[Any]"]]:
    """Return a function that starts a host in a thread."""
    before = set(threading.enumerate())
    with ThreadPoolExecutor(8) as pool:
        yield pool.submit
    for thread in set(threading.enumerate()) - before:
        thread.join(5)  # it may be at its last line
    # A thread of an earlier test may have ended since.
    assert set(threading.enumerate()) <= before
