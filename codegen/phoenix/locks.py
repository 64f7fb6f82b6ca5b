"""Pass 4b: one rank for each class of locks, from what manifests say is called while a lock is held; and the loops where there is none.

A lock is taken inside another one if its component names it in the other's `before:`, or if it belongs to who is behind a port that
is called (`calls:`) while the other is held: to the provider itself, or to whom that provider calls in turn without a lock of its
own (`passes_on:`). What may sleep takes mutexes, and is never called under a spinlock; so mutexes are outside of all spinlocks, and only
locks of one kind need edges between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Mapping, Sequence

from .diagnostics import Diagnostic, Place
from .model import (
    WIRING,
    Catalog,
    Component,
    Instance,
    Interface,
    LockCall,
    LockEdge,
    LockSpec,
    RankedLock,
    Wire,
)
from .sorting import shortest_loops, topological

Steps = tuple[tuple[Place, str], ...]  # the lines of manifests that something follows from


@dataclass(frozen=True)
class _User:
    """Somebody who calls: an instance, or a library."""

    name: str
    component: Component
    wires: tuple[Wire, ...]

    def providers(self, port: str) -> tuple[str, ...]:
        return next((wire.providers for wire in self.wires if wire.port.name == port), ())


def rank(
    catalog: Catalog,
    instances: Mapping[str, Instance],
    libraries: Sequence[tuple[Component, tuple[Wire, ...]]],
    problems: list[Diagnostic],
) -> tuple[tuple[RankedLock, ...], tuple[LockEdge, ...]]:
    """The locks of a graph by rank, each above all that may be held when it is taken; and the edges that say so."""
    users = {name: _User(name, each.component, each.wires) for name, each in sorted(instances.items())}
    shared = {library.name: _User(library.name, library, wires) for library, wires in libraries}
    found = _Nesting(catalog.interfaces, users, shared)
    edges = found.edges()
    specs = {
        f"{user.component.name}.{lock.name}": (user.component, lock)
        for user in (*users.values(), *shared.values())
        for lock in user.component.locks
    }
    inside: dict[str, list[str]] = {name: [] for name in specs}
    outside: dict[str, list[str]] = {name: [] for name in specs}
    for before, after in edges if not problems else ():
        inside[before].append(after)
        outside[after].append(before)
    done, left = topological({name: tuple(sorted(others)) for name, others in outside.items()})
    for loop in shortest_loops({name: tuple(sorted(i for i in inside[name] if i in left)) for name in left}):
        problems.append(_cycle(loop, edges))
    done.sort(key=lambda name: not specs[name][1].mutex)  # which leaves each kind in its order
    ranks = tuple(RankedLock(*specs[name], number) for number, name in enumerate(done, 1))
    return ranks, tuple(LockEdge(*pair, why) for pair, why in sorted(edges.items()))


class _Nesting:
    """Which locks are taken inside which."""

    def __init__(
        self, interfaces: Mapping[str, Interface], users: Mapping[str, _User], libraries: Mapping[str, _User]
    ) -> None:
        self.interfaces = interfaces
        self.users = users
        self.libraries = libraries

    def edges(self) -> dict[tuple[str, str], Steps]:
        """For each pair, outer and inner, the shortest of the reasons."""
        found: dict[tuple[str, str], Steps] = {}
        for user in (*self.users.values(), *self.libraries.values()):
            for lock in user.component.locks:
                outer = f"{user.component.name}.{lock.name}"
                for inner, why in self._inside(user, lock):
                    known = found.get((outer, inner))
                    if known is None or len(why) < len(known):
                        found[outer, inner] = why
        return found

    def _inside(self, user: _User, lock: LockSpec) -> Iterator[tuple[str, Steps]]:
        own = f"{user.component.name}.{lock.name}"
        kinds = {each.name: each.mutex for each in user.component.locks}
        for name, place in lock.before:
            if kinds.get(name) == lock.mutex:
                inner = f"{user.component.name}.{name}"
                yield inner, ((place, f"`{own}` is held when `{inner}` is taken"),)
        for call in lock.calls:
            said = (call.place, f"`{own}` is held while `{call.text}` is called")
            yield from self._taken(lock.mutex, user, call, (said,), set())

    def _taken(
        self, mutex: bool, user: _User, call: LockCall, steps: Steps, seen: set[tuple[str, str]]
    ) -> Iterator[tuple[str, Steps]]:
        """The locks that this call may take, of those that are of the same kind as the one that is held."""
        port = user.component.port(call.target)
        if port is None:
            if call.target in self.libraries:
                yield from self._taken_by(mutex, self.libraries[call.target], None, steps, seen)
            return
        for provider in user.providers(port.name):
            functions = self._functions(mutex, port.interface, call.function)
            if functions and provider != WIRING:
                called = (port.interface, functions)
                yield from self._taken_by(mutex, self.users[provider], called, steps, seen)

    def _functions(self, mutex: bool, interface: str, function: str | None) -> tuple[str, ...]:
        """Those of a call that may take locks. An interface that lists none has one without a name."""
        rules = self.interfaces[interface].context
        if not rules:
            return ("",)
        wanted = [rule for rule in rules if function in (None, rule.function)]
        return tuple(rule.function for rule in wanted if rule.locks and (mutex or not rule.sleeps))

    def _taken_by(
        self,
        mutex: bool,
        owner: _User,
        called: tuple[str, tuple[str, ...]] | None,
        steps: Steps,
        seen: set[tuple[str, str]],
    ) -> Iterator[tuple[str, Steps]]:
        """`called`: which functions of which interface; None: anything."""
        for lock in owner.component.locks:
            if lock.mutex == mutex and (
                called is None or any(lock.is_taken_by(called[0], function) for function in called[1])
            ):
                inner = f"{owner.component.name}.{lock.name}"
                yield inner, (*steps, (lock.place, f"which `{owner.name}` takes `{inner}` for"))
        for call in owner.component.passes_on:
            if (owner.name, call.text) not in seen:
                seen.add((owner.name, call.text))
                passed = (call.place, f"which `{owner.name}` passes on, calling `{call.text}`")
                yield from self._taken(mutex, owner, call, (*steps, passed), seen)


def _cycle(loop: list[str], edges: Mapping[tuple[str, str], Steps]) -> Diagnostic:
    related = tuple(step for pair in zip(loop, loop[1:] + loop[:1]) for step in edges[pair])
    return Diagnostic(
        related[0][0],
        "lock-cycle",
        f"locks are taken in a loop: {' -> '.join(loop + loop[:1])}",
        reasons=("two CPUs that begin at different places of it may wait for each other for ever",),
        related=related,
        fix=(
            "release the lock before one of these calls, and take the call out of `calls:`;",
            "or be more exact: `calls: [PORT.FUNCTION]`, `taken_by: [INTERFACE.FUNCTION]` at the inner lock,",
            "`locks: false` at an interface's function that never takes one",
        ),
    )
