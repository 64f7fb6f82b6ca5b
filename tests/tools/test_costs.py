"""What a graph costs: costs.json, and what `phx size` and `phx diff` tell of it."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from copies import Checkout, copy_tree
from hypothesis import given
from hypothesis import strategies as st
from phoenix_tools import footprint
from phoenix_tools.costs import record
from phoenix_tools.costs.record import total
from phoenix_tools.costs.treemap import Box, squarify
from phoenix_tools.costs.tree import tree

ROOT = Path(__file__).resolve().parents[2]
MONITOR = ROOT / "build/monitor"


@pytest.fixture(scope="module")
def graph() -> dict[str, Any]:
    done = subprocess.run([str(ROOT / "tools/phx"), "build", "monitor"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = json.loads((MONITOR / "graph.json").read_text())
    return content


def size(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([str(ROOT / "tools/phx"), "size", *arguments, "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def test_components_consist_of_their_sources_and_objects(graph: dict[str, Any]) -> None:
    costs = record.read(MONITOR, graph)
    for owner, row in costs.components.items():
        parts = [*costs.sources.get(owner, {}).values(), *(each.row for each in costs.instances.values() if each.component == owner)]
        assert all(row[usage] == sum(part[usage] for part in parts) for usage in footprint.USAGES), owner
    assert costs.domains["slab"] == "memory" and costs.domains["base"] == "base" and costs.domains["(wiring)"] == record.NO_DOMAIN


def test_the_object_of_an_instance_is_as_big_as_its_symbol(graph: dict[str, Any]) -> None:
    listed = subprocess.run(["/usr/lib/llvm-19/bin/llvm-nm", "-S", "-C", MONITOR / "phoenix.elf"], capture_output=True, text=True).stdout
    sizes = {words[3]: int(words[1], 16) for words in (line.split() for line in listed.splitlines()) if len(words) == 4}
    costs = record.read(MONITOR, graph)
    for name in ("heap", "pages", "application"):
        assert total(costs.instances[name].row) == sizes[f"phx::wiring::{name}"]
    assert total(costs.instances["uart"].row) == sizes["phx::wiring::uart"] + sizes["phx::params::pl011::uart"]


def test_the_tree_adds_up(graph: dict[str, Any]) -> None:
    costs = record.read(MONITOR, graph)
    root = tree(costs)
    assert dict(root.row) == dict(costs.sections)
    for _, node in root.walk():
        if node.children:
            assert total(node.row) == sum(total(child.row) for child in node.children), node.name


def test_costs_are_read_from_an_image_once(graph: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first = record.read(MONITOR, graph)
    monkeypatch.setattr(record, "count", lambda *_: pytest.fail("counted again"))
    assert record.read(MONITOR, graph).to_json() == first.to_json()


@pytest.mark.parametrize("known", ["", "{", "[]", '{"version": 1}', '{"version": 1, "elf": "of another image"}'])
def test_costs_of_another_image_are_not_believed(graph: dict[str, Any], tmp_path: Path, known: str) -> None:
    for name in ("phoenix.elf", "phoenix.map", "Image"):
        (tmp_path / name).symlink_to(MONITOR / name)
    (tmp_path / record.FILE).write_text(known)
    assert record.read(tmp_path, graph).components == record.read(MONITOR, graph).components
    assert json.loads((tmp_path / record.FILE).read_text())["graph"] == "monitor"


@given(st.lists(st.integers(1, 1_000_000), min_size=1, max_size=60).map(lambda amounts: sorted(amounts, reverse=True)))
def test_areas_are_as_big_as_the_amounts_and_fill_the_whole(amounts: list[int]) -> None:
    whole = Box(3, 5, 400, 300)
    boxes = squarify(amounts, whole)
    assert len(boxes) == len(amounts)
    for amount, box in zip(amounts, boxes):
        assert box.width * box.height == pytest.approx(amount * 400 * 300 / sum(amounts))
        assert box.x >= 3 - 1e-6 and box.y >= 5 - 1e-6 and box.x + box.width <= 403 + 1e-6 and box.y + box.height <= 305 + 1e-6


def test_the_treemap_names_every_component_with_its_bytes(graph: dict[str, Any], tmp_path: Path) -> None:
    picture = tmp_path / "map.svg"
    shown = size("monitor", "--treemap", str(picture))
    titles = [each.text or "" for each in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}title")]
    for owner, row in shown["components"].items():
        amount = total(row, record.IN_FILE)
        assert any(f"/{owner}: {amount:,} bytes" in title for title in titles) == bool(amount), owner


def test_another_graph_is_compared(graph: dict[str, Any]) -> None:
    shown = size("monitor", "--compare", "minimal")
    assert shown["components"]["slab"]["text"] > 0 > shown["components"]["hello"]["text"]
    assert shown["before"]["graph"] == "minimal" and shown["before"]["image_bytes"] < shown["after"]["image_bytes"]


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A tree whose minimal has a bigger log than its last revision's."""
    copy = copy_tree(tmp_path_factory.mktemp("tree"))
    (copy.root / ".gitignore").write_text("build/\n__pycache__/\n")
    for command in (("init", "-q"), ("add", "."), ("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "-m", "t")):
        assert copy.run("git", *command).returncode == 0
    copy.replace("graphs/minimal.yaml", "  log: klog", "  log: {component: klog, parameters: {ring_bytes: 64 KiB}}")
    return copy


def test_a_revision_is_built_and_compared(revised: Checkout) -> None:
    done = revised.phx("size", "minimal", "--compare", "HEAD", "--json")
    assert done.returncode == 0, done.stderr
    grown = json.loads(done.stdout)["components"]
    assert grown["klog"]["bss"] == 48 * 1024
    assert "klog" in list(grown)[:2], "the stack's alignment may take more"


def test_diff_tells_bytes_of_a_revision(revised: Checkout) -> None:
    done = revised.phx("diff", "minimal@HEAD", "minimal", "--build", "--json")
    assert done.returncode == 0, done.stderr
    by_name = {each["name"]: each for each in json.loads(done.stdout)["differences"]["bytes"]}
    assert "(+49,152)" in by_name["klog"]["after"]
