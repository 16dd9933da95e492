"""Results of one command that would have the same place."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from siren_cli.errors import UsageError
from siren_cli.system.destination import Destination


def check_apart(sources: Sequence[Path], place: Callable[[Path], Destination]) -> None:
    """Check that no two sources of a command have their results in the same place.

    Args:
        sources: The files that results are made from.
        place: Returns where the result of a source goes.

    Raises:
        UsageError: Two have.
    """
    found: dict[Path, Path] = {}
    for source in sources:
        output = place(source).path
        key = Path(os.path.realpath(output.parent)) / output.name
        other = found.setdefault(key, source)
        if other is not source:
            if other == source:
                raise UsageError(f"{source}: is given twice")
            raise UsageError(f"{other} and {source}: both would become {output}")
