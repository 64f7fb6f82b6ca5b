#!/usr/bin/python3
"""Boots with something wrong: each must end by itself, with a failing exit code and a line that says what is wrong.

    bad_input.py CASE

What x0 points to is not QEMU's choice here: QEMU boots a few instructions as if they were the kernel, and those put what the
case says into x0 and enter the image as a boot loader would (Linux, Documentation/arm64/booting.rst, "Call the kernel image").
"""

from __future__ import annotations

import random
import re
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(Path(__file__).resolve().parent)]

from console import Console, Unexpected  # noqa: E402
from phoenix_tools import qemu  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402

TEXT_OFFSET = 0x80000
STUB_OFFSET = 0x8000000
TREE_OFFSET = 0xA000000
OUTSIDE = 0x7F_0000_0000

Edit = Callable[[bytes, int], bytes]  # (device tree, RAM's base) -> what lies there instead


@dataclass(frozen=True)
class Case:
    """`tree` makes what x0 points to from the machine's own tree; `x0` is where it points instead."""

    says: str
    graph: str = "minimal"
    tree: Optional[Edit] = None
    x0: Optional[int] = None
    cpu: Optional[str] = None


def truncated(tree: bytes, _: int) -> bytes:
    """The header promises more than there is; what follows reads as zeros."""
    return tree[:64]


def shortened(tree: bytes, _: int) -> bytes:
    """`totalsize` (Devicetree Specification 0.4, 5.2) ends inside the structure block."""
    return tree[:4] + struct.pack(">I", 256) + tree[8:256]


def cut_structure(tree: bytes, _: int) -> bytes:
    """Headers are whole, but the structure block stops being one after a hundred bytes."""
    start: int = struct.unpack_from(">I", tree, 8)[0]
    return tree[: start + 100] + bytes(len(tree) - start - 100)


def nonsense(tree: bytes, _: int) -> bytes:
    return random.Random(1).randbytes(len(tree))


def nonsense_behind_magic(tree: bytes, _: int) -> bytes:
    return tree[:4] + random.Random(2).randbytes(len(tree) - 4)


def edited(edit: Callable[[Any, int], None]) -> Edit:
    """An edit by libfdt."""

    def apply(tree: bytes, base: int) -> bytes:
        import libfdt

        fdt = libfdt.Fdt(tree)
        fdt.resize(len(tree) + 4096)
        edit(fdt, base)
        fdt.pack()
        return bytes(fdt.as_bytearray())

    return apply


def _memory(fdt: Any, base: int, size: int) -> None:
    node = next(n for n in _children(fdt, 0) if fdt.get_name(n).startswith("memory"))
    fdt.setprop(node, "reg", struct.pack(">QQ", base, size))


def _children(fdt: Any, node: int) -> List[int]:
    import libfdt

    found = []
    child = fdt.first_subnode(node, libfdt.QUIET_ALL)
    while child >= 0:
        found.append(child)
        child = fdt.next_subnode(child, libfdt.QUIET_ALL)
    return found


def little_memory(fdt: Any, base: int) -> None:
    _memory(fdt, base, TEXT_OFFSET + 0x4000)


def elsewhere_memory(fdt: Any, base: int) -> None:
    _memory(fdt, base + (1 << 33), 1 << 29)


def no_memory(fdt: Any, _: int) -> None:
    fdt.del_node(next(n for n in _children(fdt, 0) if fdt.get_name(n).startswith("memory")))


def _initrd(fdt: Any, start: int, end: int) -> None:
    chosen = fdt.path_offset("/chosen")
    fdt.setprop(chosen, "linux,initrd-start", struct.pack(">Q", start))
    fdt.setprop(chosen, "linux,initrd-end", struct.pack(">Q", end))


def initrd_outside(fdt: Any, _: int) -> None:
    _initrd(fdt, OUTSIDE, OUTSIDE + 4096)


def initrd_backwards(fdt: Any, base: int) -> None:
    _initrd(fdt, base + 0x6002000, base + 0x6000000)


