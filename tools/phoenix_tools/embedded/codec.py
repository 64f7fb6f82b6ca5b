"""How a resolved graph lies in an image.

In `Image`, behind all that the kernel has there, where its start clears .bss: a zlib stream (RFC 1950) of JSON, then a trailer of
12 bytes, "PHXGRAPH" and the stream's length (32 bits, little-endian). In `phoenix.elf`: the stream alone, as a section that is not loaded.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from phoenix_tools.elf import Elf

VERSION = 1
SECTION = ".phoenix.graph"
_MAGIC = b"PHXGRAPH"
_LENGTH = struct.Struct("<I")
_MOST = 64 << 20  # bytes of an image, or of JSON


class Unreadable(Exception):
    """Why there is no graph to be had from a file."""


def pack(content: Mapping[str, Any]) -> bytes:
    text = json.dumps({"format": VERSION, **content}, separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode(), 9)


def trailer(stream: bytes) -> bytes:
    return _MAGIC + _LENGTH.pack(len(stream))


def find(data: bytes) -> dict[str, Any]:
    """What an Image, compressed or not, or an ELF file says of its graph. Raises Unreadable."""
    if data[:2] == b"\x1f\x8b":
        data = _decompressed(data)
    return _unpack(_of_elf(data) if data[:4] == b"\x7fELF" else _of_image(data))


def _decompressed(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as file:
            return file.read(_MOST)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"its gzip data is damaged: {error}") from None


def _of_elf(data: bytes) -> bytes:
    try:
        found = Elf(data).section_bytes(SECTION)
    except (ValueError, struct.error, IndexError) as error:
        raise Unreadable(f"a damaged ELF file: {error}") from None
    if found is None:
        raise Unreadable(f"an ELF file without a section `{SECTION}`, so not a kernel of Phoenix, or one that was stripped of it")
    return found


def _of_image(data: bytes) -> bytes:
    at = data.rfind(_MAGIC)
    if at < 0 or at + len(_MAGIC) + _LENGTH.size > len(data):
        raise Unreadable("it does not hold the graph of a kernel of Phoenix")
    (length,) = _LENGTH.unpack_from(data, at + len(_MAGIC))
    if length > at:
        raise Unreadable("the graph in it is cut off at its start")
    return data[at - length : at]


def _unpack(stream: bytes) -> dict[str, Any]:
    try:
        reader = zlib.decompressobj()
        content = json.loads(reader.decompress(stream, _MOST))
    except (zlib.error, ValueError, RecursionError):
        raise Unreadable("the graph in it is damaged") from None
    if not reader.eof or not isinstance(content, dict):
        raise Unreadable("the graph in it is damaged")
    version = content.pop("format", None)
    if version != VERSION:
        raise Unreadable(f"its graph is written in format {version}, and this checkout reads format {VERSION}")
    return content
