"""`phx trace`: what a graph's threads and CPUs do, one after the other, for a viewer."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from phoenix_tools import observed
from phoenix_tools.builder import build
from phoenix_tools.elf import Elf
from phoenix_tools.qemu import Shape
from phoenix_tools.recording import NotRecorded, RamFile, rings
from phoenix_tools.terminal import Stop, err, out
from phoenix_tools.trace_data import Event, chrome, decode
from phoenix_tools.variant import Part, write_variant
from phoenix_tools.workspace import Workspace


@dataclass(frozen=True)
class Wish:
    """What to run and for how long. `records`: events that each CPU keeps. `start`: whether tracing is on from the start."""

    seconds: float
    shape: Shape
    send: tuple[str, ...]
    records: int
    start: bool
    file: Path | None
    as_json: bool


def run(workspace: Workspace, graph: str, wish: Wish) -> None:
    """Writes the file, and prints what is in it."""
    parts = [Part("trace_ring", {"records": wish.records, "start": wish.start}), Part("cmd_trace", {}, beside="monitor")]
    variant = write_variant(workspace, graph, "trace", parts)
    directory = build(workspace, str(variant), quiet=wish.as_json)
    name = workspace.graph_name(str(variant))
    elf = Elf((directory / "phoenix.elf").read_bytes())
    with observed.memory_file(directory) as ram:
        command = observed.command_line(workspace.graph_json(name), directory / "Image", wish.shape, ram)
        observed.run(command, wish.send, wish.seconds, show=not wish.as_json)
        try:
            found = tuple(rings(elf, RamFile(ram), "phx_events"))
            events = decode(elf, elf.symbol_value("__image_start"), found)
        except (NotRecorded, OSError) as reason:
            raise Stop(str(reason)) from None
    if not events:
        raise Stop("no event was recorded: the kernel did not come as far, or tracing was off")
    file = wish.file or directory / "trace.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(chrome(events, workspace.graph_name(graph))), encoding="utf-8")
    _report(events, {ring.cpu: ring.lost for ring in found}, file, wish.as_json)


def _report(events: tuple[Event, ...], lost: dict[int, int], file: Path, as_json: bool) -> None:
    kinds = Counter(event.name for event in events)
    seconds = (events[-1].time - events[0].time) / 1e9
    if as_json:
        cpus = [{"cpu": cpu, "lost": count} for cpu, count in lost.items()]
        out.out(json.dumps({"file": str(file), "seconds": seconds, "events": dict(kinds.most_common()), "cpus": cpus}, indent=2))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("events", justify="right")
    table.add_column("kind")
    for kind, count in kinds.most_common():
        table.add_row(f"{count:,}", kind)
    out.print(table)
    out.print(f"\n{len(events):,} events in {seconds:.3f} s; {sum(lost.values()):,} older ones were written over.")
    err.print(f"{file} opens in ui.perfetto.dev, or in chrome://tracing.")
