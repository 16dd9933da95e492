"""The sdist and the wheel: what is in them, and that the same source makes the same bytes."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from siren_cli import presets

ROOT = Path(__file__).parent.parent
SHARED = [
    "share/applications/siren.desktop",
    "share/man/man1/siren.1",
    "share/mime/packages/siren.xml",
    "share/thumbnailers/siren.thumbnailer",
]
LOADED = """
from siren_cli import config, presets
print(config.__file__)
print(*(f"{name}={presets.load_preset(name).fit.epochs}" for name in presets.preset_names()))
"""


def built(source: Path, folder: Path) -> tuple[Path, Path]:
    """Return the sdist and the wheel of a source."""
    command = [sys.executable, "-m", "build", "--sdist", "--wheel", "--no-isolation", "-o"]
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run([*command, folder, source], check=True, capture_output=True, env=kept)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def sdist_and_wheel(tmp_path_factory):
    return built(ROOT, tmp_path_factory.mktemp("dist"))


def test_a_wheel_holds_the_presets_and_no_tests(sdist_and_wheel):
    names = zipfile.ZipFile(sdist_and_wheel[1]).namelist()
    configs = [name for name in names if name.endswith(".toml")]
    assert configs == [f"siren_cli/configs/{name}.toml" for name in presets.preset_names()]
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"siren_cli"}


def test_a_wheel_holds_what_the_shell_and_the_desktop_read(sdist_and_wheel):
    names = zipfile.ZipFile(sdist_and_wheel[1]).namelist()
    shared = [name.partition(".data/data/")[2] for name in names if ".data/data/" in name]
    assert sorted(shared) == SHARED


def test_presets_are_found_in_an_installed_wheel(sdist_and_wheel, tmp_path):
    zipfile.ZipFile(sdist_and_wheel[1]).extractall(tmp_path)  # noqa: S202 - it is ours
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        text=True,
    )
    epochs = {name: presets.load_preset(name).fit.epochs for name in presets.preset_names()}
    expected = " ".join(f"{name}={count}" for name, count in epochs.items())
    assert done.stdout.split("\n")[:2] == [str(tmp_path / "siren_cli" / "config.py"), expected]


def test_an_sdist_holds_every_file_of_the_repository(sdist_and_wheel):
    if not (git := shutil.which("git")) or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = [git, "-C", ROOT, "ls-files"]
    done = subprocess.run(listed, check=True, capture_output=True, text=True)
    with tarfile.open(sdist_and_wheel[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    missing = {name for name in done.stdout.splitlines() if (ROOT / name).exists()} - names
    assert {name for name in missing if not name.startswith(".github/")} == set()


@pytest.mark.slow
@pytest.mark.parametrize(("mask", "seconds"), [(0o077, 1e9), (0o002, 1.5e9)])
def test_an_sdist_builds_the_same_bytes_whatever_the_mask_and_the_time(
    sdist_and_wheel, tmp_path, mask, seconds
):
    before = os.umask(mask)
    try:
        with tarfile.open(sdist_and_wheel[0]) as archive:
            # Python 3.11 got filters late; without one, later versions warn.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(tmp_path)  # noqa: S202 - it is ours
        (source,) = tmp_path.iterdir()
        for path in source.rglob("*"):
            path.chmod(path.stat().st_mode & ~mask)
            os.utime(path, (seconds, seconds))
        again = built(source, tmp_path / "dist")
    finally:
        os.umask(before)
    assert [path.name for path in again] == [path.name for path in sdist_and_wheel]
    assert [path.read_bytes() for path in again] == [
        path.read_bytes() for path in sdist_and_wheel
    ]
