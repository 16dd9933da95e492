"""The kinds of files that a representation is exported to, by their names."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from siren_cli.errors import UsageError
from siren_cli.exporting import npz
from siren_cli.exporting.onnx_graph import model as onnx_model
from siren_cli.exporting.page import page
from siren_cli.representation.header import Header
from siren_cli.representation.siren_file import Representation


class Export(NamedTuple):
    """A representation on its way to another kind of file.

    Attributes:
        name: Name of the picture, for people.
        representation: The function.
        with_gradient: Whether programs can ask for the gradient, too.
    """

    name: str
    representation: Representation
    with_gradient: bool = False


class Kind(NamedTuple):
    """A kind of file.

    Attributes:
        meaning: What it is, in a few words.
        check: Raises UsageError where the kind cannot hold a file with this header, and
            ResourceError where its extra is missing.
        content: Returns the bytes of the file.
        losses: Returns what is lost of a file with this header, a sentence each.
        has_gradient: Whether it can hold the gradient.
    """

    meaning: str
    check: Callable[[Header], None]
    content: Callable[[Export], bytes]
    losses: Callable[[Header], list[str]]
    has_gradient: bool = False


def _anything(header: Header) -> None:
    pass


def _nothing(header: Header) -> list[str]:
    return []


# By the suffix of the file, without its dot; the first is the usual one.
KINDS: dict[str, Kind] = {
    "html": Kind(
        "a page that draws it in a browser",
        page.check,
        lambda export: page.content(export.name, export.representation),
        page.losses,
    ),
    "npz": Kind(
        "NumPy's arrays, and the formula",
        _anything,
        lambda export: npz.content(export.representation),
        npz.losses,
    ),
    "onnx": Kind(
        "a graph for ONNX runtimes",
        onnx_model.check,
        lambda export: onnx_model.content(
            export.representation, with_gradient=export.with_gradient
        ),
        onnx_model.losses,
        has_gradient=True,
    ),
}


def kind_name(path: Path) -> str:
    """Return the kind of file that a path's suffix names.

    Raises:
        UsageError: It names none.
    """
    return named(path.suffix.removeprefix(".").lower(), f"{path}: ends with no kind of file")


def named(name: str, problem: str) -> str:
    """Return the name of a kind, which must be one.

    Args:
        name: The name.
        problem: What is wrong if it is none.

    Raises:
        UsageError: There is no such kind.
    """
    if name not in KINDS:
        kinds = ", ".join(KINDS)
        raise UsageError(f"{problem} that is exported ({kinds})")
    return name
