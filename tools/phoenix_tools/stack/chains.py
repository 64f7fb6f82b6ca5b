"""The deepest chain of calls below a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from phoenix_tools.stack.code import Code, Function
from phoenix_tools.stack.targets import Targets


@dataclass(frozen=True)
class Depth:
    """With each round of recursion gone through once, so a bound only where there is none."""

    amount: int  # bytes
    chain: tuple[tuple[int, int], ...]  # (function, its bytes), outermost first
    recursion: frozenset[int]  # keys of Chains.recursive
    unresolved: frozenset[int]  # calls below of which nothing is known


class Chains:
    def __init__(self, code: Code, targets: Targets) -> None:
        self.code = code
        self.targets = targets
        self._known: dict[int, Depth] = {}

    def below(self, entry: Function) -> Depth:
        """Of the image's functions, or of one that was entered from within."""
        for function in self._order(entry.address, entry):
            self._known[function.address] = self._deepest(function)
        return self._known.pop(entry.address) if entry.address not in self.code.functions else self._known[entry.address]

    def edges(self, function: Function) -> list[tuple[int, int]]:
        """(depth there, called function)."""
        found = []
        for call in function.calls:
            targets = (call.target,) if call.target else self.targets.known.get(call.address, ())
            found += [(call.depth, callee.address) for target in targets if (callee := self.code.at(target)) is not None]
        return found

    def _order(self, start: int, entry: Function) -> list[Function]:
        """What is below, callees first; of a cycle the function where it was entered comes last."""
        done: list[Function] = []
        seen: set[int] = set(self._known)
        todo = [(entry, iter(self.edges(entry)))]
        seen.add(start)
        while todo:
            function, rest = todo[-1]
            following = next((address for _, address in rest if address not in seen), None)
            if following is None:
                done.append(function)
                todo.pop()
            else:
                seen.add(following)
                callee = self.code.functions[following]
                todo.append((callee, iter(self.edges(callee))))
        return done

    def _deepest(self, function: Function) -> Depth:
        amount = function.frame
        chain: tuple[tuple[int, int], ...] = ((function.address, amount),)
        recursion: set[int] = set()
        unresolved = {call.address for call in function.calls if not call.target and call.address in self.targets.unresolved}
        for depth, address in self.edges(function):
            below = self._known.get(address)
            if below is None:
                # It is on the way here already.
                recursion |= {self._cycle_of[address]} & set(self.recursive)
                continue
            recursion |= below.recursion
            unresolved |= below.unresolved
            if depth + below.amount > amount:
                amount, chain = depth + below.amount, ((function.address, depth), *below.chain)
        return Depth(amount, chain, frozenset(recursion), frozenset(unresolved))

    @cached_property
    def _cycle_of(self) -> Mapping[int, int]:
        """function in a cycle -> the lowest address of those that call each other so (Tarjan 1972)."""
        index: dict[int, int] = {}
        low: dict[int, int] = {}
        stack: list[int] = []
        on_stack: set[int] = set()
        found: dict[int, int] = {}
        for root in self.code.functions.values():
            if root.address in index:
                continue
            todo = [(root.address, iter(self.edges(root)))]
            while todo:
                here, rest = todo[-1]
                if here not in index:
                    index[here] = low[here] = len(index)
                    stack.append(here)
                    on_stack.add(here)
                for _, callee in rest:
                    if callee not in index:
                        todo.append((callee, iter(self.edges(self.code.functions[callee]))))
                        break
                    if callee in on_stack:
                        low[here] = min(low[here], index[callee])
                else:
                    todo.pop()
                    if todo:
                        low[todo[-1][0]] = min(low[todo[-1][0]], low[here])
                    if low[here] == index[here]:
                        members: list[int] = []
                        while not members or members[-1] != here:
                            members.append(stack.pop())
                            on_stack.discard(members[-1])
                        found |= dict.fromkeys(members, min(members))
        return found

    @cached_property
    def recursive(self) -> Mapping[int, tuple[int, ...]]:
        """Functions that call themselves or each other, by their lowest address. Where they but jump to each other it is a loop: the
        stack does not grow."""
        members: dict[int, list[int]] = {}
        for address, first in self._cycle_of.items():
            members.setdefault(first, []).append(address)
        return {
            first: tuple(sorted(group))
            for first, group in members.items()
            if any(
                depth > 0 and self._cycle_of[callee] == first
                for address in group
                for depth, callee in self.edges(self.code.functions[address])
            )
        }
