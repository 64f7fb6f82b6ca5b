"""`phx size`: what each component takes of the linked image."""

from __future__ import annotations

import json
from typing import Any

from rich.table import Table

from phoenix_tools import footprint
from phoenix_tools.builder import build
from phoenix_tools.elf import Elf
from phoenix_tools.symbol_table import demangle, readable
from phoenix_tools.terminal import out
from phoenix_tools.workspace import Workspace

_MOST_SYMBOLS = 40


def size(workspace: Workspace, graph_or_file: str, *, symbols: bool, as_json: bool) -> None:
    directory = build(workspace, graph_or_file, quiet=True)
    name = workspace.graph_name(graph_or_file)
    graph = workspace.graph_json(name)
    image = footprint.read(directory, graph)
    rows = image.by_owner()
    biggest = biggest_symbols(Elf((directory / "phoenix.elf").read_bytes()), image) if symbols else []
    file_size = (directory / "Image").stat().st_size
    if as_json:
        record: dict[str, Any] = {
            "graph": name,
            "image_bytes": file_size,
            "static_ram_bytes": image.end - image.start,
            "sections": dict(image.sections),
            "components": rows,
        }
        if symbols:
            record["symbols"] = [{"name": n, "component": o, "bytes": b} for n, o, b in biggest]
        out.out(json.dumps(record, indent=2))
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(name)
    for heading in (*footprint.USAGES, "total"):
        table.add_column(heading, justify="right")
    for owner, row in rows.items():
        table.add_row(owner, *(f"{row[usage]:,}" if row[usage] else "" for usage in footprint.USAGES), f"{sum(row.values()):,}")
    totals = [image.sections[usage] for usage in footprint.USAGES]
    table.add_row("all", *(f"{total:,}" for total in totals), f"{sum(totals):,}", style="bold")
    out.print(table)
    out.print(f"Image {file_size:,} bytes; in memory {image.end - image.start:,} bytes.")
    for symbol, owner, amount in biggest:
        out.out(f"{amount:8,}  {symbol}  ({owner})")


def biggest_symbols(elf: Elf, image: footprint.Footprint) -> list[tuple[str, str, int]]:
    """(name, component, bytes) of the biggest functions and objects."""
    found = {(s.value, s.size): s.name for s in elf.symbols() if s.size and s.name}
    chosen = sorted(found.items(), key=lambda each: (-each[0][1], each[1]))[:_MOST_SYMBOLS]
    names = [readable(text) for text in demangle(name for _, name in chosen)]
    owners = image.owners_of(address for (address, _), _ in chosen)
    return [(name, owner, amount) for name, owner, ((_, amount), _) in zip(names, owners, chosen)]
