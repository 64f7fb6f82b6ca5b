"""An order that follows from edges, and the shortest loops where there is none."""

from __future__ import annotations

import heapq
from collections import deque
from typing import Mapping


def topological(before: Mapping[str, tuple[str, ...]]) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """All nodes behind those that each names, ties by name; and what is left of the edges where they run in loops."""
    behind: dict[str, list[str]] = {name: [] for name in before}
    waiting = {}
    for name, earlier in before.items():
        waiting[name] = len(earlier)
        for other in earlier:
            behind[other].append(name)
    ready = sorted(name for name, count in waiting.items() if count == 0)
    done: list[str] = []
    while ready:
        name = heapq.heappop(ready)
        done.append(name)
        for other in behind[name]:
            waiting[other] -= 1
            if waiting[other] == 0:
                heapq.heappush(ready, other)
    return done, {name: tuple(e for e in before[name] if waiting[e]) for name in sorted(before) if waiting[name]}


def shortest_loops(edges: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """The shortest loop of each knot, beginning with its first name: found by breadth from every node, one loop for any set of nodes."""
    loops: list[list[str]] = []
    covered: set[str] = set()
    found = sorted((len(loop), loop) for start in edges if (loop := _loop_through(start, edges)))
    for _, loop in found:
        if not covered & set(loop):
            first = loop.index(min(loop))
            loops.append(loop[first:] + loop[:first])
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
