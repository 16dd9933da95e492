"""Version 2 of the .siren format: a short header, then the cells, row by row.

    magic, length of the header, header (JSON)
    class of each cell, if there are several classes
    color profile, EXIF block and XMP packet, if there are any
    digest of each row of cells
    digest of all bytes so far
    the networks of the cells, row by row

The sizes of all parts follow from the header and the classes. So any row of cells can be
read and checked alone, and networks can be written while others are trained. Values
that are the usual ones are left out of the header, so that small files have a small one.
"""

import hashlib
import struct
from dataclasses import asdict, replace
from typing import Any, BinaryIO, get_args

from siren_cli.config import StoredType
from siren_cli.errors import RepresentationError
from siren_cli.function_names import Function
from siren_cli.model.cell_classes import MAX_CLASSES, CellClasses
from siren_cli.model.grid import Axis, Grid
from siren_cli.model.layers import finite
from siren_cli.model.networks import ClassLayers
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pictures.picture import (
    MAX_ICC_BYTES,
    MAX_METADATA_BYTES,
    Metadata,
    PictureFacts,
)
from siren_cli.representation import cell_records, header_parser
from siren_cli.representation.header import ColorSpace, Header, PixelKind
from siren_cli.representation.header_parser import METADATA, VALUES
from siren_cli.representation.sealed import dump
from siren_cli.representation.strict_json import Table, loads
from siren_cli.representation.usual_values import USUAL, completed, shortened

VERSION = 2
# The first bytes of a file. As in PNG, the first is no text, and the line end is damaged
# by transfers as text.
MAGIC = b"\x89SIREN\r\n"
# The magic and the length of the header, an unsigned 32-bit integer.
PREFIX_BYTES = len(MAGIC) + 4
# Largest header that is read, in bytes.
MAX_HEADER_BYTES = 64 << 10
# Digests are the first bytes of a SHA-256.
DIGEST_BYTES = 16
# Decimals of the stored PSNR.
PSNR_DECIMALS = 4


