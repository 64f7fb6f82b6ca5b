"""Holds a linked image against the budgets of its graph; the last step of an image's build.

    python3 -m phoenix_tools.budgets --root . --out build/GRAPH      writes budgets.json; exit code 1 on a breach

Beside it stays costs-within-budgets.json, of the last image that kept all: who grew since is named first in a breach.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix.diagnostics import did_you_mean
from phoenix_tools import bootcount, footprint, icount, rootfs
from phoenix_tools.costs import record
from phoenix_tools.costs.limits import BudgetPath, budgets_of
from phoenix_tools.costs.record import IN_FILE, Costs, total
from phoenix_tools.stack.report import Stack
from phoenix_tools.terminal import Stop

KIB = 1024
KEPT = "costs-within-budgets.json"
_TOP = 10
_WIDTH = 24
_INSTRUCTIONS = "instructions"
_OF_SECTIONS = {"image_kib": IN_FILE, "static_ram_kib": footprint.USAGES, **{f"{usage}_kib": (usage,) for usage in footprint.USAGES}}
_PARTS = ("domains", "components")
_WORDS = {"domains": "domain", "components": "component", "threads": "thread", "interrupts": "the interrupts of", "steps": "step"}
Amounts = Mapping[str, float]


@dataclass(frozen=True)
class Figure:
    """What one budget limits, in its unit, and what that consists of."""

    value: float
    unit: str
    parts: Amounts


@dataclass(frozen=True)
class Result:
    path: BudgetPath
    figure: Figure
    limit: float

    @property
    def breached(self) -> bool:
        return self.figure.value > self.limit

    @property
    def name(self) -> str:
        return ".".join(self.path)


class Unknown(Exception):
    """A budget for what the image has not; the text says what it has."""


def needs_boot(path: BudgetPath) -> bool:
    return path[0] == "steps" or path[-1] == "boot_instructions"


def needs_profile(path: BudgetPath) -> bool:
    """Whether it takes more than to count a boot: to know who spends it."""
    return needs_boot(path) and path != ("boot_instructions",)


def figure(costs: Costs, path: BudgetPath) -> Figure:
    """Raises Unknown."""
    if path[0] in _PARTS:
        return _of_part(costs, *path)
    if path[0] in ("threads", "interrupts"):
        return _of_stack(_stack(costs, *path))
    if path[0] == "steps":
        steps = costs.boot.steps if costs.boot else {}
        return Figure(steps.get(path[1], 0), _INSTRUCTIONS, {path[1]: steps.get(path[1], 0)})
    if path[0] == "stack_bytes":
        stacks = costs.stacks
        deepest = max(stacks.threads, key=lambda each: each.bytes)
        return Figure(stacks.deepest, "bytes", _chain(deepest, stacks.fault, stacks.interrupt))
    if path[0] == "boot_instructions":
        spent = costs.boot
        return Figure(spent.instructions if spent else 0, _INSTRUCTIONS, spent.components if spent else {})
    parts = _sizes(costs, costs.components, _OF_SECTIONS[path[0]])
    whole = {"image_kib": costs.image_bytes, "static_ram_kib": costs.static_ram_bytes}.get(path[0])
    return Figure(sum(parts.values()) if whole is None else whole / KIB, "KiB", parts)


def _sizes(costs: Costs, owners: Iterable[str], usages: Iterable[str]) -> dict[str, float]:
    return {owner: total(costs.components[owner], usages) / KIB for owner in owners if owner in costs.components}


def _of_part(costs: Costs, kind: str, name: str, key: str) -> Figure:
    """What is not in the image, as a library that nothing calls, takes nothing."""
    owners = [owner for owner in costs.domains if costs.domains[owner] == name] if kind == "domains" else [name]
    if key in _OF_SECTIONS:
        parts = _sizes(costs, owners, _OF_SECTIONS[key])
        return Figure(sum(parts.values()), "KiB", parts if kind == "domains" else _of_sources(costs, name, _OF_SECTIONS[key]))
    if key == "frame_bytes":
        frames = {owner: costs.stacks.frames.get(owner, 0) for owner in owners}
        return Figure(max(frames.values(), default=0), "bytes", frames)
    spent = {owner: costs.boot.components.get(owner, 0) for owner in owners} if costs.boot else {}
    return Figure(sum(spent.values()), _INSTRUCTIONS, spent)


def _of_sources(costs: Costs, component: str, usages: Iterable[str]) -> dict[str, float]:
    """With the objects of its instances."""
    found = {source or "(made by the linker)": total(row, usages) / KIB for source, row in costs.sources.get(component, {}).items()}
    return found | {f"object `{name}`": total(each.row, usages) / KIB for name, each in costs.instances.items() if each.component == component}


def _stack(costs: Costs, kind: str, name: str) -> Stack:
    stacks = costs.stacks
    if kind == "interrupts":
        handlers = [each for handler, each in stacks.handlers.items() if handler.partition(".")[0] == name]
        return max(handlers, key=lambda each: each.bytes, default=Stack(name, 0, (), (), ()))  # inlined
    found = next((each for each in stacks.threads if each.name == name), None)
    if found is None:
        raise Unknown("; ".join((f"no thread of the image begins with `{name}`", *did_you_mean(name, (each.name for each in stacks.threads)))))
    return found


def _of_stack(stack: Stack) -> Figure:
    return Figure(stack.bytes, "bytes", _chain(stack))


def _chain(*stacks: Stack) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, amount in (step for stack in stacks for step in stack.chain):
        found[name] = found.get(name, 0) + amount
    return found


# --- what is said


def message(graph: Mapping[str, Any], result: Result, before: Figure | None) -> str:
    """The breach; who grew since the budget was kept, and the ten biggest."""
    what = f" in {_WORDS[result.path[0]]} `{result.path[1]}`" if len(result.path) > 1 else ""
    code = f"budget-{(result.path[-1] if result.path[0] in _PARTS else result.path[0]).replace('_', '-')}"
    lines = [
        f"{place_of(graph, result.path)}: error: `{graph['graph']}` needs {_amount(result.figure.value, result.figure.unit)}{what}, "
        f"over its budget of {_amount(result.limit, result.figure.unit)} [{code}]"
    ]
    grown = _grown(before, result.figure)
    if grown:
        lines.append("    since the last build within its budgets, these grew:")
        lines += _rows(grown, result.figure.unit, "+")
        lines.append("    the biggest of all:")
    lines += _rows(result.figure.parts, result.figure.unit)
    lines.append("    fix: leave a component out, choose a smaller one, or raise the budget")
    if before is None:
        lines.append(f"         `phx size {graph['graph']} --compare REV` tells who grew since a revision")
    return "\n".join(lines)


def _grown(before: Figure | None, now: Figure) -> Amounts:
    if before is None:
        return {}
    deltas = {name: amount - before.parts.get(name, 0) for name, amount in now.parts.items()}
    return {name: delta for name, delta in deltas.items() if delta > 0}


def _rows(amounts: Amounts, unit: str, sign: str = "") -> list[str]:
    biggest = sorted((each for each in amounts.items() if each[1]), key=lambda each: (-each[1], each[0]))[:_TOP]
    return [f"    {sign + _amount(amount, unit):>{_WIDTH}}  {name}" for name, amount in biggest]


def _amount(value: float, unit: str) -> str:
    return f"{value:,.1f} {unit}" if unit == "KiB" else f"{value:,.0f} {unit}"


def place_of(graph: Mapping[str, Any], path: BudgetPath) -> str:
    """Of the line that sets a budget, in the graph or in what it extends."""
    return str(graph["budget_places"][".".join(path)])


# --- the build's step


def check(root: Path, directory: Path, graph: Mapping[str, Any]) -> tuple[list[Result], list[str]]:
    """All budgets, and a message for each breach. Raises icount.Unmeasured."""
    budgets = budgets_of(graph)
    costs = record.read(directory, graph)
    if any(needs_boot(path) for path in budgets):
        rootfs.place(root, directory, graph)
    if any(needs_profile(path) for path in budgets):
        costs = record.read_with_boot(directory, graph)
    before = _kept(directory)
    results: list[Result] = []
    messages: list[str] = []
    for path, limit in budgets.items():
        try:
            found = _counted(directory, graph) if path == ("boot_instructions",) and costs.boot is None else figure(costs, path)
            result = Result(path, found, limit)
            if result.breached and path == ("boot_instructions",):
                costs = record.read_with_boot(directory, graph)
                result = Result(path, figure(costs, path), limit)
            results.append(result)
            if result.breached:
                messages.append(message(graph, result, _earlier(before, path)))
        except Unknown as error:
            messages.append(f"{place_of(graph, path)}: error: {error} [unknown-budget]")
    return results, messages


def _counted(directory: Path, graph: Mapping[str, Any]) -> Figure:
    return Figure(bootcount.measure(graph, directory / "Image").instructions, _INSTRUCTIONS, {})


def _kept(directory: Path) -> Costs | None:
    try:
        content = json.loads((directory / KEPT).read_text(encoding="utf-8"))
        return record.from_json(content) if content["version"] == record.VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _earlier(before: Costs | None, path: BudgetPath) -> Figure | None:
    if before is None or (needs_boot(path) and before.boot is None):
        return None
    try:
        return figure(before, path)
    except Unknown:
        return None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="budgets", description="An image against its graph's budgets.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    graph = json.loads((options.out / "graph.json").read_text(encoding="utf-8"))
    try:
        results, messages = check(options.root, options.out, graph)
    except (icount.Unmeasured, FileNotFoundError) as error:
        place = place_of(graph, next(path for path in budgets_of(graph) if needs_boot(path)))
        print(f"{place}: error: boot instructions cannot be counted: {error} [budget-unmeasured]", file=sys.stderr)
        return 1
    except Stop as stop:
        print(stop.text, file=sys.stderr)
        return 1
    if messages:
        print("\n".join(messages), file=sys.stderr)
        return 1
    figures = {each.name: {"value": each.figure.value, "limit": each.limit, "unit": each.figure.unit} for each in results}
    (options.out / "budgets.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (options.out / KEPT).write_bytes((options.out / record.FILE).read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
