"""The numbers of a JPEG XL header, which have any number of bits (ISO 18181-1, annex B)."""


class BitReader:
    """Numbers of a few bits each, read from bytes, the lowest bits first."""

    def __init__(self, content: bytes) -> None:
        self._number = int.from_bytes(content, "little")

    def read(self, count: int) -> int:
        """Return the number that the next `count` bits hold."""
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        return value

    def read_one_of(self, *counts: int) -> int:
        """Return a number after two bits that say which of four counts of bits it has."""
        return self.read(counts[self.read(2)])

    def read_offset(self, *choices: tuple[int, int]) -> int:
        """Return a number after two bits that say which of four (offset, bits) it has."""
        offset, count = choices[self.read(2)]
        return offset + self.read(count)

    def read_enum(self) -> int:
        """Return the number of a name (section B.2.8)."""
        return self.read_offset((0, 0), (1, 0), (2, 4), (18, 6))
