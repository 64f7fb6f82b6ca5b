"""Functions of code addresses, with those that were inlined, by llvm-symbolizer."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.symbol_table import LLVM, demangle, plain, readable

_COMPONENT = re.compile(r"(?:^|/)components/([a-z0-9_]+)/(?:(?!interfaces/)([a-z0-9_]+)/)?")
_ARCH = re.compile(r"(?:^|/)arch/[a-z0-9_]+/([a-z0-9_]+)/")


@dataclass(frozen=True, order=True)
class Function:
    """A name for reading, and the component or library whose source it is in."""

    name: str
    component: str


UNKNOWN = Function("?", "")


def component_of(source: str) -> str:
    """`components/time/timer_queue/x.cpp` is timer_queue's, `components/sync/mutex.cpp` the library's that is named like its domain;
    nobody's what comes from outside."""
    if found := _COMPONENT.search(source):
        return found[2] or found[1]
    if found := _ARCH.search(source):
        return "arch" if found[1] == "include" else found[1]
    return "wiring" if "gen/" in source else ""


@dataclass(frozen=True)
class Frame:
    """A function that an address is in, by its mangled name, and where in the source it is there."""

    function: str
    file: str
    line: int
    column: int


def frames(elf: Path, addresses: Iterable[int]) -> dict[int, tuple[Frame, ...]]:
    """For each address the functions that it is in, the innermost inlined one first."""
    wanted = sorted(set(addresses))
    if not wanted:
        return {}
    command = [str(LLVM / "llvm-symbolizer"), f"--obj={elf}", "--output-style=JSON", "--inlines", "--no-demangle", "--functions=linkage"]
    lines = "".join(f"{address:#x}\n" for address in wanted)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    found = {}
    for address, line in zip(wanted, filter(None, done.stdout.splitlines())):
        places = json.loads(line).get("Symbol", [])
        found[address] = tuple(Frame(each["FunctionName"], each["FileName"], each["Line"], each["Column"]) for each in places)
    return found


def symbolize(elf: Path, addresses: Iterable[int]) -> Mapping[int, tuple[Function, ...]]:
    """The same for reading. Inlined code of foreign headers counts as its user's."""
    places = frames(elf, addresses)
    mangled = sorted({frame.function for place in places.values() for frame in place if frame.function})
    names = dict(zip(mangled, (readable(name) for name in demangle(plain(name) for name in mangled))))
    return {address: _functions(place, names) for address, place in places.items()}


def _functions(place: Sequence[Frame], names: Mapping[str, str]) -> tuple[Function, ...]:
    found = []
    for number, frame in enumerate(place):
        component = component_of(frame.file)
        if frame.function and (component or number == len(place) - 1):
            found.append(Function(names[frame.function], component))
    return tuple(found) or (UNKNOWN,)
