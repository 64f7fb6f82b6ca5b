"""`phx why-not`: what keeps something out of an image, and the smallest change of the graph that lets it in."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.markup import escape

from phoenix.api import Project, open_project, to_json
from phoenix.diagnostics import Diagnostic, Failed, did_you_mean
from phoenix.model import Component, InstanceSpec, ResolvedGraph
from phoenix_tools.answers import changes
from phoenix_tools.answers.changes import Wish
from phoenix_tools.answers.why import Reasons, Step, names
from phoenix_tools.terminal import BAD_INPUT, Stop, out
from phoenix_tools.workspace import Workspace

_MOST_CHANGES = 4
_MOST_TRIES = 400
_MOST_WORK = 24_000  # instances that are resolved in all tries together
_MOST_WAYS = 8
_MOST_CANDIDATES = 6  # for one port
_MOST_SHOWN = 4


@dataclass(frozen=True)
class Obstacles:
    """Why a component is not in a graph."""

    component: Component
    facts: tuple[Step, ...]
    conflicts: tuple[Diagnostic, ...]  # of the graph with the component simply added
    ways: tuple[Wish, ...]  # the smallest changes that let it in; several of one size


def why_not(workspace: Workspace, graph: str, name: str, *, apply: bool, as_json: bool) -> None:
    project = open_project(workspace.root)
    resolved = changes.image_of(project, graph)
    if not _compatible(resolved, name) and next(Reasons(to_json(resolved)).of(name), None) is not None:
        raise Stop(f"`{name}` is in graph `{resolved.name}`\n    fix: phx why {resolved.name} {name}", BAD_INPUT)
    found = [search_in(workspace, project, graph, resolved).of(component, fact) for component, fact in _carriers(project, resolved, name)]
    best = min((way for each in found for way in each.ways), key=_size, default=None)
    if as_json:
        out.out(json.dumps(_record(resolved.name, name, found), indent=2))
    else:
        for each in found:
            _show(resolved, each)
    if best is None:
        raise Stop(f"no change of up to {_MOST_CHANGES} places lets `{name}` into graph `{resolved.name}`")
    if not as_json:
        out.print(f"\n[bold]{escape(_command(resolved.name, best))}[/]")
        changes.change(workspace, graph, best, apply=apply, project=project)
    elif apply:
        changes.change(workspace, graph, best, apply=True, project=project)


def _carriers(project: Project, graph: ResolvedGraph, name: str) -> list[tuple[Component, Step]]:
    """The components that would bring it, and what each says of it."""
    components = [each for each in project.catalog.components.values() if not each.library]
    found = [(each, Step(f"component {name}: {each.summary}", str(each.place))) for each in components if each.name == name]
    for each in components:
        place = each.provided(name)
        if place is not None:
            found.append((each, Step(f"{each.name} provides {name}", str(place))))
        found += [(each, Step(f"{each.name} implements {name}", str(call.place))) for call in each.system_calls if call.name == name]
        if any(name in (f"{each.folder}/{source}", source) for source in each.sources):
            found.append((each, Step(f"{each.name} is made of {name}", str(each.place))))
        compatible = _compatible(graph, name)
        if each.device is not None and compatible in each.device.compatible:
            found.append((each, Step(f"{each.name} drives {compatible}", str(each.device.place))))
    fitting = [(each, fact) for each, fact in found if graph.arch in each.arch]
    if not fitting:
        raise Stop(_nobody(project, graph, name, [each for each, _ in found]), BAD_INPUT)
    return fitting


def _compatible(graph: ResolvedGraph, node: str) -> str:
    """What an unclaimed node of the device tree is."""
    unclaimed = graph.machine.unclaimed if graph.machine else ()
    return next((compatible for path, compatible in unclaimed if path == node), "")


def _nobody(project: Project, graph: ResolvedGraph, name: str, elsewhere: Sequence[Component]) -> str:
    if elsewhere:
        return "\n".join(f"{each.place}: `{each.name}` is only for {' and '.join(each.arch)}, and graph `{graph.name}` is for {graph.arch}" for each in elsewhere)
    if _compatible(graph, name):
        return f"no component drives {_compatible(graph, name)}, which {name} is\n    fix: docs/guide/add-a-driver.md"
    if name in project.catalog.call_numbers:
        return f"no component implements the system call `{name}`\n    fix: a component that lists it under `system_calls:`"
    known = [*project.catalog.components, *project.catalog.interfaces, *project.catalog.call_numbers, *names(to_json(graph))]
    lines = (f"nothing here is called `{name}`: no component, interface, system call, source file or device-tree node", *did_you_mean(name, known))
    return "\n    fix: ".join(lines)


def _size(wish: Wish) -> int:
    return len(wish.sets) + len(wish.adds) + len(wish.removes)


def search_in(workspace: Workspace, project: Project, graph: str, resolved: ResolvedGraph) -> Search:
    """In a graph as its file stands."""
    file = project.graph_file(graph)
    text = (workspace.root / file.path).read_text(encoding="utf-8")
    return Search(project, resolved, file.path, text, project.resolve(file.extends).spec.instances if file.extends else ())


class Search:
    """By breadth: each step answers one of the errors that the change before still leads to."""

    def __init__(self, project: Project, resolved: ResolvedGraph, path: str, text: str, inherited: Sequence[InstanceSpec]) -> None:
        """`text`: what the graph's file holds, or would; `inherited`: the instances of the graph that it extends."""
        self.project = project
        self.graph = resolved
        self.path = path
        self.text = text
        self.inherited = inherited

        self._tried: dict[Wish, ResolvedGraph | tuple[Diagnostic, ...]] = {}
        self.beside = self._variant()

    def _variant(self) -> Search | None:
        """Changes tried out in a graph that extends this one: its own text may be long, and slow to rewrite."""
        base = self.graph
        known = self.project.catalog.graphs.get(base.name)
        if known is None or known.path != self.path:
            return None
        text = changes.beginning(base.name, "variant", "A trial.")
        return Search(self.project, base, f"{self.path}, changed", text, base.spec.instances)

    def of(self, component: Component, fact: Step) -> Obstacles:
        place = self.graph.spec.instances_place
        facts = (fact, Step(f"graph {self.graph.name} names no instance of {component.name}", str(place)))
        added = self.try_out(Wish(adds=(self.added(component),)))
        ways = tuple(sorted(self.ways(component), key=lambda way: not self.is_used(component, way)))
        return Obstacles(component, facts, () if isinstance(added, ResolvedGraph) else added, ways)

    def is_used(self, component: Component, way: Wish) -> bool:
        """Somebody is wired to it, or it needs nobody to be."""
        graph = (self.beside or self).try_out(way)
        assert isinstance(graph, ResolvedGraph)
        own = {each.name for each in graph.instances if each.component.name == component.name}
        wires = (wire for each in graph.instances for wire in each.wires)
        return not component.provides or any(own & set(wire.providers) for wire in wires)

    def added(self, component: Component) -> str:
        taken = {each.name for each in self.graph.spec.instances}
        return component.name if component.name not in taken else f"{component.name}_2={component.name}"

    def ways(self, component: Component) -> Iterator[Wish]:
        """All of the smallest size, simplest first."""
        provided = {name for name, _ in component.provides}
        starts = [Wish(adds=(self.added(component),))]
        starts += [
            Wish(sets=(f"{each.name}={component.name}",))
            for each in self.graph.instances
            if provided & {name for name, _ in each.component.provides} and not provided & _families(self.project)
        ]
        queue = deque(starts)
        seen = set(starts)
        smallest: int | None = None
        found = 0
        for _ in range(min(_MOST_TRIES, _MOST_WORK // len(self.graph.instances))):
            if not queue or found == _MOST_WAYS:
                return
            wish = queue.popleft()
            if smallest is not None and _size(wish) > smallest:
                return
            result = (self.beside or self).try_out(wish)
            if isinstance(result, ResolvedGraph):
                if any(each.component.name == component.name for each in result.instances):
                    smallest = _size(wish)
                    found += 1
                    yield wish
                continue
            if _size(wish) < _MOST_CHANGES:
                for following in self.steps(wish, result):
                    if following not in seen:
                        seen.add(following)
                        queue.append(following)

    def try_out(self, wish: Wish) -> ResolvedGraph | tuple[Diagnostic, ...]:
        if wish not in self._tried:
            self._tried[wish] = self._resolve(wish)
        return self._tried[wish]

    def _resolve(self, wish: Wish) -> ResolvedGraph | tuple[Diagnostic, ...]:
        try:
            text = changes.edited(self.graph, self.text, self.inherited, wish)
            return self.project.resolve_text(self.path, text)
        except Failed as failed:
            return failed.diagnostics
        except Stop:
            return ()

    def steps(self, wish: Wish, problems: Sequence[Diagnostic]) -> Iterator[Wish]:
        """Each is the wish and one change more, that answers one of the problems."""
        here = {each.name for each in self.graph.spec.instances}
        touched = {word.partition("=")[0] for word in (*wish.sets, *wish.adds, *wish.removes)}
        for problem in problems:
            subject, *others = problem.about[: 1 + _MOST_CANDIDATES] or ("",)
            if problem.code == "missing-provider":
                yield from (replace(wish, adds=(*wish.adds, name)) for name in others if name not in here | touched)
            elif problem.code == "ambiguous-provider":
                yield from (replace(wish, sets=(*wish.sets, f"{subject}={name}")) for name in others if subject not in touched)
                yield from self.without(wish, others, here - touched)
            elif problem.code in ("device-claimed-twice", "interrupt-claimed-twice", "call-claimed-twice"):
                yield from self.without(wish, problem.about, here - touched)
            elif problem.code == "no-device-node" and "machine" not in touched:
                yield from (replace(wish, sets=(*wish.sets, f"machine={name}")) for name in self.project.catalog.machines)
            elif problem.code == "ambiguous-device":
                yield from (replace(wish, sets=(*wish.sets, f"{subject}.device={path}")) for path in others[:2])

    @staticmethod
    def without(wish: Wish, names: Sequence[str], removable: set[str]) -> Iterator[Wish]:
        yield from (replace(wish, removes=(*wish.removes, name)) for name in names if name in removable)


def _families(project: Project) -> set[str]:
    """Interfaces of which an image may have any number of providers: one more takes nobody's place."""
    return {name for name, interface in project.catalog.interfaces.items() if interface.family}


def _command(graph: str, wish: Wish) -> str:
    parts = [("remove", wish.removes), ("add", wish.adds), ("set", wish.sets)]
    return "; ".join(f"phx {verb} {graph} {' '.join(words)}" for verb, words in parts if words)


def _show(graph: ResolvedGraph, found: Obstacles) -> None:
    out.print(f"[bold]{found.component.name}[/] is not in graph {graph.name}:")
    width = max(len(step.place) for step in found.facts)
    for step in found.facts:
        out.print(f"    [dim]{step.place:{width}}[/]  {escape(step.text)}")
    if found.conflicts:
        out.print("and simply added it would not fit:")
        out.out("\n".join(f"    {line}" for each in found.conflicts for line in each.render().splitlines()))
    if found.ways:
        out.print("It would be there with")
    for way in found.ways[:_MOST_SHOWN]:
        out.print(f"    {escape(_command(graph.name, way))}")


def _record(graph: str, name: str, found: Sequence[Obstacles]) -> dict[str, Any]:
    return {
        "graph": graph,
        "name": name,
        "components": [
            {
                "component": each.component.name,
                "facts": [{"text": step.text, "place": step.place} for step in each.facts],
                "conflicts": [{"place": str(d.place), "code": d.code, "message": d.message} for d in each.conflicts],
                "ways": [{"remove": w.removes, "add": w.adds, "set": w.sets} for w in each.ways],
            }
            for each in found
        ],
    }
