"""The arithmetic of the benchmarks: curves, means, pictures and tables."""

import numpy as np
import pytest

from benchmarks import tables
from benchmarks.curves import mean, seconds_to, value_at
from benchmarks.figure import draw, spread
from benchmarks.machine import instruction_set
from benchmarks.pictures import even, halved, tiled
from benchmarks.plan import budgets
from benchmarks.products import operations
from benchmarks.record import Record
from benchmarks.summary import against_peer, curves
from siren_cli.pictures.picture import Picture, PictureFacts

CURVE = [(10.0, 30.0), (1.0, 20.0)]


def make_picture(height, width, value=0.0):
    pixels = np.full((height, width, 3), value, np.float32)
    return Picture(pixels, PictureFacts(width, height, "RGB"))


def fit_row(system, seconds, psnr):
    return {
        "kind": "fit", "picture": "a.png", "system": system, "seconds": seconds, "psnr": psnr
    }  # fmt: skip


def test_a_curve_is_linear_over_log_seconds():
    assert value_at(CURVE, 10**0.5) == pytest.approx(25.0)
    assert seconds_to(CURVE, 25.0) == pytest.approx(10**0.5)


def test_a_curve_says_nothing_far_beyond_its_ends():
    assert value_at(CURVE, 0.9) is None
    assert value_at(CURVE, 0.95) == 20.0
    assert value_at(CURVE, 10.5) == 30.0
    assert value_at(CURVE, 12.0) is None
    assert seconds_to(CURVE, 31.0) is None
    assert seconds_to(CURVE, 15.0) == 1.0
    assert value_at([], 1.0) is None


def test_a_mean_over_pictures_wants_all_of_them():
    assert mean([1.0, 3.0]) == 2.0
    assert mean([1.0, None]) is None


def test_the_last_budget_is_the_one_asked_for():
    assert budgets(10.0) == [1.0, 2.0, 5.0, 10.0]
    assert budgets(3.0) == [1.0, 2.0, 3.0]


def test_halving_takes_means_of_two_by_two_pixels():
    picture = make_picture(7, 9)
    picture.pixels[0, 0] = 1.0
    half = halved(even(picture))
    assert half.pixels.shape == (3, 4, 3)
    assert (half.facts.height, half.facts.width) == (3, 4)
    assert half.pixels[0, 0, 0] == pytest.approx(0.25, abs=1 / 255)
    assert half.pixels.sum() == pytest.approx(3 * 0.25, abs=3 / 255)


def test_tiles_lie_in_order_turned_and_cut_to_one_size():
    tall, wide = make_picture(8, 6, 0.25), make_picture(5, 9, 0.75)
    picture = tiled([tall, wide], 1, 2)
    assert picture.pixels.shape == (5, 16, 3)
    assert (picture.pixels[:, :8] == 0.25).all()
    assert (picture.pixels[:, 8:] == 0.75).all()


def test_pictures_that_come_again_are_flipped():
    picture = make_picture(2, 3)
    picture.pixels[0, 0] = 1.0
    tiles = tiled([picture], 2, 2).pixels[..., 0]
    assert {(int(y), int(x)) for y, x in np.argwhere(tiles)} == {(0, 0), (0, 5), (3, 0), (3, 5)}


def test_the_peer_is_compared_at_its_longest_budget():
    rows = [
        fit_row("balanced", 1.0, 20.0),
        fit_row("balanced", 10.0, 30.0),
        fit_row("pytorch-tuned", 2.0, 15.0),
        fit_row("pytorch-tuned", 50.0, 20.0),
    ]
    found = against_peer(curves(rows))
    assert found == {
        "pictures": 1, "median_ratio": 0.02, "worst_ratio": 0.02, "least_gain_db": 10.0
    }  # fmt: skip


def test_labels_keep_their_order_and_a_distance():
    assert spread([2.0, 0.0, 0.1], 0.5) == [2.0, 0.0, 0.5]


def test_results_are_written_after_every_row_and_shown(tmp_path):
    machine = {
        "cpu": "a CPU",
        "instructions": "AVX2",
        "cores": 2,
        "gpus": [],
        "python": "3",
        "tensorflow": "2",
    }
    head = {"machine": {**machine, "numpy": "2", "torch": None}, "command": "python"}
    record = Record(tmp_path / "new" / "results.json", head)
    record.add("quality", fit_row("balanced", 1.0, 20.0))
    record.add("quality", fit_row("balanced", 10.0, 30.0))
    assert '"psnr": 30.0' in (tmp_path / "new" / "results.json").read_text()
    text = tables.markdown(record.content)
    assert "a CPU, 2 cores, AVX2; python 3" in text
    assert "| balanced | 20.00 | 23.01 | 26.99 | 30.00 | - | - |" in text
    draw(curves(record.sections["quality"]), tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 10_000


def test_widths_are_shown_with_what_they_gain():
    picture = {"picture": "a.png"}
    rows = [{"kind": "width", **picture, "width": w, "psnr": float(w)} for w in (16, 32)]
    rows.append({"kind": "constants", "energy_power": 0.71})
    rows += [
        {"kind": "gain", **picture, "widths": widths, "psnr": psnr}
        for widths, psnr in (("equal", 40.0), ("by_cell", 41.5))
    ]
    text = tables.WRITERS["widths"](rows)
    for line in ("| a.png | 16.00 | 32.00 |", "| 0.71 |", "| a.png | 40.00 | 41.50 |"):
        assert line in text


def test_activations_are_shown_by_constants_and_rates():
    def row(activation, rate, psnr, **constants):
        return {
            "kind": "rate", "activation": activation, "rate": rate, "psnr": psnr,
            "constants": constants,
        }  # fmt: skip

    rows = [row("relu", 1.0, 20.0), row("relu", 8.0, None), row("gauss", 1.0, 30.0, S=0.1)]
    rows += [row("gauss", 8.0, 31.0, S=0.1)]
    result = {"kind": "result", "activation": "relu", "psnr": 25.0, "seconds": 1.0}
    text = tables.WRITERS["activations"]([*rows, result])
    assert "| relu | 20.00 | - |" in text
    assert "| gauss S 0.1 | 30.00 | 31.00 |" in text
    assert "| relu | 25.00 | 1.00 |" in text


def test_the_widest_instructions_of_a_processor_are_named():
    assert instruction_set(["fpu", "avx2", "avx512f", "sse2"]) == "AVX-512"
    assert instruction_set(["avx2", "avx", "sse2"]) == "AVX2"
    assert instruction_set([]) is None


def test_a_step_is_compared_with_every_library_here():
    row = {"width": 44, "parts": 4, "cells": 8, "points": 128}
    row["gflops"] = {"NumPy products": 95.0}
    assert "| 44 | 4 | 8 | 128 | 95.00 |" in tables.WRITERS["products"]([row])


def test_products_are_counted_as_sums_and_products_of_three_passes():
    # 2 x 10 points x (2 x 4 + 4 x 3) multiplications, three times, for each of 5 cells
    assert operations([(5, (2, 4, 3))], 10) == 3 * 2 * 10 * (2 * 4 + 4 * 3) * 5
