"""`siren join` without the command line: the parts of a fit become one .siren file."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from siren_cli.commands.saving import saved
from siren_cli.errors import ResourceError, UsageError
from siren_cli.output.json_results import Result, head, quality
from siren_cli.planning.shard_psnr import joined_psnr
from siren_cli.representation import joined_parts, part_reader, siren_file
from siren_cli.representation.part_reader import PartFile
from siren_cli.representation.representation import MosaicRepresentation
from siren_cli.system.destination import Destination

# The end of a part's name.
_NAME = re.compile(r"(.+)\.[0-9]+-of-[0-9]+\.part")


def join(files: Sequence[Path], output: Path | None, *, force: bool) -> Result:
    """Join the parts of a fit, which `siren fit --shard-cells` has made.

    Args:
        files: The parts, in any order.
        output: The file to write; None is named after the parts.
        force: Whether a file that exists is overwritten.

    Raises:
        UsageError: The parts have no name in common, and there is no output.
        RepresentationError: A part is damaged, foreign or missing.
        OutputError: The output cannot be written.
    """
    start = time.perf_counter()
    destination = Destination(output or common_name(files), force)
    destination.check(*files)
    with _opened(files) as parts, destination.locked():
        fit = joined_parts.joined(parts)
        destination.check_room(siren_file.expected_bytes(fit.header))
        fit = _measured(fit, parts)
        file_bytes, file_digest = saved(siren_file.chunks(fit), destination)
    return {
        **head("join", files[0], fit.header.facts),
        "output": str(destination.path),
        "parts": len(parts),
        **quality(fit.header, file_bytes),
        "epochs": fit.header.epochs,
        "seconds": round(time.perf_counter() - start, 3),
        **fit.header.settings,
        "file_sha256": file_digest,
    }


def common_name(files: Sequence[Path]) -> Path:
    """Return the name of the .siren file that parts are joined to: theirs without K-of-N.

    Raises:
        UsageError: They do not have one.
    """
    names = {file: match[1] if (match := _NAME.fullmatch(file.name)) else "" for file in files}
    first = files[0]
    for file, name in names.items():
        if not name:
            raise UsageError(f"{file}: is not named like x.1-of-4.part; name the output by -o")
        if (file.parent, name) != (first.parent, names[first]):
            raise UsageError(f"{first} and {file}: differ in name; name the output by -o")
    return first.with_name(f"{names[first]}.siren")


@contextmanager
def _opened(files: Sequence[Path]) -> Iterator[list[PartFile]]:
    """Open the parts of one fit, and give them in their order."""
    with ExitStack() as stack:
        parts = [stack.enter_context(part_reader.opened(file)) for file in files]
        try:
            yield joined_parts.in_order(parts)
        except MemoryError as error:
            raise ResourceError(f"{files[0]}: larger than the memory that is left") from error


def _measured(fit: MosaicRepresentation, parts: Sequence[PartFile]) -> MosaicRepresentation:
    psnr, shown_psnr = joined_psnr(fit, parts)
    return replace(fit, header=replace(fit.header, psnr=psnr, tone_mapped_psnr=shown_psnr))
