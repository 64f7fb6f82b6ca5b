"""A git revision of the tree under build/.revisions/COMMIT, whose own tools resolve its graphs and build their images there."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace

# What resolving and building take. Some came later than the first revisions.
_PARTS = ("CMakeLists.txt", "arch", "cmake", "codegen", "components", "dts", "graphs", "tests/graphs", "tests/user", "tools")


@dataclass(frozen=True)
class Revision:
    name: str
    tree: Path

    def resolve(self, graph: str) -> dict[str, Any]:
        """What graph.json would hold."""
        content: dict[str, Any] = json.loads(self._phx(graph, "show", graph, "--json"))
        return content

    def build(self, graph: str) -> Path:
        """The build directory; a revision stays as it is, so what was built once is not looked at again."""
        if self.image(graph) is None:
            try:
                self._phx(graph, "build", graph)
            except Stop:
                if self.image(graph) is None:  # rather than over a budget
                    raise
        return self.tree / "build" / graph

    def image(self, graph: str) -> Path | None:
        """The build directory, if the image was built."""
        directory = self.tree / "build" / graph
        return directory if all((directory / name).is_file() for name in ("Image", "phoenix.elf", "phoenix.map", "graph.json")) else None

    def _phx(self, graph: str, *arguments: str) -> str:
        command = [sys.executable, str(self.tree / "tools/phx"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.tree)
        if done.returncode != 0:
            raise Stop(f"{graph}, as `{self.name}` has it:\n{done.stderr.rstrip()}", BAD_INPUT)
        return done.stdout


def revision(workspace: Workspace, name: str) -> Revision:
    commit = _commit(workspace, name)
    tree = workspace.root / "build" / ".revisions" / commit
    if not (tree / "CMakeLists.txt").is_file():
        _check_out(workspace, commit, tree)
    return Revision(name, tree)


def _commit(workspace: Workspace, name: str) -> str:
    command = ["git", "-C", str(workspace.root), "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Stop(f"git knows no revision `{name}` of {workspace.root}", BAD_INPUT)
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
    shutil.rmtree(tree, ignore_errors=True)
    partial.rename(tree)
