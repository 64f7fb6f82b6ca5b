"""What each component costs, for the page: bytes of the image as `phx size` counts them."""

from __future__ import annotations

from typing import Any

from phoenix_tools import footprint
from phoenix_tools.answers.sides import Side
from phoenix_tools.workspace import Workspace


def costs(workspace: Workspace, side: Side) -> dict[str, Any]:
    """`kinds`: what is known, in the order of the page's choices; `missing`: how to get it, where nothing is."""
    if side.image is None:
        return {"kinds": [], "components": {}, "missing": _how_to_get(workspace, side)}
    rows: dict[str, dict[str, int]] = {}
    for owner, row in footprint.read(side.image, side.graph).by_owner().items():
        rows[owner] = {"image": row["text"] + row["rodata"] + row["data"], "ram": row["data"] + row["bss"], **row}
    kinds = [
        {"key": "image", "title": "Bytes of the image", "short": "image", "unit": "bytes"},
        {"key": "ram", "title": "Static RAM (data and bss)", "short": "RAM", "unit": "bytes"},
    ]
    return {"kinds": kinds, "components": rows, "missing": ""}


def _how_to_get(workspace: Workspace, side: Side) -> str:
    name = side.graph["graph"]
    if side.resolved is None:
        return "Costs of a revision are known only in a checkout of it."
    if side.graph["arch"] == "host":
        return "A host test has no image, so costs are not known."
    built = (workspace.build_directory(name) / "Image").is_file()
    why = "The image in build/ is of another state of the graph" if built else "There is no image yet"
    return f"{why}, so costs are missing. Get them with: tools/phx build {name} && tools/phx explore {name}"
