"""Writes what a linked image costs, and holds it against the budgets of its graph; the last step of an image's build.

    python3 -m phoenix_tools.budgets --root . --out build/GRAPH      writes costs.json and budgets.json; exit code 1 on a breach
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_tools import bootcount, footprint, icount, rootfs
from phoenix_tools.costs import record
from phoenix_tools.terminal import Stop

KIB = 1024
_TOP = 10


@dataclass(frozen=True)
class Result:
    """One figure of an image. `limit` None: the graph sets no budget for it."""

    name: str
    value: float
    limit: float | None
    unit: str

    @property
    def breached(self) -> bool:
        return self.limit is not None and self.value > self.limit


def sizes(directory: Path, graph: Mapping[str, Any], image: footprint.Footprint) -> list[Result]:
    budgets = graph.get("budgets") or {}
    file_size = (directory / "Image").stat().st_size
    return [
        Result("image_kib", file_size / KIB, budgets.get("image_kib"), "KiB"),
        Result("static_ram_kib", (image.end - image.start) / KIB, budgets.get("static_ram_kib"), "KiB"),
    ]


def place_of(root: Path, graph: Mapping[str, Any], budget: str) -> str:
    """`file:line:column` of the line that sets a budget, in the graph or in what it extends."""
    own = str(graph["place"]).split(":")[0]
    files = [own, *(str(path.relative_to(root)) for name in graph.get("extends", ()) for path in _named(root, name))]
    for file in files:
        for number, line in enumerate((root / file).read_text(encoding="utf-8").splitlines(), 1):
            found = re.search(rf"\b{budget}\b", line.split("#")[0])
            if found:
                return f"{file}:{number}:{found.start() + 1}"
    return f"{own}:1:1"


def _named(root: Path, graph: object) -> list[Path]:
    key = re.compile(rf"^graph:\s*{re.escape(str(graph))}\s*(#.*)?$", re.MULTILINE)
    files = [*sorted(root.glob("graphs/*.yaml")), *sorted(root.glob("tests/graphs/*.yaml"))]
    return [path for path in files if key.search(path.read_text(encoding="utf-8"))]


def message(root: Path, graph: Mapping[str, Any], result: Result, contributors: list[tuple[str, float]]) -> str:
    """The breach, with the ten biggest contributors."""
    lines = [
        f"{place_of(root, graph, result.name)}: error: `{graph['graph']}` needs {_amount(result.value, result.unit)}, "
        f"over its budget of {_amount(result.limit or 0, result.unit)} [budget-{result.name.replace('_', '-')}]"
    ]
    lines += [f"    {_amount(value, result.unit):>16}  {owner}" for owner, value in contributors[:_TOP]]
    lines.append("    fix: leave a component out, choose a smaller one, or raise the budget")
    return "\n".join(lines)


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if unit == "instructions" else f"{value:.1f} {unit}"


def biggest(image: footprint.Footprint, usages: tuple[str, ...]) -> list[tuple[str, float]]:
    rows = [(owner, sum(row[usage] for usage in usages) / KIB) for owner, row in image.by_owner().items()]
    return sorted((row for row in rows if row[1]), key=lambda row: -row[1])


def check(root: Path, directory: Path, graph: Mapping[str, Any]) -> tuple[list[Result], list[str]]:
    """All figures, and a message for each breach."""
    image = footprint.read(directory, graph)
    results = sizes(directory, graph, image)
    in_file = ("text", "rodata", "data")
    messages = [
        message(root, graph, each, biggest(image, in_file if each.name == "image_kib" else footprint.USAGES))
        for each in results
        if each.breached
    ]
    limit = (graph.get("budgets") or {}).get("boot_instructions")
    if limit is not None:
        rootfs.place(root, directory, graph)
        count = bootcount.measure(graph, directory / "Image").instructions
        boot = Result("boot_instructions", count, limit, "instructions")
        results.append(boot)
        if boot.breached:
            spent = record.read_with_boot(directory, graph).boot
            owners = [(owner, float(n)) for owner, n in spent.components.items()] if spent else []
            messages.append(message(root, graph, boot, owners))
    return results, messages


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="budgets", description="An image against its graph's budgets.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    graph = json.loads((options.out / "graph.json").read_text(encoding="utf-8"))
    record.read(options.out, graph)
    try:
        results, messages = check(options.root, options.out, graph)
    except (icount.Unmeasured, FileNotFoundError) as error:
        place = place_of(options.root, graph, "boot_instructions")
        print(f"{place}: error: boot instructions cannot be counted: {error} [budget-unmeasured]", file=sys.stderr)
        return 1
    except Stop as stop:
        print(stop.text, file=sys.stderr)
        return 1
    if messages:
        print("\n".join(messages), file=sys.stderr)
        return 1
    figures = {each.name: {"value": each.value, "limit": each.limit, "unit": each.unit} for each in results}
    (options.out / "budgets.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
