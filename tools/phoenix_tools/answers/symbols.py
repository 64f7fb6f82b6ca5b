"""Symbols of a linked image, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from phoenix_tools import footprint
from phoenix_tools.elf import Elf
from phoenix_tools.symbol_table import demangle, plain, readable

_MOST = 20


def owner_of_symbol(directory: Path, graph: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """(symbol, component) of each symbol of build/GRAPH whose last part, or whole, is `name`, mangled or as C++ and tools write it; nothing if
    it is not built."""
    file = directory / "phoenix.elf"
    if not file.is_file() or not (directory / "phoenix.map").is_file():
        return
    found = {(symbol.value, symbol.name) for symbol in Elf(file.read_bytes()).symbols() if symbol.size and symbol.name}
    ordered = sorted(found)
    names = [readable(text) for text in demangle(plain(mangled) for _, mangled in ordered)]
    wanted = _bare(readable(name))
    last = wanted.rpartition("::")[2]
    chosen = [
        (text, address)
        for text, (address, mangled) in zip(names, ordered)
        if mangled == name or _bare(text) == wanted or _bare(text).endswith(f"::{wanted}") or (wanted == last and _bare(text).rpartition("::")[2] == wanted)
    ][:_MOST]
    image = footprint.read(directory, graph)
    yield from zip((text for text, _ in chosen), image.owners_of(address for _, address in chosen))


def _bare(text: str) -> str:
    """Without the parameters."""
    return text.partition("(")[0]
