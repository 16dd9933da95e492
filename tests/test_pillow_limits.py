"""Pillow's limits are those of the program again after a picture was read."""

from PIL import Image, PngImagePlugin

from siren_cli.pictures.reading.pillow_limits import lifted
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.commands import write_picture


def limits() -> tuple[int | None, int]:
    return Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK


def test_reading_a_picture_puts_the_limits_back(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    write_picture(tmp_path / "a.png")  # it has more pixels
    before = limits()
    assert read_picture(tmp_path / "a.png").facts.pixels > 100
    assert limits() == before


def test_the_last_of_several_readers_puts_the_limits_back():
    before = limits()
    with lifted():
        with lifted():
            assert limits()[0] is None
        assert limits()[0] is None
    assert limits() == before
