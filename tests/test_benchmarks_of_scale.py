"""What the section `scale` of the benchmarks makes and shows."""

import json

import numpy as np
import pytest

from benchmarks import scale_tables
from benchmarks.huge_files import write_tiled
from benchmarks.huge_pictures import repeated
from benchmarks.together import loopback
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.representation.siren_file import encode, load
from tests.helpers.representations import make_representation


@pytest.mark.parametrize("widths", [(5,), (5, 8)])
def test_a_file_is_tiled_along_both_axes(tmp_path, widths):
    small, large = tmp_path / "small.siren", tmp_path / "large.siren"
    small.write_bytes(encode(make_representation(10, 12, widths=widths)))
    header = write_tiled(small, large, 3)
    one, many = load(small), load(large)
    assert many.header == header
    # Three rows of cells that are 4 pixels high; the last ends 2 pixels beyond the picture.
    assert (header.facts.height, header.facts.width) == (34, 36)
    assert many.cells.rows == 9
    for row in range(9):
        assert many.cells.row_bytes(row) == one.cells.row_bytes(row % 3) * 3


def test_a_repeated_picture_is_made_block_by_block():
    pixels = np.arange(6, dtype=np.float32).reshape(2, 3, 1)
    source = repeated(Picture(pixels, PictureFacts(3, 2, "L")), 5, 7)
    assert (source.facts.height, source.facts.width) == (5, 7)
    whole = source.block(slice(None), slice(None))[..., 0]
    assert whole[:, 0].tolist() == [0, 3, 0, 3, 0]
    assert whole[0].tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert (source.block(slice(3, 5), slice(2, 6))[..., 0] == whole[3:5, 2:6]).all()


def test_every_process_of_a_cluster_has_an_address_of_its_own():
    configs = [json.loads(text) for text in loopback(3)]
    assert [each["task"]["index"] for each in configs] == [0, 1, 2]
    assert len(set(configs[0]["cluster"]["worker"])) == 3
    assert all(each["cluster"] == configs[0]["cluster"] for each in configs)


def test_devices_are_shown_with_what_sharing_costs():
    row = {"kind": "replicas", "fit_seconds": 2.0, "wall_seconds": 5.0}
    rows = [
        {**row, "count": 1, "ratio": 1.0, "is_same_file": True},
        {**row, "count": 2, "ratio": 1.25, "is_same_file": False},
    ]
    text = scale_tables.scale(rows)
    assert "| 1 | 2.00 | 5.00 | 1.00 | yes |" in text
    assert "| 2 | 2.00 | 5.00 | 1.25 | no |" in text
    assert "loopback" not in text


def test_sizes_are_shown_over_the_smallest_and_over_tensorflow():
    mib = 1 << 20
    row = {"kind": "size", "format": "png", "psnr": 40.0, "wall_seconds": 30.0, "height": 1000}
    rows = [
        {"kind": "footprint", "peak_bytes": 600 * mib},
        {**row, "width": 1000, "fit_seconds": 10.0, "peak_bytes": 700 * mib},
        {**row, "width": 4000, "fit_seconds": 44.0, "peak_bytes": 900 * mib},
    ]
    text = scale_tables.scale(rows)
    assert "| 1.00 | png | 40.00 | 10.00 | 10.00 | 1.00 | 30.00 | 700 | 100 |" in text
    assert "| 4.00 | png | 40.00 | 44.00 | 11.00 | 1.10 | 30.00 | 900 | 300 |" in text
