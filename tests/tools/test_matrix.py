"""`phx matrix`: the product of choices, what of it does not resolve, boots that are not repeated, reports."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest
from copies import Checkout, copy_tree
from phoenix.api import open_project
from phoenix_tools.terminal import Stop
from phoenix_tools.variants import matrix_file, overlay, report
from phoenix_tools.variants.overlay import Choice
from phoenix_tools.variants.plan import Axis, Matrix, Shape, Variant, plan
from phoenix_tools.variants.runner import FAILED, KEPT, PASSED, Result
from phoenix_tools.variants.state import State
from phoenix_tools.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = copy_tree(tmp_path_factory.mktemp("tree"))
    (made.root / "tests/matrices.yaml").write_text((ROOT / "tests/matrices.yaml").read_text())
    return made


def planned(tree: Checkout, graph: str, *axes: Axis) -> dict[str, tuple[str, ...]]:
    """Each variant's name, with the codes of what keeps it from resolving."""
    return {each.name: tuple(problem.code for problem in each.problems) for each in plan(Workspace(tree.root), Matrix(graph, axes))}


def axis(name: str, *values: str) -> Axis:
    return Axis(name, tuple((value, None) for value in values))


def test_the_product_with_what_does_not_resolve(tree: Checkout) -> None:
    found = planned(tree, "monitor", axis("irq", "gic_v3", "gic_v2"), axis("machine", "qemu-virt-gicv3", "qemu-virt-gicv2"))
    assert {name for name, codes in found.items() if not codes} == {
        "monitor--gic_v3-qemu_virt_gicv3",
        "monitor--gic_v2-qemu_virt_gicv2",
    }
    assert len(found) == 4


def test_a_value_brings_along_what_it_needs(tree: Checkout) -> None:
    assert set(planned(tree, "monitor", axis("irq", "gic_v2+machine=qemu-virt-gicv2")).values()) == {()}


def test_an_interface_stands_for_its_provider(tree: Checkout) -> None:
    graph = open_project(tree.root).resolve("monitor")
    assert overlay.wish(graph, [Choice("page_allocator", "bump")]).sets == ("pages=bump",)
    assert overlay.wish(graph, [Choice("PageAllocator", "pages")]).sets == (), "as it is"
    assert overlay.wish(graph, [Choice("scheduler", "cfs")]).adds == ("cfs",), "nothing provides it so far"
    assert overlay.wish(graph, [Choice("rtc", "none")]).removes == ("rtc",)
    chosen = open_project(tree.root).resolve("monitor-smp")
    assert overlay.wish(chosen, [Choice("PageAllocator", "buddy")]).sets == ("PageAllocator=buddy",)


def test_all_are_those_that_give_what_is_needed(tree: Checkout) -> None:
    graph = open_project(tree.root).resolve("monitor-smp")
    found = overlay.every_provider(graph, "scheduler")
    assert found[0] == "cfs" and {"eevdf", "round_robin"} <= set(found)
    assert set(overlay.every_provider(graph, "Scheduler")) == set(found)


WRONG = [
    (axis("sheduler", "cfs"), "did you mean `scheduler`?"),
    (axis("heap", "slob"), "did you mean `slab`?"),
    (axis("heap.magazin", "4"), "did you mean `magazine`?"),
    (axis("machine", "qemu-virt-gicv4"), "did you mean"),
    (Axis("haep", ()), "did you mean `heap`?"),
]


@pytest.mark.parametrize("wrong, fix", WRONG, ids=[each[0].name for each in WRONG])
def test_what_means_nothing_is_bad_input(tree: Checkout, wrong: Axis, fix: str) -> None:
    with pytest.raises(Stop) as stop:
        planned(tree, "monitor-smp", wrong)
    assert stop.value.code == 2 and fix in stop.value.text


def test_neither_a_graph_nor_a_matrix_is_bad_input(tree: Checkout) -> None:
    done = tree.phx("matrix", "monitros", "--list")
    assert done.returncode == 2 and "no graph and no matrix `monitros`" in done.stderr and "did you mean `monitor" in done.stderr


FILES = [
    ("matrices: {x: {graf: minimal}}\n", ("m.yaml:1:16:", "graph")),
    ("matrices:\n  x:\n    graph: minimal\n    el: [3]\n", ("m.yaml:4:",)),
    ("matrices:\n  x:\n    graph: minimal\n    vary: {log: some}\n", ("m.yaml:4:",)),
    ("matrices:\n  xy:\n    graph: minimal\n", ("m.yaml:1:1:", "did you mean `xy`?")),
    ("matrices: [\n", ("m.yaml:",)),
]


