"""What tools call: read a project, resolve a graph, write what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional, Tuple

from . import describe
from . import emit as emission
from .devicetree import DeviceTree, read_tree
from .diagnostics import Diagnostic, Failed, Place, did_you_mean, ordered
from .emit import Emitted
from .load import Overlay, Tree, load, read_file
from .memory import Memory, of_project
from .model import Catalog, GraphFile, GraphSpec, Machine, ResolvedGraph
from .reader import value
from .resolve import boot_files, machine_of
from .resolve import resolve as resolve_spec
from .schema import Schemas
from .source import Document, read_yaml
from .validate import read_graph, validate
from .variant import Unusable, flatten, usable


Flat = Tuple[Optional[GraphSpec], Tuple[Diagnostic, ...]]
Trees = dict[str, tuple[DeviceTree | None, tuple[Diagnostic, ...]]]


@dataclass
class Project:
    """A project that has been read once, with the device trees that were compiled so far."""

    root: Path
    tree: Tree
    catalog: Catalog
    schemas: Schemas
    trees: Trees = field(default_factory=dict)
    memory: Memory | None = None
    _flat: dict[str, Flat] = field(default_factory=dict)  # of the catalog's graphs

    def changed(self, overlay: Overlay) -> Project:
        """As it would be if these files held other texts, by path relative to the root."""
        same_machines = not any(path.startswith("dts/") for path in {**overlay, **self.tree.overlay})
        return _project(self.root, overlay, self.memory or Memory(self.schemas), self.trees if same_machines else {})

    def device_tree(self, machine: Machine) -> tuple[DeviceTree | None, tuple[Diagnostic, ...]]:
        if machine.name not in self.trees:
            self.trees[machine.name] = read_tree(self.root, machine)
        return self.trees[machine.name]

    def graph_file(self, graph: str | Path) -> GraphFile:
        """A graph by name, or by the path of its file."""
        text = str(graph)
        if isinstance(graph, str) and graph in self.catalog.graphs:
            return self.catalog.graphs[graph]
        if not text.endswith(".yaml"):
            place = Place(text, 1, 1)
            raise Failed(
                [
                    *self._broken_graphs(),
                    Diagnostic(
                        place,
                        "unknown-graph",
                        f"there is no graph `{text}`",
                        fix=did_you_mean(text, self.catalog.graphs),
                    ),
                ]
            )
        path = _relative(self.root, Path(text))
        for known in self.catalog.graphs.values():
            if known.path == path:
                return known
        return self._graph_in(read_file(self.root, "graph", path, self.tree.overlay).document)

    def _graph_in(self, document: Document) -> GraphFile:
        if document.root is None:
            raise Failed(document.diagnostics)
        deep = self.schemas.check_deep("graph", document.root)
        problems = [*document.diagnostics, *(problem for problem, _ in deep)]
        if not isinstance(value(document.root.get("graph")), str):
            raise Failed(problems)
        return read_graph(document.path, document.root, tuple(problems), usable(document.diagnostics, deep))

    def resolve_text(self, path: str, text: str) -> ResolvedGraph:
        """A graph as it would be if its file held this; the other files are as they were read."""
        return self.resolve(self._graph_in(read_yaml(path, text.encode())))

    def _broken_graphs(self) -> list[Diagnostic]:
        return [d for (kind, _), found in self.catalog.broken.items() if kind == "graph" for d in found]

    def resolve(self, graph: str | Path | GraphFile) -> ResolvedGraph:
        spec, problems = self.flat(graph if isinstance(graph, GraphFile) else self.graph_file(graph))
        if spec is None:
            raise Failed(list(problems))
        return self.resolve_spec(spec, list(problems))

    def flat(self, file: GraphFile) -> Flat:
        """A graph with what it extends applied, and what is wrong with that; None where there is nothing to go on with."""
        if self.catalog.graphs.get(file.name) is not file:
            return self._flatten(file)
        if file.name not in self._flat:
            self._flat[file.name] = self._flatten(file)
        return self._flat[file.name]

    def _flatten(self, file: GraphFile) -> Flat:
        problems: list[Diagnostic] = []
        try:
            return flatten(self.catalog, self.schemas, file, problems), tuple(problems)
        except Unusable:
            return None, tuple(problems)

    def resolve_spec(self, spec: GraphSpec, problems: list[Diagnostic]) -> ResolvedGraph:
        machine = machine_of(self.catalog, spec, problems)
        problems += boot_files(self.tree, spec)
        tree = None
        if machine is not None:
            tree, more = self.device_tree(machine)
            problems += more
        return resolve_spec(self.catalog, spec, machine, tree, problems)

    def inputs(self) -> list[str]:
        """Every file that was read and every folder that was searched, and the generator itself; absolute, sorted."""
        here = Path(__file__).parent
        own = [
            path for pattern in ("*.py", "schemas/*.json", "templates/**/*.j2") for path in here.glob(pattern)
        ]
        trees = [
            path
            for machine in self.catalog.machines.values()
            for path in (machine.device_tree, *machine.overlays)
        ]
        files = {self.root / path for path in (*self.catalog.inputs, *trees, *self.catalog.folders)}
        return sorted(str(path) for path in {*files, *own})


def _relative(root: Path, path: Path) -> str:
    """A path as messages show it: relative to the root where it lies below it."""
    for base in (Path.cwd(), root):
        candidate = (base / path).resolve()
        if candidate.is_file():
            resolved = root.resolve()
            return (
                candidate.relative_to(resolved).as_posix()
                if candidate.is_relative_to(resolved)
                else str(candidate)
            )
    return path.as_posix()


def open_project(root: Path) -> Project:
    memory = of_project(root, Schemas())
    project = _project(root, {}, memory, {})
    memory.keep(project.tree.files)
    return project


def _project(root: Path, overlay: Overlay, memory: Memory, trees: Trees) -> Project:
    tree = load(root, overlay, memory)
    return Project(root, tree, validate(tree, memory.schemas), memory.schemas, trees, memory)


def catalog(root: Path) -> Catalog:
    """All components, interfaces, machines and graphs; what is wrong in them is in `.diagnostics`."""
    return open_project(root.absolute()).catalog


def resolve(root: Path, graph: str | Path) -> ResolvedGraph:
    """One graph, resolved and ordered. Raises Failed."""
    return open_project(root.absolute()).resolve(graph)


def emit_graph(project: Project, resolved: ResolvedGraph, out: Path) -> Emitted:
    """Like `emit`, for a project that has been read already."""
    inputs = set(project.inputs())
    own = project.root / resolved.spec.place.file  # a graph may lie anywhere
    if own.is_file():
        inputs.add(str(own))
    return emission.emit_graph(project.root, resolved, out.absolute(), emission.Printer(), sorted(inputs))


def emit(root: Path, resolved: ResolvedGraph, out: Path) -> Emitted:
    """Writes `out`/gen and `out`/graph.json; files that would not change are left alone."""
    return emit_graph(open_project(root.absolute()), resolved, out)


def to_json(resolved: ResolvedGraph) -> dict[str, Any]:
    return describe.to_json(resolved)


def check(root: Path, graphs: list[str]) -> tuple[Diagnostic, ...]:
    """Everything that is wrong: in the named graphs, or in the whole project."""
    return check_project(open_project(root.absolute()), graphs)


def check_project(project: Project, graphs: list[str]) -> tuple[Diagnostic, ...]:
    """Like `check`, for a project that has been read already."""
    from .tests import test_graphs

    problems: list[Diagnostic] = []
    if not graphs:
        problems += project.catalog.diagnostics
    for graph in graphs or sorted(project.catalog.graphs):
        try:
            project.resolve(graph)
        except Failed as failed:
            problems += failed.diagnostics
    if not graphs:
        for test in test_graphs(project):
            if test.spec is not None:
                try:
                    project.resolve_spec(test.spec, [])
                except Failed as failed:
                    problems += failed.diagnostics
    return ordered(problems)
