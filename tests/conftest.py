"""Fixtures that several test modules share."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

import siren_cli.training  # noqa: F401 - TensorFlow reads its options once
from siren_cli.representation import siren_file
from tests.helpers.commands import Run, finish, siren, start, write_picture
from tests.helpers.representations import make_representation

# As the command line has it: no test needs Keras, which takes seconds to import.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
# A dash, markup, a line break, an emoji, and a byte that is not UTF-8.
ODD_NAME = os.fsdecode("-[b] two\nlines 🙂 caf".encode() + b"\xe9.png")


@pytest.fixture(scope="session")
def valid_file() -> bytes:
    """The content of a small .siren file with a color profile of 200 bytes."""
    return siren_file.encode(make_representation(8, 6, icc_profile=bytes(range(200))))


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
