"""OpenEXR needs an extra, which is named where it is not installed."""

import sys
from pathlib import Path
from typing import Any

import pytest

from siren_cli.errors import ResourceError
from siren_cli.pictures.arrays import picture_of_array
from siren_cli.pictures.reading.reader import check_picture, read_picture
from siren_cli.system import extras
from tests.helpers.picture_files import encoded, noise, written

HINT = r"by the extra exr: pip install 'siren-cli\[exr\]'"
LIGHT = picture_of_array(noise() / 16)


@pytest.mark.parametrize("read", [read_picture, check_picture])
def test_a_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Any
) -> None:
    path = written(tmp_path / "a.exr", encoded(LIGHT, Path("a.exr"), 32))
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(ResourceError, match=f"a.exr: OpenEXR is read {HINT}"):
        read(path)


def test_a_missing_extra_is_named_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(ResourceError, match=f"OpenEXR is written {HINT}"):
        encoded(LIGHT, Path("a.exr"), 32)


def test_every_extra_is_in_the_packages_metadata() -> None:
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    assert all(f"\n{name} = [" in pyproject.read_text("utf-8") for name in extras.MODULES)
    assert set(extras.MODULES) == {"exr", "onnx", "vips"}
