"""The digests of versions 2 and 3 of the .siren format."""

import hashlib
from typing import Any

# Digests are the first bytes of a SHA-256.
DIGEST_BYTES = 16


def digest(content: bytes) -> bytes:
    """Return the digest of some bytes."""
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]


class RunningDigest:
    """The digest of bytes that come in pieces."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, piece: Any) -> None:
        """Take the next bytes."""
        self._hash.update(piece)

    def value(self) -> bytes:
        """Return the digest of all bytes so far."""
        return self._hash.digest()[:DIGEST_BYTES]
