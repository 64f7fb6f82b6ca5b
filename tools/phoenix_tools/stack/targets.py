"""Where calls through registers go: virtual functions, tables of functions, and pointers that functions are handed.

A virtual call is known by the name of the member function, which the line table's column points to, and by the offset in the virtual table
that the target is loaded from (Itanium C++ ABI, 2.5). All functions with that name at that place, in whatever class, are taken for targets:
too many rather than too few.
"""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from phoenix_tools.elf import Elf, Symbol
from phoenix_tools.stack.code import Call, Code, Function
from phoenix_tools.symbol_table import demangle, plain
from phoenix_tools.symbolize import Frame
from phoenix_tools.symbolize import frames as frames_of

# How the name of a function ends that takes a `void*` alone, and of a lambda that does (Itanium C++ ABI, 5.1).
_TAKES_VOID = re.compile(r"(EPv|UlPvE\d*_8__invokeE\w+)$")
_WORD = 8
_HEAD = 2 * _WORD  # of a virtual table: the offset to the top, and type information
_NAME = re.compile(r"\w+")
_CALLED = re.compile(r"(~?\w+)\s*\(")
_HANDED = re.compile(r"\w\(([^()]*)\)")
_BEGINS = "phx_thread_start"  # whose address those take that make a thread
_VIRTUAL = re.compile(r"\bvirtual\b[^;{}]*?\b(~?\w+)\(")
_STATEMENT_LINES = 4


@dataclass(frozen=True)
class Targets:
    known: Mapping[int, tuple[int, ...]]  # address of a call -> functions; none where a thread begins, and where no class has the member
    unresolved: Mapping[int, Frame]  # calls of which nothing is known
    threads: frozenset[int]  # functions that threads begin with


def find(file: Path, root: Path, code: Code) -> Targets:
    elf = Elf(file.read_bytes())
    calls = {call.address: (call, function.address) for function in code.functions.values() for call in function.calls if not call.target}
    places = {address: frames[0] for address, frames in frames_of(file, calls).items()}
    methods = _Methods(elf, code)
    pointers = _Pointers(code)
    known: dict[int, tuple[int, ...]] = {}
    unresolved: dict[int, Frame] = {}
    for address, (call, function) in calls.items():
        place = places[address]
        text = _statement(root, place)
        found = methods.named(call, text)
        found = pointers.handed(root, place, text, code.functions[function]) if found is None else found
        found = _of_table(elf, code, function) if found is None else found
        if found is None and text and (name := _NAME.match(text.at)) and name[0] in _virtual_names(root):
            found = ()  # no class in this image has it
        if found is not None:
            known[address] = found
        elif text:  # of assembly's own jumps there are a handful, to itself
            unresolved[address] = place
    return Targets(known, unresolved, pointers.threads)


@dataclass(frozen=True)
class Text:
    """A statement, from where its call is named."""

    at: str
    whole: str


def _statement(root: Path, place: Frame) -> Text | None:
    lines = _lines(root / place.file)
    if not place.column or place.line > len(lines) or place.file.endswith(".S"):
        return None
    whole = " ".join(lines[place.line - 1 : place.line - 1 + _STATEMENT_LINES]).partition(";")[0]
    return Text(lines[place.line - 1][place.column - 1 :], whole)


