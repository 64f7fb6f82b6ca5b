"""What can be chosen in a graph: a row for each instance, parameter, wire with a choice, and component that could be added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from phoenix.model import WIRING, Component, Instance, Parameter, Port, ResolvedGraph
from phoenix.values import show, span
from phoenix_tools.menu.plan import Edits, Plan


@dataclass(frozen=True)
class Row:
    kind: str  # domain, instance, parameter, wire, absent
    name: str  # a domain, INSTANCE, INSTANCE.PARAMETER, INSTANCE.PORT, or a component
    label: str
    value: str
    help: str
    component: str = ""  # whose bytes are told
    changed: bool = False


@dataclass(frozen=True)
class Choice:
    label: str
    help: str
    edits: Edits
    is_current: bool
    component: str = ""


class Index:
    """Who provides what in a graph, and which of that others use."""

    def __init__(self, graph: ResolvedGraph) -> None:
        self.graph = graph
        self._providers: dict[str, list[str]] = {}
        self._used: dict[str, set[str]] = {}
        for each in graph.instances:
            for interface, _ in each.component.provides:
                self._providers.setdefault(interface, []).append(each.name)
            for wire in each.wires:
                for provider in wire.providers:
                    self._used.setdefault(provider, set()).add(wire.port.interface)

    def providers(self, instance: Instance, port: Port) -> list[str]:
        return [name for name in self._providers.get(port.interface, ()) if name != instance.name]

    def alternatives(self, instance: Instance) -> list[Component]:
        """Components that provide what others have of this instance. Of a family there may be any number, so none is instead of another."""
        provided = {name for name, _ in instance.component.provides}
        needed = provided & self._used.get(instance.name, provided)
        services = {name for name in needed if not self.graph.catalog.interfaces[name].family}
        if not services:
            return [instance.component]
        able = (each for each in self.graph.catalog.components.values() if not each.library and self.graph.arch in each.arch)
        return sorted((each for each in able if services <= {name for name, _ in each.provides}), key=lambda each: each.name)


def rows(plan: Plan) -> list[Row]:
    """By domain; then what is not there."""
    index = Index(plan.graph)
    found: list[Row] = []
    domain = None
    for instance in sorted(plan.graph.instances, key=lambda each: (each.component.domain, each.name)):
        if instance.component.domain != domain:
            domain = instance.component.domain
            found.append(Row("domain", domain, domain, "", ""))
        found += _of_instance(plan, index, instance)
    found.append(Row("domain", "(not in the graph)", "not in the graph", "", ""))
    found += [Row("absent", each.name, each.name, each.domain, each.summary, each.name) for each in absent(plan.graph)]
    return found


def absent(graph: ResolvedGraph) -> list[Component]:
    """Components that the graph does not have; not what stands in for others in tests."""
    placed = {each.component.name for each in graph.instances}
    components = graph.catalog.components.values()
    free = [each for each in components if not each.library and graph.arch in each.arch and each.name not in placed]
    return sorted((each for each in free if "/interfaces/" not in each.folder), key=lambda each: each.name)


def _of_instance(plan: Plan, index: Index, instance: Instance) -> Iterator[Row]:
    name, component, edits = instance.name, instance.component, plan.edits
    others = [each.name for each in index.alternatives(instance) if each.name != component.name]
    text = f"{component.summary}\nIt could be {', '.join(others)} instead." if others else component.summary
    yield Row("instance", name, name, component.name, text, component.name, name in edits.components or name in edits.adds)
    for given in instance.parameters:
        each = given.parameter
        path = f"{name}.{each.name}"
        yield Row("parameter", path, each.name, show(each, given.value), parameter_help(each), "", path in edits.values)
    for wire in instance.wires:
        candidates = index.providers(instance, wire.port)
        if len(candidates) > 1 or (candidates and wire.port.cardinality != "one"):
            path = f"{name}.{wire.port.name}"
            text = f"{wire.port.summary or 'A port.'}\n{wire.port.cardinality} {wire.port.interface}; {wire.why}"
            yield Row("wire", path, wire.port.name, "-> " + (", ".join(wire.providers) or "none"), text, "", path in edits.values)


def parameter_help(each: Parameter) -> str:
    limits = span(each)
    default = "must be set" if each.default is None else f"default {show(each, each.default) or chr(34) * 2}"
    return f"{each.summary}\n{each.type}{f', {limits}' if limits else ''}; {default}"


# --- what Enter opens


def choices(plan: Plan, row: Row) -> list[Choice]:
    """Empty: the value is typed."""
    if row.kind == "absent":
        component = plan.graph.catalog.components[row.name]
        added = plan.edits.with_instance(_free(plan, row.name), row.name)
        simply = Choice(f"add {row.name}", component.summary, added, False, row.name)
        if isinstance(plan.attempt(added), ResolvedGraph):
            return [simply]
        return [simply, *(_way(plan, component, edits) for edits in plan.ways(component))]
    instance = plan.graph.instance(row.name.partition(".")[0])
    if row.kind == "instance":
        return _components(plan, instance)
    if row.kind == "wire":
        return _wires(plan, row, instance)
    given = next(each for each in instance.parameters if f"{instance.name}.{each.parameter.name}" == row.name)
    words = given.parameter.values if given.parameter.type == "choice" else ("true", "false") if given.parameter.type == "boolean" else ()
    shown = show(given.parameter, given.value)
    return [Choice(word, row.help, valued(plan, row.name, word), word == shown) for word in words]


def _way(plan: Plan, component: Component, edits: Edits) -> Choice:
    """A larger change that lets a component in."""
    before, after = plan.edits.wish(), edits.wish()
    words = [
        *(f"add {word}" for word in after.adds if word not in before.adds),
        *(f"remove {word}" for word in after.removes if word not in before.removes),
        *(word for word in after.sets if word not in before.sets),
    ]
    return Choice(", ".join(words), f"{component.summary}\nThe smallest change that lets it in.", edits, False, component.name)


def _free(plan: Plan, component: str) -> str:
    taken = {each.name for each in plan.graph.instances}
    return component if component not in taken else next(name for number in range(2, 1000) if (name := f"{component}_{number}") not in taken)


def _components(plan: Plan, instance: Instance) -> list[Choice]:
    found = [
        Choice(
            each.name,
            each.summary,
            plan.edits if each is instance.component else plan.edits.with_component(instance.name, each, plan.base_component(instance.name)),
            each is instance.component,
            each.name,
        )
        for each in Index(plan.graph).alternatives(instance)
    ]
    return [*found, Choice("(remove it)", f"The graph without `{instance.name}`.", plan.edits.without_instance(instance.name), False)]


def _wires(plan: Plan, row: Row, instance: Instance) -> list[Choice]:
    wire = next(each for each in instance.wires if f"{instance.name}.{each.port.name}" == row.name)
    components = {each.name: each.component for each in plan.graph.instances}
    found = []
    for name in Index(plan.graph).providers(instance, wire.port):
        wired = name in wire.providers
        value, label = name, name
        if wire.port.cardinality == "many":
            left = [each for each in wire.providers if each not in (name, WIRING)]
            value, label = ",".join(left if wired else [*left, name]) or "none", f"[{'x' if wired else ' '}] {name}"
        text = f"{components[name].name}: {components[name].summary}"
        found.append(Choice(label, text, valued(plan, row.name, value), wired and wire.port.cardinality != "many", components[name].name))
    if wire.port.cardinality != "one":
        found.append(Choice("none", "Nobody is wired to it.", valued(plan, row.name, "none"), not wire.providers))
    if row.changed:
        found.append(Choice("(as in the base)", "What was chosen here is taken back.", plan.edits.with_value(row.name, None), False))
    return found


def valued(plan: Plan, path: str, value: str) -> Edits:
    """With a value; taken back where it comes to what the base has."""
    edits = plan.edits.with_value(path, value)
    instance, _, key = path.partition(".")
    base = next((each for each in plan.base.instances if each.name == instance), None)
    for given in base.parameters if base and instance not in plan.edits.components else ():
        if given.parameter.name == key and show(given.parameter, given.value) == value:
            return plan.edits.with_value(path, None)
    return edits
