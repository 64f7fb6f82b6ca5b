#!/usr/bin/python3
"""Static ports cost direct calls: disassembles images and finds no indirect branch outside a short list.

    indirect_branches.py [GRAPH...]        default: minimal and monitor
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from phoenix_tools.symbol_table import LLVM, demangle, readable  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402

GRAPHS = ["minimal", "monitor"]

# Where an indirect branch is right, by function, and why.
ALLOWED: Dict[str, str] = {
    "_start": "jumps from the physical to the high address",
}
# A family is called through its table where a graph holds more than one implementation: who calls it, and which interface.
FAMILY_USERS: Dict[str, str] = {}

_FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_INDIRECT = re.compile(r"\t(br|blr|braa|brab|blraa|blrab|braaz|blraaz)\t(x\d+)")


def indirect_branches(elf: Path) -> Iterator[Tuple[str, str]]:
    """(function, instruction), for every branch to an address in a register; `ret` is none of them."""
    command = [str(LLVM / "llvm-objdump"), "--disassemble", "--no-show-raw-insn", str(elf)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    function = ""
    for line in text.splitlines():
        start = _FUNCTION.match(line)
        if start:
            function = start[1]
        found = _INDIRECT.search(line)
        if found:
            yield function, f"{found[1]} {found[2]}"


def offenders(workspace: Workspace, graph: str) -> List[str]:
    content = workspace.graph_json(graph)
    crowded = {
        port["interface"]
        for instance in content["instances"]
        for port in instance["ports"].values()
        if port["cardinality"] == "many" and len(port["providers"]) > 1
    }
    found = list(indirect_branches(workspace.build_directory(graph) / "phoenix.elf"))
    names = [readable(name) for name in demangle(function for function, _ in found)]
    return [
        f"{graph}: {instruction} in {name}"
        for name, (_, instruction) in zip(names, found)
        if name not in ALLOWED and FAMILY_USERS.get(name) not in crowded
    ]


def main(graphs: List[str]) -> int:
    workspace = Workspace(ROOT)
    wrong = [line for graph in graphs for line in offenders(workspace, graph)]
    print("\n".join(wrong) if wrong else f"no indirect branches in {', '.join(graphs)} outside the list")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or GRAPHS))
