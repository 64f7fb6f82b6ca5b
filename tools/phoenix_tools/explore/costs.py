"""What each component costs, for the page: bytes as `phx size` counts them, boot instructions as `phx bench boot --by-component` does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from phoenix_tools import bootcount, icount
from phoenix_tools.answers.sides import Side
from phoenix_tools.costs import record
from phoenix_tools.costs.record import IN_FILE, IN_RAM, total
from phoenix_tools.packages import For, ensure_now
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace

_BOOT_FILE = "boot-by-component.json"


def costs(workspace: Workspace, side: Side) -> dict[str, Any]:
    """`kinds`: what is known, in the order of the page's choices; `missing`: how to get it, where nothing is."""
    if side.image is None:
        return {"kinds": [], "components": {}, "missing": _how_to_get(workspace, side), "boot_missing": ""}
    rows: dict[str, dict[str, int]] = {}
    for owner, row in record.read(side.image, side.graph).components.items():
        rows[owner] = {"image": total(row, IN_FILE), "ram": total(row, IN_RAM), **row}
    boot = _boot(side.image)
    for owner, instructions in boot.items():
        rows.setdefault(owner, {})["boot"] = instructions
    kinds = [
        {"key": "image", "title": "Bytes of the image", "short": "image", "unit": "bytes"},
        {"key": "ram", "title": "Static RAM (data and bss)", "short": "RAM", "unit": "bytes"},
    ]
    if boot:
        kinds.append({"key": "boot", "title": "Boot instructions", "short": "instructions to boot", "unit": "instructions"})
    name = side.graph["graph"]
    return {"kinds": kinds, "components": rows, "missing": "", "boot_missing": "" if boot else f"tools/phx explore {name} --boot"}


def measure_boot(side: Side) -> None:
    """Boots the image, which takes seconds, and keeps what each component spent beside it."""
    if side.image is None:
        raise Stop(f"{side.title} has no image that is built as it stands: tools/phx build {side.graph['graph']}", BAD_INPUT)
    if not ensure_now(For.EMULATOR):
        raise Stop("boot instructions are counted in QEMU")
    image = side.image / "Image"
    try:
        total = bootcount.measure(side.graph, image).instructions
    except icount.Unmeasured as error:
        raise Stop(f"{side.title}: {error}") from None
    record = {"image": _digest(image), "instructions": dict(bootcount.by_owner(side.graph, side.image, total))}
    (side.image / _BOOT_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _boot(directory: Path) -> dict[str, int]:
    """What was measured of just this image; empty if nothing was."""
    try:
        record = json.loads((directory / _BOOT_FILE).read_text(encoding="utf-8"))
        found: dict[str, int] = record["instructions"] if record["image"] == _digest(directory / "Image") else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _how_to_get(workspace: Workspace, side: Side) -> str:
    name = side.graph["graph"]
    if side.resolved is None:
        return f"That revision is not built, so costs are missing. Get them with: tools/phx size {side.title}"
    if side.graph["arch"] == "host":
        return "A host test has no image, so costs are not known."
    built = (workspace.build_directory(name) / "Image").is_file()
    why = "The image in build/ is of another state of the graph" if built else "There is no image yet"
    return f"{why}, so costs are missing. Get them with: tools/phx build {name} && tools/phx explore {name}"
