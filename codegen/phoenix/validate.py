"""Pass 2: from located trees to the catalog. Each file is checked on its own, then what they say of each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import crosscheck
from .diagnostics import Diagnostic, Place, ordered
from .load import Found, Tree
from .manifest import read_component
from .model import Catalog, Component, ContextRule, GraphFile, Interface, Machine
from .reader import (
    entries,
    flag,
    items,
    key_place,
    mapping,
    number,
    optional_text,
    text,
    value,
    value_place,
    words,
)
from .repair import Repairs, reword
from .schema import Schemas
from .source import Mapping
from .units import parse_size
from .unistd import PACKAGE, CallNumbers, Unreadable, read_numbers
from .values import better_size
from .variant import HARMLESS, usable


_DEFAULT_MEMORY = 512 << 20


@dataclass
class _Draft:
    components: dict[str, Component] = field(default_factory=dict)
    interfaces: dict[str, Interface] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)
    graphs: dict[str, GraphFile] = field(default_factory=dict)
    broken: dict[tuple[str, str], list[Diagnostic]] = field(default_factory=dict)
    flaws: dict[tuple[str, str], list[Diagnostic]] = field(default_factory=dict)


def validate(tree: Tree, schemas: Schemas) -> Catalog:
    draft = _Draft()
    for found in tree.files:
        _take(draft, tree, schemas, found)
    crosscheck.check(draft.components, draft.interfaces, draft.broken, draft.flaws)
    calls = _call_numbers(draft)
    graph_flaws = [d for graph in draft.graphs.values() for d in graph.diagnostics]
    everything = [
        d for group in (draft.broken, draft.flaws) for found_here in group.values() for d in found_here
    ]
    return Catalog(
        root=str(tree.root),
        components=dict(sorted(draft.components.items())),
        interfaces=dict(sorted(draft.interfaces.items())),
        machines=dict(sorted(draft.machines.items())),
        graphs=dict(sorted(draft.graphs.items())),
        broken={key: ordered(found_here) for key, found_here in sorted(draft.broken.items())},
        flaws={key: ordered(found_here) for key, found_here in sorted(draft.flaws.items())},
        diagnostics=ordered(everything + graph_flaws),
        inputs=(*(found.document.path for found in tree.files), *calls.files),
        call_numbers=calls.numbers,
        folders=tuple(sorted(tree.listing)),
    )


def _take(draft: _Draft, tree: Tree, schemas: Schemas, found: Found) -> None:
    kind, document = found.kind, found.document
    problems = list(document.diagnostics)
    root = document.root
    if root is None:
        draft.broken.setdefault((kind, document.path), []).extend(problems)
        return
    deep = schemas.check_deep(kind, root) if found.deep is None else found.deep
    problems += [problem for problem, _ in deep]
    name = value(root.get(kind))
    if not isinstance(name, str):
        draft.broken.setdefault((kind, document.path), []).extend(problems)
        return
    if kind == "graph":
        _take_graph(draft, name, document.path, root, problems, usable(document.diagnostics, deep))
        return
    if any(problem.code not in HARMLESS for problem in problems):
        draft.broken.setdefault((kind, name), []).extend(problems)
        return
    shelf: dict[str, Component] | dict[str, Interface] | dict[str, Machine]
    thing: Component | Interface | Machine
    if kind == "component":
        component, more = read_component(tree, document.path, root)
        shelf, thing = draft.components, component
    elif kind == "interface":
        thing, more = _read_interface(tree, document.path, root)
        shelf = draft.interfaces
    else:
        thing, more = _read_machine(tree, document.path, root)
        shelf = draft.machines
    problems += more
    if name in shelf:
        problems.append(_duplicate(kind, name, root, shelf[name]))
    else:
        shelf[name] = thing  # type: ignore[assignment]
    if problems:
        draft.flaws.setdefault((kind, name), []).extend(problems)


def _call_numbers(draft: _Draft) -> CallNumbers:
    """Linux's numbers, where some component implements system calls; each must be one of them."""
    users = [component for component in draft.components.values() if component.system_calls]
    if not users:
        return CallNumbers({}, ())
    try:
        calls = read_numbers()
    except Unreadable as error:
        for component in users:
            draft.flaws.setdefault(("component", component.name), []).append(
                Diagnostic(
                    component.system_calls[0].place,
                    "no-call-numbers",
                    f"the numbers of system calls cannot be read: {error}",
                    fix=(f"install Debian's package {PACKAGE}",),
                )
            )
        return CallNumbers({}, ())
    for component in users:
        problems = crosscheck.system_calls(component, calls.numbers)
        if problems:
            draft.flaws.setdefault(("component", component.name), []).extend(problems)
    return calls


def _duplicate(
    kind: str, name: str, root: Mapping, first: Component | Interface | Machine | GraphFile
) -> Diagnostic:
    return Diagnostic(
        value_place(root, kind),
        f"duplicate-{kind}",
        f"there are two {kind}s named `{name}`",
        related=((first.place, "the other one"),),
        fix=("rename one of them",),
        repairs=_own_name(kind, name, value_place(root, kind)),
    )


def _own_name(kind: str, name: str, place: Place) -> Repairs:
    """What a file is called, if not what it calls itself."""
    parts = place.file.removesuffix(".yaml").split("/")
    own = parts[-2] if kind == "component" and len(parts) > 1 else parts[-1]
    return reword(place, own) if own != name and kind != "interface" else ()