class Version2:
    """An open file of version 2, all but its weights checked.

    Args:
        file: The file, at any place.
        file_bytes: Its size.

    Attributes:
        header: Everything in the file but its weights.

    Raises:
        RepresentationError: It is damaged or foreign.
    """

    def __init__(self, file: BinaryIO, file_bytes: int) -> None:
        self._file = file
        file.seek(0)
        self._start = file.read(PREFIX_BYTES)
        if len(self._start) < PREFIX_BYTES:
            raise RepresentationError("truncated in its header")
        (length,) = struct.unpack("<I", self._start[len(MAGIC) :])
        if length > MAX_HEADER_BYTES:
            raise RepresentationError(f"its header is over {MAX_HEADER_BYTES} bytes")
        text = self._take(length)
        table = Table(_whole_table(loads(text, "header")), "header")
        self.header = self._parse(table, file_bytes)
        self._profile = self._take(self.header.icc_bytes)
        self._exif = self._take(self.header.exif_bytes)
        self._xmp = self._take(self.header.xmp_bytes)
        self._digests = self._take(DIGEST_BYTES * self.header.grid.y.cells)
        seal = digest(self._start)
        if self._take(DIGEST_BYTES) != seal:
            raise RepresentationError("damaged: the header does not match its SHA-256")
        expected = len(self._start) + cell_records.weight_bytes(self.header)
        if file_bytes != expected:
            raise RepresentationError(
                f"is {file_bytes} bytes, should be {expected}: truncated?"
            )

    def _take(self, count: int) -> bytes:
        taken = self._file.read(count)
        if len(taken) < count:
            raise RepresentationError("truncated in its header")
        self._start += taken
        return taken

    def _parse(self, table: Table, file_bytes: int) -> Header:
        header_parser.check_version(table, VERSION)
        picture, network = table.table("picture"), table.table("network")
        result = table.table("result")
        required = table.values["requires"]
        if picture.values["color_space"] == "sRGB" and picture.values["icc_bytes"]:
            raise RepresentationError("header.picture has a color_space and a profile, too")
        mapping = header_parser.mapping(picture, required)
        facts = replace(header_parser.facts(picture), mapping=mapping)
        grid = _grid(table.table("grid"), facts)
        header_parser.check_cells(grid.cells, file_bytes)
        function = header_parser.function(network)
        return Header(
            facts=facts,
            grid=grid,
            classes=self._classes(network, function, grid.cells, facts.channels),
            dtype=network.word("dtype", get_args(StoredType)),
            settings=table.table("settings").values,
            tool=header_parser.tool(table),
            epochs=result.integer("epochs", 0, 1 << 53),
            psnr=_optional_number(result, "psnr_db"),
            icc_bytes=picture.integer("icc_bytes", 0, MAX_ICC_BYTES),
            activation=function.activation,
            encoding=function.encoding,
            pixels=picture.word("pixels", get_args(PixelKind)),
            tone_mapped_psnr=_optional_number(result, "tone_mapped_psnr_db"),
            color_space=picture.word("color_space", get_args(ColorSpace)),
            resolution=header_parser.resolution(picture),
            exif_bytes=_metadata_bytes(picture, "exif_bytes", required),
            xmp_bytes=_metadata_bytes(picture, "xmp_bytes", required),
        )

    def _classes(
        self, network: Table, function: Function, cells: int, channels: int
    ) -> CellClasses:
        """Return the classes of the cells, which follow the header."""
        found = network.take("classes", list, "a list")
        if not 1 <= len(found) <= MAX_CLASSES or any(type(each) is not list for each in found):
            raise RepresentationError(
                f"header.network.classes is not 1 to {MAX_CLASSES} lists of widths"
            )
        sizes = tuple(
            header_parser.layer_sizes(each, function, channels, "classes") for each in found
        )
        if len({(len(each), each[0]) for each in sizes}) > 1:
            raise RepresentationError("header.network.classes differ in more than widths")
        of_cells = self._take(cells) if len(sizes) > 1 else bytes(cells)
        if max(of_cells) >= len(sizes):
            raise RepresentationError(f"a cell is of class {max(of_cells)}, which is not there")
        return CellClasses(sizes, of_cells)

    def read(self) -> tuple[ClassLayers, bytes | None, Metadata]:
        """Return the stored layers, the color profile, and what else the picture's file held.

        Raises:
            RepresentationError: The weights are damaged.
        """
        self._file.seek(len(self._start))
        content = self._file.read(cell_records.weight_bytes(self.header))
        self._check_rows(content)
        layers = cell_records.decode(content, self.header)
        if not all(map(finite, layers)):
            raise RepresentationError("damaged: it holds weights that are not finite")
        metadata = Metadata(self.header.resolution, self._exif, self._xmp)
        return layers, self._color_profile(), metadata

    def _color_profile(self) -> bytes | None:
        if self.header.color_space:
            is_gray = self.header.facts.color.startswith("L")
            return SRGB_GRAY if is_gray else SRGB
        return self._profile or None

    def _check_rows(self, content: bytes) -> None:
        for row, (start, stop) in enumerate(cell_records.row_places(self.header)):
            expected = self._digests[row * DIGEST_BYTES :][:DIGEST_BYTES]
            if digest(content[start:stop]) != expected:
                raise RepresentationError(
                    f"damaged: the weights of cell row {row} do not match their SHA-256"
                )


def encode(
    header: Header, layers: ClassLayers, icc_profile: bytes | None, metadata: Metadata
) -> bytes:
    """Return the bytes of a file."""
    content = cell_records.encode(header, layers)
    start = encoded_header(header) + _stored_classes(header.classes)
    start += b"" if header.color_space else icc_profile or b""
    start += metadata.exif + metadata.xmp
    start += b"".join(
        digest(content[begin:end]) for begin, end in cell_records.row_places(header)
    )
    return start + digest(start) + content


def encoded_header(header: Header) -> bytes:
    """Return the beginning of a file, up to the end of its header."""
    text = dump(_short_table(header)).encode()
    return MAGIC + struct.pack("<I", len(text)) + text


