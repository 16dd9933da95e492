"""Fixtures that several test modules share."""

import pytest

from siren_cli.representation import siren_file
from tests.helpers.representations import make_representation


@pytest.fixture(scope="session")
def valid_file() -> bytes:
    """The content of a small .siren file with a color profile of 200 bytes."""
    return siren_file.encode(make_representation(8, 6, icc_profile=bytes(range(200))))
