#!/usr/bin/python3
"""Boots `shell-packed` with initramfs archives of every kind, and with damaged ones: a line says what is wrong, and the machine ends.

    archives.py CASE
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "codegen"), str(Path(__file__).resolve().parent)]

from console import Console, Unexpected  # noqa: E402
from phoenix_tools import cpio, qemu, rootfs  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402

GRAPH = "shell-packed"
PROMPT = "/ # "
NO_PROGRAM = 255  # the exit code where there is no process 1


@dataclass(frozen=True)
class Case:
    """`damage` is done to the archive. Without `says`, a shell comes up and answers. `ends`: there is no program left to go on with."""

    compress: str = "none"
    damage: Callable[[bytes], bytes] = bytes
    says: str = ""
    ends: bool = True


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def flipped(data: bytes) -> bytes:
    """A bit in the middle."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def in_two(data: bytes) -> bytes:
    """Behind another archive, and zeros (Linux, Documentation/driver-api/early-userspace/buffer-format.rst)."""
    return cpio.archive([]) + bytes(512) + data


CASES: Dict[str, Case] = {
    **{kind: Case(kind) for kind in rootfs.COMPRESSIONS},
    **{f"{kind}_cut": Case(kind, cut, "initramfs: error: ") for kind in rootfs.COMPRESSIONS},
    "gz_flipped": Case("gz", flipped, "initramfs: error: ", ends=False),  # its checksum comes last
    "zstd_flipped": Case("zstd", flipped, "initramfs: error: "),
    "two": Case("none", in_two),
    "nonsense": Case(damage=lambda _: b"nothing of the kind " * 400, says="initramfs: error: "),
}


def run(name: str) -> int:
    case = CASES[name]
    workspace = Workspace(ROOT)
    whole = rootfs.make(rootfs.Wish(("busybox-static",), compress=case.compress)).read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "initramfs"
        archive.write_bytes(case.damage(whole))
        shape = qemu.Shape(initrd=archive, memory=128 << 20)
        command = qemu.command_line(workspace.graph_json(GRAPH), workspace.image(GRAPH), shape)
        with Console([*command, "-no-reboot"], 60.0) as console:
            try:
                if case.says:
                    console.wait_for(case.says)
                    code, wanted = (console.exit_code() if case.ends else NO_PROGRAM), NO_PROGRAM
                else:
                    at = console.wait_for(PROMPT)
                    console.send("echo alive $((6 * 7)); poweroff -f")
                    console.wait_for("alive 42", at)
                    code, wanted = console.exit_code(), 0
                if code != wanted:
                    raise Unexpected(f"exit code {code}, expected {wanted}")
            except Unexpected as reason:
                print(console.report(reason))
                return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in CASES:
        sys.exit(f"usage: archives.py {{{'|'.join(CASES)}}}")
    sys.exit(run(sys.argv[1]))
