"""Pass 3a: a graph with what it extends applied: from graph files to one GraphSpec."""

from __future__ import annotations

from typing import Iterable

from . import budget
from .crosscheck import join
from .cxx import KEYWORDS
from .diagnostics import Diagnostic, Place, did_you_mean
from .model import (
    BootTest,
    Catalog,
    Choice,
    GraphFile,
    GraphSpec,
    InstanceSpec,
    Located,
    RequireSpec,
    RootfsFile,
    RootfsSpec,
    WireSpec,
)
from .repair import Drop, Put, Repair, Repairs, drop, respell, reword, uncertain, yaml_text
from .reader import entries, flag, key_place, mapping, number, optional_text, text, value, value_place, words
from .schema import Schemas
from .source import Entry, Mapping, Node, Scalar, Sequence

DEFAULT_PACKAGES = ("busybox-static",)
HARMLESS = ("unknown-key", "duplicate-key")
SETTABLE = ("arch", "machine", "instances", "choose", "budgets", "rootfs", "append", "boot_test")
RESERVED_INSTANCES = frozenset(
    {
        "none",
        "wiring",
        "init_sequence",
        "device_interrupts",
        "device_table",
        "graph_description",
        "system_calls",
    }
)


_REQUIRED = ("graph", "summary", "arch")


def usable(text_problems: Iterable[Diagnostic], deep: Iterable[tuple[Diagnostic, int]]) -> bool:
    """Whether a graph can still be resolved, for finding more errors: its own keys are all right, if not all in them."""
    shallow = [problem for problem, depth in deep if depth < 2]
    return all(problem.code in HARMLESS for problem in (*text_problems, *shallow))


class Unusable(Exception):
    """The graph, or one that it extends, cannot be read well enough to go on."""


def flatten(catalog: Catalog, schemas: Schemas, graph: GraphFile, problems: list[Diagnostic]) -> GraphSpec:
    """Applies the whole chain of `extends`. Adds to `problems`; raises Unusable if there is nothing to go on with."""
    chain = _chain(catalog, graph, problems)
    if not all(link.usable for link in chain):
        raise Unusable
    base = root = _normal(chain[-1].root)
    for link in reversed(chain[:-1]):
        root = _apply(root, link.root, problems)
    if len(chain) > 1:
        merged = schemas.check_deep("graph", _not_yet_checked(root, base))
        problems += [problem for problem, _ in merged if problem not in problems]
        if not usable((), merged):
            raise Unusable
    return _read(root, chain, graph, problems)


def _not_yet_checked(root: Mapping, base: Mapping) -> Mapping:
    """Without what is as the base has it: that was checked with its file. What a graph of its architecture may hold stays the same."""
    if root.entries["arch"] is not base.entries.get("arch"):
        return root
    kept = {key: entry for key, entry in root.entries.items() if key in _REQUIRED or entry is not base.entries.get(key)}
    instances, before = root.entries["instances"], mapping(base.get("instances")).entries
    changed = {name: entry for name, entry in mapping(instances.value).entries.items() if entry is not before.get(name)}
    return _with(Mapping(kept, root.place), "instances", instances.place, Mapping(changed, instances.value.place))


def _chain(catalog: Catalog, graph: GraphFile, problems: list[Diagnostic]) -> list[GraphFile]:
    """The graph, its base, the base's base and so on."""
    chain = [graph]
    while True:
        link = chain[-1]
        problems += link.diagnostics
        if link.extends is None:
            return chain
        place = value_place(link.root, "extends")
        base = catalog.graphs.get(link.extends)
        if base is None:
            known = [name for name in catalog.graphs if name != link.name]
            problems.append(
                Diagnostic(
                    place,
                    "unknown-graph",
                    f"graph `{link.name}` extends `{link.extends}`, which does not exist",
                    fix=did_you_mean(link.extends, known),
                    repairs=respell(place, link.extends, known),
                )
            )
            raise Unusable
        if any(base.name == seen.name for seen in chain):
            problems.append(
                _loop(chain[next(at for at, seen in enumerate(chain) if seen.name == base.name) :])
            )
            raise Unusable
        chain.append(base)


