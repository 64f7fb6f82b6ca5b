"""Host tests: which graph each component's tests run in, and which files they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Sequence

from . import bind, claim, emit
from .constants import params_file
from .diagnostics import Diagnostic, Failed
from .model import (
    ARCHES,
    Catalog,
    Component,
    GraphFile,
    GraphSpec,
    Instance,
    Interrupt,
    ParameterValue,
    ResolvedGraph,
)
from .parameters import placeholder
from .resolve import test_graph

if TYPE_CHECKING:
    from .api import Project

# A file is of the first kind whose ending it has.
_KINDS = (
    ("RACES", "_race_test.cpp"),
    ("TESTS", "_test.cpp"),
    ("PROPERTIES", "_property.cpp"),
    ("FUZZERS", "_fuzz.cpp"),
)


@dataclass(frozen=True)
class TestGraph:
    """One host test: a graph file, or a graph made up for one component."""

    component: str
    folder: str
    files: tuple[str, ...]
    spec: GraphSpec | None
    file: GraphFile | None


def test_graphs(project: Project) -> list[TestGraph]:
    catalog = project.catalog
    found = []
    for component in catalog.components.values():
        found += _of_component(catalog, component)
    for graph in catalog.graphs.values():
        folder, _, name = graph.path.rpartition("/")
        if folder == "tests/graphs" and _is_host(catalog, graph):
            files = _named(project.tree.listing.get(folder, ()), name.removesuffix(".yaml"))
            if files:
                found.append(TestGraph(graph.name, folder, files, None, graph))
    return found


def _is_host(catalog: Catalog, graph: GraphFile) -> bool:
    seen: set[str] = set()
    at: GraphFile | None = graph
    while at is not None and at.name not in seen:
        seen.add(at.name)
        if at.arch is not None:
            return at.arch == "host"
        at = catalog.graphs.get(at.extends) if at.extends is not None else None
    return False


def _named(names: Sequence[str], stem: str) -> tuple[str, ...]:
    return tuple(name for name in names for _, ending in _KINDS if name == stem + ending)


def _of_component(catalog: Catalog, component: Component) -> list[TestGraph]:
    """A folder's tests run in its COMPONENT_graph.yaml; WORD_graph.yaml takes WORD_test.cpp and its like away from there."""
    here = {
        graph.path.rpartition("/")[2].removesuffix("_graph.yaml"): graph
        for graph in catalog.graphs.values()
        if graph.path.rpartition("/")[0] == component.folder
        and graph.path.endswith("_graph.yaml")
        and _is_host(catalog, graph)
    }
    rest = list(component.tests)
    found = []
    for stem, graph in sorted(here.items()):
        if stem != component.name:
            files = _named(component.tests, stem)
            rest = [name for name in rest if name not in files]
            if files:
                found.append(TestGraph(component.name, component.folder, files, None, graph))
    if rest:
        graph_here = here.get(component.name)
        if graph_here is not None:
            found.append(TestGraph(component.name, component.folder, tuple(rest), None, graph_here))
        elif "host" in component.arch:
            found.append(
                TestGraph(component.name, component.folder, tuple(rest), test_graph(component), None)
            )
    return found


def emit_tests(project: Project, out: Path) -> tuple[emit.Emitted, tuple[Diagnostic, ...]]:
    """Writes every host test's wiring and tests.cmake. Tests whose graph fails are left out and reported."""
    out = out.absolute()
    printer, writer = emit.Printer(), emit.Writer()
    problems: list[Diagnostic] = []
    calls = []
    for test in test_graphs(project):
        try:
            graph = (
                project.resolve_spec(test.spec, []) if test.spec is not None else project.resolve(_file(test))
            )
        except Failed as failed:
            problems += failed.diagnostics
            continue
        gen = out / graph.name / "gen"
        sources = emit.write_sources(graph, gen, printer, writer)
        writer.put(out / graph.name / "graph.json", emit.json_text(graph))
        calls.append(_call(project.root, test, graph, gen, sources))
    for path in sorted(out.glob("*/gen")):
        writer.sweep(path)
    writer.put(out / "tests.cmake", "# Host tests. Generated.\n" + "".join(sorted(calls)))
    return writer.done(), tuple(problems)


def _file(test: TestGraph) -> GraphFile:
    assert test.file is not None
    return test.file


def _kind(file: str) -> str:
    return next(key for key, ending in _KINDS if file.endswith(ending))


def _call(root: Path, test: TestGraph, graph: ResolvedGraph, gen: Path, sources: Sequence[Path]) -> str:
    lists: list[tuple[str, list[Path]]] = [("SOURCES", [*emit.component_sources(root, graph), *sources])]
    for key, _ in _KINDS:
        files = [root / test.folder / name for name in test.files if _kind(name) == key]
        if files:
            lists.append((key, files))
    body = "".join(f"\n  {key}{emit.quoted(files)}" for key, files in lists)
    return f'phx_host_test(NAME {graph.name} COMPONENT {test.component} GEN "{gen}"{body})\n'


# --- archetype builds -----------------------------------------------------------------------------------------------


def emit_archetypes(project: Project, out: Path) -> emit.Emitted:
    """For each component and each of its architectures: headers that bind its ports to the least types there are."""
    out = out.absolute()
    printer, writer = emit.Printer(), emit.Writer()
    calls = []
    for arch in ARCHES:
        include = out / arch / "include"
        for component in project.catalog.components.values():
            if arch not in component.arch or not _bindable(project.catalog, component):
                continue
            instance = _sample(component)
            emit.write_params(include, params_file(component, [instance]), "of archetypes", printer, writer)
            writer.put(
                include / "ports" / f"{component.name}.hpp",
                printer(
                    "ports.hpp", file=_archetype_ports(project.catalog, component), graph="of archetypes"
                ),
            )
            sources = [
                project.root / component.folder / name for name in component.sources if name.endswith((".cpp", ".c"))
            ]
            if sources:
                calls.append(
                    f'phx_archetype(COMPONENT {component.name} ARCH {arch} INCLUDE "{include}"\n  SOURCES{emit.quoted(sources)})\n'
                )
        emit.write_types(include, project.catalog, (), "of archetypes", printer, writer)
        emit.write_locks(
            include, [c for c in project.catalog.components.values() if arch in c.arch], printer, writer
        )
        writer.sweep(include)
    writer.put(
        out / "archetypes.cmake",
        "# Components compiled against the archetypes of their ports. Generated.\n" + "".join(calls),
    )
    return writer.done()


def _bindable(catalog: Catalog, component: Component) -> bool:
    needed = [catalog.interfaces.get(port.interface) for port in component.ports]
    return all(
        interface is not None and (interface.family or interface.archetype and interface.archetype_header)
        for interface in needed
    )


def _sample(component: Component) -> Instance:
    values = tuple(
        ParameterValue(parameter, placeholder(parameter), "default", "default")
        for parameter in component.parameters
    )
    device = claim.synthetic("sample", component.device, 0, 0) if component.device is not None else None
    ipis = tuple(
        Interrupt(ipi.name, line, 0, ipi.handler, ipi.place) for line, ipi in enumerate(component.ipis)
    )
    return Instance("sample", component, component.place, "sample", values, (), device, ipis, "panic")


def _archetype_ports(catalog: Catalog, component: Component) -> bind.PortsFile:
    users = {}
    for port in component.ports:
        target = bind.archetype_target(catalog.interfaces[port.interface])
        users[port.name] = [bind.User("sample", (target,), f"{port.name}: the archetype of {port.interface}")]
    own = None if component.many or component.library else bind.own_archetype_target(component)
    return bind.ports_file(component, catalog.interfaces, users, own)
