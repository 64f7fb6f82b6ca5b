"""`phx why`: how something came to be in an image, step by step, each with its place."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from rich.markup import escape

from phoenix.api import to_json
from phoenix.diagnostics import did_you_mean
from phoenix_tools.answers.symbols import owner_of_symbol
from phoenix_tools.show import resolve_or_stop
from phoenix_tools.terminal import BAD_INPUT, Stop, out
from phoenix_tools.workspace import Workspace

Graph = Mapping[str, Any]
_MOST_CHAINS = 8
_MOST_KEPT = 1000  # of an answer: there can be more than there are atoms, as each layer of alternatives multiplies them
_START = "InitSequence"


@dataclass(frozen=True)
class Step:
    text: str
    place: str  # "" where no file says it


@dataclass(frozen=True)
class Link:
    """A wire."""

    user: str
    port: str
    provider: str


@dataclass(frozen=True)
class Answer:
    """What NAME is, and the shortest chains that lead to it."""

    what: str
    chains: tuple[tuple[Step, ...], ...]
    left_out: int = 0  # further chains of the same length


def why(workspace: Workspace, graph: str, name: str, *, as_json: bool) -> None:
    content = to_json(resolve_or_stop(workspace, graph))
    answers = list(Reasons(content).of(name)) or list(_of_symbol(workspace, content, name))
    if not answers:
        graph = content["graph"]
        lines = [f"nothing in graph `{graph}` is called `{name}`", *did_you_mean(name, names(content))]
        if not (workspace.build_directory(graph) / "phoenix.elf").is_file():
            lines.append(f"symbols are known once it is built: phx build {graph}")
        raise Stop("\n    fix: ".join(lines), BAD_INPUT)
    if as_json:
        out.out(json.dumps(record(content["graph"], name, answers), indent=2))
    else:
        _show(answers)


def record(graph: str, name: str, answers: Sequence[Answer]) -> dict[str, Any]:
    return {
        "graph": graph,
        "name": name,
        "answers": [
            {
                "what": each.what,
                "chains": [[{"text": s.text, "place": s.place} for s in chain] for chain in each.chains],
                "left_out": each.left_out,
            }
            for each in answers
        ],
    }


def _show(answers: Sequence[Answer]) -> None:
    for answer in answers:
        out.print(f"[bold]{escape(answer.what)}[/]")
        shown = answer.chains[:_MOST_CHAINS]
        more = len(answer.chains) + answer.left_out - len(shown)
        width = max((len(step.place) for chain in shown for step in chain), default=0)
        for chain in shown:
            for step in chain:
                out.print(f"    [dim]{step.place:{width}}[/]  {escape(step.text)}")
            out.print()
        if more > 0:
            out.print(f"    and {more} more chains of the same length; --json has {'a thousand' if answer.left_out else 'them all'}\n")


def names(graph: Graph) -> list[str]:
    names = [each["name"] for each in graph["instances"]]
    names += [f"{each['name']}.{key}" for each in graph["instances"] for key in (*each["ports"], *each["parameters"])]
    names += list(graph["components"])
    names += [interface for component in graph["components"].values() for interface in component["provides"]]
    names += [call["name"] for call in graph["system_calls"]] + [lock["name"] for lock in graph["locks"]]
    return names + [claim["path"] for claim in graph["claims"]]


class Reasons:
    """Everything is read from one resolved graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.instances: Mapping[str, Mapping[str, Any]] = {each["name"]: each for each in graph["instances"]}

    def of(self, name: str) -> Iterator[Answer]:
        """One answer for each thing that has the name."""
        if name in self.instances:
            yield self.instance(name)
        if name in self.graph["components"]:
            yield from self.component(name)
        owner, dot, key = name.partition(".")
        if dot and owner in self.instances:
            yield from self.key_of(owner, key)
        yield from self.interface(name)
        yield from self.system_call(name)
        yield from self.source(name)
        yield from self.node(name)
        yield from self.interrupt(name)
        yield from self.lock(name)

    # --- kinds of things

    def instance(self, name: str) -> Answer:
        each = self.instances[name]
        paths = list(islice(self.paths_to(name), _MOST_KEPT))
        named = self.named(each["place"], f"names `{name}: {each['component']}` ({each['why']})")
        chains = tuple((*named, *path) for path in paths) or (named,)
        left_out = self.count_to(name) - len(paths) if paths else 0
        return Answer(f"{name}: an instance of {each['component']}", chains, left_out)

    def component(self, name: str) -> Iterator[Answer]:
        component = self.graph["components"][name]
        if component["library"]:
            step = Step(f"{name} is a library: it is in every image for this architecture, for whoever calls it", component["place"])
            yield Answer(f"{name}: a library", ((step,),))
            return
        for each in self.instances.values():
            if each["component"] == name and each["name"] != name:
                yield self.instance(each["name"])

    def key_of(self, owner: str, key: str) -> Iterator[Answer]:
        each = self.instances[owner]
        if key in each["parameters"]:
            given = each["parameters"][key]
            declared = Step(f"{each['component']} has the parameter `{key}` ({given['type']})", given["declared"])
            place = given["from"] if ":" in given["from"] else given["declared"]
            source = "its default" if given["from"] == "default" else given["why"]
            chain = (*self.named(each["place"], f"names `{owner}: {each['component']}`"), declared)
            chain += (Step(f"`{key}` is {given['value']}: {source}", place),)
            yield Answer(f"{owner}.{key}: a parameter, {given['value']}", (chain,))
        if key in each["ports"]:
            port = each["ports"][key]
            providers = ", ".join(port["providers"]) or "nobody"
            chain = (
                Step(f"{each['component']} has the port `{key}` ({port['interface']}, {port['cardinality']}, {port['use']})", port["declared"]),
                Step(f"it is wired to {providers}: {port['why']}", port["place"]),
            )
            yield Answer(f"{owner}.{key}: a port, wired to {providers}", (chain,))

    def interface(self, name: str) -> Iterator[Answer]:
        for each in self.instances.values():
            place = self.graph["components"][each["component"]]["provides"].get(name)
            if place is not None:
                users = [
                    f"{user['name']}.{port}"
                    for user in self.instances.values()
                    for port, wire in user["ports"].items()
                    if wire["interface"] == name and each["name"] in wire["providers"]
                ]
                step = Step(f"{each['component']} provides {name}, for {', '.join(users) or 'nobody here'}", place)
                yield Answer(f"{name}: provided by {each['name']}", ((*self.named(each["place"], f"names `{each['name']}`"), step),))

    def system_call(self, name: str) -> Iterator[Answer]:
        for call in self.graph["system_calls"]:
            if name in (call["name"], f"sys_{call['name']}"):
                each = self.instances[call["instance"]]
                place = self.graph["components"][each["component"]]["system_calls"][call["name"]]
                step = Step(f"{each['component']} implements system call {call['number']}, {call['name']}", place)
                named = self.named(each["place"], f"names `{each['name']}: {each['component']}`")
                yield Answer(f"{call['name']}: a system call of {each['name']}", ((*named, step),))

    def source(self, name: str) -> Iterator[Answer]:
        for component, sources in self.graph["sources"].items():
            for source in sources:
                if source == name or ("." in name and source.endswith(f"/{name}")):
                    yield from self.source_of(source, component)

    def source_of(self, source: str, component: str) -> Iterator[Answer]:
        owner = self.graph["components"][component]
        step = Step(f"{component} is made of {source}", owner["place"])
        if owner["library"]:
            yield Answer(f"{source}: a source of {component}", ((step, Step("a library, which is in every image", owner["place"])),))
        for each in self.instances.values():
            if each["component"] == component:
                named = self.named(each["place"], f"names `{each['name']}: {component}`")
                yield Answer(f"{source}: a source of {component}", ((*named, step),))

    def node(self, name: str) -> Iterator[Answer]:
        if not name.startswith("/"):
            return
        machine = self.graph["machine"]
        for each in self.instances.values():
            device = each["device"]
            if device and device["path"] == name:
                yield Answer(f"{name}: driven by {each['name']}", ((*self.of_machine(), *self.claim(each)),))
        for node in self.graph["unclaimed"]:
            if node["path"] == name:
                step = Step(f"it has {name} ({node['compatible']}), which no instance drives", machine["device_tree_place"])
                yield Answer(f"{name}: in the device tree, and driven by nobody", ((*self.of_machine(), step),))

    def interrupt(self, name: str) -> Iterator[Answer]:
        for line in self.graph["interrupts"]:
            if name != str(line["line"]):
                continue
            each = self.instances[line["instance"]]
            named = self.named(each["place"], f"names `{each['name']}: {each['component']}`")
            device = each["device"]
            of_device = next((i for i in device["interrupts"] if i["line"] == line["line"]), None) if device else None
            chain: tuple[Step, ...]
            if of_device:
                step = Step(f"its interrupt `{of_device['name']}` is line {name}, {line['trigger']}-triggered", of_device["declared"])
                chain = (*self.of_machine(), *self.claim(each), step)
            else:
                chain = (*named, Step(f"{line['path']} of {each['component']} got number {name}", self.graph["components"][each["component"]]["place"]))
            yield Answer(f"interrupt {name}: handled by {each['name']}.{line['handler']}", (chain,))

    def lock(self, name: str) -> Iterator[Answer]:
        for lock in self.graph["locks"]:
            if lock["name"] == name:
                chain: tuple[Step, ...] = (Step(f"{name}: {lock['summary']}", lock["place"]),)
                chain += tuple(
                    Step(f"taken inside {outer['lock']}: {reason['text']}", reason["place"]) for outer in lock["inside"] for reason in outer["why"]
                )
                yield Answer(f"{name}: a {lock['kind']} lock of rank {lock['rank']}", (chain,))

    # --- steps

    def named(self, place: str, what: str) -> tuple[Step, ...]:
        """From the graph's file along `extends` to the one that says it."""
        steps: list[Step] = []
        file = place.partition(":")[0]
        for link in self.graph["chain"]:
            if link["file"] == file or "extends" not in link:
                break
            following = self.graph["chain"][len(steps) + 1]["graph"]
            steps.append(Step(f"graph {link['graph']} extends {following}", link["extends"]))
        else:
            return (Step(what, place),)
        return (*steps, Step(f"graph {link['graph']} {what}", place))

    def of_machine(self) -> tuple[Step, ...]:
        machine = self.graph["machine"]
        steps = self.named(machine["place"], f"is for the machine {machine['name']}")
        return (*steps, Step(f"its device tree is {machine['device_tree']}", machine["device_tree_place"]))

    def claim(self, each: Mapping[str, Any]) -> tuple[Step, ...]:
        device = each["device"]
        named = self.named(each["place"], f"names `{each['name']}: {each['component']}`")
        return (*named, Step(f"{each['name']} drives {device['path']} ({device['compatible']}): {device['why']}", each["place"]))

    def paths_to(self, name: str) -> Iterator[tuple[Step, ...]]:
        """Every shortest chain of wires from where it all begins. Empty: `name` is there, or only libraries use it."""
        pending: list[tuple[str, tuple[Step, ...]]] = [(name, ())]
        while pending:
            at, behind = pending.pop()
            links = self.links.get(at, ())
            if behind and not links:
                yield behind
            pending += [(link.user, (self.used(link), *behind)) for link in reversed(links)]

    def count_to(self, name: str) -> int:
        """How many there are of paths_to."""
        counts: dict[str, int] = {}
        for at in self.links:  # nearest to the beginnings first
            counts[at] = sum(counts.get(link.user, 1) for link in self.links[at])
        return counts.get(name, 0)

    @cached_property
    def links(self) -> Mapping[str, Sequence[Link]]:
        """For each instance the wires that end the shortest chains to it."""
        roots = self.beginnings()
        distance = dict.fromkeys(roots, 0)
        into: dict[str, list[Link]] = {}
        queue = deque(roots)
        while queue:
            user = queue.popleft()
            for port, wire in self.instances[user]["ports"].items():
                for provider in wire["providers"]:
                    if provider not in self.instances:
                        continue
                    if provider not in distance:
                        distance[provider] = distance[user] + 1
                        queue.append(provider)
                    if distance[provider] == distance[user] + 1:
                        into.setdefault(provider, []).append(Link(user, port, provider))
        return into

    def used(self, link: Link) -> Step:
        wire = self.instances[link.user]["ports"][link.port]
        text = f"{link.user} uses {link.provider} through its port `{link.port}` ({wire['interface']}): {wire['why']}"
        return Step(text, wire["declared"])

    def beginnings(self) -> list[str]:
        """Who runs the order of start-up, and whoever nobody uses."""
        wires = [(each["name"], port) for each in self.instances.values() for port in each["ports"].values()]
        used = {provider for _, port in wires for provider in port["providers"]}
        runs = {name for name, port in wires if port["interface"] == _START}
        return [name for name in self.instances if name in runs or name not in used]


def _of_symbol(workspace: Workspace, graph: Graph, name: str) -> Iterator[Answer]:
    reasons = Reasons(graph)
    for symbol, owner in owner_of_symbol(workspace.build_directory(graph["graph"]), graph, name):
        users = [each for each in reasons.instances.values() if each["component"] == owner]
        for each in users:
            named = reasons.named(each["place"], f"names `{each['name']}: {owner}`")
            yield Answer(f"{symbol}: code or data of {owner}", ((*named, Step(f"{owner} defines it", graph["components"][owner]["place"])),))
        if not users:
            place = graph["components"].get(owner, {}).get("place", "")
            what = "a library, which is in every image" if place else "not of a component: the generator or the linker made it"
            yield Answer(f"{symbol}: code or data of {owner}", ((Step(what, place),),))
