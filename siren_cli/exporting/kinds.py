"""The kinds of files that a representation is exported to, by their names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from siren_cli.errors import UsageError
from siren_cli.exporting import npz
from siren_cli.exporting.onnx_graph import model as onnx_model
from siren_cli.exporting.page import page
from siren_cli.representation.header import Header, MosaicHeader
from siren_cli.representation.representation import Representation, as_mosaic


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
        check: Raises UsageError where the kind cannot hold a file with this header, and
            ResourceError where its extra is missing.
        content: Returns the bytes of the file.
        losses: Returns what is lost of a file with this header, a sentence each.
        has_gradient: Whether it can hold the gradient.
        has_pyramids: Whether it can hold pyramids, and not mosaics alone.
    """

    check: Callable[[Any], None]
    content: Callable[[Export], bytes]
    losses: Callable[[Any], list[str]]
    has_gradient: bool = False
    has_pyramids: bool = False


def _anything(header: Header) -> None:
    pass


# By the suffix of the file, without its dot.
KINDS: dict[str, Kind] = {
    "html": Kind(
        page.check,
        lambda export: page.content(export.name, export.representation),
        page.losses,
        has_pyramids=True,
    ),
    "npz": Kind(
        _anything,
        lambda export: npz.content(export.representation),
        npz.losses,
        has_pyramids=True,
    ),
    "onnx": Kind(
        onnx_model.check,
        lambda export: onnx_model.content(
            as_mosaic(export.representation), with_gradient=export.with_gradient
        ),
        onnx_model.losses,
        has_gradient=True,
    ),
}

# The kind of a file that names none.
USUAL = "html"


def kind_name(path: Path) -> str:
    """Return the kind of file that a path's suffix names.

    Raises:
        UsageError: It names none.
    """
    name = path.suffix.removeprefix(".").lower()
    if name not in KINDS:
        raise UsageError(f"{path}: ends with no kind of file that is exported ({_names()})")
    return name


def check_holds(name: str, header: Header) -> None:
    """Check that files of a kind can hold a file with a header.

    Raises:
        UsageError: They hold mosaics alone, or the kind says why not.
        ResourceError: The extra of the kind is missing.
    """
    kind = KINDS[name]
    if not (isinstance(header, MosaicHeader) or kind.has_pyramids):
        others = ", ".join(other for other, each in KINDS.items() if each.has_pyramids)
        raise UsageError(f"is a pyramid (preset compact), which {others} can hold, not {name}")
    kind.check(header)


def check_kind(name: str) -> None:
    """Check that there is a kind of that name.

    Raises:
        UsageError: There is none.
    """
    if name not in KINDS:
        raise UsageError(f"--format {name}: not one of {_names()}")


def _names() -> str:
    return ", ".join(KINDS)
