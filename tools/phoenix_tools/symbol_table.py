"""Writes the table that lets a panic name functions, from the symbols of a linked image.

The table lies in section `.phx_symbols`, between `__phx_symbols_start` and `__phx_symbols_end`, behind all code, and is
empty in the first of the two links. Everything is little-endian and starts at a multiple of four:

    u32 magic                'PHXS', 0x50485853
    u32 count
    u32 address[count]       ascending offsets from `_start`; function n reaches to address[n + 1]
    u32 name[count]          offsets into the strings
    char strings[]           NUL-terminated; names as a person would write them: `irq::GicV3::acknowledge`

    python3 -m phoenix_tools.symbol_table --elf link1.elf --out build/GRAPH            writes symbols.bin and symbols.S
    python3 -m phoenix_tools.symbol_table --elf phoenix.elf --out build/GRAPH --verify  fails if a function has moved
"""

from __future__ import annotations

import argparse
import re
import struct
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.elf import Elf

MAGIC = 0x50485853
SECTION = ".phx_symbols"
LLVM = Path("/usr/lib/llvm-19/bin")
_SUFFIX = re.compile(r"(\.llvm\.\d+|\.__part\.\d+|\.\d+|\.[0-9a-f]{32}|\.cold|\.constprop)+$")


@dataclass(frozen=True, order=True)
class Function:
    """A function's offset from the image's base, and its readable name."""

    offset: int
    name: str


def plain(name: str) -> str:
    """A symbol without what the optimiser appends to it."""
    return _SUFFIX.sub("", name)


def readable(demangled: str) -> str:
    """`phx::base::Ring<char, 8ul>::push` -> `base::Ring::push`: template arguments and what everyone shares go."""
    text = re.sub(r"\[abi:[^]]*\]", "", demangled).replace("(anonymous namespace)::", "").replace("phx::", "")
    if "operator" in text:
        return text
    kept: list[str] = []
    depth = 0
    for character in text:
        depth += character == "<"
        if depth == 0:
            kept.append(character)
        depth -= character == ">"
    return "".join(kept)


def functions(elf: Elf) -> tuple[Function, ...]:
    """All functions of the image, one per address, by address."""
    base = elf.symbol_value("_start")
    first: dict[int, str] = {}
    for symbol in elf.symbols():
        if symbol.is_code and symbol.name and not symbol.name.startswith("$"):
            known = first.get(symbol.value)
            if known is None or (len(symbol.name), symbol.name) < (len(known), known):
                first[symbol.value] = symbol.name
    names = demangle(plain(name) for name in first.values())
    return tuple(sorted(Function(address - base, readable(name)) for address, name in zip(first, names)))


def demangle(names: Iterable[str]) -> list[str]:
    """The names in the same order, as llvm-cxxfilt prints them."""
    lines = "".join(f"{name}\n" for name in names)
    if not lines:
        return []
    done = subprocess.run([LLVM / "llvm-cxxfilt", "--no-params"], input=lines, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def encode(table: tuple[Function, ...]) -> bytes:
    """The section's bytes. A name that occurs twice is stored once."""
    strings = bytearray()
    at: dict[str, int] = {}
    for function in table:
        if function.name not in at:
            at[function.name] = len(strings)
            strings += function.name.encode() + b"\0"
    count = len(table)
    body = struct.pack("<II", MAGIC, count)
    body += struct.pack(f"<{count}I", *(function.offset for function in table))
    body += struct.pack(f"<{count}I", *(at[function.name] for function in table))
    return body + bytes(strings) + bytes(-len(strings) % 4)


def moved(before: tuple[Function, ...], after: tuple[Function, ...]) -> list[str]:
    """One line for each function that the second link put elsewhere."""
    old, new = set(before), set(after)
    return [f"{function.name} at {function.offset:#x}" for function in sorted(old ^ new)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="symbol_table", description="Symbol table of an image.")
    parser.add_argument("--elf", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--verify", action="store_true")
    options = parser.parse_args(arguments)
    elf = Elf(options.elf.read_bytes())
    blob = options.out / "symbols.bin"
    content = encode(functions(elf))
    if options.verify:
        if content == blob.read_bytes() == elf.section_bytes(SECTION):
            return 0
        first = functions(Elf((options.out / "link1.elf").read_bytes()))
        lines = moved(first, functions(elf)) or [f"section {SECTION} does not hold the table: see the linker script"]
        print(f"{options.elf}: error: the second link moved functions, so the symbol table is wrong", file=sys.stderr)
        print("".join(f"    {line}\n" for line in lines[:10]), end="", file=sys.stderr)
        return 1
    blob.write_bytes(content)
    (options.out / "symbols.S").write_text(f'.section {SECTION}, "a"\n.balign 4\n.incbin "{blob}"\n')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
