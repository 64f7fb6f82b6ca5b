"""What each component takes of a linked image, from the linker's map.

ThinLTO links one object per source file; the map calls it `DIRECTORY/linked.elf.lto.SOURCE.o`. Code that was inlined
counts where it ended up. The wiring defines the instances' objects, each in a section of its own (-fdata-sections), which
count as their components'. What belongs to no component is listed under a name in parentheses, so that the rows add up to
the sections' sizes.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_tools.elf import Elf

USAGES = ("text", "rodata", "data", "bss")
WIRING = "(wiring)"
SYMBOL_TABLE = "(symbol table)"
VIRTUAL_TABLES = "(virtual tables)"  # -fwhole-program-vtables puts all of them into one object
STRINGS = "(shared strings)"
LAYOUT = "(stack, alignment)"
_ROW = re.compile(r"^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ (.*)$")
_INPUT = re.compile(r"^ {8}(\S.*):\((.+)\)$")
_LTO = re.compile(r"(?:linked|phoenix|link1)\.elf\.lto\.(.+)$")
_LENGTH = re.compile(r"\d+")


@dataclass(frozen=True)
class Piece:
    """A part of an output section that came from one object."""

    address: int
    size: int
    owner: str
    usage: str
    source: str = ""  # relative to the checkout; empty for what the linker made
    instance: str = ""  # whose object it is


@dataclass(frozen=True)
class Footprint:
    pieces: tuple[Piece, ...]
    sections: Mapping[str, int]  # usage -> bytes, as the section headers say
    start: int
    end: int

    def by_owner(self) -> dict[str, dict[str, int]]:
        """owner -> usage -> bytes, biggest owner first."""
        table: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(USAGES, 0))
        for piece in self.pieces:
            table[piece.owner][piece.usage] += piece.size
        return dict(sorted(table.items(), key=lambda row: (-sum(row[1].values()), row[0])))

    def owners_of(self, addresses: Iterable[int]) -> Iterable[str]:
        """For each address, whose piece it lies in. The few instructions outside the image are its loader's."""
        ordered = sorted(piece for piece in ((p.address, p.size, p.owner) for p in self.pieces) if piece[1])
        starts = [piece[0] for piece in ordered]
        for address in addresses:
            index = bisect.bisect_right(starts, address) - 1
            inside = index >= 0 and address < ordered[index][0] + ordered[index][1]
            yield ordered[index][2] if inside else "(boot loader)"


def linked(directory: Path) -> Path:
    """The linker's output, of which phoenix.elf and Image are made; revisions of old had none but phoenix.elf."""
    file = directory / "linked.elf"
    return file if file.is_file() else directory / "phoenix.elf"


def owner_of_object(path: str, component: Mapping[str, str]) -> str:
    """`component` maps a source, relative to the checkout, to its component."""
    if path == "<internal>":
        return STRINGS
    if path.endswith("/symbols.o"):
        return SYMBOL_TABLE
    if path.endswith(".elf.lto.o"):
        return VIRTUAL_TABLES
    source = source_of_object(path)
    return component.get(source, WIRING if source.startswith("gen/") else "(other)")


def source_of_object(path: str) -> str:
    """Empty for what was made of no source, or of all."""
    if "/kernel.dir/" not in path:
        return ""
    folder, _, name = path.split("/kernel.dir/", 1)[1].rpartition("/")
    lto = _LTO.match(name)
    return f"{folder}/{lto[1] if lto else name}".removeprefix("./").removesuffix(".o")


def _object(section: str) -> str:
    """The name of the object in a section of the wiring: of an instance, or of its parameters, which has the same. Empty for anything
    else. Nested names: Itanium C++ ABI, 5.1.2."""
    mangled = section.partition("._ZN")[2]
    names: list[str] = []
    at = 0
    while length := _LENGTH.match(mangled, at):
        at = length.end() + int(length[0])
        names.append(mangled[length.end() : at])
    return names[-1] if mangled[at:] == "E" and names[:2] in (["phx", "wiring"], ["phx", "params"]) else ""


def read(directory: Path, graph: Mapping[str, Any]) -> Footprint:
    """The footprint of build/GRAPH."""
    component = {source: name for name, sources in graph["sources"].items() for source in sources}
    component_of = {each["name"]: each["component"] for each in graph["instances"]}
    elf = Elf(linked(directory).read_bytes())
    allocated = {section.name: section for section in elf.sections if section.is_allocated and section.size}
    pieces: list[Piece] = []
    current: str | None = None
    for line in (directory / "phoenix.map").read_text(encoding="utf-8").splitlines()[1:]:
        row = _ROW.match(line)
        if row is None:
            continue
        if not row[3].startswith(" "):
            current = row[3] if row[3] in allocated else (None if row[3].startswith(".") else current)
            continue
        found = _INPUT.match(row[3])
        if found and current is not None and int(row[2], 16):
            owner, source, instance = owner_of_object(found[1], component), source_of_object(found[1]), ""
            if owner == WIRING and (named := _object(found[2])) in component_of:
                owner, instance = component_of[named], named
            pieces.append(Piece(int(row[1], 16), int(row[2], 16), owner, allocated[current].usage, source, instance))
    for name, section in allocated.items():
        inside = sum(p.size for p in pieces if section.address <= p.address < section.address + section.size)
        if section.size > inside:
            pieces.append(Piece(section.address, section.size - inside, LAYOUT, section.usage))
    sections = dict.fromkeys(USAGES, 0)
    for section in allocated.values():
        sections[section.usage] += section.size
    start = min(section.address for section in allocated.values())
    end = max(section.address + section.size for section in allocated.values())
    return Footprint(tuple(pieces), sections, start, end)
