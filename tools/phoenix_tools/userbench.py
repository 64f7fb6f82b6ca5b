"""`phx bench user`: what system calls and faults cost a program, beside what they cost it on Debian's kernel."""

from __future__ import annotations

import json
import math
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from phoenix_tools import linux, qemu, rootfs
from phoenix_tools.builder import build
from phoenix_tools.debian import cache_directory
from phoenix_tools.programs import compiled
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace

GRAPH = "shell"
FOLDER = Path("tests/bench/user")
REFERENCE = FOLDER / "linux.json"
LEFT_OUT = ("unix_rt", "unix_1m", "udp_rt", "tcp_rt", "tcp_1m", "tcp_conn")  # kbench's tests of sockets

_FLAGS = ("-fno-stack-protector", "-fno-asynchronous-unwind-tables")
_EXACT = ("-icount", "shift=0,sleep=off")
_REPEATABLE = ("-seed", "1", "-rtc", "base=2024-01-01,clock=vm")
_LINE = re.compile(r"^([a-z][a-z0-9_]*) (\d+\.\d\d|unsupported.*?)\s*$", re.MULTILINE)
_MOST_OF_LINUX = 0.5  # the geometric mean of all
_LIMIT = 600  # seconds for one guest
_CALIBRATION = "insn100"  # 100 instructions of the program itself


@dataclass(frozen=True)
class Row:
    name: str
    ours: float | None
    linux: float
    trouble: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.ours is None else self.ours / self.linux


def user(workspace: Workspace, graph: str, names: tuple[str, ...], *, as_json: bool) -> bool:
    """Measures kbench's tests, all or those named; whether each was below Linux's figure, and the mean of all below its limit."""
    reference = _read_reference(workspace)
    directory = build(workspace, graph, quiet=True)
    name = workspace.graph_name(graph)
    shape = qemu.Shape(cpus=1, memory=512 << 20, initrd=archive(workspace), append=_arguments(names))
    command = qemu.recordable_command_line(workspace.graph_json(name), directory / "Image", shape)
    found = _run([*command, *_EXACT, *_REPEATABLE])
    wanted = [row for row in reference["rows"] if row != _CALIBRATION]
    if names:
        wanted = [row for row in wanted if row in found]
    rows = [_row(row, found.get(row), float(reference["rows"][row])) for row in wanted]
    _report(rows, name, str(reference["kernel"]), as_json)
    average = mean(rows)
    return all(row.ratio is not None and row.ratio < 1 for row in rows) and (bool(names) or (average or 1.0) <= _MOST_OF_LINUX)


def measure_reference(workspace: Workspace) -> None:
    """Measures Linux again and keeps the figures in the checkout."""
    chosen = linux.kernel()
    append = f"nokaslr norandmaps {_arguments(())}"
    found = _run([*linux.command_line(chosen, archive(workspace), append), *_EXACT])
    rows = {name: float(value) for name, value in found.items() if not value.startswith("unsupported")}
    record = {
        "what": "nanoseconds of virtual time an operation, which are guest instructions",
        "how": "phx bench user --reference: QEMU 7.2, -icount shift=0,sleep=off, virt with GICv3, one cortex-a57, 512 MiB, nokaslr norandmaps",
        "kernel": chosen.name,
        "rows": rows,
    }
    path = workspace.root / REFERENCE
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    err.print(f"{REFERENCE}: {len(rows)} rows, {chosen.name}")


def archive(workspace: Workspace) -> Path:
    """The initramfs with which both kernels are measured."""
    folder = workspace.root / FOLDER
    kbench = compiled(folder / "kbench.c", cache_directory(), _FLAGS)
    return rootfs.make(rootfs.Wish(added=(rootfs.Added("/bin/kbench", kbench), rootfs.Added("/init", folder / "init.sh"))))


def _arguments(names: tuple[str, ...]) -> str:
    words = (_CALIBRATION, *names) if names else tuple(word for name in LEFT_OUT for word in ("-x", name))
    return f"kb={','.join(words)}"


def _read_reference(workspace: Workspace) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((workspace.root / REFERENCE).read_text(encoding="utf-8"))
    return content


def _run(command: list[str]) -> dict[str, str]:
    """The rows that kbench prints in one boot."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_LIMIT)
        text = done.stdout.decode(errors="replace").replace("\r", "")
    except subprocess.TimeoutExpired as late:
        text = (late.stdout or b"").decode(errors="replace").replace("\r", "") + f"\n(no end after {_LIMIT} s)"
    if "kbench start" not in text:
        if "kbench: no test named" in text:
            raise Stop(text[text.index("kbench: no test") :].splitlines()[0], BAD_INPUT)
        raise Stop(f"kbench did not start:\n{text[-4000:].strip()}")
    if "kbench done" not in text:
        err.out(f"kbench did not end:\n{text[-2000:].strip()}")
    return {match[1]: match[2] for match in _LINE.finditer(text)}


def _row(name: str, value: str | None, reference: float) -> Row:
    if value is None:
        return Row(name, None, reference, "not reached")
    if value.startswith("unsupported"):
        return Row(name, None, reference, value)
    return Row(name, float(value), reference)


def mean(rows: list[Row]) -> float | None:
    """The geometric mean of the ratios."""
    ratios = [row.ratio for row in rows if row.ratio]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def _report(rows: list[Row], graph: str, kernel: str, as_json: bool) -> None:
    average = mean(rows)
    if as_json:
        listed = [
            {"name": row.name, "phoenix": row.ours, "linux": row.linux, "ratio": row.ratio, "trouble": row.trouble or None} for row in rows
        ]
        out.out(json.dumps({"graph": graph, "kernel": kernel, "rows": listed, "geometric_mean": average}, indent=2))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("operation")
    for heading in (graph, "Linux", "ratio"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for row in rows:
        note = row.trouble or ("not below Linux" if row.ratio is not None and row.ratio >= 1 else "")
        ours = "-" if row.ours is None else f"{row.ours:,.0f}"
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        table.add_row(row.name, ours, f"{row.linux:,.0f}", ratio, note)
    out.print(table)
    if average is not None:
        measured = sum(row.ours is not None for row in rows)
        out.out(f"geometric mean of {measured} of {len(rows)} ratios: {average:.3f}")
    err.print(f"Guest instructions under QEMU's -icount shift=0. Linux: {kernel}.")