CASES: Dict[str, Case] = {
    "tree_missing": Case("device tree", x0=0),
    "tree_below_memory": Case("device tree", x0=0x1000),
    "tree_beyond_memory": Case("device tree|no device or memory answers", x0=OUTSIDE),
    "tree_misaligned": Case("device tree", x0=0x4A000003),
    "tree_truncated": Case("device tree", tree=truncated),
    "tree_shortened": Case("device tree", tree=shortened),
    "tree_cut": Case("device tree", tree=cut_structure),
    "tree_nonsense": Case("device tree", tree=nonsense),
    "tree_nonsense_behind_magic": Case("device tree", tree=nonsense_behind_magic),
    "memory_missing": Case("memory", graph="monitor", tree=edited(no_memory)),
    "memory_too_little": Case("memory", graph="monitor", tree=edited(little_memory)),
    "memory_elsewhere": Case("memory", graph="monitor", tree=edited(elsewhere_memory)),
    "initrd_outside_memory": Case("initrd", graph="monitor", tree=edited(initrd_outside)),
    "initrd_backwards": Case("initrd", graph="monitor", tree=edited(initrd_backwards)),
    "cpu_unknown": Case("[Uu]nknown CPU", graph="monitor", cpu="a64fx"),
}


def stub(x0: int, entry: int) -> bytes:
    """An arm64 Image (booting.rst) whose code fills x0 and x4 by MOVZ and MOVK, then BR x4 (Arm ARM C6.2)."""
    header = struct.pack("<IIQQQ24x4sI", 0x14000000 | 64 // 4, 0, STUB_OFFSET, 4096, 0, b"ARMd", 0)
    words = []
    for register, value in ((0, x0), (4, entry)):
        for part in range(4):
            opcode = 0xD2800000 if part == 0 else 0xF2800000
            words.append(opcode | part << 21 | ((value >> (16 * part)) & 0xFFFF) << 5 | register)
    words.append(0xD61F0000 | 4 << 5)
    return header + struct.pack(f"<{len(words)}I", *words)


def machine_tree(graph: Mapping[str, Any], shape: qemu.Shape, folder: Path) -> bytes:
    """The tree that QEMU would pass."""
    file = folder / "machine.dtb"
    command = qemu.empty_machine(graph, shape)
    command[command.index("-machine") + 1] += f",dumpdtb={file}"
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return file.read_bytes()


def prepare(case: Case, graph: Mapping[str, Any], image: Path, folder: Path) -> List[str]:
    """QEMU's command line for a case."""
    base = int(graph["machine"]["memory_base"])
    shape = qemu.Shape(cpu=case.cpu)
    tree = machine_tree(graph, shape, folder)
    (folder / "tree").write_bytes(case.tree(tree, base) if case.tree else tree)
    x0 = base + TREE_OFFSET if case.x0 is None else case.x0
    (folder / "stub").write_bytes(stub(x0, base + TEXT_OFFSET))
    command = [*qemu.empty_machine(graph, shape), "-no-reboot"]
    for file, offset in ((image, TEXT_OFFSET), (folder / "tree", TREE_OFFSET)):
        command += ["-device", f"loader,file={file},addr={base + offset:#x},force-raw=on"]
    return [*command, "-kernel", str(folder / "stub")]


def run(case: Case) -> int:
    workspace = Workspace(ROOT)
    graph = workspace.graph_json(case.graph)
    with tempfile.TemporaryDirectory(prefix="phx-bad-input.") as folder:
        command = prepare(case, graph, workspace.image(case.graph), Path(folder))
        with Console(command, timeout=20.0) as console:
            try:
                code = console.exit_code()
                if b"qemu-system-aarch64:" in console.shown:
                    raise Unexpected("QEMU did not run the case")
                if not re.search(case.says.encode(), console.shown):
                    raise Unexpected(f"nothing on the console matches {case.says!r}")
                if code == 0:
                    raise Unexpected("exit code 0, expected a failing one")
            except Unexpected as reason:
                print(console.report(reason))
                return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CASES:
        sys.exit(f"usage: bad_input.py {'|'.join(CASES)}")
    sys.exit(run(CASES[sys.argv[1]]))
