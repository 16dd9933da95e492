"""The pictures that `siren fit` was given: files, and the pictures in folders."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from siren_cli.errors import PictureError
from siren_cli.pictures import formats


class Inputs(NamedTuple):
    """Pictures to fit.

    Attributes:
        images: The pictures.
        folders: Where below a folder for the results those pictures go that do not go
            right into it.
    """

    images: list[Path]
    folders: dict[Path, Path]


def found(named: Sequence[Path], *, recursive: bool) -> Inputs:
    """Return the pictures that some names mean.

    A folder means the pictures in it, by their suffixes; below a folder for results they keep
    their places. So do pictures of one name in several folders.

    Args:
        named: Names of pictures and folders.
        recursive: Whether the folders in a folder are searched, too.

    Raises:
        PictureError: A folder holds no picture.
    """
    images: list[Path] = []
    folders: dict[Path, Path] = {}
    for name in named:
        if not os.path.isdir(name):
            images.append(name)
            continue
        try:
            inside = sorted(_pictures(name, recursive=recursive))
        except OSError as error:
            raise PictureError(f"{name}: cannot be searched: {error.strerror}") from error
        if not inside:
            hint = "" if recursive else " (--recursive looks into the folders in it)"
            raise PictureError(f"{name}: is a directory without a picture{hint}")
        images += inside
        folders |= {image: image.parent.relative_to(name) for image in inside}
    return Inputs(images, {**_kept_apart(images), **folders})


def _pictures(folder: Path, *, recursive: bool) -> Iterator[Path]:
    for image in folder.rglob("*") if recursive else folder.iterdir():
        hidden = any(part.startswith(".") for part in image.relative_to(folder).parts)
        if not hidden and image.suffix.lower() in formats.SUFFIXES and image.is_file():
            yield image


def _kept_apart(images: Sequence[Path]) -> dict[Path, Path]:
    """Return a place for each picture whose name is that of another one elsewhere."""
    groups = defaultdict(list)
    for image in images:
        groups[image.stem].append(image)
    places = {}
    for group in groups.values():
        parents = [os.path.abspath(image.parent) for image in group]
        if len(set(parents)) == len(group) > 1:
            common = os.path.commonpath(parents)
            for image, parent in zip(group, parents, strict=True):
                places[image] = Path(os.path.relpath(parent, common))
    return places
