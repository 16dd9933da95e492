"""A floating-point picture is answered, drawn and compared in its own units."""

import io
import json
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

import siren_cli
from siren_cli.rendering.function import PictureFunction
from tests.helpers.commands import siren
from tests.helpers.picture_files import Stored
from tests.helpers.representations import make_representation, save_representation

HEIGHT, WIDTH = 24, 32


def hdr() -> Stored:
    """Return light of 1:10,000 of a soft sun, shape (24, 32, 3)."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    sun = 500 * np.exp(-((y - 9) ** 2 + (x - 20) ** 2) / 8)
    sky = 0.05 + 0.4 * y / HEIGHT
    return np.stack([sun + sky, 0.7 * sun + sky, 0.3 * sun + 1.5 * sky], -1).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hdr")
    tifffile.imwrite(folder / "sun.tif", hdr(), photometric="rgb")
    run = siren(folder, "fit", "sun.tif", "--preset=detailed", "--json")
    assert run.code == 0
    row = json.loads(run.out)
    assert row["psnr_db"] > 40
    assert row["tone_mapped_psnr_db"] > 30
    assert row["bit_depth"] == 32
    return folder


def ratios(values: Stored) -> float:
    """Return the median ratio by which values are wrong."""
    return float(np.exp(np.median(np.abs(np.log((values + 0.01) / (hdr() + 0.01))))))


@pytest.mark.parametrize("suffix", ["tif", "npy", "exr"])
def test_floats_are_drawn_in_their_own_units(folder: Path, suffix: str) -> None:
    path = folder / f"drawn.{suffix}"
    assert siren(folder, "render", "sun.siren", "-f", "-o", str(path)).code == 0
    if suffix == "exr":
        import OpenEXR

        values = OpenEXR.File(str(path)).channels()["RGB"].pixels
    else:
        values = np.load(path) if suffix == "npy" else tifffile.imread(path)
    assert (values.dtype, values.shape) == (np.float32, (HEIGHT, WIDTH, 3))
    assert ratios(values) < 1.1


@pytest.mark.parametrize("stops", [0, 2])
def test_light_is_written_in_8_bits_by_an_exposure(folder: Path, stops: int) -> None:
    command = ["render", "sun.siren", "-o", "-", "--depth=8"]
    run = siren(folder, *command, f"--exposure={stops}")
    with Image.open(io.BytesIO(run.out)) as image:
        shown = np.asarray(image) / 255
    light = np.clip(hdr() * 2.0**stops, 0, 1)
    expected = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(shown - expected).mean() < 0.03


def test_a_point_is_answered_in_its_own_units(folder: Path) -> None:
    run = siren(folder, "query", "sun.siren", "20.5", "9.5", "--json")
    (point,) = json.loads(run.out)["points"]
    np.testing.assert_allclose(point["values"], hdr()[9, 20], rtol=0.15)
    assert point["hex"] == "#ffffff"[:7] or point["hex"].startswith("#ff")


def test_derivatives_are_those_of_the_values(folder: Path) -> None:
    function = siren_cli.load(folder / "sun.siren")
    assert isinstance(function, PictureFunction)
    x, y, step = np.array([8.3, 20.1]), np.array([7.2, 15.9]), 1e-2
    left, middle, right = (function(x + shift, y).astype(float) for shift in (-step, 0, step))
    gradient = function.gradient(x, y)[..., 0]
    np.testing.assert_allclose(gradient, (right - left) / (2 * step), rtol=0.02, atol=1e-3)
    up, down = (function(x, y + shift).astype(float) for shift in (-0.1, 0.1))
    left, right = (function(x + shift, y).astype(float) for shift in (-0.1, 0.1))
    second = (left + right + up + down - 4 * middle) / 0.01
    np.testing.assert_allclose(function.laplacian(x, y), second, rtol=0.1, atol=0.05)


def test_a_drawing_of_floats_is_compared_with_floats(folder: Path) -> None:
    drawn = folder / "other.tif"
    siren(folder, "render", "sun.siren", "-f", "-o", str(drawn))
    names = [str(folder / "sun.tif"), str(folder / "sun.siren"), str(drawn)]
    rows = [
        json.loads(line) for line in siren(folder, "compare", *names, "--json").out.splitlines()
    ]
    assert rows[1]["psnr_db"] == pytest.approx(rows[2]["psnr_db"], abs=0.01)
    assert rows[1]["tone_mapped_psnr_db"] == pytest.approx(
        rows[2]["tone_mapped_psnr_db"], abs=0.01
    )


def test_a_program_gets_floats_back() -> None:
    fitted = siren_cli.fit(hdr(), preset="detailed")
    assert ratios(fitted.render()) < 1.1
    assert fitted.render(depth=8).dtype == np.uint8


def test_a_jpeg_xl_of_floats_is_read_as_it_was(tmp_path: Path) -> None:
    content = imagecodecs.jpegxl_encode(hdr() / 600, lossless=True)
    (tmp_path / "a.jxl").write_bytes(content)
    assert siren(tmp_path, "fit", "a.jxl", "--dry-run").code == 0


def test_exposure_is_for_floats_alone(tmp_path: Path) -> None:
    save_representation(tmp_path / "a.siren", make_representation(8, 6))
    run = siren(tmp_path, "render", "a.siren", "--exposure=1")
    assert run.err == [
        "siren: --exposure is for floating point; this picture has stored colors"
    ]


def test_the_primaries_of_light_come_back(tmp_path: Path) -> None:
    import OpenEXR

    rec_2020 = (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329)
    header = {"chromaticities": rec_2020, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"RGB": OpenEXR.Channel(hdr())}).write(str(tmp_path / "a.exr"))
    command = ["fit", "a.exr", "--preset=fast", "--epochs=2", "-q"]
    assert siren(tmp_path, *command).code == 0
    run = siren(tmp_path, "render", "a.siren", "-o", "b.exr")
    assert len(run.err) == 1  # nothing is lost
    written = OpenEXR.File(str(tmp_path / "b.exr")).header()["chromaticities"]
    np.testing.assert_allclose(written, rec_2020, atol=1e-3)
