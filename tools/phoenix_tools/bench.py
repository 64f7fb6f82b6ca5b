"""`phx bench boot`: instructions to the prompt or to power-off, and image sizes, against the budgets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from phoenix_tools import bootcount, icount
from phoenix_tools.builder import build
from phoenix_tools.costs import record
from phoenix_tools.qemu import Shape, memory_argument
from phoenix_tools.terminal import Stop, err, out
from phoenix_tools.workspace import Workspace

GIB = 1 << 30
DEFAULT = (("minimal", 512 << 20), ("monitor", 512 << 20), ("monitor", 8 * GIB))


@dataclass(frozen=True)
class Row:
    graph: str
    memory: int
    instructions: int
    budget: int | None
    image_bytes: int
    image_budget: int | None
    until: str
    owners: tuple[tuple[str, int], ...]


def boot(workspace: Workspace, graphs: tuple[str, ...], memory: int | None, *, by_component: bool, as_json: bool) -> None:
    wanted = [(each, memory or 512 << 20) for each in graphs]
    if not wanted:
        wanted = [(name, memory) for name in ("minimal", "monitor")] if memory else list(DEFAULT)
    rows = [_measure(workspace, name, size, by_component) for name, size in wanted]
    if as_json:
        out.out(json.dumps([_record(row) for row in rows], indent=2))
    else:
        _print(rows)


def _measure(workspace: Workspace, graph_or_file: str, memory: int, by_component: bool) -> Row:
    directory = build(workspace, graph_or_file, quiet=True)
    name = workspace.graph_name(graph_or_file)
    graph = workspace.graph_json(name)
    image = directory / "Image"
    try:
        count = bootcount.measure(graph, image, Shape(memory=memory)).instructions
    except icount.Unmeasured as error:
        raise Stop(f"{name}: {error}") from None
    boot = record.read_with_boot(directory, graph).boot if by_component else None
    budgets = graph.get("budgets") or {}
    until = bootcount.until(graph)
    return Row(
        name,
        memory,
        count,
        budgets.get("boot_instructions"),
        image.stat().st_size,
        budgets.get("image_kib"),
        "power-off" if until is None else f"`{until.strip()}`",
        tuple(boot.components.items()) if boot else (),
    )


def _record(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "graph": row.graph,
        "memory": memory_argument(row.memory),
        "until": row.until,
        "instructions": row.instructions,
        "instructions_budget": row.budget,
        "image_bytes": row.image_bytes,
        "image_kib_budget": row.image_budget,
    }
    if row.owners:
        found["instructions_by_component"] = dict(row.owners)
    return found


def _print(rows: list[Row]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("graph", "memory", "until"):
        table.add_column(heading)
    for heading in ("instructions", "budget", "image KiB", "budget"):
        table.add_column(heading, justify="right")
    for row in rows:
        budget = "-" if row.budget is None else f"{row.budget:,}"
        image_budget = "-" if row.image_budget is None else str(row.image_budget)
        size = f"{row.image_bytes / 1024:.1f}"
        memory = memory_argument(row.memory)
        table.add_row(row.graph, memory, row.until, f"{row.instructions:,}", budget, size, image_budget)
    out.print(table)
    for row in rows:
        for owner, count in row.owners:
            out.out(f"{count:10,}  {owner}")
    err.print("Guest instructions under QEMU's -icount shift=0, from the first instruction.")
