"""The networks of all cells in a file, read row by row when they are asked for.

A huge picture is drawn in parts, and a part needs a few rows of cells. A row is checked
whenever it is read, so what was never asked for costs nothing.
"""

import io
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.layers import Layer, finite
from siren_cli.model.networks import CellNetwork, ClassLayers, joined_classes
from siren_cli.representation import cell_records
from siren_cli.representation.digests import DIGEST_BYTES, digest
from siren_cli.representation.header import MosaicHeader
from siren_cli.system.machine import cpu_cores

# Most bytes of rows of cells that are kept, as they are stored; as floats those of int8 have
# four times as many ...
KEPT_BYTES = 16 << 20
# ... unless these are the rows that threads are drawing, one or two each.
KEPT_ROWS_PER_CORE = 2


def least_kept_rows() -> int:
    """Return how many rows of cells are kept at least."""
    return KEPT_ROWS_PER_CORE * (1 + cpu_cores())


class StoredCells:
    """The networks of all cells, as they are stored.

    Args:
        header: The cells, and the type of their weights.
        file: Holds their bytes.
        start: Where the first cell begins in the file.
        digests: The digests of the rows, one after the other; nothing where bytes are ours.
    """

    def __init__(
        self, header: MosaicHeader, file: BinaryIO, start: int = 0, digests: bytes = b""
    ) -> None:
        self._header, self._file, self._start, self._digests = header, file, start, digests
        self._columns, self.rows = header.grid.x.cells, header.grid.y.cells
        self._cell_starts = cell_records.cell_starts(header.classes, header.dtype)
        self._lock = threading.Lock()  # the file has one place

    @classmethod
    def of_layers(cls, header: MosaicHeader, layers: ClassLayers) -> "StoredCells":
        """Return cells in memory.

        Args:
            header: The cells.
            layers: Their layers, by class, as they are stored.
        """
        records = cell_records.encode(header.classes, header.dtype, layers)
        return cls.of_bytes(header, b"".join(records))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of: the cells in memory, all of them checked."""
        rows = map(self.row_bytes, range(self.rows))
        return StoredCells.of_bytes, (self._header, b"".join(rows))

    @classmethod
    def of_bytes(cls, header: MosaicHeader, content: bytes) -> "StoredCells":
        """Return cells in memory, from the bytes of all of them."""
        return cls(header, io.BytesIO(content))

    def row_bytes(self, row: int) -> bytes:
        """Return the bytes of a row of cells, checked by its digest.

        Raises:
            RepresentationError: They are damaged, or missing.
        """
        first = row * self._columns
        start, end = map(int, self._cell_starts[[first, first + self._columns]])
        content = self._bytes(start, end)
        if len(content) < end - start:
            raise RepresentationError(f"truncated in cell row {row}")
        expected = self._digests[row * DIGEST_BYTES :][:DIGEST_BYTES]
        if expected and digest(content) != expected:
            raise RepresentationError(
                f"damaged: the weights of cell row {row} do not match their SHA-256"
            )
        return content

    def row_classes(self, row: int) -> CellClasses:
        """Return the classes of the cells of a row."""
        first = row * self._columns
        classes = self._header.classes
        return CellClasses(classes.layer_sizes, classes.of_cells[first : first + self._columns])

    def row_layers(self, row: int) -> ClassLayers:
        """Return the layers of a row of cells, by class, checked.

        Raises:
            RepresentationError: They are damaged, or missing.
        """
        return self._layers(row, self.row_bytes(row))

    def _layers(self, row: int, content: bytes) -> ClassLayers:
        layers = cell_records.decode(content, self.row_classes(row), self._header.dtype)
        if not all(map(finite, layers)):
            raise RepresentationError("damaged: it holds weights that are not finite")
        return layers

    def check(self) -> None:
        """Check every row of cells.

        Raises:
            RepresentationError: A row is damaged, or missing.
        """
        for row in range(self.rows):
            self.row_layers(row)

    def in_memory(self) -> "StoredCells":
        """Return a copy in memory, every row of which is checked.

        Raises:
            RepresentationError: A row is damaged, or missing.
        """
        copy = io.BytesIO()
        for row in range(self.rows):
            content = self.row_bytes(row)
            self._layers(row, content)
            copy.write(content)
        return StoredCells(self._header, copy)

    def layers(self) -> ClassLayers:
        """Return the layers of all cells, by class, checked.

        Raises:
            RepresentationError: A row is damaged, or missing.
        """
        return joined_classes([self.row_layers(row) for row in range(self.rows)])

    def records(self, cells: NDArray[np.int64]) -> list[bytes]:
        """Return the bytes of some cells, by their numbers; too few where the file is cut."""
        ends = zip(self._cell_starts[cells], self._cell_starts[cells + 1], strict=True)
        return [self._bytes(int(start), int(end)) for start, end in ends]

    def _bytes(self, start: int, end: int) -> bytes:
        with self._lock:
            self._file.seek(self._start + start)
            return self._file.read(end - start)

    def write(self, cells: NDArray[np.int64], records: Iterable[bytes]) -> None:
        """Write some cells.

        Args:
            cells: Their numbers.
            records: Their bytes.

        Raises:
            OSError: The disk is full.
        """
        with self._lock:
            for start, record in zip(self._cell_starts[cells], records, strict=True):
                self._file.seek(self._start + int(start))
                left = memoryview(record)
                while left:
                    left = left[self._file.write(left) :]


class FloatCells:
    """The networks of all cells as floats; each is converted when it is first evaluated.

    Any thread may ask for any cell.

    Args:
        header: Everything but the networks.
        cells: The networks as they are stored.
        dtype: float32 or float64.

    Attributes:
        header: Everything but the networks.
        dtype: float32 or float64.
    """

    def __init__(
        self, header: MosaicHeader, cells: StoredCells, dtype: type = np.float32
    ) -> None:
        self.header, self.dtype, self._cells = header, dtype, cells
        row_bytes = cell_records.weight_bytes(header) // header.grid.y.cells
        self._most_rows = max(least_kept_rows(), KEPT_BYTES // max(1, row_bytes))
        self._rows: OrderedDict[int, _FloatRow] = OrderedDict()
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of; it converts its cells anew."""
        return FloatCells, (self.header, self._cells, self.dtype)

    def of_cell(self, cell: int) -> CellNetwork:
        """Return the network of a cell.

        Raises:
            RepresentationError: Its row is damaged, or missing.
        """
        row, column = self.header.grid.row_and_column(cell)
        layers = self._row(row).layers(column)
        return CellNetwork(layers, self.header.activation, self.header.encoding)

    def _row(self, row: int) -> "_FloatRow":
        with self._lock:
            if row not in self._rows:
                stored = self._cells.row_layers(row)
                found = _FloatRow(self._cells.row_classes(row), stored, self.dtype)
                self._rows[row] = found
                if len(self._rows) > self._most_rows:
                    self._rows.popitem(last=False)  # the one that was asked for least lately
            self._rows.move_to_end(row)
            return self._rows[row]


class _FloatRow:
    """A row of cells, of which some are converted."""

    def __init__(self, classes: CellClasses, stored: ClassLayers, dtype: type) -> None:
        self._classes, self._stored, self._dtype = classes, stored, dtype
        self._converted: dict[int, list[Layer]] = {}

    def layers(self, column: int) -> list[Layer]:
        """Return the layers of a cell, whose arrays have no axis for the cell."""
        if column not in self._converted:
            number, place = self._classes.numbers[column], int(self._classes.places[column])
            one = slice(place, place + 1)
            floats = (each.of_cells(one).floats(self._dtype) for each in self._stored[number])
            self._converted[column] = [Layer(each.weight[0], each.bias[0]) for each in floats]
        return self._converted[column]
