"""The budgets of a graph as a flat table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

BudgetPath = tuple[str, ...]  # ("image_kib",), ("components", "fdt", "text_kib"), ("steps", "fdt")


def budgets_of(graph: Mapping[str, Any]) -> dict[BudgetPath, float]:
    return dict(_flat(graph.get("budgets") or {}))


def _flat(level: Mapping[str, Any], above: BudgetPath = ()) -> Iterable[tuple[BudgetPath, float]]:
    for name, value in level.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*above, name))
        else:
            yield (*above, name), value
