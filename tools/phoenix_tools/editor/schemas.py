"""The schemas that editors read: build/.editor/*.json, and which files each is for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from phoenix.api import Project
from phoenix_tools.editor.graph_schema import graph_schema, known
from phoenix_tools.editor.manifest_schema import component_schema, interface_schema, machine_schema
from phoenix_tools.workspace import Workspace

FOLDER = "build/.editor"
FILES: Mapping[str, tuple[str, ...]] = {
    "graph.json": ("graphs/*.yaml", "tests/graphs/*.yaml"),
    "host-graph.json": ("components/**/*_graph.yaml", "arch/**/*_graph.yaml"),
    "component.json": ("components/**/component.yaml", "arch/**/component.yaml"),
    "interface.json": ("components/*/interfaces/*.yaml",),
    "machine.json": ("dts/*.yaml",),
}


def contents(project: Project) -> dict[str, str]:
    """Each file's text, by name."""
    made = {
        "graph.json": graph_schema(known(project, "aarch64")),
        "host-graph.json": graph_schema(known(project, "host")),
        "component.json": component_schema(project.catalog),
        "interface.json": interface_schema(project.catalog),
        "machine.json": machine_schema(project),
    }
    return {name: json.dumps(schema, separators=(",", ":")) + "\n" for name, schema in made.items()}


def write(workspace: Workspace, project: Project) -> Path:
    """The folder; files that would not change are left alone, so that servers need not read them again."""
    folder = workspace.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents(project).items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    return folder


def refresh(workspace: Workspace, project: Project) -> None:
    """Writes them again where an editor uses them, so that it knows what has come."""
    if (workspace.root / FOLDER).is_dir():
        write(workspace, project)
