"""Functions of an image, their instructions as far as the stack is concerned, and what each does with it.

The compiler's code moves sp by constants alone (no alloca, no variable-length arrays), so that the depth at each instruction is found
by walking the branches of a function. Instructions: Arm ARM DDI 0487, C6.2; registers of calls: AAPCS64, 6.1.1.
"""

from __future__ import annotations

import bisect
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from phoenix_tools.elf import Elf, Symbol
from phoenix_tools.symbol_table import LLVM

_LINE = re.compile(r"^([0-9a-f]{16}): *\t(\S+)(?:\t(.*))?$")
_TARGET = re.compile(r"0x([0-9a-f]+)(?: <.*>)?$")
_SP_IMMEDIATE = re.compile(r"^sp, sp, #(0x[0-9a-f]+|\d+)(?:, lsl #(\d+))?")
_PRE_INDEX = re.compile(r"\[sp, #(-?)(0x[0-9a-f]+|\d+)\]!$")
_POST_INDEX = re.compile(r"\[sp\], #(-?)(0x[0-9a-f]+|\d+)$")
_LOAD = re.compile(r"^(x\d+), \[x\d+(?:, #(0x[0-9a-f]+|\d+))?\]$")
_ADD = re.compile(r"^x\d+, (x\d+), #(0x[0-9a-f]+|\d+)(?: +<.*>)?$")
_DESTINATION = re.compile(r"^x\d+")
_CALL_INDIRECT = frozenset(("blr", "blraa", "blrab", "blraaz", "blrabz"))
_JUMP_INDIRECT = frozenset(("br", "braa", "brab", "braaz", "brabz"))
_CONDITIONAL = frozenset(("cbz", "cbnz", "tbz", "tbnz"))
_ENDS = frozenset(("ret", "retaa", "retab", "eret", "brk", "udf", ".word"))  # hlt asks the host, and comes back
_RETURNS = frozenset(("ret", "retaa", "retab", "eret"))
_DEEPEST = 1 << 20  # of a frame; more is a walk that went wrong
_ComesBack = Callable[[int], bool]  # whether the function at an address returns


@dataclass(frozen=True)
class Event:
    """An instruction that moves sp or leaves the straight way."""

    address: int
    kind: str  # sp, call, jump, branch, indirect call, indirect jump, return, end
    amount: int = 0  # of sp: how much deeper
    target: int = 0
    slot: int | None = None  # of an indirect one: the offset that its target was loaded from


@dataclass(frozen=True)
class Call:
    address: int
    depth: int  # of the stack there, beyond what the caller was entered with
    target: int  # 0: in a register
    slot: int | None = None
    is_jump: bool = False


@dataclass
class Function:
    address: int
    name: str
    frame: int = 0  # the deepest that it goes itself
    calls: tuple[Call, ...] = ()
    returns: bool = True
    events: list[Event] = field(default_factory=list, repr=False)
    data: set[int] = field(default_factory=set, repr=False)  # addresses that it computes, of other things than functions


@dataclass(frozen=True)
class Code:
    """All functions by their addresses."""

    functions: Mapping[int, Function]
    starts: tuple[int, ...]
    ends: Mapping[int, int]
    taken: Mapping[int, frozenset[int]]  # those whose addresses code computes, as it hands them on as pointers -> who does

    def at(self, address: int) -> Function | None:
        """The function that an address is in."""
        index = bisect.bisect_right(self.starts, address) - 1
        inside = index >= 0 and address < self.ends[self.starts[index]]
        return self.functions[self.starts[index]] if inside else None

    def entered_at(self, address: int) -> Function | None:
        """As `at`, but walked from within: a vector of a table of vectors."""
        found = self.at(address)
        if found is None or found.address == address:
            return found
        part = Function(address, f"{found.name}+{address - found.address:#x}", events=found.events)
        _walk(part, self.ends[found.address], lambda target: (callee := self.at(target)) is None or callee.returns)
        return part


def read(file: Path) -> Code:
    elf = Elf(file.read_bytes())
    names: dict[int, str] = {}
    for symbol in _code_symbols(elf):
        if symbol.value not in names or symbol.size:
            names[symbol.value] = symbol.name
    sections = sorted((s.address, s.address + s.size) for s in elf.sections if s.is_allocated and s.usage == "text")
    starts = tuple(sorted(names))
    ends = {}
    for here, following in zip(starts, (*starts[1:], 1 << 64)):
        ends[here] = min(following, next((end for start, end in sections if start <= here < end), following))
    functions = {start: Function(start, names[start]) for start in starts}
    code = Code(functions, starts, ends, _fill(functions, file))
    _walk_all(code)
    return code


def _code_symbols(elf: Elf) -> Iterator[Symbol]:
    for symbol in elf.symbols():
        if symbol.is_code and symbol.name and not symbol.name.startswith("$"):
            yield symbol


