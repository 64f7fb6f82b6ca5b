"""Reads what a kernel recorded out of its memory: the layout is that of components/debug/recording/recording.hpp."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MAGIC = 0x52434850
LINEAR_BASE = 0xFFFFFF8000000000  # the address of the first byte of RAM
_HEADER = struct.Struct("<IIIIQQ")
_RING = struct.Struct("<QQ")


class NotRecorded(Exception):
    """The image or the memory holds no such recording; the text says what is wrong."""


class Image(Protocol):
    """What the linker wrote: phoenix_tools.elf.Elf."""

    def symbol_value(self, name: str) -> int:
        """KeyError if there is none."""

    def read(self, address: int, size: int) -> bytes | None:
        """What is there before the kernel runs."""


class Memory(Protocol):
    def read(self, address: int, size: int) -> bytes:
        """`size` bytes at a kernel's address."""


@dataclass(frozen=True)
class RamFile:
    """The file that QEMU keeps a guest's RAM in."""

    path: Path

    def read(self, address: int, size: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(address - LINEAR_BASE)
            data = file.read(size)
        if len(data) != size:
            raise NotRecorded(f"address {address:#x} is outside of the guest's memory")
        return data


@dataclass(frozen=True)
class Ring:
    """One CPU's records, oldest first; `lost` older ones were written over."""

    cpu: int
    records: tuple[bytes, ...]
    lost: int


def rings(image: Image, memory: Memory, symbol: str) -> Iterator[Ring]:
    """The records of each CPU that wrote any. `symbol` is the recording's; its header is SYMBOL_header."""
    try:
        header = image.read(image.symbol_value(f"{symbol}_header"), _HEADER.size)
    except KeyError:
        raise NotRecorded(f"the image has no recording `{symbol}`") from None
    magic, cpus, record_bytes, count, ring_bytes, first = _HEADER.unpack(header) if header else (0,) * 6
    if magic != MAGIC:
        raise NotRecorded(f"`{symbol}_header` is no header of a recording: magic {magic:#x}")
    for cpu in range(cpus):
        address = first + cpu * ring_bytes
        written, cleared = _RING.unpack(memory.read(address, _RING.size))
        if written < cleared:
            raise NotRecorded(f"the recording of CPU {cpu} is damaged: {written} written, {cleared} cleared")
        if written == cleared:
            continue
        kept = min(written - cleared, count)
        data = memory.read(address + _RING.size, count * record_bytes)
        numbers = range(written - kept, written)
        records = tuple(data[(n % count) * record_bytes :][:record_bytes] for n in numbers)
        yield Ring(cpu, records, written - cleared - kept)
