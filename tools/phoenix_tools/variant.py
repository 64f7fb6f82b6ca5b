"""Makes a graph with a part more than somebody's graph has, as a file in build/, and leaves theirs alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import]

from phoenix_tools.workspace import Workspace


@dataclass(frozen=True)
class Part:
    """A component to add under its own name, unless the graph has one of it already; its parameters are set either way. With
    `beside`, only to a graph that has that component."""

    component: str
    parameters: Mapping[str, Any]
    beside: str | None = None


def write_variant(workspace: Workspace, graph: str, suffix: str, parts: Sequence[Part]) -> Path:
    """build/GRAPH-SUFFIX.yaml, rewritten only when it changes. `graph` is a name, or a file anywhere."""
    from phoenix.api import to_json
    from phoenix_tools.show import resolve_image

    name = workspace.graph_name(graph)
    own: dict[str, Any] = to_json(resolve_image(workspace, graph))
    present = {each["component"]: each["name"] for each in own["instances"]}
    variant = f"{name}-{suffix}"
    body: dict[str, Any]
    if name == graph or workspace.holds(Path(graph)):
        body = {"graph": variant, "summary": f"{name}, with what `phx {suffix}` reads.", "extends": name}
    else:
        body = yaml.safe_load(Path(graph).read_text(encoding="utf-8"))
        body["graph"] = variant
    instances = body.setdefault("add" if "extends" in body else "instances", {})
    changes = body.setdefault("set", {}) if "extends" in body else body
    changes["budgets"] = {}
    for part in parts:
        if part.beside is not None and part.beside not in present:
            continue
        if part.component not in present:
            instances[part.component] = {"component": part.component, "parameters": dict(part.parameters)}
        elif "extends" in body:
            for key, value in part.parameters.items():
                changes[f"instances.{present[part.component]}.parameters.{key}"] = value
    if "extends" in body and not instances:
        del body["add"]
    path = workspace.root / "build" / f"{variant}.yaml"
    path.parent.mkdir(exist_ok=True)
    text = yaml.safe_dump(body, sort_keys=False)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path
