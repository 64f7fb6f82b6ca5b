"""Pass 4: start-up order from init edges, and the shortest loop where there is none."""

from __future__ import annotations

import heapq
from collections import deque
from typing import Mapping

from .diagnostics import Diagnostic, Place
from .model import WIRING, InitStep, Instance


def init_edges(instances: Mapping[str, Instance]) -> dict[str, tuple[str, ...]]:
    """For each instance: the instances that must be started before it, by name."""
    return {
        name: tuple(
            sorted(
                {
                    provider
                    for wire in instance.wires
                    if wire.port.use == "init"
                    for provider in wire.providers
                }
                - {WIRING}
            )
        )
        for name, instance in instances.items()
    }


def order(
    instances: Mapping[str, Instance], problems: list[Diagnostic]
) -> tuple[tuple[str, ...], tuple[InitStep, ...]]:
    """All instances, providers first and ties by name; and the steps of those that have an `init`."""
    edges = init_edges(instances)
    users: dict[str, list[str]] = {name: [] for name in instances}
    waiting = {}
    for user, providers in edges.items():
        waiting[user] = len(providers)
        for provider in providers:
            users[provider].append(user)
    ready = sorted(name for name, count in waiting.items() if count == 0)
    done: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        done.append(name)
        for user in users[name]:
            waiting[user] -= 1
            if waiting[user] == 0:
                heapq.heappush(ready, user)
    if len(done) < len(edges):
        left = {name: tuple(p for p in edges[name] if waiting[p]) for name in sorted(edges) if waiting[name]}
        for loop in _shortest_loops(left):
            problems.append(_cycle(loop, instances))
    return tuple(done), _steps(done, edges, instances)


def _steps(
    done: list[str], edges: Mapping[str, tuple[str, ...]], instances: Mapping[str, Instance]
) -> tuple[InitStep, ...]:
    """An instance without `init` passes on what it waits for itself."""
    behind: dict[str, frozenset[str]] = {}  # what a user of this instance waits for
    unsure: set[str] = set()
    steps = []
    for name in done:
        after = frozenset().union(*(behind.get(provider, frozenset()) for provider in edges[name]))
        if instances[name].component.init is None:
            behind[name] = after
            continue
        behind[name] = frozenset({name})
        doubtful = tuple(sorted(after & unsure))
        if doubtful or instances[name].on_fail == "degrade":
            unsure.add(name)
        steps.append(InitStep(name, tuple(sorted(after)), doubtful))
    return tuple(steps)


def _shortest_loops(edges: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """The shortest loop of each knot: found by breadth from every node that is left, one loop for any set of nodes."""
    loops: list[list[str]] = []
    covered: set[str] = set()
    found = sorted((len(loop), loop) for start in edges if (loop := _loop_through(start, edges)))
    for _, loop in found:
        if not covered & set(loop):
            loops.append(loop)
            covered |= _knot(loop[0], edges)
    return loops


def _loop_through(start: str, edges: Mapping[str, tuple[str, ...]]) -> list[str] | None:
    came: dict[str, str] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for following in edges.get(node, ()):
            if following == start:
                loop = [node]
                while loop[-1] != start:
                    loop.append(came[loop[-1]])
                return loop[::-1]
            if following not in came:
                came[following] = node
                queue.append(following)
    return None


def _reach(start: str, edges: Mapping[str, tuple[str, ...]]) -> set[str]:
    seen, stack = {start}, [start]
    while stack:
        for following in edges.get(stack.pop(), ()):
            if following not in seen:
                seen.add(following)
                stack.append(following)
    return seen


def _knot(start: str, edges: Mapping[str, tuple[str, ...]]) -> set[str]:
    """All nodes that are in some loop with `start`."""
    back: dict[str, list[str]] = {}
    for node, following in edges.items():
        for other in following:
            back.setdefault(other, []).append(node)
    return _reach(start, edges) & _reach(start, {node: tuple(others) for node, others in back.items()})


def _cycle(loop: list[str], instances: Mapping[str, Instance]) -> Diagnostic:
    first = loop.index(min(loop))
    loop = loop[first:] + loop[:first]
    related: list[tuple[Place, str]] = []
    for user, provider in zip(loop, loop[1:] + loop[:1]):
        wire = next(w for w in instances[user].wires if w.port.use == "init" and provider in w.providers)
        related.append(
            (
                wire.port.place,
                f"`{user}` ({instances[user].component.name}) needs `{provider}` at init: port `{wire.port.name}`",
            )
        )
    place, _ = related[0]
    names = " -> ".join(loop + loop[:1])
    return Diagnostic(
        place,
        "init-cycle",
        f"start-up runs in a loop: {names}",
        related=tuple(related),
        fix=("write `use: run` at one of these ports, where the provider is not yet needed during `init`",),
    )