def _loop(links: list[GraphFile]) -> Diagnostic:
    """The same words wherever in the loop one came in."""
    first = links.index(min(links, key=lambda link: link.place))
    links = links[first:] + links[:first]
    names = " -> ".join(link.name for link in (*links, links[0]))
    related = tuple(
        (value_place(link.root, "extends"), f"`{link.name}` extends `{link.extends}`") for link in links
    )
    return Diagnostic(
        related[0][0],
        "extends-loop",
        f"graphs extend one another in a loop: {names}",
        related=related,
        fix=("let one of them list its `instances:` instead of `extends:`",),
    )


def _long(node: Node) -> Mapping:
    """An instance in its long form."""
    if isinstance(node, Mapping):
        return node
    return Mapping({"component": Entry("component", node.place, node)}, node.place)


def _with(parent: Mapping, key: str, place: Place, node: Node) -> Mapping:
    return Mapping({**parent.entries, key: Entry(key, place, node)}, parent.place)


def _normal(root: Mapping) -> Mapping:
    instances = root.entries.get("instances")
    if instances is None:
        return root
    long = {
        entry.key: Entry(entry.key, entry.place, _long(entry.value)) for entry in entries(instances.value)
    }
    return _with(root, "instances", instances.place, Mapping(long, instances.value.place))


def _apply(base: Mapping, variant: Mapping, problems: list[Diagnostic]) -> Mapping:
    """The base with one variant's remove, replace, add and set, in this order."""
    instances = dict(mapping(base.get("instances")).entries)
    _remove(instances, variant, problems)
    for entry in entries(variant.get("replace")):
        if entry.key not in instances:
            problems.append(_misses(entry.place, "replace", entry.key, instances))
        else:
            instances[entry.key] = Entry(entry.key, entry.place, _long(entry.value))
    for entry in entries(variant.get("add")):
        if entry.key in instances:
            problems.append(
                Diagnostic(
                    entry.place,
                    "add-exists",
                    f"`add:` names the instance `{entry.key}`, which the base has already",
                    related=((instances[entry.key].place, "it is here"),),
                    fix=(
                        f"move the line to `replace:`, or write `set: {{instances.{entry.key}.KEY: VALUE}}`",
                    ),
                    repairs=_moved_to_replace(entry, instances[entry.key], variant),
                )
            )
        else:
            instances[entry.key] = Entry(entry.key, entry.place, _long(entry.value))
    held = base.entries["instances"]
    root = _with(base, "instances", held.place, Mapping(instances, held.value.place))
    for key in ("graph", "summary"):
        if key in variant.entries:
            root = _with(root, key, variant.entries[key].place, variant.entries[key].value)
    for entry in entries(variant.get("set")):
        root = _set(root, entry, problems)
    return root


def _moved_to_replace(entry: Entry, base: Entry, variant: Mapping) -> Repairs:
    """A short entry; one that says what the base has already just goes."""
    if not isinstance(entry.value, Scalar) or not isinstance(entry.value.value, str):
        return ()
    kept = text(_long(base.value), "component") == entry.value.value
    put = () if kept else (Put(entry.place.file, ("replace", entry.key), yaml_text(entry.value.value)),)
    title = f"remove `{entry.key}` from `add:`" if kept else f"move `{entry.key}` to `replace:`"
    return (Repair(title, (Drop(entry.place), *put)),) if entry.key in mapping(variant.get("add")).entries else ()


def _remove(instances: dict[str, Entry], variant: Mapping, problems: list[Diagnostic]) -> None:
    for name, place in words(variant.get("remove")):
        if name not in instances:
            problems.append(_misses(place, "remove", name, instances))
        else:
            del instances[name]


def _misses(place: Place, what: str, name: str, instances: dict[str, Entry]) -> Diagnostic:
    return Diagnostic(
        place,
        f"{what}-misses",
        f"`{what}:` names the instance `{name}`, which the base does not have",
        fix=did_you_mean(name, instances),
        repairs=respell(place, name, instances) or drop(place, f"`{name}`", certain=what == "remove"),
    )


