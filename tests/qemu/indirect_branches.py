#!/usr/bin/python3
"""Static ports cost direct calls: disassembles images and finds no indirect branch outside a short list.

    indirect_branches.py [GRAPH...]        default: minimal and monitor
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Set

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "codegen")]

from phoenix.api import catalog  # noqa: E402
from phoenix_tools import footprint  # noqa: E402
from phoenix_tools.symbol_table import LLVM, demangle, readable  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402

GRAPHS = ["minimal", "monitor"]

# What has to compute where it goes, by function, and why.
ALLOWED: Dict[str, str] = {
    "at_el1": "on from the way down to EL1, which the CPU that boots and the others share",
    "turn_mmu_on": "from the physical to the high address, once the MMU is on",
    "phx::wiring::SystemCalls::dispatch(phx::arch::UserFrame&)": "to a system call by its number",
    "phx_system_call": "the same, where that is inlined",
    "phx_replace_kernel_map": "to its own physical address and back, while the map is exchanged",
}

_FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_INDIRECT = re.compile(r"^ *([0-9a-f]+):.*\t(br|blr|braa|brab|blraa|blrab|braaz|blraaz)\t(x\d+)")


@dataclass(frozen=True)
class Branch:
    address: int
    function: str
    instruction: str


def indirect_branches(elf: Path) -> Iterator[Branch]:
    """Every branch to an address in a register; `ret` and `eret` are none of them."""
    command = [str(LLVM / "llvm-objdump"), "--disassemble", "--no-show-raw-insn", str(elf)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    function = ""
    for line in text.splitlines():
        start = _FUNCTION.match(line)
        if start:
            function = start[1]
        found = _INDIRECT.match(line)
        if found:
            yield Branch(int(found[1], 16), function, f"{found[2]} {found[3]}")


def family_users(graph: Mapping[str, Any]) -> Set[str]:
    """Components that call a family of which this graph holds more than one implementation."""
    families = {name for name, interface in catalog(ROOT).interfaces.items() if interface.family}
    return {
        instance["component"]
        for instance in graph["instances"]
        for port in instance["ports"].values()
        if port["interface"] in families and port["cardinality"] == "many" and len(port["providers"]) > 1
    }


def offenders(workspace: Workspace, name: str) -> List[str]:
    graph = workspace.graph_json(name)
    directory = workspace.build_directory(name)
    found = list(indirect_branches(directory / "phoenix.elf"))
    owners = footprint.read(directory, graph).owners_of(branch.address for branch in found)
    functions = [readable(text) for text in demangle(branch.function for branch in found)]
    users = family_users(graph)
    return [
        f"{name}: {branch.instruction} in {function} ({owner})"
        for branch, function, owner in zip(found, functions, owners)
        if function not in ALLOWED and owner not in users
    ]


def main(graphs: List[str]) -> int:
    workspace = Workspace(ROOT)
    wrong = [line for graph in graphs for line in offenders(workspace, graph)]
    print("\n".join(wrong) if wrong else f"no indirect branches in {', '.join(graphs)} outside the list")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or GRAPHS))
