"""Folders of pictures: which are found, and where their fits go."""

from pathlib import Path

import pytest

from siren_cli.commands.fit_inputs import found
from siren_cli.errors import PictureError
from tests.helpers.commands import siren
from tests.helpers.picture_files import noise, saved, written


@pytest.fixture
def album(tmp_path: Path) -> Path:
    for name in ("b.png", "a.PNG", "one/c.jpg", "one/two/d.tif", ".hidden/e.png"):
        path = tmp_path / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        saved(path, noise())
    written(tmp_path / "album" / "notes.txt", b"no picture")
    written(tmp_path / "album" / "._b.png", b"\0\5\x16\7")
    return tmp_path / "album"


def test_a_folder_means_the_pictures_in_it(album: Path) -> None:
    inputs = found([album], recursive=False)
    assert [image.name for image in inputs.images] == ["a.PNG", "b.png"]


def test_a_folder_is_searched_with_the_folders_in_it(album: Path) -> None:
    inputs = found([album], recursive=True)
    assert [image.relative_to(album).as_posix() for image in inputs.images] == [
        "a.PNG",
        "b.png",
        "one/c.jpg",
        "one/two/d.tif",
    ]
    places = [inputs.folders[image].as_posix() for image in inputs.images]
    assert places == [".", ".", "one", "one/two"]


def test_a_folder_without_a_picture_is_refused(album: Path) -> None:
    empty = album / "empty"
    empty.mkdir()
    with pytest.raises(PictureError, match=r"without a picture \(--recursive looks"):
        found([empty], recursive=False)
    with pytest.raises(PictureError, match=r"without a picture$"):
        found([empty], recursive=True)


def test_pictures_of_one_name_keep_their_folders(tmp_path: Path) -> None:
    images = [tmp_path / "a/x.png", tmp_path / "b/c/x.png", tmp_path / "b/y.png"]
    assert found(images, recursive=False).folders == {
        images[0]: Path("a"),
        images[1]: Path("b/c"),
    }


def test_fits_of_a_tree_keep_their_places(album: Path) -> None:
    arguments = ["fit", "--recursive", "album", "--out-dir", "fits", "--preset=fast"]
    run = siren(album.parent, *arguments, "--epochs=2")
    assert run.code == 0, run.err
    fits = album.parent / "fits"
    made = sorted(path.relative_to(fits).as_posix() for path in fits.rglob("*.siren"))
    assert made == ["a.siren", "b.siren", "one/c.siren", "one/two/d.siren"]
    again = siren(album.parent, *arguments, "--epochs=2", "--skip-existing")
    assert again.code == 0
    assert all("skipped" in line for line in again.err[:4])


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    run = siren(tmp_path, "fit", "https://example.org/a.png")
    assert run.err == [
        "siren: https://example.org/a.png: is an address; download it first, as by curl -LO"
    ]
    saved(tmp_path / "a.png", noise())
    run = siren(tmp_path, "render", "a.png")
    assert run.err == ["siren: a.png: is a picture; fit it first: siren fit"]
