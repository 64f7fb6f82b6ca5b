"""One choice, such as `scheduler=eevdf`, as a change of a graph; a set of them as the text of a graph that extends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phoenix.diagnostics import Place, did_you_mean
from phoenix.model import ResolvedGraph
from phoenix_tools.answers.changes import Wish, edited
from phoenix_tools.terminal import Stop

NOTHING = "none"  # as a value: without it
_SETTABLE = ("append", "boot_test", "budgets", "machine", "rootfs")


@dataclass(frozen=True)
class Choice:
    """`value` may carry more of the like behind `+`: `gic_v2+machine=qemu-virt-gicv2`. `place`: where a file says so."""

    name: str
    value: str
    place: Place | None = None

    def parts(self) -> list[tuple[str, str]]:
        head, *more = self.value.split("+")
        return [(self.name, head), *((name, value) for name, _, value in (each.partition("=") for each in more))]


class Unknown(Exception):
    """A choice that means nothing for a graph: a message with its fix."""


def interface_named(graph: ResolvedGraph, name: str) -> str | None:
    """`page_allocator` and `PageAllocator` are the same."""
    wanted = name.replace("_", "").lower()
    return next((each for each in graph.catalog.interfaces if each.lower() == wanted), None)


def provider(graph: ResolvedGraph, interface: str) -> str | None:
    """The instance that provides an interface: the one that the graph chose, or the only one."""
    if interface in graph.spec.choose:
        return graph.spec.choose[interface].instance
    names = [each.name for each in graph.spec.instances if interface in _provided(graph, each.component)]
    return names[0] if len(names) == 1 else None


def _provided(graph: ResolvedGraph, component: str) -> list[str]:
    found = graph.catalog.components.get(component)
    return [interface for interface, _ in found.provides] if found else []


def every_provider(graph: ResolvedGraph, name: str) -> list[str]:
    """The components that could stand for an instance, in all that others need of it, or provide an interface."""
    component = next((each.component for each in graph.spec.instances if each.name == name), None)
    interface = interface_named(graph, name)
    if component is None and interface is None:
        raise Unknown(_no_such(graph, name))
    wanted = _needed_of(graph, name) or set(_provided(graph, component)) if component else {str(interface)}
    fits = [
        each.name
        for each in graph.catalog.components.values()
        if not each.library and graph.arch in each.arch and wanted <= {provided for provided, _ in each.provides}
    ]
    return sorted(fits, key=lambda each: (each != component, each))


def _needed_of(graph: ResolvedGraph, name: str) -> set[str]:
    """The interfaces through which others reach an instance, by ports that must be wired."""
    from phoenix.api import to_json

    ports = [port for each in to_json(graph)["instances"] for port in each["ports"].values()]
    return {str(port["interface"]) for port in ports if name in port["providers"] and port["cardinality"] != "many"}


def _no_such(graph: ResolvedGraph, name: str) -> str:
    known = [*(each.name for each in graph.spec.instances), *graph.catalog.interfaces, *_SETTABLE]
    message = f"`{name}` is no instance of graph `{graph.name}`, no interface, and no key of a graph"
    return "\n    fix: ".join((message, *did_you_mean(name, known)))


def wish(graph: ResolvedGraph, choices: Iterable[Choice]) -> Wish:
    """Unknown, for a name or a machine that does not exist. What a component has no port or parameter for, `edited` finds."""
    sets: list[str] = []
    adds: list[str] = []
    removes: list[str] = []
    for name, value in (part for choice in choices for part in choice.parts()):
        instances = {each.name: each.component for each in graph.spec.instances}
        interface = None if name in instances else interface_named(graph, name)
        instance = name if name in instances else provider(graph, interface) if interface else None
        if name.partition(".")[0] in instances and "." in name:
            sets.append(f"{name}={value}")
        elif interface and interface in _provided(graph, instances.get(value, "")):
            sets += [f"{interface}={value}"] if value != instance else []
        elif instance is not None:
            if value == NOTHING:
                removes.append(instance)
            elif value != instances.get(instance):
                sets.append(f"{instance}={value}")
        elif interface:
            several = [each for each, component in instances.items() if interface in _provided(graph, component)]
            if several:
                raise Unknown(f"graph `{graph.name}` has several providers of {interface}: name one of {', '.join(several)}")
            adds += [value] if value != NOTHING else []
        elif name.partition(".")[0] in _SETTABLE:
            if name == "machine" and value not in graph.catalog.machines:
                raise Unknown("\n    fix: ".join((f"there is no machine `{value}`", *did_you_mean(value, graph.catalog.machines))))
            sets.append(f"{name}={value}")
        else:
            raise Unknown(_no_such(graph, name))
    return Wish(tuple(sets), tuple(adds), tuple(dict.fromkeys(removes)))


def text(graph: ResolvedGraph, name: str, summary: str, change: Wish, *, budgets: bool = False) -> str:
    """A graph that extends another one. Its budgets are those of the graph as it was, so they hold only where that is asked for."""
    start = f"graph: {name}\nsummary: {summary}\nextends: {graph.name}\n"
    made = edited(graph, start, graph.spec.instances, change)
    if budgets:
        return made
    from phoenix_tools.answers.graph_text import GraphText

    file = GraphText(made, {each.name: each.component for each in graph.spec.instances})
    file.set_of_graph(("budgets",), {})
    return file.text()


def problems(graph: ResolvedGraph, choice: Choice) -> list[str]:
    """What is wrong with a choice in itself, whatever is chosen beside it."""
    try:
        text(graph, "probe", "Probe.", wish(graph, [choice]))
    except Unknown as unknown:
        return [located(choice.place, f"error: {unknown}")]
    except Stop as stop:
        return [located(choice.place, stop.text)]
    return []


def located(place: Place | None, message: str) -> str:
    return f"{place}: {message}" if place else message


def variant_name(base: str, values: Sequence[str]) -> str:
    """Such as `monitor--eevdf-buddy`; two hyphens, as no shipped graph has them."""
    words = [re.sub(r"[^a-z0-9_]+", "_", value.lower()).strip("_") or "x" for value in values]
    return "--".join((base, "-".join(words))) if words else f"{base}--as_it_is"
