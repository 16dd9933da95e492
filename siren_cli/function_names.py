"""The names of activations and encodings, and the one name that files store for both.

An activation and an encoding are chosen apart, as `network.activation` and
`network.encoding`. A .siren file of version 1 has only one word for them, its stored
name: the activation with a suffix for the encoding, so relu with the positional encoding
is relu-pe. People may use the stored name, too, wherever they name an activation.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from siren_cli.errors import UsageError, shown
from siren_cli.setting_checks import check_choice

ActivationName = Literal["sine", "relu", "tanh", "sigmoid", "gauss", "wire", "finer"]
EncodingName = Literal["none", "positional"]

SINE: ActivationName = "sine"
NO_ENCODING: EncodingName = "none"
# The suffix that each encoding has in stored names. Files have them, so they stay.
SUFFIXES: dict[EncodingName, str] = {"none": "", "positional": "-pe"}


class Function(NamedTuple):
    """The two choices that a stored name stands for.

    Attributes:
        activation: Name of the function after every layer but the last.
        encoding: Name of the function of the coordinates before the first layer.
    """

    activation: ActivationName
    encoding: EncodingName


def stored_name(activation: ActivationName, encoding: EncodingName) -> str:
    """Return the one name that files have for an activation and an encoding."""
    return activation + SUFFIXES[encoding]


STORED_NAMES: dict[str, Function] = {
    stored_name(activation, encoding): Function(activation, encoding)
    for encoding in get_args(EncodingName)
    for activation in get_args(ActivationName)
}


def separated(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a table [network] whose stored name became an activation and an encoding.

    Raises:
        UsageError: It is no stored name, or contradicts the encoding in the table.
    """
    word = table.get("activation")
    if not isinstance(word, str):
        return table
    check_choice("network.activation", word, STORED_NAMES)
    activation, encoding = STORED_NAMES[word]
    if encoding == NO_ENCODING:
        return table
    if table.get("encoding", encoding) != encoding:
        raise UsageError(
            f"network.encoding: {shown(table['encoding'])} contradicts "
            f"network.activation {word}"
        )
    return {**table, "activation": activation, "encoding": encoding}
