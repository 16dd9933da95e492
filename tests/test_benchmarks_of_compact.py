"""The tables of `benchmarks/compact`: means, and bits at a PSNR."""

import pytest

from benchmarks.compact_tables import at_psnrs, bits_at, means


def rows() -> list[dict[str, object]]:
    """Return fits of two pictures at two qualities: 30 and 35 dB on average."""
    extra = {"fit_seconds": 1.0, "render_seconds": 1.0, "peak_bytes": 1e6}
    return [
        {"picture": name, "quality": quality, "psnr": psnr, "bpp": bpp, **codecs, **extra}
        for name, offset in (("a", 1.0), ("b", -1.0))
        for quality, middle, bpp in ((50, 35.0, 0.8), (20, 30.0, 0.2))
        for psnr in [middle + offset]
        for codecs in [{"webp": 2 * bpp, "avif": bpp}]
    ]


def test_means_are_those_of_all_pictures_at_a_quality():
    assert [(row["quality"], row["dB"]) for row in means(rows())] == [(20, 30.0), (50, 35.0)]


def test_bits_are_read_between_the_fits():
    found = {row["dB"]: row["at one quality"] for row in at_psnrs(rows())}
    assert found == {"30": "0.200", "35": "0.800", "40": None}
    assert float(at_psnrs(rows())[0]["webp"]) == pytest.approx(
        2 * float(at_psnrs(rows())[0]["avif"]), abs=2e-3
    )


def test_bits_are_log_linear_and_none_far_away():
    points = [(29.0, 0.1), (33.0, 0.4)]
    assert bits_at(points, 31.0) == pytest.approx(0.2)
    assert bits_at(points, 36.0) is None
