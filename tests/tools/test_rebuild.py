"""What a changed line of a graph compiles again."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from copies import copy_tree


def objects(tree: Path) -> dict[str, int]:
    """When each object of the image was written."""
    directory = tree / "build/minimal"
    return {str(path.relative_to(directory)): path.stat().st_mtime_ns for path in directory.rglob("*.cpp.o")}


def build(tree: Path) -> float:
    start = time.monotonic()
    done = subprocess.run([str(tree / "tools/phx"), "build", "minimal"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - start


def names(changed: set[str]) -> set[str]:
    return {path.split("/")[-1].removesuffix(".cpp.o") for path in changed}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy_tree(Path(__file__).resolve().parents[2], tmp_path)
    build(tmp_path)
    return tmp_path


def edit(tree: Path, old: str, new: str) -> set[str]:
    """The objects that this change of the graph compiles again."""
    graph = tree / "graphs/minimal.yaml"
    text = graph.read_text(encoding="utf-8")
    assert old in text
    before = objects(tree)
    graph.write_text(text.replace(old, new, 1), encoding="utf-8")
    seconds = build(tree)
    after = objects(tree)
    again = {name for name, written in after.items() if before.get(name) != written}
    print(f"`{old}` -> `{new}`: {len(again)} of {len(after)} objects in {seconds:.1f} s: {', '.join(sorted(names(again)))}")
    return again


def test_a_changed_line_compiles_only_what_it_touches(tree: Path) -> None:
    assert len(edit(tree, "Boots, prints a line, powers off.", "Boots and powers off.")) < len(objects(tree)) / 2
    again = names(edit(tree, "panic: panic", "panic: {component: panic, parameters: {depth: 16}}"))
    assert again <= {"panic", "wiring", "init_sequence", "interrupts"}, "a parameter is its component's and the wiring's alone"
    assert "panic" in again
    assert edit(tree, "panic: {", "panic:   {") == set(), "what changes nothing compiles nothing"
    edit(tree, "instances:\n", "# A remark.\ninstances:\n")
