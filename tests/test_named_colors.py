"""A picture looks the same after it was read and written, however its color space is named."""

import json
from pathlib import Path

import pillow_heif
import pytest
from skimage.color import deltaE_ciede2000

from siren_cli.pictures.colors.icc_profile import SRGB
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.commands import installed
from tests.helpers.named_colors import NAMED, colors, patches, shown_lab
from tests.helpers.picture_files import encoded, written

pillow_heif.register_heif_opener()
# The most that the encoder of JPEG changes these colors by.
JPEG_DIFFERENCE = 0.55
# The same of AVIF at its quality of 95.
AVIF_DIFFERENCE = 0.45


def difference(name: str, content: bytes) -> float:
    """Return the mean CIEDE2000 of a file and of the original that has a name."""
    make, space = NAMED[name]
    # Pillow cuts 10 bits to 8, so those are compared with what was encoded.
    meant = space.lab(patches() / 255 if "10 bits" in name else colors(make()))
    return float(deltaE_ciede2000(meant, shown_lab(content)).mean())


@pytest.mark.parametrize("suffix", [".png", ".tif", ".jpg"])
@pytest.mark.parametrize("name", NAMED)
def test_colors_come_back_as_they_looked(tmp_path: Path, name: str, suffix: str) -> None:
    picture = read_picture(written(tmp_path / "a", NAMED[name][0]()))
    lossy = JPEG_DIFFERENCE * (suffix == ".jpg") + AVIF_DIFFERENCE * ("10 bits" in name)
    assert difference(name, encoded(picture, Path(f"a{suffix}"))) < lossy + 0.02


@pytest.mark.parametrize("name", NAMED)
def test_colors_of_srgb_look_the_same(tmp_path: Path, name: str) -> None:
    picture = read_picture(written(tmp_path / "a", NAMED[name][0]()), Conversion(icc="srgb"))
    rounded = 0.25 + AVIF_DIFFERENCE * ("10 bits" in name)
    assert difference(name, encoded(picture, Path("a.png"))) < rounded
    assert not picture.icc_profile or picture.icc_profile == SRGB


@pytest.mark.slow
def test_fitted_colors_come_back_as_they_looked(tmp_path: Path) -> None:
    files = [f"{number}.dat" for number in range(len(NAMED))]
    for file, (make, _) in zip(files, NAMED.values(), strict=True):
        written(tmp_path / file, make())
    fitted = installed(tmp_path, "fit", "--preset=detailed", "--json", "-q", *files)
    rows = [json.loads(line) for line in fitted.out.splitlines()]
    drawn = [Path(file).with_suffix(".siren").name for file in files]
    assert installed(tmp_path, "render", "-q", "--out-dir=drawn", *drawn).code == 0
    for file, name, row in zip(files, NAMED, rows, strict=True):
        assert row["psnr_db"] > 50.0
        (result,) = (tmp_path / "drawn").glob(f"{Path(file).stem}.*.png")
        assert difference(name, result.read_bytes()) < 0.5
