"""A reader of the few parts of a 64-bit little-endian ELF file that the build looks at on every link.

ELF-64 Object File Format, version 1.5: header (figure 2), section headers (figure 3), symbols (figure 8). Own because the
general reader of the distribution takes longer to import than the link takes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_SHT_SYMTAB = 2
_SHT_NOBITS = 8
_SHF_WRITE = 1
_SHF_ALLOC = 2
_SHF_EXECINSTR = 4
_STT_NOTYPE = 0
_STT_FUNC = 2
_SHN_UNDEF = 0
_SHN_ABS = 0xFFF1


@dataclass(frozen=True)
class Section:
    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int

    @property
    def is_allocated(self) -> bool:
        return bool(self.flags & _SHF_ALLOC)

    @property
    def usage(self) -> str:
        """`text`, `rodata`, `data` or `bss`."""
        if self.flags & _SHF_EXECINSTR:
            return "text"
        if self.kind == _SHT_NOBITS:
            return "bss"
        return "data" if self.flags & _SHF_WRITE else "rodata"


@dataclass(frozen=True)
class Symbol:
    name: str
    value: int
    size: int
    is_code: bool
    section: int


class Elf:
    """An ELF file held in memory."""

    def __init__(self, data: bytes) -> None:
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a 64-bit little-endian ELF file")
        self._data = data
        table, entry_size, count, names = struct.unpack_from("<Q10xHHH", data, 0x28)
        raw = [_SECTION.unpack_from(data, table + entry_size * index) for index in range(count)]
        strings = raw[names][4]
        self.sections = tuple(
            Section(self._string(strings + name), kind, flags, address, offset, size, link)
            for name, kind, flags, address, offset, size, link, *_ in raw
        )

    def _string(self, at: int) -> str:
        return self._data[at : self._data.index(b"\0", at)].decode()

    def section(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.name == name), None)

    def section_bytes(self, name: str) -> bytes | None:
        found = self.section(name)
        return None if found is None else self._data[found.offset : found.offset + found.size]

    def read(self, address: int, size: int) -> bytes | None:
        """What the file places at an address; None if that is not in one section with contents."""
        for section in self.sections:
            inside = section.address <= address and address + size <= section.address + section.size
            if section.is_allocated and section.kind != _SHT_NOBITS and inside:
                start = section.offset + address - section.address
                return self._data[start : start + size]
        return None

    def symbols(self) -> Iterator[Symbol]:
        """Defined symbols in the file's order. Code is what has function type, or none and lies in a code section."""
        table = next((section for section in self.sections if section.kind == _SHT_SYMTAB), None)
        if table is None:
            return
        strings = self.sections[table.link].offset
        for name, info, _, index, value, size in _SYMBOL.iter_unpack(
            self._data[table.offset : table.offset + table.size]
        ):
            if index == _SHN_UNDEF:
                continue
            kind = info & 0xF
            in_code = index < len(self.sections) and self.sections[index].usage == "text"
            is_code = in_code and kind in (_STT_FUNC, _STT_NOTYPE)
            yield Symbol(self._string(strings + name), value, size, is_code, index)

    def symbol_value(self, name: str) -> int:
        for symbol in self.symbols():
            if symbol.name == name:
                return symbol.value
        raise KeyError(name)