@pytest.mark.parametrize("text, said", FILES)
def test_a_file_in_error_is_told_its_place(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(Stop) as stop:
        matrix_file.read(Workspace(tmp_path), tmp_path / "m.yaml", "x")
    assert stop.value.code == 2 and all(each in stop.value.text for each in said), stop.value.text


def test_a_choice_in_a_file_is_told_its_place(tree: Checkout) -> None:
    (tree.root / "m.yaml").write_text("matrices:\n  x:\n    graph: minimal\n    vary:\n      log: [klog, klok]\n")
    done = tree.phx("matrix", "x", "--file", str(tree.root / "m.yaml"), "--list")
    assert done.returncode == 2 and "m.yaml:5:19: error: there is no component `klok`" in done.stderr


def test_the_checkouts_own_matrices_resolve(tree: Checkout) -> None:
    for name in sorted(matrix_file.names(Workspace(tree.root))):
        done = tree.phx("matrix", name, "--list", "--json")
        assert done.returncode == 0, done.stderr
        assert any(not each["problems"] for each in json.loads(done.stdout)["variants"])


def test_an_answer_counts_while_its_key_stays(tmp_path: Path) -> None:
    State(tmp_path / "state.json").put("boot", "a", 1.5)
    assert State(tmp_path / "state.json").get("boot", "a") == 1.5
    assert State(tmp_path / "state.json").get("boot", "b") is None
    (tmp_path / "state.json").write_text("{")
    assert State(tmp_path / "state.json").get("boot", "a") is None


def test_reports_hold_what_failed_and_why_some_were_skipped(tree: Checkout) -> None:
    variants = plan(Workspace(tree.root), Matrix("minimal", (axis("machine", "qemu-virt-gicv3"), axis("power", "psci", "hello"))))
    good, bad = variants
    assert bad.problems
    shape = Shape(1, None, "128M", 4)
    results = [Result(good, None, PASSED, 1.0, image_bytes=1024), Result(good, shape, FAILED, 2.0, "panic: <oops>\n\x1b[0m")]
    record = report.Record(Matrix("minimal", memories=("128M",), cpus=(4,)), variants, results)
    page = report.html(record)
    assert "panic: &lt;oops&gt;" in page and "http" not in page and bad.problems[0].message.replace("`", "") in page.replace("`", "")
    suite = xml.fromstring(report.junit(record))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert suite.find("testcase/failure") is not None and suite.find("testcase/skipped") is not None


def run(tree: Checkout, *more: str) -> tuple[int, dict[str, list[str]], str]:
    """The exit code, the outcomes of each variant, and what was said."""
    command = ("matrix", "minimal", "--vary", "panic.depth=16,32", "--el", "1,2", "--json", *more)
    done = tree.phx(*command)
    assert "Traceback" not in done.stderr
    record = json.loads(done.stdout)
    return done.returncode, {each["name"]: [result["outcome"] for result in each["results"]] for each in record["variants"]}, done.stderr


def test_variants_boot_once(tree: Checkout) -> None:
    one, two = "minimal--16", "minimal--32"
    assert run(tree)[:2] == (0, {one: [PASSED] * 3, two: [PASSED] * 3})
    assert run(tree)[:2] == (0, {one: [PASSED, KEPT, KEPT], two: [PASSED, KEPT, KEPT]})
    assert run(tree, "--again")[:2] == (0, {one: [PASSED] * 3, two: [PASSED] * 3})
    assert (tree.root / "build/.matrix/minimal/report.html").is_file()

    tree.replace("graphs/minimal.yaml", "expect: [Hello from Phoenix.]", "expect: [Hello from nowhere.]")
    code, outcomes, said = run(tree)
    tree.replace("graphs/minimal.yaml", "expect: [Hello from nowhere.]", "expect: [Hello from Phoenix.]")
    assert code == 1 and outcomes == {one: [PASSED, FAILED, FAILED], two: [PASSED, FAILED, FAILED]}
    console = said.partition("failed  minimal--16 el1\n")[2]
    assert "waiting for 'Hello from nowhere.'" in console and "Hello from Phoenix." in console, "the log stands where it failed"
    assert run(tree)[0] == 0


def test_interrupted_it_goes_on_later(tree: Checkout) -> None:
    command = [str(tree.root / "tools/phx"), "matrix", "minimal", "--vary", "panic.depth=17,18,19", "-j", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tree.root)
    assert process.stderr is not None
    line = ""
    deadline = time.monotonic() + 60
    while "el1" not in line and time.monotonic() < deadline:
        line = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "goes on from here" in said and "Traceback" not in said
    record = json.loads(tree.phx(*command[1:], "--json").stdout)
    outcomes = [result["outcome"] for each in record["variants"] for result in each["results"] if result["what"] != "build"]
    assert len(outcomes) == 3 and KEPT in outcomes and FAILED not in outcomes
