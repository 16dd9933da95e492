"""The limits of each format: a picture that it cannot hold is refused, or the loss is said."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import OutputError, UsageError
from siren_cli.pictures.colors import icc_profile
from siren_cli.pictures.formats import format_for, named_format
from siren_cli.pictures.picture import Metadata, Picture, PictureFacts, Resolution
from siren_cli.pictures.writing.writer import check_format, depth_for, losses
from tests.helpers.picture_files import (
    CURVELESS_PROFILE,
    GRAY_PROFILE,
    PROFILE,
    encoded,
)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".bmp"])
def test_alpha_is_refused_where_there_is_no_room_for_it(suffix: str) -> None:
    with pytest.raises(OutputError, match=r"cannot hold transparency; write a \.png"):
        check_format(Path("a"), format_for(Path(f"a{suffix}")), PictureFacts(6, 8, "RGBA"))


@pytest.mark.parametrize(("name", "limit"), [("a.jpg", 65500), ("a.webp", 16383)])
def test_the_longest_side_that_is_allowed_can_be_encoded(name: str, limit: int) -> None:
    facts = PictureFacts(limit, 1, "L")
    picture = Picture(np.zeros((1, limit, 1), np.float32), facts)
    assert encoded(picture, Path(name))
    for longer in (replace(facts, width=limit + 1), PictureFacts(1, limit + 1, "L")):
        with pytest.raises(OutputError, match=f"is limited to {limit} pixels a side"):
            check_format(Path(name), format_for(Path(name)), longer)


@pytest.mark.parametrize("name", ["a.hdr", "a", "a.siren", "a.heic", ".png", "a.png "])
def test_an_unknown_suffix_is_refused_and_the_known_ones_named(name: str) -> None:
    with pytest.raises(OutputError, match=r"suffix .* is not one of \.png, \.jpg"):
        format_for(Path(name))


def test_the_depth_is_the_pictures_own_where_the_format_has_it() -> None:
    of_16, of_8 = PictureFacts(6, 8, "RGB", 16), PictureFacts(6, 8, "RGB")
    for name, depth in {"png": 16, "tif": 16, "jxl": 16, "jpg": 8, "npy": 32}.items():
        form = named_format(name)
        assert depth_for(Path("a"), form, of_16, None) == depth
    for name in ("png", "tif", "jpg", "webp"):
        form = named_format(name)
        assert depth_for(Path("a"), form, of_16, 8) == depth_for(Path("a"), form, of_8, None)
    assert depth_for(Path("a"), named_format("png"), of_8, 16) == 16


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.avif", "a.bmp"])
def test_a_depth_that_a_format_lacks_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"holds 8 bits; write a \.png or \.tif"):
        depth_for(Path(name), format_for(Path(name)), PictureFacts(6, 8, "RGB", 16), 16)


def empty(color: Any, bit_depth: int = 8, profile: bytes | None = None) -> Picture:
    pixels = np.zeros((8, 6, len(color)), np.float32)
    return Picture(pixels, PictureFacts(6, 8, color, bit_depth), profile)


def test_a_format_says_what_it_loses() -> None:
    gray = empty("L", 16)
    assert losses(gray.source(), named_format("png"), 16) == ()
    assert losses(gray.source(), named_format("png"), 8) == ("its 16 bits are written as 8",)
    no_gray = "WEBP has no gray, which is written as color"
    assert losses(gray.source(), named_format("webp"), 8) == (
        "its 16 bits are written as 8",
        no_gray,
    )
    assert losses(empty("RGB").source(), named_format("webp"), 8) == ()
    assert losses(empty("L").source(), named_format("jpg"), 8) == ()


def test_a_profile_that_is_lost_is_reported() -> None:
    lost = "its color profile is not written"
    assert losses(empty("RGB", 8, PROFILE).source(), named_format("bmp"), 8) == (lost,)
    without_curve = empty("L", 8, CURVELESS_PROFILE).source()
    assert losses(without_curve, named_format("avif"), 8)[1:] == (lost,)
    assert losses(empty("L", 8, GRAY_PROFILE).source(), named_format("avif"), 8)[1:] == ()
    assert losses(empty("RGB", 8, PROFILE).source(), named_format("png"), 8) == ()


def test_srgb_is_lost_only_where_nothing_names_it() -> None:
    source = empty("RGB", 8, icc_profile.SRGB).source()
    for name in ("bmp", "jxl", "png"):
        assert losses(source, named_format(name), 8) == ()
    assert losses(source, named_format("ppm"), 8) == ("its color profile is not written",)


def test_what_a_file_held_beside_its_pixels_is_said_where_it_is_lost() -> None:
    held = Metadata(Resolution(300.0, 300.0), b"exif", b"<x/>")
    source = empty("RGB").source()._replace(metadata=held)
    assert losses(source, named_format("png"), 8) == ()
    assert losses(source, named_format("tif"), 8) == ("its EXIF is not written",)
    assert losses(source, named_format("bmp"), 8) == ("its EXIF and XMP are not written",)


def test_a_format_of_another_name_is_refused() -> None:
    with pytest.raises(UsageError, match="--format heic: not one of png, jpg"):
        named_format("heic")
