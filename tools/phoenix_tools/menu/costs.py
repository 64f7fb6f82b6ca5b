"""What components take of an image, where one was built that holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from phoenix_tools.costs import record
from phoenix_tools.costs.record import total
from phoenix_tools.workspace import Workspace


class Costs:
    """`graphs`: those whose images are asked, the first one that knows answering."""

    def __init__(self, workspace: Workspace, graphs: tuple[str, ...]) -> None:
        self._workspace = workspace
        self._graphs = graphs
        self._known: dict[str, Mapping[str, int]] = {}

    def of(self, component: str) -> str:
        """In words; empty where no image knows."""
        for graph in self._graphs:
            size = self._of_image(graph).get(component)
            if size is not None:
                return f"{size:,} bytes in the image of {graph}"
        return ""

    def _of_image(self, graph: str) -> Mapping[str, int]:
        if graph not in self._known:
            self._known[graph] = self._read(graph)
        return self._known[graph]

    def _read(self, graph: str) -> Mapping[str, int]:
        directory = self._workspace.build_directory(graph)
        if not all((directory / name).is_file() for name in ("graph.json", "phoenix.elf", "phoenix.map")):
            return {}
        content = json.loads((directory / "graph.json").read_text(encoding="utf-8"))
        return {owner: total(row) for owner, row in record.read(directory, content).components.items()}
