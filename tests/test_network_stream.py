"""Networks become bytes and come back; damage is found."""

from collections.abc import Sequence

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import NetworkSizes, RoundedNetworks, blocks
from siren_cli.representation.pyramid import network_stream
from tests.helpers.pyramid_content import SIZES, make_networks

CONTENT = network_stream.encode(make_networks())


def with_exponents(exponents: Sequence[int]) -> RoundedNetworks:
    return make_networks()._replace(exponents=tuple(exponents))


def with_number(number: int) -> RoundedNetworks:
    made = make_networks()
    made.numbers[4][2, 3] = number
    return made


def assert_round_trip(networks: RoundedNetworks) -> None:
    content = network_stream.encode(networks)
    assert len(content) <= network_stream.most_bytes(networks.sizes)
    found = network_stream.decode(content, networks.sizes)
    assert (found.sizes, found.exponents) == (networks.sizes, networks.exponents)
    assert all(map(np.array_equal, found.numbers, networks.numbers))


def refusal(content: bytes, sizes: NetworkSizes = SIZES) -> str:
    with pytest.raises(RepresentationError) as caught:
        network_stream.decode(content, sizes)
    return str(caught.value)


@pytest.mark.parametrize("scale", [0.0, 0.2, 4.0, 100.0, 900.0])
@pytest.mark.parametrize("sizes", [SIZES, NetworkSizes(1, 1, 1), NetworkSizes(16, 24, 4)])
def test_networks_come_back(sizes: NetworkSizes, scale: float) -> None:
    assert_round_trip(make_networks(sizes, scale=scale))


def test_the_largest_numbers_and_exponents_come_back() -> None:
    exponents = np.resize([-14, 2, 0], len(blocks(SIZES))).tolist()
    assert_round_trip(with_exponents(exponents))
    assert_round_trip(with_number(8191))
    assert_round_trip(with_number(-8191))


@pytest.mark.parametrize("scale", [3.0, 12.0, 200.0])
def test_bytes_are_those_of_the_numbers_entropy(scale: float) -> None:
    made = make_networks(NetworkSizes(24, 24, 3), scale=scale)
    sizes = np.abs(np.concatenate([each.ravel() for each in made.numbers]))
    entropy = np.log2(2 * np.e * sizes.mean()) * len(sizes) / 8
    assert len(network_stream.encode(made)) < 1.03 * entropy + 40


@pytest.mark.parametrize(
    "wrong",
    [with_exponents([-15] + [0] * 13), with_exponents([3] * 14), with_number(8192)],
)
def test_numbers_out_of_range_are_not_encoded(wrong: RoundedNetworks) -> None:
    with pytest.raises(ValueError, match="out of range"):
        network_stream.encode(wrong)


def test_numbers_out_of_range_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_stream, "LARGEST_NUMBER", 9000)
    content = network_stream.encode(with_number(8192))
    monkeypatch.undo()
    assert refusal(content) == "damaged: the networks do not match their SHA-256"


@pytest.mark.parametrize("place", [0, 1])
def test_steps_out_of_range_are_refused(place: int) -> None:
    assert refusal(CONTENT[:place] + b"\xff" + CONTENT[place + 1 :]) == (
        "damaged: its networks have no such steps"
    )


def test_any_changed_number_is_found() -> None:
    for place in range(2 * len(blocks(SIZES)), len(CONTENT)):
        damaged = bytearray(CONTENT)
        damaged[place] ^= 1 << place % 8
        refusal(bytes(damaged))


def test_any_other_length_is_refused() -> None:
    for length in range(len(CONTENT)):
        refusal(CONTENT[:length])
    refusal(CONTENT + b"\0\0")
    refusal(CONTENT, NetworkSizes(5, 6, 4))
