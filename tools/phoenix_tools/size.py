"""`phx size`: what each component takes of the linked image."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from phoenix_tools import footprint
from phoenix_tools.answers.sides import IMAGE, costs_with_boot, read_side
from phoenix_tools.bootcount import Boot
from phoenix_tools.builder import build
from phoenix_tools.costs import record
from phoenix_tools.costs.record import Costs, Row, total
from phoenix_tools.costs.tree import Node, tree
from phoenix_tools.costs.treemap import svg
from phoenix_tools.elf import Elf
from phoenix_tools.stack.report import Stacks
from phoenix_tools.symbol_table import demangle, readable
from phoenix_tools.terminal import BAD_INPUT, Stop, out
from phoenix_tools.workspace import Workspace

_MOST_SYMBOLS = 40
_MOST_STEPS = 3


@dataclass(frozen=True)
class Wish:
    symbols: bool = False
    as_tree: bool = False
    compare: str = ""  # a revision, or a graph
    treemap: Path | None = None
    as_json: bool = False
    stack: bool = False
    boot: bool = False


def size(workspace: Workspace, graph: str, wish: Wish) -> None:
    directory = build(workspace, graph, targets=IMAGE, quiet=True)
    resolved = workspace.graph_json(directory.name)
    costs = costs_with_boot(directory, resolved) if wish.boot else record.read(directory, resolved)
    if wish.treemap is not None:
        _write(wish.treemap, svg(tree(costs)))
    if wish.compare:
        _compare(_other(workspace, costs.graph, wish.compare), costs, as_json=wish.as_json)
        return
    biggest = biggest_symbols(directory, footprint.read(directory, resolved)) if wish.symbols else []
    if wish.as_json:
        content = costs.to_json()
        content |= {"tree": tree(costs).to_json()} if wish.as_tree else {}
        content |= {"symbols": [{"name": n, "component": o, "bytes": b} for n, o, b in biggest]} if wish.symbols else {}
        out.out(json.dumps(content, indent=2))
        return
    if wish.stack:
        _stacks(costs.graph, costs.stacks)
    if wish.boot and costs.boot is not None:
        _boot(costs.graph, costs.boot)
    if wish.stack or wish.boot:
        return
    table = _table(costs.graph)
    rows = _of_tree(tree(costs)) if wish.as_tree else costs.components.items()
    for name, row in rows:
        table.add_row(name, *_cells(row))
    table.add_row("all", *_cells(costs.sections, zero="0"), style="bold")
    out.print(table)
    out.print(f"Image {costs.image_bytes:,} bytes; in memory {costs.static_ram_bytes:,} bytes.")
    for symbol, owner, amount in biggest:
        out.out(f"{amount:8,}  {symbol}  ({owner})")


def _table(title: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(title)
    for heading in (*footprint.USAGES, "total"):
        table.add_column(heading, justify="right")
    return table


def _cells(row: Row, zero: str = "") -> list[str]:
    return [*(f"{row[usage]:,}" if row[usage] else zero for usage in footprint.USAGES), f"{total(row):,}"]


def _boot(graph: str, boot: Boot) -> None:
    for heading, amounts in ((f"{graph}, by step", boot.steps), ("by component", boot.components)):
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(heading)
        table.add_column("instructions", justify="right")
        for name, amount in amounts.items():
            table.add_row(name, f"{amount:,}")
        out.print(table)
    out.print(f"To boot {boot.instructions:,} instructions, as QEMU counts them (-icount shift=0) on one CPU.")


def _stacks(graph: str, stacks: Stacks) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(graph)
    for heading in ("stack", "the biggest on the way"):
        table.add_column(heading, justify="right" if heading == "stack" else "left")
    rows = [*((each.name, each) for each in stacks.threads), ("on top: a fault of the kernel's", stacks.fault), ("on top: an interrupt", stacks.interrupt)]
    rows += [(f"  {name}", each) for name, each in stacks.handlers.items()]
    for name, each in rows:
        biggest = sorted((step for step in each.chain if step[1]), key=lambda step: -step[1])[:_MOST_STEPS]
        table.add_row(name, f"{each.bytes:,}", ", ".join(f"{function.partition('(')[0]} {amount:,}" for function, amount in biggest))
    table.add_row("the deepest thread, with both", f"{stacks.deepest:,}", style="bold")
    out.print(table)
    told = [each for _, each in rows]
    for group in dict.fromkeys(each.recursion for each in told if each.recursion):
        out.print(f"Gone through once, though it may come again: {', '.join(group)}")
    for place in dict.fromkeys(place for each in told for place in each.unresolved):
        out.print(f"Not followed, as nothing tells where it leads: the call in {place}")


def _of_tree(root: Node) -> Iterable[tuple[str, Row]]:
    for depth, node in root.walk():
        if node.kind != "graph":
            name = f"object `{node.name}`" if node.kind == "instance" else node.name.rpartition("/")[2] if node.kind == "source" else node.name
            yield "  " * (depth - 1) + name, node.row


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Stop(f"{file}: {(error.strerror or 'it cannot be written').lower()}", BAD_INPUT) from None


def _other(workspace: Workspace, graph: str, compare: str) -> Costs:
    """A graph is meant where one has that name; otherwise a revision of this one."""
    is_graph = "@" in compare or compare in workspace.image_graphs() or Path(compare).is_file()
    costs = read_side(workspace, compare if is_graph else f"{graph}@{compare}", built=True).costs
    if costs is None:
        raise Stop(f"{compare}: a host test has no image", BAD_INPUT)
    return costs


def growth(before: Costs, after: Costs) -> dict[str, Row]:
    """owner -> how much more it takes, where that is anything; what changed most first."""
    nothing = dict.fromkeys(footprint.USAGES, 0)
    found: dict[str, Row] = {}
    for owner in dict.fromkeys((*after.components, *before.components)):
        old, new = before.components.get(owner, nothing), after.components.get(owner, nothing)
        row = {usage: new[usage] - old[usage] for usage in footprint.USAGES}
        if any(row.values()):
            found[owner] = row
    return dict(sorted(found.items(), key=lambda each: (-abs(total(each[1])), each[0])))


def _compare(before: Costs, after: Costs, *, as_json: bool) -> None:
    grown = growth(before, after)
    if as_json:
        figures: dict[str, Any] = {
            side: {"graph": costs.graph, "image_bytes": costs.image_bytes, "static_ram_bytes": costs.static_ram_bytes}
            for side, costs in (("before", before), ("after", after))
        }
        out.out(json.dumps({**figures, "components": grown}, indent=2))
        return
    if grown:
        table = _table(after.graph)
        for owner, row in grown.items():
            table.add_row(owner, *(f"{row[usage]:+,}" if row[usage] else "" for usage in footprint.USAGES), f"{total(row):+,}")
        sums = {usage: sum(row[usage] for row in grown.values()) for usage in footprint.USAGES}
        table.add_row("all", *(f"{sums[usage]:+,}" for usage in footprint.USAGES), f"{total(sums):+,}", style="bold")
        out.print(table)
    out.print(f"Image {_change(before.image_bytes, after.image_bytes)}; in memory {_change(before.static_ram_bytes, after.static_ram_bytes)}.")


def _change(before: int, after: int) -> str:
    return f"{after:,} bytes, as before" if before == after else f"{before:,} -> {after:,} bytes ({after - before:+,})"


def biggest_symbols(directory: Path, image: footprint.Footprint) -> list[tuple[str, str, int]]:
    """(name, component, bytes) of the biggest functions and objects."""
    elf = Elf((directory / "phoenix.elf").read_bytes())
    found = {(s.value, s.size): s.name for s in elf.symbols() if s.size and s.name}
    chosen = sorted(found.items(), key=lambda each: (-each[0][1], each[1]))[:_MOST_SYMBOLS]
    names = [readable(text) for text in demangle(name for _, name in chosen)]
    owners = image.owners_of(address for (address, _), _ in chosen)
    return [(name, owner, amount) for name, owner, ((_, amount), _) in zip(names, owners, chosen)]