def file_bytes(header: Header) -> int:
    """Return the size of the whole file."""
    digests = DIGEST_BYTES * (header.grid.y.cells + 1)
    start = len(encoded_header(header)) + class_bytes(header)
    start += header.icc_bytes + header.exif_bytes + header.xmp_bytes
    return start + digests + cell_records.weight_bytes(header)


def class_bytes(header: Header) -> int:
    """Return the size of the classes of all cells."""
    return len(_stored_classes(header.classes))


def _whole_table(values: dict[str, Any]) -> dict[str, Any]:
    """Return a header with all values; settings of other programs stay as they are."""
    is_foreign = values.get("foreign_settings") is True
    usual = {**USUAL, "settings": {}} if is_foreign else USUAL
    return completed(values, usual)


def _short_table(header: Header) -> dict[str, Any]:
    """Return a header without its usual values, if nothing is lost by that."""
    table, usual = _table(header), USUAL
    if completed(header.settings, USUAL["settings"]) != header.settings:
        usual = {**USUAL, "settings": {}}
        table["foreign_settings"] = True
    return shortened(table, usual)


def digest(content: bytes) -> bytes:
    """Return the digest of some bytes."""
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]


def _required(header: Header) -> list[str]:
    """Return the features that a reader must know to draw the file as it is meant."""
    has_metadata = header.exif_bytes or header.xmp_bytes
    return [VALUES] * (header.facts.mapping is not None) + [METADATA] * bool(has_metadata)


def _rounded(psnr: float | None) -> float | None:
    return None if psnr is None else round(psnr, PSNR_DECIMALS)


def _optional_number(table: Table, key: str) -> float | None:
    return None if table.values.get(key) is None else table.number(key)


def _metadata_bytes(picture: Table, key: str, required: list[Any]) -> int:
    count = picture.integer(key, 0, MAX_METADATA_BYTES)
    if count and METADATA not in required:
        raise RepresentationError(f"header.picture.{key} and header.requires disagree")
    return count


def _table(header: Header) -> dict[str, Any]:
    facts, grid = header.facts, header.grid
    return {
        "version": VERSION,
        "requires": _required(header),
        "tool": header.tool,
        "picture": {
            "width": facts.width,
            "height": facts.height,
            "color": facts.color,
            "bit_depth": facts.bit_depth,
            "pixels": header.pixels,
            "icc_bytes": header.icc_bytes,
            "color_space": header.color_space,
            "resolution": header.resolution,
            "values": None if facts.mapping is None else asdict(facts.mapping),
            "exif_bytes": header.exif_bytes,
            "xmp_bytes": header.xmp_bytes,
        },
        "grid": {
            **({"cell_height": grid.y.cell_size} if grid.y.cells > 1 else {}),
            **({"cell_width": grid.x.cell_size} if grid.x.cells > 1 else {}),
            "margin_y": grid.y.margin,
            "margin_x": grid.x.margin,
        },
        "network": {
            "classes": header.classes.layer_sizes,
            "activation": header.stored_activation,
            "dtype": header.dtype,
        },
        "result": {
            "epochs": header.epochs,
            "psnr_db": _rounded(header.psnr),
            "tone_mapped_psnr_db": _rounded(header.tone_mapped_psnr),
        },
        "settings": header.settings,
    }


def _grid(table: Table, facts: PictureFacts) -> Grid:
    return Grid(
        _axis(table, "cell_height", "margin_y", facts.height),
        _axis(table, "cell_width", "margin_x", facts.width),
    )


def _axis(table: Table, size_key: str, margin_key: str, length: int) -> Axis:
    # A single cell is as large as the picture.
    size = table.integer(size_key, 1, length) if size_key in table.values else length
    cells = -(-length // size)
    margin = table.integer(margin_key, 0, size // 4 if cells > 1 else 0)
    return Axis(length, cells, size, margin)


def _stored_classes(classes: CellClasses) -> bytes:
    return classes.of_cells if len(classes.layer_sizes) > 1 else b""
