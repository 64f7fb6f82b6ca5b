"""The deepest stacks of an image: of what runs on one, and of what comes on top of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_tools import footprint
from phoenix_tools.stack import code, targets
from phoenix_tools.stack.chains import Chains, Depth
from phoenix_tools.stack.code import Code, Function
from phoenix_tools.symbol_table import demangle, plain, readable

# Offsets of the vectors: Arm ARM DDI 0487, D1.3.1.
_FAULT, _INTERRUPT, _PROGRAM, _PROGRAM_INTERRUPTED = 0x200, 0x280, 0x400, 0x480
_VECTORS = ("phx_user_vectors", "phx_vectors")
_STARTS = {"start-up": "phx_boot_entry", "start-up of other CPUs": "phx_secondary_entry"}
_CALL = "_callERNS_4arch9UserFrameE"  # how the name of a function ends that a system call enters


@dataclass(frozen=True)
class Stack:
    """What one begins with, and the deepest that it gets by itself."""

    name: str
    bytes: int
    chain: tuple[tuple[str, int], ...]  # (function, its bytes), outermost first
    recursion: tuple[str, ...]  # functions that call themselves, somewhere below
    unresolved: tuple[str, ...]  # FILE:LINE of calls whose targets are not known

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "bytes": self.bytes,
            "chain": [{"function": name, "bytes": amount} for name, amount in self.chain],
            "recursion": list(self.recursion),
            "unresolved": list(self.unresolved),
        }


def _stack(content: Mapping[str, Any]) -> Stack:
    chain = tuple((each["function"], each["bytes"]) for each in content["chain"])
    return Stack(content["name"], content["bytes"], chain, tuple(content["recursion"]), tuple(content["unresolved"]))


@dataclass(frozen=True)
class Stacks:
    threads: tuple[Stack, ...]  # the start-up, and what begins on a stack of its own
    fault: Stack  # of the kernel itself, such as a page of a program's that is not there: once on top of a thread
    interrupt: Stack  # on top of that
    handlers: Mapping[str, Stack]  # INSTANCE.HANDLER of a device's interrupt; not those that were inlined
    calls: Mapping[str, int]  # system call -> bytes
    frames: Mapping[str, int]  # component -> the biggest frame of one of its functions

    @property
    def deepest(self) -> int:
        """Of a thread with all that may come on top."""
        return max((each.bytes for each in self.threads), default=0) + self.fault.bytes + self.interrupt.bytes

    def to_json(self) -> dict[str, Any]:
        return {
            "deepest": self.deepest,
            "threads": [each.to_json() for each in self.threads],
            "fault": self.fault.to_json(),
            "interrupt": self.interrupt.to_json(),
            "handlers": {name: each.to_json() for name, each in self.handlers.items()},
            "calls": dict(self.calls),
            "frames": dict(self.frames),
        }


def from_json(content: Mapping[str, Any]) -> Stacks:
    return Stacks(
        tuple(_stack(each) for each in content["threads"]),
        _stack(content["fault"]),
        _stack(content["interrupt"]),
        {name: _stack(each) for name, each in content["handlers"].items()},
        content["calls"],
        content["frames"],
    )


def measure(elf: Path, root: Path, graph: Mapping[str, Any], image: footprint.Footprint) -> Stacks:
    found = code.read(elf)
    return _Report(found, Chains(found, targets.find(elf, root, found)), root).stacks(graph, image)


class _Report:
    def __init__(self, found: Code, chains: Chains, root: Path) -> None:
        self.code = found
        self.chains = chains
        self.root = root
        self.by_symbol = {plain(function.name): function for function in found.functions.values()}
        names = demangle(plain(function.name) for function in found.functions.values())
        self.names = {address: readable(name) for address, name in zip(found.functions, names)}

    def stacks(self, graph: Mapping[str, Any], image: footprint.Footprint) -> Stacks:
        vectors = next(self.by_symbol[name].address for name in _VECTORS if name in self.by_symbol)
        threads = [self.stack(name, self.by_symbol[symbol]) for name, symbol in _STARTS.items() if symbol in self.by_symbol]
        threads += [self.stack(self._thread_name(each), each, self._begin()) for each in self._thread_functions()]
        if _VECTORS[0] in self.by_symbol:
            threads += [self._vector(name, vectors + at) for name, at in (("programs", _PROGRAM), ("programs, interrupted", _PROGRAM_INTERRUPTED))]
        return Stacks(
            tuple(sorted(threads, key=lambda each: (-each.bytes, each.name))),
            self._vector("fault", vectors + _FAULT),
            self._vector("interrupt", vectors + _INTERRUPT),
            dict(self._handlers(graph)),
            dict(self._calls()),
            self._frames(image),
        )

    def stack(self, name: str, function: Function, below: int = 0) -> Stack:
        depth = self.chains.below(function)
        return Stack(
            name,
            below + depth.amount,
            tuple((self.names.get(address, name), amount) for address, amount in depth.chain),
            tuple(sorted(self.names[each] for first in depth.recursion for each in self.chains.recursive[first])),
            tuple(sorted(self._places(depth))),
        )

    def _vector(self, name: str, address: int) -> Stack:
        function = self.code.entered_at(address)
        assert function is not None
        return self.stack(name, function)

    def _places(self, depth: Depth) -> Iterable[str]:
        for call in depth.unresolved:
            place = self.chains.targets.unresolved[call]
            yield f"{place.file.removeprefix(f'{self.root}/').removeprefix('./')}:{place.line}"

    def _thread_functions(self) -> list[Function]:
        return [self.code.functions[address] for address in sorted(self.chains.targets.threads)]

    def _thread_name(self, function: Function) -> str:
        """Of a lambda the function that it stands in."""
        return self.names[function.address].partition("::$_")[0].partition("(")[0]

    def _begin(self) -> int:
        """What every thread has below its own function."""
        starts = {call for call, known in self.chains.targets.known.items() if not known}
        return max((call.depth for each in self._thread_functions() for call in each.calls if call.address in starts), default=0)

    def _handlers(self, graph: Mapping[str, Any]) -> Iterable[tuple[str, Stack]]:
        class_of = {each["name"]: each["class"].removeprefix("phx::") for each in graph["instances"]}
        by_name = {name: self.code.functions[address] for address, name in self.names.items()}
        for line in graph["interrupts"]:
            function = by_name.get(f"{class_of[line['instance']]}::{line['handler']}")
            if function is not None:
                name = f"{line['instance']}.{line['handler']}"
                yield name, self.stack(name, function)

    def _calls(self) -> Iterable[tuple[str, int]]:
        for symbol, function in self.by_symbol.items():
            if symbol.endswith(_CALL):
                yield self.names[function.address].rpartition("::")[2].removesuffix("_call"), self.chains.below(function).amount

    def _frames(self, image: footprint.Footprint) -> dict[str, int]:
        biggest: dict[str, int] = {}
        for owner, function in zip(image.owners_of(self.code.functions), self.code.functions.values()):
            biggest[owner] = max(biggest.get(owner, 0), function.frame)
        return dict(sorted(((owner, size) for owner, size in biggest.items() if size), key=lambda each: (-each[1], each[0])))
