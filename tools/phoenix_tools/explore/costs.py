"""What each component costs, for the page: as build/GRAPH/costs.json has it."""

from __future__ import annotations

from typing import Any

from phoenix_tools.answers.sides import Side
from phoenix_tools.costs.record import IN_FILE, IN_RAM, total
from phoenix_tools.workspace import Workspace


def costs(workspace: Workspace, side: Side) -> dict[str, Any]:
    """`kinds`: what is known, in the order of the page's choices; `missing`: how to get it, where nothing is."""
    known = side.costs
    if known is None:
        return {"kinds": [], "components": {}, "missing": _how_to_get(workspace, side), "boot_missing": ""}
    rows: dict[str, dict[str, int]] = {}
    for owner, row in known.components.items():
        rows[owner] = {"image": total(row, IN_FILE), "ram": total(row, IN_RAM), **row}
    boot = known.boot.components if known.boot else {}
    for key, amounts in (("frame", known.stacks.frames), ("boot", boot)):
        for owner, amount in amounts.items():
            rows.setdefault(owner, {})[key] = amount
    kinds = [
        {"key": "image", "title": "Bytes of the image", "short": "image", "unit": "bytes"},
        {"key": "ram", "title": "Static RAM (data and bss)", "short": "RAM", "unit": "bytes"},
        {"key": "frame", "title": "Biggest frame on a stack", "short": "biggest frame", "unit": "bytes"},
    ]
    if boot:
        kinds.append({"key": "boot", "title": "Boot instructions", "short": "instructions to boot", "unit": "instructions"})
    name = side.graph["graph"]
    return {"kinds": kinds, "components": rows, "missing": "", "boot_missing": "" if boot else f"tools/phx explore {name} --boot"}


def _how_to_get(workspace: Workspace, side: Side) -> str:
    name = side.graph["graph"]
    if side.resolved is None:
        return f"That revision is not built, so costs are missing. Get them with: tools/phx size {side.title}"
    if side.graph["arch"] == "host":
        return "A host test has no image, so costs are not known."
    built = (workspace.build_directory(name) / "Image").is_file()
    why = "The image in build/ is of another state of the graph" if built else "There is no image yet"
    return f"{why}, so costs are missing. Get them with: tools/phx build {name} && tools/phx explore {name}"
