"""What `phx diff` compares: a graph as it stands, as a git revision had it, as it was built, or as an image has it in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix.model import ResolvedGraph
from phoenix_tools import icount
from phoenix_tools.answers.revisions import Revision, revision
from phoenix_tools.builder import build
from phoenix_tools.costs import record
from phoenix_tools.embedded import command as images
from phoenix_tools.packages import For, ensure_now
from phoenix_tools.show import resolve_or_stop
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace


IMAGE = ("Image",)  # a build's target without the budgets, so that what breaks one can be looked at


@dataclass(frozen=True)
class Side:
    title: str
    graph: Mapping[str, Any]
    image: Path | None  # the build directory of an image that was made of just this graph, or an image file
    resolved: ResolvedGraph | None = None  # where this checkout's generator made it
    revision: Revision | None = None

    @property
    def costs(self) -> record.Costs | None:
        """None without an image."""
        if self.image is not None and self.image.is_file():
            return images.costs(self.graph, self.image)
        return None if self.image is None else record.read(self.image, self.graph)


def read_side(workspace: Workspace, text: str, *, built: bool = False) -> Side:
    """GRAPH, GRAPH@REV, or the file of an image. `built`: its image is built first, unless it is there."""
    if is_image(workspace, text):
        return Side(text, images.read(Path(text)), Path(text))
    graph, at, name = text.rpartition("@")
    if at:
        of = revision(workspace, name)
        content = of.resolve(graph)
        image = of.build(content["graph"]) if built and content["arch"] != "host" else of.image(content["graph"])
        return Side(text, content, image, revision=of)
    from phoenix.api import to_json

    resolved = resolve_or_stop(workspace, text)
    content = to_json(resolved)
    directory = workspace.build_directory(content["graph"])
    image = directory if _is_built_of(directory, content) else None
    if built and content["arch"] != "host":
        image = build(workspace, text, targets=IMAGE, quiet=True, resolved=True)
    return Side(content["graph"], content, image, resolved)


def measure_boot(side: Side) -> None:
    """So that its costs have it."""
    if side.image is None or side.image.is_file():
        raise Stop(f"{side.title} has no image that is built as it stands: tools/phx build {side.graph['graph']}", BAD_INPUT)
    costs_with_boot(side.image, side.graph)


def costs_with_boot(directory: Path, graph: Mapping[str, Any]) -> record.Costs:
    """Boots the image for it, which takes seconds, if that was not done before."""
    if not ensure_now(For.EMULATOR):
        raise Stop("boot instructions are counted in QEMU")
    try:
        return record.read_with_boot(directory, graph)
    except icount.Unmeasured as error:
        raise Stop(f"{graph['graph']}: {error}") from None


def is_image(workspace: Workspace, text: str) -> bool:
    """A file that is neither a graph's text nor named like a graph."""
    return Path(text).is_file() and Path(text).suffix not in (".yaml", ".yml") and text not in workspace.image_graphs()


def _is_built_of(directory: Path, content: Mapping[str, Any]) -> bool:
    try:
        made = json.loads((directory / "graph.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    complete = all((directory / name).is_file() for name in ("Image", "phoenix.elf", "phoenix.map"))
    return complete and made == json.loads(json.dumps(content))