def _fill(functions: Mapping[int, Function], file: Path) -> dict[int, frozenset[int]]:
    """The functions' events; and what addresses of functions are computed (adrp and add, or adr), by whom."""
    command = [str(LLVM / "llvm-objdump"), "--disassemble", "--no-show-raw-insn", "--no-leading-headers", str(file)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    current: Function | None = None
    loaded: dict[str, int] = {}  # register -> the offset that it was loaded from last
    pages: dict[str, int] = {}  # register -> what adrp left there
    taken: dict[int, set[int]] = {}
    for line in listing.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        address = int(found[1], 16)
        if address in functions:
            current = functions[address]
            loaded, pages = {}, {}
        mnemonic, operands = found[2], found[3] or ""
        if mnemonic in ("adr", "adrp", "add") and (computed := _address(mnemonic, operands, pages)) and current is not None:
            if computed in functions:
                taken.setdefault(computed, set()).add(current.address)
            else:
                current.data.add(computed)
        if current is not None and (event := _event(address, mnemonic, operands, loaded)) is not None:
            current.events.append(event)
    return {address: frozenset(takers) for address, takers in taken.items()}


def _address(mnemonic: str, operands: str, pages: dict[str, int]) -> int:
    """0 if it computes none."""
    if mnemonic == "add":
        added = _ADD.match(operands)
        return pages.get(added[1], -int(added[2], 0)) + int(added[2], 0) if added else 0
    target = _TARGET.search(operands)
    if target is None:
        return 0
    pages[operands.partition(",")[0]] = int(target[1], 16)
    return int(target[1], 16) if mnemonic == "adr" else 0


def _event(address: int, mnemonic: str, operands: str, loaded: dict[str, int]) -> Event | None:
    if mnemonic in ("bl", "b") or mnemonic.startswith("b.") or mnemonic in _CONDITIONAL:
        target = _TARGET.search(operands)
        kind = "call" if mnemonic == "bl" else "jump" if mnemonic == "b" else "branch"
        return Event(address, kind, target=int(target[1], 16)) if target else None
    if mnemonic in _CALL_INDIRECT or mnemonic in _JUMP_INDIRECT:
        kind = "indirect call" if mnemonic in _CALL_INDIRECT else "indirect jump"
        return Event(address, kind, slot=loaded.get(operands.partition(",")[0]))
    if mnemonic in _ENDS:
        return Event(address, "return" if mnemonic in _RETURNS else "end")
    if "sp" in operands and (deeper := _moves(mnemonic, operands)):
        return Event(address, "sp", deeper)
    load = _LOAD.match(operands) if mnemonic == "ldr" else None
    if load is not None:
        loaded[load[1]] = int(load[2], 0) if load[2] else 0
    elif (written := _DESTINATION.match(operands)) and not mnemonic.startswith(("st", "cmp", "tst")):
        loaded.pop(written[0], None)
    return None


def _moves(mnemonic: str, operands: str) -> int:
    """How much deeper the stack is after an instruction. Of registers added to sp only entry code makes use, to ask a question."""
    by = _SP_IMMEDIATE.match(operands) if mnemonic in ("add", "sub") else None
    if by is not None:
        amount = int(by[1], 0) << int(by[2] or 0)
        return amount if mnemonic == "sub" else -amount
    for pattern in (_PRE_INDEX, _POST_INDEX):
        if (index := pattern.search(operands)) is not None:
            return int(index[2], 0) if index[1] else -int(index[2], 0)
    return 0


def _walk_all(code: Code) -> None:
    """Until it is known which functions do not return: what stands behind a call of one belongs to something else."""

    def comes_back(target: int) -> bool:
        callee = code.at(target)
        return callee is None or callee.returns

    todo: Iterable[Function] = code.functions.values()
    callers: dict[int, set[int]] = {}
    for function in code.functions.values():
        for event in function.events:
            if event.kind in ("call", "jump", "branch") and (callee := code.at(event.target)) is not None and callee is not function:
                callers.setdefault(callee.address, set()).add(function.address)
    while todo:
        changed: set[int] = set()
        for function in todo:
            _walk(function, code.ends[function.address], comes_back)
            if not function.returns:
                changed |= callers.pop(function.address, set())
        todo = [code.functions[address] for address in sorted(changed)]


def _walk(function: Function, end: int, comes_back: _ComesBack) -> None:
    events = function.events
    addresses = [event.address for event in events]
    seen: dict[int, int] = {}  # index of an event -> depth there
    calls: dict[int, Call] = {}
    frame = 0
    returns = False
    todo = [(function.address, 0)]
    while todo:
        at, depth = todo.pop()
        index = bisect.bisect_left(addresses, at)
        while True:
            frame = max(frame, depth)
            if index == len(events):
                # It runs on into what follows, as assembly does.
                calls[end] = Call(end, depth, end, is_jump=True)
                returns = returns or comes_back(end)
                break
            if seen.get(index, -_DEEPEST) >= depth or depth > _DEEPEST:
                break
            seen[index] = depth
            event = events[index]
            index += 1
            if event.kind == "sp":
                depth += event.amount
            elif event.kind == "return":
                returns = True
                break
            elif event.kind == "end":
                break
            elif event.kind in ("indirect call", "indirect jump"):
                is_jump = event.kind == "indirect jump"
                calls[event.address] = Call(event.address, depth, 0, event.slot, is_jump)
                if is_jump:
                    returns = True
                    break
            elif event.kind == "call":
                calls[event.address] = Call(event.address, depth, event.target)
                if not comes_back(event.target):
                    break
            elif function.address <= event.target < end or _within(events, event.target, end):
                todo.append((event.target, depth))
                if event.kind == "jump":
                    break
            else:
                calls[event.address] = Call(event.address, depth, event.target, is_jump=True)
                returns = returns or comes_back(event.target)
                if event.kind == "jump":
                    break
    function.frame, function.calls, function.returns = frame, tuple(calls.values()), returns


def _within(events: list[Event], target: int, end: int) -> bool:
    """Back to before where a walk from within began."""
    return bool(events) and events[0].address <= target < end
