"""`phx bench core`: what the core's primitives cost, against tests/bench/core.yaml."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from typing import Any

import yaml  # type: ignore[import]
from rich.table import Table

from phoenix_tools import qemu
from phoenix_tools.builder import build
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace

_LINE = re.compile(r"^bench (\w+) (\d+\.\d\d)\s*$", re.MULTILINE)
_LIMIT = 120  # seconds for one guest


@dataclass(frozen=True)
class Figure:
    name: str
    what: str
    graph: str
    value: float
    limit: float

    @property
    def good(self) -> bool:
        return self.value <= self.limit


def core(workspace: Workspace, names: tuple[str, ...], *, as_json: bool) -> bool:
    """Measures the figures named, or all; whether each keeps its limit."""
    wanted = _wanted(workspace, names)
    lines: dict[str, dict[str, float]] = {}
    figures = []
    for name, entry in wanted.items():
        graph = entry["graph"]
        if "larger_than" in entry:
            value = (_image_size(workspace, graph) - _image_size(workspace, entry["larger_than"])) / 1024
        else:
            if graph not in lines:
                lines[graph] = _run(workspace, graph)
            value = _of(lines[graph], entry["line"], graph)
            if "over" in entry:
                value /= _of(lines[graph], entry["over"], graph)
        figures.append(Figure(name, entry["what"], graph, value, entry["limit"]))
    if as_json:
        out.out(json.dumps([{**vars(figure), "good": figure.good} for figure in figures], indent=2))
    else:
        _print(figures)
    return all(figure.good for figure in figures)


def _wanted(workspace: Workspace, names: tuple[str, ...]) -> dict[str, Any]:
    known: dict[str, Any] = yaml.safe_load((workspace.root / "tests/bench/core.yaml").read_text(encoding="utf-8"))
    for name in names:
        if name not in known:
            raise Stop(f"there is no figure `{name}`; tests/bench/core.yaml has {', '.join(known)}", BAD_INPUT)
    return {name: entry for name, entry in known.items() if not names or name in names}


def _image_size(workspace: Workspace, graph: str) -> int:
    return (build(workspace, graph, quiet=True) / "Image").stat().st_size


def _run(workspace: Workspace, graph: str) -> dict[str, float]:
    directory = build(workspace, graph, quiet=True)
    command = qemu.recordable_command_line(workspace.graph_json(graph), directory / "Image", qemu.Shape(cpus=1))
    command += ["-icount", "shift=0,sleep=off"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT)
    except subprocess.TimeoutExpired as slow:
        shown = slow.stdout.decode(errors="replace") if isinstance(slow.stdout, bytes) else slow.stdout or ""
        raise Stop(f"{graph} did not end within {_LIMIT} s; its console:\n{shown}") from None
    if done.returncode != 0:
        raise Stop(f"{graph} ended with status {done.returncode}; its console:\n{done.stdout}{done.stderr}")
    return {name: float(value) for name, value in _LINE.findall(done.stdout)}


def _of(lines: dict[str, float], line: str, graph: str) -> float:
    if line not in lines:
        raise Stop(f"{graph} printed no line `bench {line}`, only {', '.join(lines) or 'nothing'}")
    return lines[line]


def plot(workspace: Workspace) -> None:
    """How waking and switching grow with the number of threads, as bars."""
    lines = _run(workspace, "bench_scale")
    widest = max(lines.values())
    for kind, what in (("wake", "instructions to wake one thread of N"), ("run", "to switch to it, run it and let it wait again")):
        out.out(what)
        for name, value in lines.items():
            if name.startswith(f"{kind}_"):
                out.out(f"{int(name.rpartition('_')[2]):8,}  {value:8,.0f}  {'#' * round(60 * value / widest)}")


def _print(figures: list[Figure]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("figure")
    table.add_column("measured", justify="right")
    table.add_column("limit", justify="right")
    table.add_column("")
    table.add_column("what")
    for figure in figures:
        verdict = "" if figure.good else "over"
        table.add_row(figure.name, f"{figure.value:,.2f}", f"{figure.limit:,}", verdict, f"{figure.what} ({figure.graph})")
    out.print(table)
    err.print("Guest instructions under QEMU's -icount shift=0.")