@lru_cache(maxsize=None)
def _lines(file: Path) -> Sequence[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()


@lru_cache(maxsize=2)
def _virtual_names(root: Path) -> frozenset[str]:
    return frozenset(name for file in sorted(root.glob("components/**/*.hpp")) for name in _VIRTUAL.findall(" ".join(_lines(file))))


class _Methods:
    """What virtual tables hold."""

    def __init__(self, elf: Elf, code: Code) -> None:
        self.by_slot: dict[tuple[int, str], set[int]] = defaultdict(set)
        self.by_name: dict[str, set[int]] = defaultdict(set)
        tables = [symbol for symbol in elf.symbols() if symbol.name.startswith("_ZTV")]
        held = [(offset, target) for table in tables for offset, target in _slots(elf, table) if target in code.functions]
        targets = sorted({target for _, target in held})
        names = dict(zip(targets, (name.rpartition("::")[2] for name in demangle(plain(code.functions[t].name) for t in targets))))
        for offset, target in held:
            self.by_slot[offset, names[target]].add(target)
            self.by_name[names[target]].add(target)

    def named(self, call: Call, text: Text | None) -> tuple[int, ...] | None:
        if text is None:
            return None
        name = _NAME.match(text.at)
        exact = self._of(call.slot, name[0]) or self.by_name.get(name[0], set()) if name else set()
        found = exact or {target for each in _CALLED.findall(text.whole) for target in self._of(call.slot, each)}
        return tuple(sorted(found)) or None

    def _of(self, slot: int | None, name: str) -> set[int]:
        return self.by_name.get(name, set()) if slot is None else self.by_slot.get((slot, name), set())


def _slots(elf: Elf, table: Symbol) -> Iterable[tuple[int, int]]:
    """(offset from the address point, target); a class with several bases has several tables, one behind the other."""
    data = elf.read(table.value, table.size) or b""
    words = struct.unpack(f"<{len(data) // _WORD}Q", data[: len(data) // _WORD * _WORD])
    start = 0
    for index, word in enumerate(words):
        if index and not word and index + 1 < len(words) and _is_top(words[index - 1]):
            start = index + 1
        elif word and not _is_top(word):
            yield (index - max(start, _HEAD // _WORD)) * _WORD, word


def _is_top(word: int) -> bool:
    """An offset to the top: 0, or a little less."""
    return word == 0 or word > (1 << 64) - (1 << 20)


class _Pointers:
    """Functions whose addresses code hands on. Of those that take a `void*` most begin a thread, and are told by themselves: who hands them
    on calls who makes one, be it through one function between."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.names = {address: plain(code.functions[address].name) for address in code.taken}
        self.short = {address: name.rpartition("::")[2] for address, name in zip(self.names, demangle(self.names.values()))}
        self.threads = frozenset(_thread_functions(code))

    def handed(self, root: Path, place: Frame, text: Text | None, caller: Function) -> tuple[int, ...] | None:
        """By its name, or by the types of its arguments, as the file declares them."""
        name = _NAME.match(text.at) if text else None
        if name and name[0] in self.short.values():
            return tuple(sorted(address for address, short in self.short.items() if short == name[0]))
        handed = (_HANDED.search(text.at) or _HANDED.search(text.whole)) if text else None
        if handed is None or not handed[1].strip():
            return None
        arguments = [_NAME.findall(each)[-1] for each in handed[1].split(",") if _NAME.search(each)]
        types = {found for each in arguments for found in self._declared(root, place, each)}
        if len(arguments) == 1 and (arguments[0].rstrip("_").endswith("argument") or "void" in types):
            return self._taking_void(caller)
        words = [f"{len(type_)}{type_}" for type_ in types if type_ != "void"]
        if not words:
            return None
        if len(arguments) > 1:
            return tuple(sorted(address for address, name in self.names.items() if any(word in name for word in words)))
        return tuple(sorted(address for address, name in self.names.items() if any(name.rstrip("E").endswith(word) for word in words)))

    @staticmethod
    def _declared(root: Path, place: Frame, variable: str) -> set[str]:
        declared = re.compile(rf"\b([A-Z]\w*|void)\b\s*[&*]*\s*(?:const\s+)?\b{re.escape(variable)}\b")
        return {found for line in _lines(root / place.file) for found in declared.findall(line)}

    def _taking_void(self, caller: Function) -> tuple[int, ...]:
        """A caller that goes on afterwards calls what comes back."""
        fits = (address for address, name in self.names.items() if _TAKES_VOID.search(name) and address not in self.threads)
        return tuple(sorted(address for address in fits if self.code.functions[address].returns or not caller.returns))


def _thread_functions(code: Code) -> Iterable[int]:
    begins = {address for address, function in code.functions.items() if function.name == _BEGINS}
    makers = {taker for address in begins for taker in code.taken.get(address, ())}
    callers = {function.address for function in code.functions.values() if any(call.target in makers for call in function.calls)}
    through = makers | callers
    for address, takers in code.taken.items():
        if _TAKES_VOID.search(plain(code.functions[address].name)):
            if any(taker in through or any(call.target in through for call in code.functions[taker].calls) for taker in takers):
                yield address


def _of_table(elf: Elf, code: Code, function: int) -> tuple[int, ...] | None:
    """Of an array that the calling function refers to, and that holds functions."""
    found: set[int] = set()
    for address in code.functions[function].data:
        symbol = next((s for s in _objects(elf) if s.value <= address < s.value + s.size), None)
        data = elf.read(symbol.value, symbol.size) if symbol else None
        if data:
            words = struct.unpack(f"<{len(data) // _WORD}Q", data[: len(data) // _WORD * _WORD])
            found |= set(words) & set(code.functions)
    return tuple(sorted(found)) or None


@lru_cache(maxsize=2)
def _objects(elf: Elf) -> Sequence[Symbol]:
    return [symbol for symbol in elf.symbols() if symbol.size and not symbol.is_code]
