"""`phx extract`: the resolved graph out of an image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from phoenix_tools.costs.record import Costs, total
from phoenix_tools.embedded import codec, content
from phoenix_tools.terminal import BAD_INPUT, Stop, out


def read(file: Path) -> dict[str, Any]:
    """Stop where there is none."""
    try:
        return content.checked(codec.find(file.read_bytes()))
    except OSError as error:
        raise Stop(f"{file}: {(error.strerror or 'it cannot be read').lower()}", BAD_INPUT) from None
    except codec.Unreadable as error:
        raise Stop(f"{file}: error: {error}\n    fix: name an `Image` or a `phoenix.elf` that `phx build` made", BAD_INPUT) from None


def costs(graph: Mapping[str, Any], file: Path) -> Costs:
    return content.costs_of(graph, file.stat().st_size)


def extract(file: Path, *, as_json: bool) -> None:
    graph = read(file)
    if as_json:
        out.out(json.dumps(graph, indent=2))
        return
    machine = graph["machine"]
    out.print(f"[bold]{graph['graph']}[/], {graph['arch']}, for {machine['name']} ({machine['device_tree']})")
    out.print(_table(graph, costs(graph, file)))
    out.print(f"\nOrder of start-up: {', '.join(step['instance'] for step in graph['init_order'])}")
    out.print(f"Libraries: {', '.join(graph['libraries'])}")


def _table(graph: dict[str, Any], costs_of: Costs) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("instance", "component", "parameters", "wires", "device"):
        table.add_column(heading, overflow="fold")
    table.add_column("bytes", justify="right")
    device = {claim["instance"]: claim["path"] for claim in graph["claims"]}
    shown: set[str] = set()
    for each in graph["instances"]:
        component = each["component"]
        row = costs_of.components.get(component) if component not in shown else None
        shown.add(component)
        table.add_row(
            escape(each["name"]),
            f"{each['domain']}/{component}",
            escape("\n".join(f"{name} = {given['value']}" for name, given in each["parameters"].items())),
            escape("\n".join(f"{name}: {', '.join(port['providers'])}" for name, port in each["ports"].items() if port["providers"])),
            escape(device.get(each["name"], "")),
            f"{total(row):,}" if row else "",
        )
    return table
