"""The costs of a graph as a tree: domains, their components, and of those the sources and the instances' objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phoenix_tools import footprint
from phoenix_tools.costs.record import Costs, Row, total


@dataclass(frozen=True)
class Node:
    name: str
    kind: str  # graph, domain, component, source, instance
    row: Row
    children: tuple[Node, ...] = ()

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"name": self.name, "kind": self.kind, **self.row}
        return found | ({"children": [child.to_json() for child in self.children]} if self.children else {})

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


def tree(costs: Costs) -> Node:
    by_domain: dict[str, list[Node]] = defaultdict(list)
    for owner, row in costs.components.items():
        by_domain[costs.domains[owner]].append(Node(owner, "component", row, _parts(costs, owner)))
    domains = [_of(name, "domain", nodes) for name, nodes in by_domain.items()]
    return _of(costs.graph, "graph", domains)


def _parts(costs: Costs, owner: str) -> tuple[Node, ...]:
    """None where there is but one."""
    parts = [Node(source, "source", row) for source, row in costs.sources.get(owner, {}).items() if source and total(row)]
    parts += [
        Node(name, "instance", each.row) for name, each in costs.instances.items() if each.component == owner and total(each.row)
    ]
    return _biggest_first(parts) if len(parts) > 1 else ()


def _of(name: str, kind: str, children: list[Node]) -> Node:
    row = {usage: sum(child.row[usage] for child in children) for usage in footprint.USAGES}
    return Node(name, kind, row, _biggest_first(children))


def _biggest_first(nodes: list[Node]) -> tuple[Node, ...]:
    return tuple(sorted(nodes, key=lambda node: (-total(node.row), node.name)))
