"""`phx diff`: what one graph has and another has not, in the graph's own words."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape

from phoenix_tools.answers.sides import Side, measure_boot, read_side
from phoenix_tools.costs.limits import budgets_of
from phoenix_tools.costs.record import Costs, total
from phoenix_tools.terminal import out
from phoenix_tools.workspace import Workspace

Facts = dict[str, str]
_COMMANDS = "MonitorCommands"


@dataclass(frozen=True)
class Change:
    name: str
    before: str | None  # None: it was not there
    after: str | None

    @property
    def sign(self) -> str:
        return "+" if self.before is None else "-" if self.after is None else "~"

    @property
    def text(self) -> str:
        if self.before is None or self.after is None:
            return self.after or self.before or ""
        old, new = (side.split(", ") if side else [] for side in (self.before, self.after))
        if len(old) > 1 or len(new) > 1:
            gone, come = ([each for each in one if each not in other] for one, other in ((old, new), (new, old)))
            return " ".join([*(f"-{each}" for each in gone), *(f"+{each}" for each in come)])
        return f"{self.before or 'nothing'} -> {self.after or 'nothing'}"


@dataclass(frozen=True)
class Section:
    title: str
    changes: tuple[Change, ...]


def facts(graph: Mapping[str, Any]) -> dict[str, Facts]:
    """What can differ, by kind; each fact has a name and a text."""
    instances = graph["instances"]
    return {
        "instances": {each["name"]: each["component"] for each in instances},
        "wires": {
            f"{each['name']}.{name}": ", ".join(port["providers"]) for each in instances for name, port in each["ports"].items()
        },
        "parameters": {
            f"{each['name']}.{name}": str(given["value"]) for each in instances for name, given in each["parameters"].items()
        },
        "failures": {each["name"]: each["on_fail"] for each in instances},
        "commands": {each["name"]: each["component"] for each in instances if _COMMANDS in each["provides"]},
        "system calls": {call["name"]: call["instance"] for call in graph.get("system_calls", ())},
        "interrupts": {str(line["line"]): f"{line['instance']}.{line['handler']}, {line['path']}" for line in graph["interrupts"]},
        "devices": {claim["path"]: claim["instance"] for claim in graph["claims"]},
        "locks": {each["name"]: each["kind"] for each in graph.get("locks", ())},  # ranks move with each lock that comes
        "libraries": dict.fromkeys(graph["libraries"], ""),
        "graph": _of_graph(graph),
    }


def _of_graph(graph: Mapping[str, Any]) -> Facts:
    machine = graph["machine"] or {}
    found = {"arch": graph["arch"], "machine": str(machine.get("name"))}
    found |= {f"budgets.{'.'.join(path)}": str(limit) for path, limit in budgets_of(graph).items()}
    rootfs = graph.get("rootfs") or {}
    if rootfs:
        found["rootfs.packages"] = ", ".join(rootfs["packages"])
        found |= {f"rootfs.files.{path}": source for path, source in rootfs["files"].items()}
        found["rootfs.compress"] = rootfs["compress"]
    if graph.get("append"):
        found["append"] = graph["append"]
    return found


def _changes(before: Facts, after: Facts) -> tuple[Change, ...]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return tuple(Change(name, before.get(name), after.get(name)) for name in sorted(names))


def _moved(before: Sequence[str], after: Sequence[str]) -> tuple[Change, ...]:
    """Steps that both have, in another order: behind which they come."""
    common = set(before) & set(after)
    old, new = ([name for name in order if name in common] for order in (before, after))
    kept = {
        name
        for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        for name in old[block.a : block.a + block.size]
    }

    def behind(order: list[str], name: str) -> str:
        at = order.index(name)
        return f"behind {order[at - 1]}" if at else "first"

    return tuple(Change(name, behind(old, name), behind(new, name)) for name in new if name not in kept)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Section, ...]:
    """Of what belongs to an instance that came or went, only the instance itself is told."""
    old, new = facts(before), facts(after)
    came_or_went = set(old["instances"]) ^ set(new["instances"])
    sections = []
    for kind in new:
        changes = _changes(old[kind], new[kind])
        if kind in ("wires", "parameters", "failures"):
            changes = tuple(each for each in changes if each.name.partition(".")[0] not in came_or_went)
        sections.append(Section(kind, changes))
    steps = tuple([step["instance"] for step in graph["init_order"]] for graph in (before, after))
    sections.append(Section("order of start-up", _moved(*steps)))
    return tuple(section for section in sections if section.changes)


def costs_between(before: Costs, after: Costs) -> tuple[Section, ...]:
    """Bytes per component and the depths of stacks, what changed most first."""
    sections = (
        _bytes(before, after),
        Section("stack", _amounts(_stacks(before), _stacks(after))),
        Section("boot instructions", _amounts(_boot(before), _boot(after)) if before.boot and after.boot else ()),
    )
    return tuple(section for section in sections if section.changes)


def _stacks(costs: Costs) -> dict[str, int]:
    stacks = costs.stacks
    found = {each.name: each.bytes for each in (*stacks.threads, *stacks.handlers.values())}
    return found | {"on top: fault": stacks.fault.bytes, "on top: interrupt": stacks.interrupt.bytes}


def _boot(costs: Costs) -> dict[str, int]:
    return {"all": costs.boot.instructions, **costs.boot.steps} if costs.boot else {}


def _bytes(before: Costs, after: Costs) -> Section:
    old, new = ({owner: total(row) for owner, row in costs.components.items()} for costs in (before, after))
    changes = _amounts(old, new)
    grown = sum(new.values()) - sum(old.values())
    whole = Change("all", f"{sum(old.values()):,}", f"{sum(new.values()):,} ({grown:+,})")
    return Section("bytes", (whole, *changes) if changes else ())


def _amounts(old: Mapping[str, int], new: Mapping[str, int]) -> tuple[Change, ...]:
    deltas = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
    ordered = sorted((name for name, delta in deltas.items() if delta), key=lambda name: (-abs(deltas[name]), name))
    return tuple(Change(name, f"{old.get(name, 0):,}", f"{new.get(name, 0):,} ({deltas[name]:+,})") for name in ordered)


def diff(workspace: Workspace, before: str, after: str, *, built: bool, booted: bool = False, as_json: bool, as_markdown: bool) -> bool:
    """Prints what differs; whether nothing does."""
    old, new = (read_side(workspace, text, built=built) for text in (before, after))
    for side in (old, new) if booted else ():
        measure_boot(side)
    sections = difference(old.graph, new.graph)
    old_costs, new_costs = old.costs, new.costs
    if old_costs is not None and new_costs is not None:
        sections += costs_between(old_costs, new_costs)
    if as_json:
        out.out(json.dumps(record(old.title, new.title, sections), indent=2))
    elif as_markdown:
        out.out(markdown(old.title, new.title, sections))
    else:
        show(sections)
        if not sections:
            out.print(f"{old.title} and {new.title} resolve to the same.")
        unbuilt = [side.title for side in (old, new) if side.image is None]
        if unbuilt and sections:
            out.print(f"Costs are compared once both are built as they stand; missing: {', '.join(unbuilt)}. --build builds them.", style="dim")
    return not sections


def record(before: str, after: str, sections: Sequence[Section]) -> dict[str, Any]:
    return {
        "before": before,
        "after": after,
        "differences": {
            section.title: [{"name": each.name, "before": each.before, "after": each.after} for each in section.changes]
            for section in sections
        },
    }


_STYLES = {"+": "green", "-": "red", "~": "yellow"}


def show(sections: Sequence[Section]) -> None:
    for section in sections:
        out.print(f"[bold]{section.title}[/]")
        width = max(len(each.name) for each in section.changes)
        for each in section.changes:
            out.print(f"  [{_STYLES[each.sign]}]{each.sign}[/] {escape(f'{each.name:{width}}  {each.text}'.rstrip())}")


def markdown(before: str, after: str, sections: Sequence[Section]) -> str:
    """For the text of a pull request."""
    lines = [f"### `{before}` -> `{after}`", ""]
    if not sections:
        return "\n".join([*lines, "No difference."])
    for section in sections:
        lines += [f"**{section.title}**", "", "| | name | before | after |", "|---|---|---|---|"]
        for each in section.changes:
            cells = (_cell(text) for text in (each.name, each.before, each.after))
            lines.append(f"| {each.sign} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).rstrip()


def _cell(text: str | None) -> str:
    return "" if not text else "`" + text.replace("|", "\\|").replace("`", "'") + "`"
