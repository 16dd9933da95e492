"""Errors say where they come from."""

from pathlib import Path

import pytest

from siren_cli.errors import PictureError, prefixed


def test_a_name_is_put_before_the_message_of_an_error_of_the_same_class() -> None:
    with pytest.raises(PictureError, match=r"^a\.png: is damaged$"), prefixed(Path("a.png")):
        raise PictureError("is damaged")


def test_an_error_of_another_family_is_left_as_it_is() -> None:
    with pytest.raises(KeyError, match=r"^'missing'$"), prefixed("a.png"):
        raise KeyError("missing")
