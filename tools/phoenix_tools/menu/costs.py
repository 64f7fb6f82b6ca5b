"""What components cost, where an image was built that holds them."""

from __future__ import annotations

import json

from phoenix_tools.costs import record
from phoenix_tools.costs.record import Costs as OfImage
from phoenix_tools.costs.record import total
from phoenix_tools.workspace import Workspace


class Costs:
    """`graphs`: those whose images are asked, the first one that knows answering."""

    def __init__(self, workspace: Workspace, graphs: tuple[str, ...]) -> None:
        self._workspace = workspace
        self._graphs = graphs
        self._known: dict[str, OfImage | None] = {}

    def of(self, component: str) -> str:
        """In words; empty where no image knows."""
        for graph in self._graphs:
            costs = self._of_image(graph)
            if costs is None or component not in costs.components:
                continue
            said = [f"{total(costs.components[component]):,} bytes in the image of {graph}"]
            if frame := costs.stacks.frames.get(component):
                said.append(f"up to {frame:,} bytes of stack a call")
            if costs.boot and component in costs.boot.components:
                said.append(f"{costs.boot.components[component]:,} instructions of its boot")
            return ", ".join(said)
        return ""

    def _of_image(self, graph: str) -> OfImage | None:
        if graph not in self._known:
            self._known[graph] = self._read(graph)
        return self._known[graph]

    def _read(self, graph: str) -> OfImage | None:
        directory = self._workspace.build_directory(graph)
        if not all((directory / name).is_file() for name in ("graph.json", "phoenix.elf", "phoenix.map")):
            return None
        return record.read(directory, json.loads((directory / "graph.json").read_text(encoding="utf-8")))
