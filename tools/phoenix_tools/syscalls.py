"""`phx syscalls`: who implements which of Linux's system calls in a graph."""

from __future__ import annotations

import json
from typing import Any

from rich.table import Table

from phoenix.api import resolve
from phoenix.diagnostics import Failed
from phoenix.unistd import Unreadable, read_numbers
from phoenix_tools.terminal import BAD_INPUT, Stop, out
from phoenix_tools.workspace import Workspace

LACKING = "ENOSYS"


def syscalls(workspace: Workspace, graph: str, *, as_json: bool) -> None:
    try:
        resolved = resolve(workspace.root, graph)
        numbers = read_numbers().numbers
    except Failed as failed:
        raise Stop(failed.render(), BAD_INPUT) from None
    except Unreadable as unreadable:
        raise Stop(str(unreadable)) from None
    claims = {call.name: call for call in resolved.calls}
    components = {instance.name: instance.component.name for instance in resolved.instances}
    rows: list[dict[str, Any]] = []
    for name, number in numbers.items():
        claim = claims.get(name)
        row: dict[str, Any] = {"number": number, "name": name, "component": None, "instance": None, "gaps": None}
        if claim is not None:
            row |= {"component": components[claim.instance], "instance": claim.instance, "gaps": claim.gaps or None}
        rows.append(row)
    if as_json:
        out.out(json.dumps({"graph": resolved.name, "other": resolved.other_calls, "system_calls": rows}, indent=2))
    else:
        _print(resolved.name, rows)


def _print(graph: str, rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("number", justify="right")
    for heading in ("call", "component", "gaps"):
        table.add_column(heading)
    for row in rows:
        table.add_row(str(row["number"]), row["name"], row["component"] or LACKING, row["gaps"] or "")
    out.print(table)
    there = sum(row["component"] is not None for row in rows)
    out.out(f"{graph}: {there} of {len(rows)} system calls")
