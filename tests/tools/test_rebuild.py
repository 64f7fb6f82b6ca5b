"""What a changed line of a graph compiles again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from copies import Checkout, copy_tree


def objects(tree: Checkout) -> dict[str, int]:
    """When each object of the image was written."""
    directory = tree.root / "build/minimal"
    return {str(path.relative_to(directory)): path.stat().st_mtime_ns for path in directory.rglob("*.cpp.o")}


def build(tree: Checkout) -> float:
    start = time.monotonic()
    done = tree.phx("build", "minimal")
    assert done.returncode == 0, done.stderr
    return time.monotonic() - start


def names(changed: set[str]) -> set[str]:
    return {path.split("/")[-1].removesuffix(".cpp.o") for path in changed}


@pytest.fixture
def tree(tmp_path: Path) -> Checkout:
    copied = copy_tree(tmp_path)
    build(copied)
    return copied


def edit(tree: Checkout, old: str, new: str) -> set[str]:
    """The objects that this change of the graph compiles again."""
    before = objects(tree)
    tree.replace("graphs/minimal.yaml", old, new)
    seconds = build(tree)
    after = objects(tree)
    again = {name for name, written in after.items() if before.get(name) != written}
    print(f"`{old}` -> `{new}`: {len(again)} of {len(after)} objects in {seconds:.1f} s: {', '.join(sorted(names(again)))}")
    return again


def test_a_changed_line_compiles_only_what_it_touches(tree: Checkout) -> None:
    assert len(edit(tree, "Boots, prints a line, powers off.", "Boots and powers off.")) < len(objects(tree)) / 2
    again = names(edit(tree, "panic: panic", "panic: {component: panic, parameters: {depth: 16}}"))
    assert again <= {"panic", "wiring", "init_sequence", "interrupts"}, "a parameter is its component's and the wiring's alone"
    assert "panic" in again
    assert edit(tree, "panic: {", "panic:   {") == set(), "what changes nothing compiles nothing"
    edit(tree, "instances:\n", "# A remark.\ninstances:\n")
