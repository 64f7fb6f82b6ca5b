"""build/GRAPH/costs.json: what the image takes, by component, instance and source, and how deep its stacks get. Made once for each
linked image."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phoenix_tools import footprint
from phoenix_tools.bootcount import Boot, initramfs, profile
from phoenix_tools.stack import report
from phoenix_tools.stack.report import Stacks

VERSION = 2
FILE = "costs.json"
NO_DOMAIN = "(image)"  # of what belongs to no component
IN_FILE = ("text", "rodata", "data")
IN_RAM = ("data", "bss")
Row = Mapping[str, int]  # footprint.USAGES -> bytes


def total(row: Row, usages: Iterable[str] = footprint.USAGES) -> int:
    return sum(row[usage] for usage in usages)


@dataclass(frozen=True)
class InstanceCost:
    """What an instance takes of its own: the object. The code is its component's."""

    component: str
    row: Row


@dataclass(frozen=True)
class Costs:
    graph: str
    elf: str  # digest of the image that this was read from
    image_bytes: int
    static_ram_bytes: int
    sections: Row
    domains: Mapping[str, str]  # owner -> domain
    components: Mapping[str, Row]  # owner -> bytes, objects of instances included, the biggest first
    instances: Mapping[str, InstanceCost]
    sources: Mapping[str, Mapping[str, Row]]  # owner -> source -> bytes; what comes from none under ""
    stacks: Stacks
    boot: Boot | None = None  # once it was measured: that takes seconds

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "graph": self.graph,
            "elf": self.elf,
            "image_bytes": self.image_bytes,
            "static_ram_bytes": self.static_ram_bytes,
            "sections": self.sections,
            "domains": self.domains,
            "components": self.components,
            "instances": {name: {"component": each.component, **each.row} for name, each in self.instances.items()},
            "sources": self.sources,
            "stacks": self.stacks.to_json(),
            "boot": None
            if self.boot is None
            else {
                "instructions": self.boot.instructions,
                "steps": self.boot.steps,
                "components": self.boot.components,
                "initramfs": self.boot.initramfs,
            },
        }


def from_json(content: Mapping[str, Any]) -> Costs:
    return Costs(
        content["graph"],
        content["elf"],
        content["image_bytes"],
        content["static_ram_bytes"],
        content["sections"],
        content["domains"],
        content["components"],
        {
            name: InstanceCost(each["component"], {usage: each[usage] for usage in footprint.USAGES})
            for name, each in content["instances"].items()
        },
        content["sources"],
        report.from_json(content["stacks"]),
        None if content["boot"] is None else Boot(**content["boot"]),
    )


def read(directory: Path, graph: Mapping[str, Any]) -> Costs:
    """Of the image in build/GRAPH; read from it only if that was not done before. Raises OSError where there is none."""
    digest = hashlib.sha256((directory / "phoenix.elf").read_bytes()).hexdigest()
    found = _known(directory, digest) or write(directory, count(directory, graph, directory.resolve().parents[1]))
    if found.boot is not None and found.boot.initramfs != initramfs(graph, directory):
        return replace(found, boot=None)
    return found


def read_with_boot(directory: Path, graph: Mapping[str, Any]) -> Costs:
    """The same, with what its boot takes; that is measured, with the initramfs that lies there, only if it was not before. Raises
    icount.Unmeasured, too."""
    found = read(directory, graph)
    return found if found.boot is not None else write(directory, replace(found, boot=profile(graph, directory)))


def _known(directory: Path, digest: str) -> Costs | None:
    try:
        content = json.loads((directory / FILE).read_text(encoding="utf-8"))
        if content["version"] == VERSION and content["elf"] == digest:
            return from_json(content)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def write(directory: Path, counted: Costs) -> Costs:
    """What was counted, as that of the image in the directory. Whole or not at all: several commands may read at once."""
    digest = hashlib.sha256((directory / "phoenix.elf").read_bytes()).hexdigest()
    costs = replace(counted, elf=digest, image_bytes=(directory / "Image").stat().st_size)
    partial = directory / f"{FILE}.{os.getpid()}"
    partial.write_text(json.dumps(costs.to_json(), indent=1) + "\n", encoding="utf-8")
    partial.rename(directory / FILE)
    return costs


def count(directory: Path, graph: Mapping[str, Any], root: Path) -> Costs:
    """Of the linker's output, be there an image or not. `root`: the checkout whose sources it was made of."""
    image = footprint.read(directory, graph)
    sources: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(_nothing))
    instances: dict[str, dict[str, int]] = {each["name"]: _nothing() for each in graph["instances"]}
    for piece in image.pieces:
        if piece.instance:
            instances[piece.instance][piece.usage] += piece.size
        else:
            sources[piece.owner][piece.source][piece.usage] += piece.size
    components = image.by_owner()
    domains = domains_of(graph)
    return Costs(
        graph=graph["graph"],
        elf="",
        image_bytes=0,
        static_ram_bytes=image.end - image.start,
        sections=image.sections,
        domains={owner: domains.get(owner, NO_DOMAIN) for owner in components},
        components=components,
        instances={each["name"]: InstanceCost(each["component"], instances[each["name"]]) for each in graph["instances"]},
        sources={owner: {source: rows[source] for source in sorted(rows)} for owner, rows in sources.items()},
        stacks=report.measure(footprint.linked(directory), root, graph, image),
    )


def domains_of(graph: Mapping[str, Any]) -> dict[str, str]:
    """component or library -> domain."""
    found = {name: each["domain"] for name, each in graph.get("components", {}).items()}
    return found | {each["component"]: each["domain"] for each in graph["instances"]}


def _nothing() -> dict[str, int]:
    return dict.fromkeys(footprint.USAGES, 0)
