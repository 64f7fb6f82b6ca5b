"""`phx profile`: where a graph's CPUs spend their time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from phoenix_tools import observed
from phoenix_tools.builder import build
from phoenix_tools.elf import Elf
from phoenix_tools.flamegraph import svg
from phoenix_tools.profile_data import Profile, folded, profile
from phoenix_tools.qemu import Shape
from phoenix_tools.recording import NotRecorded, RamFile, rings
from phoenix_tools.symbolize import symbolize
from phoenix_tools.terminal import Stop, err, out
from phoenix_tools.variant import Part, write_variant
from phoenix_tools.workspace import Workspace

_MOST_SAMPLES = 40_000  # of a CPU, which with room for eight take 45 MiB


@dataclass(frozen=True)
class Wish:
    """What to run, for how long, and what to make of it."""

    seconds: float
    period_us: int
    shape: Shape
    send: tuple[str, ...]
    directory: Path | None
    top: int
    as_json: bool


def run(workspace: Workspace, graph: str, wish: Wish) -> None:
    """Prints the table and writes stacks.folded and flame.svg."""
    wanted = int(wish.seconds * 1_000_000 / wish.period_us * 1.2) + 1000
    part = Part("profiler", {"period": f"{wish.period_us} us", "samples": min(wanted, _MOST_SAMPLES)})
    variant = write_variant(workspace, graph, "profile", [part])
    directory = build(workspace, str(variant), quiet=wish.as_json)
    found = _observe(workspace, workspace.graph_name(str(variant)), directory, wish)
    where = wish.directory or directory
    where.mkdir(parents=True, exist_ok=True)
    name = workspace.graph_name(graph)
    (where / "stacks.folded").write_text(folded(found), encoding="utf-8")
    (where / "flame.svg").write_text(svg(found.stacks, f"{name}, {found.seconds:.1f} s"), encoding="utf-8")
    if wish.as_json:
        out.out(json.dumps(record(name, found, where), indent=2))
        return
    _print(found, wish.top)
    err.print(f"{where / 'flame.svg'} for a browser, {where / 'stacks.folded'} for other tools.")


def _observe(workspace: Workspace, name: str, directory: Path, wish: Wish) -> Profile:
    elf_file = directory / "phoenix.elf"
    elf = Elf(elf_file.read_bytes())
    with observed.memory_file(directory) as ram:
        command = observed.command_line(workspace.graph_json(name), directory / "Image", wish.shape, ram)
        observed.run(command, wish.send, wish.seconds, show=not wish.as_json)
        try:
            found = list(rings(elf, RamFile(ram), "phx_samples"))
        except (NotRecorded, OSError) as reason:
            raise Stop(str(reason)) from None
    if not found:
        raise Stop("no sample was taken: the kernel did not come as far as its timers")
    return profile(found, elf.symbol_value("__image_start"), lambda addresses: symbolize(elf_file, addresses))


def record(name: str, found: Profile, where: Path) -> dict[str, object]:
    """For --json."""
    return {
        "graph": name,
        "seconds": found.seconds,
        "cpus": [asdict(each) for each in found.cpus],
        "threads": [{"name": thread, "samples": count} for thread, count in found.threads],
        "functions": [
            {"name": each.function.name, "component": each.function.component, "self": each.own, "total": each.inclusive}
            for each in found.functions
        ],
        "folded": str(where / "stacks.folded"),
        "flame_graph": str(where / "flame.svg"),
    }


def _table(headings: Sequence[str], numbers: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for at, heading in enumerate(headings):
        table.add_column(heading, justify="right" if at < numbers else "left")
    return table


def _print(found: Profile, top: int) -> None:
    busy = max(found.busy, 1)
    functions = _table(("self", "total", "function", "component"), 2)
    for each in found.functions[:top]:
        functions.add_row(
            f"{100 * each.own / busy:.1f}%", f"{100 * each.inclusive / busy:.1f}%", each.function.name, each.function.component
        )
    out.print(functions)
    out.print()
    threads = _table(("busy", "threads called"), 1)
    for thread, count in found.threads[:top]:
        threads.add_row(f"{100 * count / busy:.1f}%", thread)
    out.print(threads)
    out.print()
    cpus = _table(("CPU", "samples", "idle", "written over"), 4)
    for cpu in found.cpus:
        cpus.add_row(str(cpu.cpu), f"{cpu.samples:,}", f"{100 * cpu.idle / max(cpu.samples, 1):.1f}%", f"{cpu.lost:,}")
    out.print(cpus)
    out.print(f"\n{found.busy:,} samples of busy CPUs in {found.seconds:.1f} s; the percentages are of these.")
