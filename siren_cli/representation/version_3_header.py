"""The header of version 3, as JSON: its table, which leaves out what is usual, and back."""

from typing import Any, NamedTuple

from siren_cli.model.pyramid.networks import NetworkSizes
from siren_cli.pyramid_config import MAX_PYRAMID_WIDTH
from siren_cli.representation import common_tables
from siren_cli.representation.header import PyramidHeader
from siren_cli.representation.pyramid import network_stream
from siren_cli.representation.usual_values import USUAL_OF_PYRAMIDS

VERSION = 3


class ParsedHeader(NamedTuple):
    """What the text of a header says.

    Attributes:
        header: The header.
        network_bytes: Size of the networks in the file, in bytes.
    """

    header: PyramidHeader
    network_bytes: int


def dumped(header: PyramidHeader, network_bytes: int) -> bytes:
    """Return the text of a header, without its usual values.

    Args:
        header: The header.
        network_bytes: Size of the networks in the file, in bytes.
    """
    return common_tables.dumped(_table(header, network_bytes), USUAL_OF_PYRAMIDS)


def parsed(text: bytes) -> ParsedHeader:
    """Return what the text of a header says, every value checked.

    Raises:
        RepresentationError: It is damaged or foreign.
    """
    table = common_tables.whole_table(text, USUAL_OF_PYRAMIDS)
    common = common_tables.common_facts(table, VERSION)
    pyramid = table.table("pyramid")
    sizes = NetworkSizes(
        hidden=pyramid.integer("hidden_features", 1, MAX_PYRAMID_WIDTH),
        context=pyramid.integer("context_features", 1, MAX_PYRAMID_WIDTH),
        channels=common["facts"].channels,
    )
    least, most = network_stream.least_bytes(sizes), network_stream.most_bytes(sizes)
    network_bytes = pyramid.integer("network_bytes", least, most)
    return ParsedHeader(PyramidHeader(**common, sizes=sizes), network_bytes)


def _table(header: PyramidHeader, network_bytes: int) -> dict[str, Any]:
    return {
        **common_tables.common_table(header, VERSION),
        "pyramid": {
            "hidden_features": header.sizes.hidden,
            "context_features": header.sizes.context,
            "network_bytes": network_bytes,
        },
    }
