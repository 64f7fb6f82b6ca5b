"""Project trees for the generator's tests: the shared base with a fixture's files laid over it."""

from __future__ import annotations

import shutil
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BASE = HERE / "base"
FIXTURES = HERE / "fixtures"
SHAPES = HERE / "shapes"  # every shape of port and parameter; its code is compiled
GOLDENS = HERE / "goldens"
GOLDEN_GRAPHS = ("small", "tiny")


def fixture_names() -> list[str]:
    return sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())


def lay_out(overlay: Path, into: Path) -> Path:
    """Copies the base and then the overlay; returns the tree's root."""
    root = into / overlay.name
    shutil.copytree(BASE, root)
    shutil.copytree(
        overlay, root, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.txt")
    )
    return root


def messages(root: Path) -> str:
    """All that `check` has to say of a tree."""
    from phoenix import api

    return "".join(diagnostic.render() + "\n" for diagnostic in api.check(root, []))


def emitted(root: Path, graph: str, out: Path) -> dict[str, bytes]:
    """The files that a graph becomes, but for graph.cmake, which is full of this machine's paths."""
    from phoenix import api

    project = api.open_project(root)
    api.emit_graph(project, project.resolve(graph), out)
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "graph.cmake"
    }
