"""`phx set`, `add`, `remove` and `fork`: graphs changed by command, after the same checks as by hand."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.markup import escape
from ruamel.yaml.error import YAMLError

from phoenix.api import Project, open_project, to_json
from phoenix.diagnostics import Diagnostic, Failed, did_you_mean, ordered
from phoenix.model import Component, InstanceSpec, ResolvedGraph
from phoenix.source import scalar_of
from phoenix_tools import presets
from phoenix_tools.answers import difference, writing
from phoenix_tools.answers.graph_text import GraphText
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace

_OF_INSTANCE = ("device", "on_fail")
_OF_GRAPH = ("append", "boot_test", "budgets", "choose", "machine", "rootfs", "summary")
_NAME = re.compile(r"[a-z][a-z0-9_-]*$")


@dataclass(frozen=True)
class Wish:
    """Changes of one graph, as people type them."""

    sets: tuple[str, ...] = ()  # NAME=VALUE
    adds: tuple[str, ...] = ()  # NAME or NAME=COMPONENT
    removes: tuple[str, ...] = ()  # NAME


def change(workspace: Workspace, graph: str, wish: Wish, *, apply: bool, project: Project | None = None) -> None:
    """Shows what the changes come to, and writes them where that is asked for. Stop with every error, and nothing written. `project`: as it
    was read already."""
    project = project or open_project(workspace.root)
    before = image_of(project, graph)
    file = project.graph_file(graph)
    path = file.path
    data = writing.read(workspace.root / path)
    old = (data or b"").decode()
    inherited = project.resolve(file.extends).spec.instances if file.extends else ()
    after = _checked(project, graph, path, edited(before, old, inherited, wish))
    _tell(before, after, path, old)
    if old == after.text:
        out.print("That is so already; nothing to write.")
    else:
        _write(workspace, path, after, apply, data)


def fork(workspace: Workspace, graph: str, name: str, summary: str, wish: Wish, *, apply: bool) -> None:
    """A new graph that extends another one, with changes if there are any."""
    project = open_project(workspace.root)
    base = image_of(project, graph)
    path, after = forked(project, base, name, summary, wish)
    _tell(base, after, path, "")
    _write(workspace, path, after, apply, None)


def forked(project: Project, base: ResolvedGraph, name: str, summary: str, wish: Wish) -> tuple[str, Changed]:
    """The new graph's file and what would be in it, after all checks; Stop where it cannot be."""
    if not _NAME.match(name):
        raise Stop(f"`{name}` is no name for a graph: lower-case letters, digits, `-` and `_`, a letter first", BAD_INPUT)
    if name in project.catalog.graphs:
        raise Stop(f"there is a graph `{name}` already: {project.catalog.graphs[name].path}", BAD_INPUT)
    if base.name not in project.catalog.graphs:
        raise Stop(f"`{base.name}` cannot be extended: it is in none of the folders of graphs", BAD_INPUT)
    path = f"graphs/{name}.yaml"
    text = edited(base, beginning(base.name, name, summary), base.spec.instances, wish)
    return path, _checked(project, name, path, text)


def beginning(base: str, name: str, summary: str) -> str:
    """A graph that extends another and does not differ from it yet."""
    return f"graph: {name}\nsummary: {_quoted(summary or f'{base}, changed.')}\nextends: {base}\n"


def image_of(project: Project, graph: str) -> ResolvedGraph:
    try:
        resolved = project.resolve(graph)
    except Failed as failed:
        raise Stop(failed.render(), BAD_INPUT) from None
    if resolved.arch == "host":
        raise Stop(f"`{resolved.name}` is a host test (`arch: host`); its graph is changed by hand", BAD_INPUT)
    return resolved


def _quoted(line: str) -> str:
    plain = scalar_of(line) == line and not re.search(r"^[\s\[\]{}&*!|>'\"%@`,?-]|: | #|:$", line)
    return line if plain else "'" + line.replace("'", "''") + "'"


# --- from words to text


