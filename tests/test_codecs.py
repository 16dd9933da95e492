"""Codecs are known by name before Pillow is loaded, and say what is missing."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PIL import features

from siren_cli.errors import ResourceError, UsageError
from siren_cli.pictures.codecs import CODECS, decode, encode, named_codec
from siren_cli.pictures.picture import Picture, PictureFacts
from tests.helpers.picture_files import noise, premultiplied

LOADED = "import sys, siren_cli.pictures.codecs; print({'numpy', 'PIL'} & set(sys.modules))"


def test_the_codecs_names_load_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"


def test_a_codec_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--codec gif: not one of jpeg, webp, avif, jxl$"):
        named_codec("gif")


@pytest.mark.parametrize("feature", ["webp", "avif"])
def test_a_pillow_without_a_codec_is_named(monkeypatch: Any, feature: str) -> None:
    monkeypatch.setattr(features, "version", lambda _: None)
    with pytest.raises(ResourceError, match=f"built without {feature}"):
        named_codec(feature)


@pytest.mark.parametrize("name", CODECS)
def test_what_is_decoded_has_the_size_and_color_of_the_original(name: str) -> None:
    facts, codec = PictureFacts(6, 8, "L"), named_codec(name)
    original = Picture(premultiplied(noise(1)).astype(np.float32), facts)
    found = decode(encode(original, codec, {"quality": 95}), codec, facts)
    assert (found.facts, found.pixels.shape) == (facts, (8, 6, 1))
    assert np.abs(found.pixels - original.pixels).mean() < 0.1