def _set(root: Mapping, entry: Entry, problems: list[Diagnostic]) -> Mapping:
    path = entry.key.split(".")
    if path[0] not in SETTABLE:
        problems.append(
            Diagnostic(
                entry.place,
                "set-misses",
                f"`set:` names `{entry.key}`, but a graph has no key `{path[0]}` to set",
                fix=did_you_mean(path[0], SETTABLE),
                repairs=respell(entry.place, path[0], SETTABLE, lambda word: ".".join((word, *path[1:]))),
            )
        )
        return root
    if path[0] == "instances":
        instances = mapping(root.get("instances")).entries
        if len(path) < 3:
            problems.append(
                Diagnostic(
                    entry.place,
                    "set-misses",
                    f"`set: {entry.key}` would replace whole instances",
                    fix=("use `add:`, `remove:` and `replace:` for instances",),
                    repairs=_instead_of_set(entry, path, instances),
                )
            )
            return root
        if path[1] not in instances:
            problems.append(
                Diagnostic(
                    entry.place,
                    "set-misses",
                    f"`set:` names the instance `{path[1]}`, which the base does not have",
                    fix=did_you_mean(path[1], instances),
                    repairs=respell(
                        entry.place, path[1], instances, lambda word: ".".join((path[0], word, *path[2:]))
                    ),
                )
            )
            return root
    changed = _put(root, path, entry)
    if changed is None:
        problems.append(
            Diagnostic(
                entry.place,
                "set-misses",
                f"`set: {entry.key}` leads through a value that has no keys",
                fix=("shorten the path",),
                repairs=reword(entry.place, ".".join(path[:-1])),
            )
        )
        return root
    return changed


def _instead_of_set(entry: Entry, path: list[str], instances: dict[str, Entry]) -> Repairs:
    """`set: {instances.NAME: COMPONENT}` replaces an instance, or adds one."""
    word = value(entry.value)
    if len(path) != 2 or not isinstance(word, str):
        return ()
    section = "replace" if path[1] in instances else "add"
    edits = (Drop(entry.place), Put(entry.place.file, (section, path[1]), yaml_text(word)))
    return (Repair(f"write `{section}: {{{path[1]}: {word}}}`", edits),)


def _put(node: Mapping, path: list[str], entry: Entry) -> Mapping | None:
    key, rest = path[0], path[1:]
    if not rest:
        return _with(node, key, entry.place, entry.value)
    below = node.entries.get(key)
    if below is None:
        inner: Mapping | None = Mapping({}, entry.place)
    elif isinstance(below.value, Mapping):
        inner = below.value
    elif isinstance(below.value, Scalar) and below.value.value is None:
        inner = Mapping({}, below.place)
    else:
        return None
    assert inner is not None
    changed = _put(inner, rest, entry)
    return (
        None
        if changed is None
        else _with(node, key, below.place if below is not None else entry.place, changed)
    )


# --- from the tree to a GraphSpec -----------------------------------------------------------------------------------


def _read(root: Mapping, chain: list[GraphFile], graph: GraphFile, problems: list[Diagnostic]) -> GraphSpec:
    instances = []
    lost: set[str] = set()
    for entry in sorted(entries(root.get("instances")), key=lambda entry: entry.key):
        _check_name(entry.key, entry.place, problems)
        if text(_long(entry.value), "component"):
            instances.append(_instance(entry.key, entry.place, _long(entry.value)))
        else:
            lost.add(entry.key)
    machine = optional_text(root, "machine")
    extends = tuple(link.name for link in chain[1:])
    own = "add" if extends else "instances"
    return GraphSpec(
        name=graph.name,
        summary=text(root, "summary"),
        arch=text(root, "arch"),
        place=graph.place,
        arch_place=key_place(root, "arch"),
        variant=bool(extends),
        extends=extends,
        extends_places=tuple(value_place(link.root, "extends") for link in chain[:-1]),
        machine=Located(machine, value_place(root, "machine")) if machine is not None else None,
        instances=tuple(instances),
        lost=frozenset(lost),
        choose={
            entry.key: Choice(entry.key, entry.place, str(value(entry.value)), entry.value.place)
            for entry in sorted(entries(root.get("choose")), key=lambda entry: entry.key)
        },
        budgets=budget.read(root.get("budgets")),
        rootfs=_rootfs(root, problems),
        append=_append(root),
        boot_test=_boot_test(root),
        instances_place=key_place(graph.root, own, graph.place),
    )


def _from_the_root(entry: Entry) -> Repairs:
    path = join("/", entry.key)
    return reword(entry.place, path) if not entry.key.endswith("/") and path != "/" else ()