def edited(graph: ResolvedGraph, text: str, inherited: Sequence[InstanceSpec], wish: Wish) -> str:
    """The file's text after the changes; Stop with all words that mean nothing."""
    try:
        writer = _Writer(graph, GraphText(text, {each.name: each.component for each in inherited}))
    except YAMLError as error:
        raise Stop(f"error: this cannot be written as YAML: {getattr(error, 'reason', None) or str(error).partition(chr(10))[0]}", BAD_INPUT) from None
    for word in wish.removes:
        writer.remove(word)
    for word in wish.adds:
        writer.add(word)
    for word in wish.sets:
        writer.set(word)
    if writer.errors:
        raise Stop("\n".join(writer.errors), BAD_INPUT)
    return writer.file.text()


class _Writer:
    def __init__(self, graph: ResolvedGraph, file: GraphText) -> None:
        self.graph = graph
        self.file = file
        self.errors: list[str] = []
        self.components = graph.catalog.components
        self.instances: dict[str, InstanceSpec | None] = {each.name: each for each in graph.spec.instances}
        self.placed = {each.name: each.component for each in graph.spec.instances}  # as the words so far have it

    def fail(self, message: str, word: str, known: Sequence[str]) -> None:
        self.errors.append("\n    fix: ".join((f"error: {message}", *did_you_mean(word, known))))

    def remove(self, name: str) -> None:
        if name not in self.instances:
            self.fail(f"graph `{self.graph.name}` has no instance `{name}` to remove", name, list(self.instances))
            return
        self.file.remove(name)
        del self.instances[name]

    def add(self, word: str) -> None:
        name, equals, component = word.partition("=")
        component = component if equals else name
        if name in self.instances:
            self.errors.append(f"error: graph `{self.graph.name}` has an instance `{name}` already\n    fix: phx set {self.graph.name} {name}={component}")
        elif self.is_component(component):
            self.file.add(name, component)
            self.instances[name] = None
            self.placed[name] = component

    def is_component(self, name: str) -> bool:
        fits = [each.name for each in self.components.values() if not each.library and self.graph.arch in each.arch]
        if name not in fits:
            self.fail(f"there is no component `{name}` for `arch: {self.graph.arch}`", name, fits)
        return name in fits

    def set(self, word: str) -> None:
        name, equals, value = word.partition("=")
        head, _, rest = name.partition(".")
        if not equals:
            self.errors.append(f"error: `{word}` sets nothing\n    fix: write `{word}=VALUE`")
        elif head in self.instances:
            self.set_instance(head, rest, value)
        elif name in self.graph.catalog.interfaces:
            self.file.set_of_graph(("choose", name), value)
        elif head in _OF_GRAPH:
            self.file.set_of_graph(name.split("."), scalar_of(value))
        else:
            self.fail(f"`{head}` is no instance of graph `{self.graph.name}`, no interface, and no key of a graph", head,
                      [*self.instances, *self.graph.catalog.interfaces, *_OF_GRAPH])

    def set_instance(self, name: str, key: str, value: str) -> None:
        spec = self.instances[name]
        if not key:
            if self.is_component(value):
                self.file.replace(name, value, _kept(spec, self.components[value]))
                self.placed[name] = value
            return
        component = self.components[self.placed[name]]
        port, parameter = component.port(key), component.parameter(key)
        if port is not None:
            providers = [each.strip() for each in value.split(",")]
            many = port.cardinality == "many" and value != "none"
            self.file.set_of_instance(name, ("wires", key), providers if many else value)
        elif parameter is not None:
            self.file.set_of_instance(name, ("parameters", key), scalar_of(value))
        elif key in _OF_INSTANCE:
            self.file.set_of_instance(name, (key,), value)
        else:
            known = [*(each.name for each in component.ports), *(each.name for each in component.parameters), *_OF_INSTANCE]
            self.fail(f"component `{component.name}` has no port and no parameter `{key}`", key, known)


