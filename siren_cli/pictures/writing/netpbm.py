"""PGM and PPM files (netpbm's pgm(5) and ppm(5)), written band by band."""

from typing import BinaryIO

from siren_cli.pictures.bands import bands
from siren_cli.pictures.picture import Block, PictureFacts, peak
from siren_cli.system.parallel import ahead

# First bytes of a file by its channels.
MAGICS = {1: b"P5", 3: b"P6"}


def write(file: BinaryIO, facts: PictureFacts, block: Block) -> None:
    """Write a PGM file of gray, or a PPM file of colors.

    Args:
        file: The file to write to.
        facts: Size, color and depth of the file.
        block: Returns stored values of the picture.
    """
    head = f"\n{facts.width} {facts.height}\n{peak(facts.bit_depth)}\n"
    file.write(MAGICS[facts.channels] + head.encode())
    kind = f">u{facts.bit_depth // 8}"
    columns = slice(0, facts.width)

    def encoded(rows: slice) -> bytes:
        return block(rows, columns).astype(kind).tobytes()

    for band in ahead(encoded, bands(facts.height, facts.width)):
        file.write(band)
