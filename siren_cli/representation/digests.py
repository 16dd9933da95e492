"""The digests of version 2 of the .siren format."""

import hashlib

# Digests are the first bytes of a SHA-256.
DIGEST_BYTES = 16


def digest(content: bytes) -> bytes:
    """Return the digest of some bytes."""
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]