def _take_graph(
    draft: _Draft, name: str, path: str, root: Mapping, problems: list[Diagnostic], sound: bool
) -> None:
    place = value_place(root, "graph")
    graph = GraphFile(
        name,
        text(root, "summary"),
        path,
        optional_text(root, "extends"),
        optional_text(root, "arch"),
        place,
        root,
        tuple(problems),
        sound,
    )
    other = draft.graphs.get(name)
    if other is None:
        draft.graphs[name] = graph
        return
    first, second = (graph, other) if _is_called(path, name) and not _is_called(other.path, name) else (other, graph)
    draft.graphs[name] = first
    draft.flaws.setdefault(("graph", name), []).append(_duplicate("graph", name, second.root, first))
    draft.broken.setdefault(("graph", second.path), []).extend(second.diagnostics)


def _is_called(path: str, name: str) -> bool:
    """Of two graphs of one name, the one whose file is called that is not mistaken."""
    return path.rpartition("/")[2] == f"{name}.yaml"


def read_graph(path: str, root: Mapping, problems: tuple[Diagnostic, ...], sound: bool) -> GraphFile:
    """A graph file that was named by its path and lies outside the folders that are searched."""
    return GraphFile(
        text(root, "graph"),
        text(root, "summary"),
        path,
        optional_text(root, "extends"),
        optional_text(root, "arch"),
        value_place(root, "graph"),
        root,
        problems,
        sound,
    )


def missing_file(tree: Tree, folder: str, root: Mapping, key: str) -> list[Diagnostic]:
    """A file that a manifest names and that is not there."""
    named = optional_text(root, key)
    if named is None or tree.exists(crosscheck.join(folder, named)):
        return []
    return [crosscheck.no_such_file(tree, value_place(root, key), folder, named)]


def _read_interface(tree: Tree, path: str, root: Mapping) -> tuple[Interface, list[Diagnostic]]:
    folder = path.rpartition("/")[0]
    problems: list[Diagnostic] = []
    for key in ("header", "archetype_header", "conformance", "facade_header"):
        problems += missing_file(tree, folder, root, key)
    family = text(root, "kind", "service") == "family"
    place = value_place(root, "interface")
    if not family and not (root.get("archetype") and root.get("archetype_header")):
        problems.append(
            Diagnostic(
                place,
                "missing-archetype",
                f"the service `{text(root, 'interface')}` has no archetype",
                reasons=("components are compiled against the least type that satisfies each interface",),
                fix=(
                    "add `archetype: phx::...::archetype::NAME` and `archetype_header: NAME_archetype.hpp`",
                ),
            )
        )
    context = tuple(
        ContextRule(
            rule.key,
            text(mapping(rule.value), "context"),
            flag(mapping(rule.value), "sleeps"),
            flag(mapping(rule.value), "allocates"),
            value(mapping(rule.value).get("locks")) is not False,
            text(mapping(rule.value), "summary"),
        )
        for rule in entries(root.get("context"))
    )
    interface = Interface(
        name=text(root, "interface"),
        summary=text(root, "summary"),
        folder=folder,
        include=folder.partition("/")[2],
        domain=folder.split("/")[1],
        family=family,
        type=text(root, "kind", "service") == "type",
        cxx=text(root, "cxx"),
        header=text(root, "header"),
        archetype=optional_text(root, "archetype"),
        archetype_header=optional_text(root, "archetype_header"),
        fake=optional_text(root, "fake"),
        fake_place=value_place(root, "fake"),
        conformance=optional_text(root, "conformance"),
        facade=optional_text(root, "facade"),
        facade_header=optional_text(root, "facade_header"),
        generated=optional_text(root, "generated"),
        uses=tuple(name for name, _ in words(root.get("uses"))),
        uses_places=tuple(place for _, place in words(root.get("uses"))),
        context=context,
        place=place,
    )
    return interface, problems


def _read_machine(tree: Tree, path: str, root: Mapping) -> tuple[Machine, list[Diagnostic]]:
    folder = path.rpartition("/")[0]
    problems = missing_file(tree, folder, root, "device_tree")
    for name, place in words(root.get("overlays")):
        if not tree.exists(crosscheck.join(folder, name)):
            problems.append(crosscheck.no_such_file(tree, place, folder, name))
    qemu = mapping(root.get("qemu"))
    memory = parse_size(value(qemu.get("memory"))) if qemu.get("memory") else _DEFAULT_MEMORY
    if memory is None or memory <= 0:
        problems.append(
            Diagnostic(
                value_place(qemu, "memory"),
                "bad-size",
                f"`{value(qemu.get('memory'))}` is not a size",
                fix=("write bytes, or a number with KiB, MiB or GiB: `512 MiB`",),
                repairs=reword(value_place(qemu, "memory"), *better_size(value(qemu.get("memory")))),
            )
        )
        memory = _DEFAULT_MEMORY
    overlays = root.get("overlays")
    machine = Machine(
        name=text(root, "machine"),
        summary=text(root, "summary"),
        device_tree=crosscheck.join(folder, text(root, "device_tree")),
        overlays=tuple(crosscheck.join(folder, name) for name, _ in words(overlays)),
        device_tree_place=value_place(root, "device_tree"),
        overlay_places=tuple(item.place for item in items(overlays)),
        qemu_machine=text(qemu, "machine"),
        qemu_cpu=text(qemu, "cpu", "cortex-a57"),
        qemu_cpus=number(qemu, "cpus", 1),
        qemu_memory=memory,
        place=key_place(root, "machine"),
    )
    return machine, problems
