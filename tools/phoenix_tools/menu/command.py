"""`phx menu`: opens a graph, and tells what was saved."""

from __future__ import annotations

import sys

from phoenix.api import open_project
from phoenix_tools.answers import changes
from phoenix_tools.menu.costs import Costs
from phoenix_tools.menu.plan import Plan
from phoenix_tools.menu.screen import run
from phoenix_tools.menu.session import Session
from phoenix_tools.terminal import BAD_INPUT, Stop, err
from phoenix_tools.workspace import Workspace


def menu(workspace: Workspace, graph: str, name: str, summary: str) -> None:
    """Stop where nobody can choose: without a terminal, or of a graph that does not resolve."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop("`phx menu` needs a terminal\n    fix: phx fork GRAPH NAME INSTANCE=COMPONENT ... does the same by command", BAD_INPUT)
    project = open_project(workspace.root)
    base = changes.image_of(project, graph)
    if base.name not in project.catalog.graphs:
        raise Stop(f"`{graph}` cannot be extended: it is in none of the folders of graphs", BAD_INPUT)
    asked = tuple(dict.fromkeys((base.name, *base.spec.extends, *workspace.shipped_graphs())))
    session = Session(workspace, Plan(project, base), Costs(workspace, asked), name or f"{base.name}-mine", summary)
    run(session)
    err.print(f"graphs/{session.written}.yaml: written." if session.written else "Nothing was written.")
