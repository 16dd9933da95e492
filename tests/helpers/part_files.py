"""Parts of fits, made without TensorFlow, taken apart and put together again."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.pictures.picture import Picture
from siren_cli.planning.shard_psnr import measured_rows
from siren_cli.representation import part_file
from siren_cli.representation.part_file import PartFacts
from siren_cli.representation.representation import MosaicRepresentation

MAGIC = b"\x89SIRPART"
DIGEST_BYTES = 16


def noise_for(fit: MosaicRepresentation) -> Picture:
    """Return a picture of noise, such as a bad fit has been made of."""
    facts = fit.header.facts
    shape = facts.height, facts.width, facts.channels
    pixels = np.random.default_rng(1).random(shape, np.float32)
    return Picture(pixels, facts, fit.icc_profile, metadata=fit.metadata)


def part_bytes(
    fit: MosaicRepresentation, picture: Picture, rows: range, number: int, count: int
) -> bytes:
    """Return the bytes of a part: some rows of cells of a fit that is there as a whole."""
    sums, seam = measured_rows(picture, fit, rows)
    facts = PartFacts("ab" * 32, number, count, rows, sums)
    return b"".join(part_file.chunks(facts, fit, seam))


def write_parts(folder: Path, fit: MosaicRepresentation, *cuts: int) -> list[Path]:
    """Write the parts of a fit that is cut before some rows of cells; return their paths.

    They are named a.1-of-2.part and so on.
    """
    picture, edges = noise_for(fit), [0, *cuts, fit.header.grid.y.cells]
    paths = []
    for number in range(1, len(edges)):
        path = folder / f"a.{number}-of-{len(edges) - 1}.part"
        rows = range(edges[number - 1], edges[number])
        path.write_bytes(part_bytes(fit, picture, rows, number, len(edges) - 1))
        paths.append(path)
    return paths


class PartPieces:
    """The pieces of a part; this is its format once more, without the code that is tested.

    Attributes:
        facts: The table at its start.
        beginning: The beginning of the .siren file.
        seam: Pixels, as bytes.
        records: The networks.
    """

    def __init__(self, content: bytes) -> None:
        end = 12 + int.from_bytes(content[8:12], "little")
        self.facts: dict[str, Any] = json.loads(content[12:end])
        seam_start = end + self.facts["beginning_bytes"]
        seal_start = seam_start + self.facts["seam_bytes"]
        self.beginning, self.seam = content[end:seam_start], content[seam_start:seal_start]
        self.records = content[seal_start + DIGEST_BYTES : -DIGEST_BYTES]

    def sealed(self) -> bytes:
        """Return the part with digests that fit."""
        text = json.dumps(self.facts).encode()
        start = MAGIC + len(text).to_bytes(4, "little") + text + self.beginning + self.seam
        return start + _digest(start) + self.records + _digest(self.records)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]
