"""A message between two hosts: a kind, a JSON table and a payload of bytes.

It is sent as the bytes of MAGIC, the length of the text in 4 bytes and that of the
payload in 8 (big-endian), the text, and the payload. The text is the JSON list of kind
and table. Lengths are those that a sender claims, so memory is taken as bytes arrive.
"""

import json
import socket
import struct
from typing import Any, NamedTuple

# First bytes of each message; the last one is the version of its form.
MAGIC = b"siren-\x001"
HEADER = struct.Struct(f">{len(MAGIC)}sIQ")
# Longest text of a message, in bytes.
MAX_TEXT_BYTES = 1 << 24
# Longest payload of a message, in bytes.
MAX_PAYLOAD_BYTES = 1 << 32
# Most bytes that are sent or received at once; the limit of silence holds for each part.
PART_BYTES = 1 << 18

Payload = bytes | bytearray | memoryview


class ForeignError(ConnectionError):
    """Bytes that no host of a fit sends."""


class Frame(NamedTuple):
    """A message as it is sent.

    Attributes:
        kind: What it is for.
        table: A JSON table.
        payload: Any bytes.
    """

    kind: str
    table: dict[str, Any]
    payload: bytearray


def send(
    connection: socket.socket, kind: str, table: dict[str, Any], payload: Payload = b""
) -> None:
    """Send a message.

    Raises:
        OSError: The connection is lost, or took no part of it for as long as its limit.
        ValueError: The table or the payload is too long.
    """
    text = json.dumps([kind, table]).encode()
    content = memoryview(payload).cast("B")
    if len(text) > MAX_TEXT_BYTES or len(content) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a message of {len(text)} and {len(content)} bytes is too long")
    connection.sendall(HEADER.pack(MAGIC, len(text), len(content)) + text)
    for start in range(0, len(content), PART_BYTES):
        connection.sendall(content[start : start + PART_BYTES])


def receive(
    connection: socket.socket,
    max_text_bytes: int = MAX_TEXT_BYTES,
    max_payload_bytes: int = MAX_PAYLOAD_BYTES,
) -> Frame:
    """Wait for a message and return it.

    Args:
        connection: The connection; its limit of time holds for each part of the message.
        max_text_bytes: Longest text, in bytes.
        max_payload_bytes: Longest payload, in bytes.

    Raises:
        ForeignError: What came is no message.
        OSError: The connection is lost, or was silent for as long as its limit.
    """
    magic, text_length, payload_length = HEADER.unpack(_read(connection, HEADER.size))
    if magic != MAGIC or text_length > max_text_bytes or payload_length > max_payload_bytes:
        raise ForeignError("no message of a host")
    try:
        kind, table = json.loads(_read(connection, text_length))
    except (ValueError, TypeError, RecursionError) as error:
        raise ForeignError("no table of a host") from error
    if not isinstance(kind, str) or not isinstance(table, dict):
        raise ForeignError("no kind and table of a host")
    return Frame(kind, table, _read(connection, payload_length))


def _read(connection: socket.socket, length: int) -> bytearray:
    content = bytearray()
    while len(content) < length:
        part = connection.recv(min(length - len(content), PART_BYTES))
        if not part:
            raise ConnectionResetError("the other side has closed the connection")
        content += part
    return content