def _append(root: Mapping) -> Located | None:
    arguments = optional_text(root, "append")
    return None if arguments is None else Located(arguments, value_place(root, "append"))


def _rootfs(root: Mapping, problems: list[Diagnostic]) -> RootfsSpec | None:
    if "rootfs" not in root.entries:
        return None
    rootfs = mapping(root.get("rootfs"))
    files = []
    for entry in sorted(entries(rootfs.get("files")), key=lambda entry: entry.key):
        if not entry.key.startswith("/") or entry.key.endswith("/") or ".." in entry.key.split("/"):
            problems.append(
                Diagnostic(
                    entry.place,
                    "bad-rootfs-path",
                    f"`{entry.key}` is no path of a file in an initramfs",
                    fix=("write it from the root, as in `/bin/program`",),
                    repairs=_from_the_root(entry),
                )
            )
        folder = entry.value.place.file.rpartition("/")[0]
        files.append(RootfsFile(entry.key, join(folder, str(value(entry.value))), entry.value.place))
    return RootfsSpec(
        tuple(word for word, _ in words(rootfs.get("packages")))
        if "packages" in rootfs.entries
        else DEFAULT_PACKAGES,
        flag(rootfs, "dependencies"),
        tuple(files),
        text(rootfs, "compress", "none"),
        key_place(root, "rootfs"),
    )


def _boot_test(root: Mapping) -> BootTest | None:
    if "boot_test" not in root.entries:
        return None
    test = mapping(root.get("boot_test"))
    return BootTest(
        tuple(word for word, _ in words(test.get("send"))),
        tuple(word for word, _ in words(test.get("expect"))),
        number(test, "exit", 0),
    )


def _check_name(name: str, place: Place, problems: list[Diagnostic]) -> None:
    if name in KEYWORDS or name in RESERVED_INSTANCES:
        why = "a word of C++" if name in KEYWORDS else "a word of the generator"
        problems.append(
            Diagnostic(
                place,
                "reserved-name",
                f"the instance `{name}` is {why}",
                fix=(f"choose another name, such as `{name}_`",),
                repairs=uncertain(reword(place, f"{name}_")),
            )
        )


def _instance(name: str, place: Place, node: Mapping) -> InstanceSpec:
    device = optional_text(node, "device")
    parameters = {}
    for entry in sorted(entries(node.get("parameters")), key=lambda entry: entry.key):
        raw = value(entry.value)
        if raw is None:
            continue
        parameters[entry.key] = (entry.place, Located(raw, entry.value.place))  # type: ignore[arg-type]
    return InstanceSpec(
        name=name,
        place=place,
        component=text(node, "component"),
        component_place=value_place(node, "component"),
        device=Located(device, value_place(node, "device")) if device is not None else None,
        parameters=parameters,
        wires={
            entry.key: _wire(entry)
            for entry in sorted(entries(node.get("wires")), key=lambda entry: entry.key)
        },
        require=_requires(node),
        on_fail=text(node, "on_fail", "panic"),
    )


def _wire(entry: Entry) -> WireSpec:
    node = entry.value
    if isinstance(node, Sequence):
        return WireSpec(entry.key, entry.place, words(node), True, False, list_place=node.place)
    raw = value(node)
    if not isinstance(raw, str):
        return WireSpec(entry.key, entry.place, (), False, False, True)
    if raw == "none":
        return WireSpec(entry.key, entry.place, (), False, True)
    return WireSpec(entry.key, entry.place, ((raw, node.place),), False, False)


def _requires(node: Mapping) -> tuple[RequireSpec, ...]:
    found = []
    for port in entries(node.get("require")):
        for parameter in entries(port.value):
            limits = mapping(parameter.value)
            found.append(
                RequireSpec(
                    port.key,
                    port.place,
                    parameter.key,
                    parameter.place,
                    _limit(limits, "min"),
                    _limit(limits, "max"),
                    _limit(limits, "equals"),
                )
            )
    return tuple(sorted(found, key=lambda require: (require.port, require.parameter)))


def _limit(limits: Mapping, key: str) -> Located | None:
    raw = value(limits.get(key))
    return None if raw is None else Located(raw, value_place(limits, key))  # type: ignore[arg-type]
