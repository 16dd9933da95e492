"""The files that make a desktop know .siren files: their type, and their thumbnails."""

import configparser
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from siren_cli.representation.beginning import MAGIC
from tests.helpers.commands import siren

SHARE = Path(__file__).parent.parent / "share"
GOLDEN = Path(__file__).parent / "golden"
TYPES = SHARE / "mime" / "packages" / "siren.xml"
NAMESPACE = {"": "http://www.freedesktop.org/standards/shared-mime-info"}


def thumbnailer() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(SHARE / "thumbnailers" / "siren.thumbnailer")
    return parser["Thumbnailer Entry"]


def test_the_type_is_that_of_the_first_bytes_of_a_file():
    (kind,) = ET.parse(TYPES).getroot().findall("mime-type", NAMESPACE)  # noqa: S314 - it is ours
    (match,) = kind.findall("magic/match", NAMESPACE)
    assert match.attrib["offset"] == "0"
    assert match.attrib["value"].encode().decode("unicode_escape").encode("latin-1") == MAGIC
    assert kind.find("glob", NAMESPACE).attrib["pattern"] == "*.siren"
    assert f"{kind.attrib['type']};" == thumbnailer()["MimeType"]


@pytest.mark.parametrize("name", ["small", "old.siren"])
def test_a_desktop_finds_the_type_by_the_bytes_and_by_the_name(quick, name):
    if not (shutil.which("update-mime-database") and shutil.which("gio")):
        pytest.skip("there is no update-mime-database or no gio")
    packages = quick / "share" / "mime" / "packages"
    packages.mkdir(parents=True)
    shutil.copy(TYPES, packages)
    (quick / "small.siren").rename(quick / "small")
    shutil.copy(GOLDEN / "version-1.siren", quick / "old.siren")
    folder = str(quick / "share")
    places = {"XDG_DATA_HOME": folder, "XDG_DATA_DIRS": folder, "GIO_USE_VFS": "local"}
    for command in (
        ["update-mime-database", packages.parent],
        ["gio", "info", "-a", "standard::content-type", quick / name],
    ):
        done = subprocess.run(
            command, check=True, capture_output=True, env=os.environ | places, text=True
        )
    assert "standard::content-type: image/x-siren\n" in done.stdout


def test_a_thumbnail_is_a_png_that_fits_whatever_its_name(quick):
    (quick / "thumbnail").touch()
    filled = {"%i": str(quick / "small.siren"), "%o": "thumbnail", "%s": "128"}
    program, *words = shlex.split(thumbnailer()["Exec"])
    assert program == thumbnailer()["TryExec"] == "siren"
    run = siren(quick, *(filled.get(word, word) for word in words))
    assert (run.code, run.err) == (0, [])
    with Image.open(quick / "thumbnail") as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (128, 96))


def test_a_desktop_opens_a_file_whatever_its_name(quick, monkeypatch):
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(SHARE / "applications" / "siren.desktop")
    entry = parser["Desktop Entry"]
    assert entry["MimeType"] == thumbnailer()["MimeType"]
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(quick))
    (quick / "small.siren").rename(quick / "two words.siren")
    program, *arguments = shlex.split(entry["Exec"])
    run = siren(quick, *(each.replace("%f", "two words.siren") for each in arguments))
    assert (program, run.code) == ("siren", 0)
    assert Path(run.out.decode().strip()).is_file()
