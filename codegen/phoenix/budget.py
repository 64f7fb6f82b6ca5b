"""Limits that a graph sets for what its image costs, and the names in them. What it costs is measured once it is built."""

from __future__ import annotations

from typing import Any, Iterable
from typing import Mapping as MappingOf

from .diagnostics import Diagnostic, did_you_mean
from .model import Budget, Component, GraphSpec, InitStep, LineClaim
from .reader import entries, value
from .repair import respell, reword
from .source import Entry, Mapping, Node


def read(node: Node | None, above: tuple[Entry, ...] = ()) -> tuple[Budget, ...]:
    found: list[Budget] = []
    for entry in entries(node):
        way = (*above, entry)
        amount = value(entry.value)
        if isinstance(entry.value, Mapping):
            found += read(entry.value, way)
        elif isinstance(amount, (int, float)) and not isinstance(amount, bool):
            found.append(Budget(tuple(each.key for each in way), amount, entry.place, way[min(1, len(above))].place))
    return tuple(sorted(found, key=lambda each: each.path))


def nested(budgets: Iterable[Budget]) -> dict[str, Any]:
    """As graphs write them."""
    whole: dict[str, Any] = {}
    for each in budgets:
        level = whole
        for key in each.path[:-1]:
            level = level.setdefault(key, {})
        level[each.path[-1]] = each.limit
    return whole


def check(
    spec: GraphSpec,
    components: Iterable[Component],
    component_of: MappingOf[str, str],
    lines: Iterable[LineClaim],
    steps: Iterable[InitStep],
    problems: list[Diagnostic],
) -> None:
    """Of a graph that is extended a budget may name what was removed: it is kept then. Threads are known only to the linked image."""
    here = tuple(components)
    known = {
        "components": {each.name for each in here},
        "domains": {each.domain for each in here if each.domain},
        "interrupts": {line.instance for line in lines},
        "steps": {step.instance for step in steps},
    }
    told: set[tuple[str, str]] = set()
    for budget in spec.budgets:
        kind = budget.path[0]
        if kind not in known or len(budget.path) < 2 or (kind, budget.path[1]) in told:
            continue
        name = budget.path[1]
        if name not in known[kind] and budget.place.file == spec.place.file:
            told.add((kind, name))
            meant = component_of.get(name) if kind == "components" else None
            problems.append(
                Diagnostic(
                    budget.name_place,
                    "unknown-budget",
                    f"`{name}` is none of the {_KINDS[kind]} of graph `{spec.name}`, so that a budget for it limits nothing",
                    fix=(f"did you mean `{meant}`, the component of `{name}`?",)
                    if meant
                    else did_you_mean(name, known[kind]) or ("leave the budget out",),
                    repairs=reword(budget.name_place, meant) if meant else respell(budget.name_place, name, known[kind]),
                )
            )


_KINDS = {
    "components": "components",
    "domains": "domains",
    "interrupts": "instances with an interrupt",
    "steps": "steps of the start-up",
}
