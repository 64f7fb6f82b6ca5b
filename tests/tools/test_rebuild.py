"""What a changed line of a graph compiles again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from copies import Checkout, copy_tree


GENERATED = {"wiring", "init_sequence", "interrupts", "graph_description"}
PATHS = {"file_objects", "user_path"}  # long paths lie in the heap; a library is compiled for every graph


def objects(tree: Checkout, graph: str) -> dict[str, int]:
    """When each object of the image was written."""
    directory = tree.root / "build" / graph
    return {str(path.relative_to(directory)): path.stat().st_mtime_ns for path in directory.rglob("*.cpp.o")}


def build(tree: Checkout, graph: str) -> float:
    start = time.monotonic()
    done = tree.phx("build", graph)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - start


def names(changed: set[str]) -> set[str]:
    return {path.split("/")[-1].removesuffix(".cpp.o") for path in changed}


@pytest.fixture
def tree(tmp_path: Path) -> Checkout:
    return copy_tree(tmp_path)


def edit(tree: Checkout, graph: str, old: str, new: str) -> set[str]:
    """The objects that this change of the graph compiles again."""
    before = objects(tree, graph)
    tree.replace(f"graphs/{graph}.yaml", old, new)
    seconds = build(tree, graph)
    after = objects(tree, graph)
    again = {name for name, written in after.items() if before.get(name) != written}
    print(f"`{old}` -> `{new}`: {len(again)} of {len(after)} objects in {seconds:.1f} s: {', '.join(sorted(names(again)))}")
    return again


def test_a_changed_line_compiles_only_what_it_touches(tree: Checkout) -> None:
    build(tree, "minimal")
    again = names(edit(tree, "minimal", "Boots, prints a line, powers off.", "Boots and powers off."))
    assert again <= {"kernel", "panic", *GENERATED}, "the summary is for those who print it"
    again = names(edit(tree, "minimal", "panic: panic", "panic: {component: panic, parameters: {depth: 16}}"))
    assert "panic" in again and again <= {"panic", *GENERATED}, "a parameter is its component's and the wiring's alone"
    assert edit(tree, "minimal", "panic: {", "panic:   {") == set(), "what changes nothing compiles nothing"
    edit(tree, "minimal", "instances:\n", "# A remark.\ninstances:\n")
    again = names(edit(tree, "minimal", "log: klog", "log: {component: klog, parameters: {ring_bytes: 4 KiB}}"))
    assert "klog" in again and again <= {"klog", *GENERATED}, "the ring's size is not in the header that everyone includes"


def test_a_swapped_provider_compiles_only_its_users(tree: Checkout) -> None:
    build(tree, "monitor")
    assert names(edit(tree, "monitor", "heap: slab", "heap: no_heap")) <= {"no_heap", "cmd_mem", *PATHS, *GENERATED}
    assert names(edit(tree, "monitor", "pages: buddy", "pages: bump")) <= {"bump", "cmd_mem", "mmu", "no_heap", *GENERATED}
