"""`phx why-not`: what keeps something out, and a change that lets it in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from copies import Checkout, copy_tree
from phoenix.api import resolve

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path: Path) -> Checkout:
    tree = copy_tree(tmp_path)
    (tree.root / "CMakePresets.json").write_text((ROOT / "CMakePresets.json").read_text())
    return tree


def asked(graph: str, name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "tools/phx"), "why-not", graph, name, "--json"], capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize(
    "graph, name, way",
    [
        ("monitor", "no_heap", {"set": ["heap=no_heap"]}),
        ("monitor-smp", "round_robin", {"set": ["scheduler=round_robin"]}),
        ("monitor", "percpu_pages", {"add": ["percpu_pages"], "set": ["PageAllocator=percpu_pages"]}),
        ("monitor", "gic_v2", {"set": ["irq=gic_v2", "machine=qemu-virt-gicv2"]}),
        ("minimal", "Timers", {"add": ["timer_queue", "arm_timer"]}),
        ("app", "pipe2", {"add": ["pipes"]}),
        ("app", "components/time/pl031/pl031.cpp", {"add": ["pl031"]}),
        ("minimal", "/pl031@9010000", {"add": ["pl031"]}),
    ],
)
def test_the_smallest_change_is_found(graph: str, name: str, way: dict[str, list[str]]) -> None:
    done = asked(graph, name)
    assert done.returncode == 0, done.stderr
    (found, *_) = json.loads(done.stdout)["components"]
    assert {key: words for key, words in found["ways"][0].items() if words} == way
    assert all((ROOT / fact["place"].split(":")[0]).is_file() for fact in found["facts"])


def test_what_conflicts_is_told_with_its_place() -> None:
    (found,) = json.loads(asked("monitor", "no_heap").stdout)["components"]
    assert {conflict["code"] for conflict in found["conflicts"]} == {"ambiguous-provider"}
    assert all(":" in conflict["place"] for conflict in found["conflicts"])


@pytest.mark.parametrize(
    "name, says",
    [
        ("heap", "`heap` is in graph `monitor`"),
        ("socket", "no component implements the system call `socket`"),
        ("/pl061@9030000", "no component drives arm,pl061"),
        ("fake_heap", "components/memory/interfaces/fake_heap/component.yaml:1:12: `fake_heap` is only for host"),
        ("percpu_page", "did you mean `percpu_pages`?"),
    ],
)
def test_what_no_change_can_do_is_said(name: str, says: str) -> None:
    done = asked("monitor", name)
    assert done.returncode == 2 and says in done.stderr


def test_the_change_is_made_on_demand(tree: Checkout) -> None:
    done = tree.phx("why-not", "monitor-eevdf", "round_robin", "--apply")
    assert done.returncode == 0, done.stderr
    assert "round_robin" in {each.component.name for each in resolve(tree.root, "monitor-eevdf").instances}
    assert tree.phx("check").returncode == 0


def test_a_graph_that_others_extend_is_left_alone(tree: Checkout) -> None:
    done = tree.phx("why-not", "monitor", "gic_v2", "--apply")
    assert done.returncode == 2 and "Graphs that extend `monitor` would no longer resolve: " in done.stderr
    assert tree.phx("check").returncode == 0