def _kept(spec: InstanceSpec | None, component: Component) -> dict[str, Any]:
    """What of an instance fits another component: device, parameters and wires of the same names."""
    if spec is None:
        return {}
    kept: dict[str, Any] = {}
    if spec.device is not None and component.device is not None:
        kept["device"] = spec.device.value
    parameters = {name: given.value for name, (_, given) in spec.parameters.items() if component.parameter(name)}
    wires = {
        name: "none" if wire.is_none else [target for target, _ in wire.targets] if wire.is_list else wire.targets[0][0]
        for name, wire in spec.wires.items()
        if component.port(name)
    }
    kept |= {"parameters": parameters} if parameters else {}
    kept |= {"wires": wires} if wires else {}
    kept |= {"on_fail": spec.on_fail} if spec.on_fail != "panic" else {}
    return kept


# --- what it comes to


@dataclass(frozen=True)
class Changed:
    text: str
    graph: ResolvedGraph
    broken: Mapping[str, tuple[Diagnostic, ...]]  # graphs that extend it, and would no longer resolve


def _checked(before: Project, graph: str, path: str, text: str) -> Changed:
    """Resolves the graph, and those that extend it and resolved so far, as if the text had been written."""
    project = before.changed({path: text})
    try:
        resolved = project.resolve(graph)
    except Failed as failed:
        raise Stop(f"{failed.render()}\nNothing was written.", BAD_INPUT) from None
    broken = {}
    for name in project.catalog.graphs:
        problems = _problems(project, name) if resolved.name in _bases(project, name) else ()
        if problems and not _problems(before, name):
            broken[name] = problems
    return Changed(text, resolved, broken)


def _bases(project: Project, graph: str) -> list[str]:
    found: list[str] = []
    base = project.catalog.graphs[graph].extends
    while base is not None and base in project.catalog.graphs and base not in found:
        found.append(base)
        base = project.catalog.graphs[base].extends
    return found


def _problems(project: Project, graph: str) -> tuple[Diagnostic, ...]:
    try:
        project.resolve(graph)
    except Failed as failed:
        return failed.diagnostics
    return ()


def patch(old: str, new: str, path: str) -> list[str]:
    """A file's lines that go and come, as `patch` takes them."""
    before = path if old else "/dev/null"
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), before, path, lineterm="", n=1))


def show_patch(old: str, new: str, path: str) -> None:
    styles: Mapping[str, str] = {"+": "green", "-": "red", "@": "dim"}
    for line in patch(old, new, path):
        style = styles.get(line[:1], "")
        out.print(f"[{style}]{escape(line)}[/]" if style else escape(line))


def _tell(before: ResolvedGraph, after: Changed, path: str, old: str) -> None:
    difference.show(difference.difference(to_json(before), to_json(after.graph)))
    show_patch(old, after.text, path)


def _write(workspace: Workspace, path: str, after: Changed, apply: bool, before: bytes | None) -> None:
    """`before`: what the file held when the change was worked out."""
    fork_instead = (
        f"Graphs that extend `{after.graph.name}` would no longer resolve: {', '.join(after.broken)}.\n"
        f"    fix: phx fork {after.graph.name} NAME makes a graph of your own"
    )
    if after.broken and apply:
        problems = ordered(each for found in after.broken.values() for each in found)
        raise Stop("\n".join([*(each.render() for each in problems), "Nothing was written.", fork_instead]), BAD_INPUT)
    if not apply:
        err.print("\n".join([*([fork_instead] if after.broken else ()), f"Nothing was written; --apply writes {path}."]), style="dim")
        return
    put(workspace, path, after.text, before)
    err.print(f"{path}: written.")


def put(workspace: Workspace, path: str, text: str, before: bytes | None) -> None:
    """Writes a graph's file, and what is kept of the list of graphs. Stop if the file does not hold `before` any more."""
    writing.write(workspace.root, {path: writing.Rewritten(before, text.encode())})
    wanted = presets.content(workspace)
    file = workspace.root / presets.FILE
    if path.startswith("graphs/") and file.read_text(encoding="utf-8") != wanted:
        file.write_text(wanted, encoding="utf-8")
