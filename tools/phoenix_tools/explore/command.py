"""`phx explore`: writes the page, and says where."""

from __future__ import annotations

import re
from pathlib import Path

from phoenix.describe import VERSION
from phoenix_tools.answers.sides import Side, measure_boot, read_side
from phoenix_tools.explore.content import content
from phoenix_tools.explore.page import page
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace


def explore(workspace: Workspace, graph: str, other: str | None, file: Path | None, *, open_it: bool, boot: bool = False) -> Path:
    """With `other`: what differs from `graph` in it. `boot`: counts the instructions of boots first."""
    first = read_side(workspace, graph)
    before, after = (None, first) if other is None else (first, read_side(workspace, other))
    for side in (before, after):
        if side is not None and not _is_told_whole(side):
            raise Stop(f"{side.title}: its generator tells less of a graph than the page shows; `phx diff` compares it", BAD_INPUT)
        if side is not None and boot:
            measure_boot(side)
    target = file or workspace.build_directory(after.graph["graph"]) / _file_name(before)
    try:
        if file is None:
            target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(content(workspace, before, after)), encoding="utf-8")
    except OSError as error:
        raise Stop(f"{target}: {(error.strerror or 'it cannot be written').lower()}", BAD_INPUT) from None
    out.out(str(target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target))
    if open_it:
        _open(target)
    return target


def _is_told_whole(side: Side) -> bool:
    """Whether a revision's generator says of a graph what today's does: in the same version, and with the reasons' places."""
    return side.graph.get("version") == VERSION and {"chain", "components", "library_ports", "locks", "system_calls"} <= set(side.graph)


def _file_name(before: Side | None) -> str:
    return "explore.html" if before is None else f"explore-since-{re.sub(r'[^A-Za-z0-9_.-]+', '-', before.title)}.html"


def _open(file: Path) -> None:
    import webbrowser

    if not webbrowser.open(file.resolve().as_uri()):
        err.print("There is no browser here; open the file with one.")
