"""Saving a result, and the digest by which a person finds it again."""

import hashlib
from collections.abc import Iterable

from siren_cli.system.destination import Destination


def saved(chunks: Iterable[bytes], destination: Destination) -> tuple[int, str]:
    """Write a file; return its size, and its SHA-256 in hexadecimal digits.

    Raises:
        OutputError: It could not be written; the file that was there still is.
    """
    size, digest = 0, hashlib.sha256()
    with destination.opened() as output:
        for chunk in chunks:
            output.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()
