"""What `phx diff` compares: a graph as it stands, as a git revision had it, or as it was built."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix.model import ResolvedGraph
from phoenix_tools import footprint
from phoenix_tools.show import resolve_or_stop
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace

# What a revision needs for its own generator to resolve its graphs.
_PARTS = ("arch", "codegen", "components", "dts", "graphs", "tests/graphs", "tests/user", "tools")


@dataclass(frozen=True)
class Side:
    title: str
    graph: Mapping[str, Any]
    image: Path | None  # the build directory of an image that was made of just this graph
    resolved: ResolvedGraph | None = None  # where this checkout's generator made it


def read_side(workspace: Workspace, text: str) -> Side:
    """GRAPH, or GRAPH@REV."""
    graph, at, revision = text.rpartition("@")
    if at:
        return Side(text, _of_revision(workspace, graph, revision), None)
    from phoenix.api import to_json

    resolved = resolve_or_stop(workspace, text)
    content = to_json(resolved)
    directory = workspace.build_directory(content["graph"])
    return Side(content["graph"], content, directory if _is_built_of(directory, content) else None, resolved)


def _is_built_of(directory: Path, content: Mapping[str, Any]) -> bool:
    try:
        built = json.loads((directory / "graph.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    complete = all((directory / name).is_file() for name in ("Image", "phoenix.elf", "phoenix.map"))
    return complete and built == json.loads(json.dumps(content))


def bytes_by_component(side: Side) -> dict[str, int]:
    """What each component takes of the image, all sections together; empty where there is none."""
    if side.image is None:
        return {}
    rows = footprint.read(side.image, side.graph).by_owner()
    return {owner: sum(row.values()) for owner, row in rows.items()}


def _of_revision(workspace: Workspace, graph: str, revision: str) -> dict[str, Any]:
    commit = _commit(workspace, revision)
    tree = workspace.root / "build" / ".revisions" / commit
    if not tree.is_dir():
        _check_out(workspace, commit, tree)
    command = [sys.executable, str(tree / "tools/phx"), "show", graph, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tree)
    if done.returncode != 0:
        raise Stop(f"{graph}, as `{revision}` has it:\n{done.stderr.rstrip()}", BAD_INPUT)
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def _commit(workspace: Workspace, revision: str) -> str:
    command = ["git", "-C", str(workspace.root), "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Stop(f"git knows no revision `{revision}` of {workspace.root}", BAD_INPUT)
    return done.stdout.strip()


def _check_out(workspace: Workspace, commit: str, tree: Path) -> None:
    """Into a folder that appears whole or not at all."""
    listed = subprocess.run(
        ["git", "-C", str(workspace.root), "ls-tree", "--name-only", commit, "--", *_PARTS], capture_output=True, text=True
    )
    parts = listed.stdout.split()
    archive = subprocess.run(["git", "-C", str(workspace.root), "archive", commit, "--", *parts], capture_output=True)
    if archive.returncode != 0 or not parts:
        raise Stop(f"revision {commit[:12]} holds no graphs", BAD_INPUT)
    partial = tree.with_name(f"{tree.name}.{hashlib.sha256(archive.stdout).hexdigest()[:8]}")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(partial)
    partial.rename(tree)
