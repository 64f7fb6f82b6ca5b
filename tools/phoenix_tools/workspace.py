"""Where things are in a checkout, and what its build directories hold."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_GRAPH_KEY = re.compile(r"^graph:\s*[\"']?([A-Za-z0-9_.-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Workspace:
    root: Path

    def graph_name(self, graph: str) -> str:
        """The name of a graph that is given by name or by its file."""
        path = Path(graph)
        if path.suffix in (".yaml", ".yml") and path.is_file():
            found = _GRAPH_KEY.search(path.read_text(encoding="utf-8"))
            return found[1] if found else path.stem
        return graph

    def shipped_graphs(self) -> tuple[str, ...]:
        """The names of the graphs in graphs/, which all are images."""
        return tuple(self.graph_name(str(path)) for path in sorted((self.root / "graphs").glob("*.yaml")))

    def image_graphs(self) -> tuple[str, ...]:
        """Every graph that becomes an image: those in graphs/ and, for tests, in tests/graphs/."""
        tests = sorted((self.root / "tests" / "graphs").glob("*.yaml"))
        return self.shipped_graphs() + tuple(self.graph_name(str(path)) for path in tests)

    def holds(self, graph_file: Path) -> bool:
        """Whether the file is one of `image_graphs`."""
        return graph_file.resolve().parent in (self.root / "graphs", self.root / "tests" / "graphs")

    def build_directory(self, graph: str) -> Path:
        return self.root / "build" / graph

    def image(self, graph: str) -> Path:
        return self.build_directory(graph) / "Image"

    def graph_json(self, graph: str) -> dict[str, Any]:
        """The resolved graph that the last build wrote."""
        text = (self.build_directory(graph) / "graph.json").read_text(encoding="utf-8")
        content: dict[str, Any] = json.loads(text)
        return content
