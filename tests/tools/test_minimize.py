"""`phx minimize`: what can go goes, biggest first; what a test needs stays; Ctrl-C keeps the best so far."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from copies import Checkout, copy_tree
from phoenix.api import open_project
from phoenix_tools.terminal import Stop
from phoenix_tools.variants import trial
from phoenix_tools.variants.reduction import Reductions, biggest_first
from phoenix_tools.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = copy_tree(tmp_path_factory.mktemp("tree"))
    (made.root / "CMakePresets.json").write_text((ROOT / "CMakePresets.json").read_text())
    return made


def reductions(tree: Checkout, graph: str) -> Reductions:
    project = open_project(tree.root)
    return Reductions(project, project.resolve(graph), f"{graph}--min", f"build/{graph}--min.yaml")


def test_groups_are_those_that_need_one_another(tree: Checkout) -> None:
    found = reductions(tree, "monitor")
    whole = found.without(frozenset())
    assert whole is not None
    groups = found.groups(whole)
    assert frozenset({"cmd_date"}) in groups and frozenset({"timers", "cmd_timers"}) in groups
    assert frozenset({"timers"}) not in groups
    less = found.without(frozenset({"cmd_timers"}))
    assert less is not None and frozenset({"timers"}) in found.groups(less)


def test_a_choice_falls_to_the_only_provider_left(tree: Checkout) -> None:
    assert reductions(tree, "monitor-smp").wish(frozenset({"pages"})).sets == ("PageAllocator=buddy",)


def test_a_list_goes_on_without_what_was_removed(tree: Checkout) -> None:
    graph = tree.root / "tests/graphs/listed.yaml"
    graph.write_text("graph: listed\nsummary: A list.\nextends: monitor\nset: {instances.application.wires.commands: [cmd_mem, cmd_irq, cmd_power]}\n"
                     "remove: [cmd_date, cmd_graph, cmd_log, cmd_timers]\n")
    wish = reductions(tree, "listed").wish(frozenset({"cmd_irq"}))
    graph.unlink()
    assert wish.sets == ("application.commands=cmd_mem,cmd_power",)


def test_the_order_is_that_of_bytes_and_then_of_names() -> None:
    groups = [frozenset({name}) for name in "dacb"] + [frozenset({"a", "b"})]
    ordered = biggest_first(groups, {"a": 3, "b": 1, "c": 7, "d": 3})
    assert ["".join(sorted(group)) for group in ordered] == ["c", "ab", "a", "d", "b"]


WRONG = [
    (["minimal"], "--keep-passing TEST"),
    (["minimal", "--run", "true"], "put {graph} where"),
    (["minimal", "--keep-passing", "boot.minimal.el1.a75.128M.1cpu"], "did you mean `boot.minimal."),
    (["minimal", "--keep-passing", "boot.monitor.el1.a57.128M.1cpu"], "not one of graph `minimal`"),
    (["minimal", "--run", "false {graph}"], "does not pass as it is: false minimal"),
]


@pytest.mark.parametrize("arguments, said", WRONG, ids=[" ".join(each[0]) for each in WRONG])
def test_a_test_that_cannot_be_is_refused(tree: Checkout, arguments: list[str], said: str) -> None:
    if "--keep-passing" in arguments:
        with pytest.raises(Stop) as stop:
            trial.named(Workspace(ROOT), arguments[0], arguments[2])
        assert said in stop.value.text and stop.value.code == 2
        return
    done = tree.phx("minimize", *arguments)
    assert said in done.stderr and done.returncode == (1 if "false" in arguments[-1] else 2)


def test_time_is_up_for_all_that_a_test_started(tmp_path: Path) -> None:
    start = time.monotonic()
    verdict = trial.run(Workspace(tmp_path), "sleep 60 & echo begun {graph}; sleep 60", "x", 1.0)
    assert not verdict.passed and verdict.said.startswith("begun x\nthe time is up") and time.monotonic() - start < 10


# Passes for a kernel that has `mmu`, which needs `memory`, and that is still linked.
_TEST = f"""{sys.executable} -c '
import json, sys
names = [each["name"] for each in json.load(open("build/" + sys.argv[1] + "/graph.json"))["instances"]]
sys.exit("mmu" not in names)' {{graph}}"""


def test_it_goes_on_where_it_was_interrupted_and_ends_the_same(tree: Checkout) -> None:
    command = [str(tree.root / "tools/phx"), "minimize", "minimal", "--run", _TEST]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tree.root)
    assert process.stderr is not None
    line = ""
    deadline = time.monotonic() + 90
    while not line.startswith("goes") and time.monotonic() < deadline:
        line = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "best so far" in said and "Traceback" not in said
    best = (tree.root / "build/.minimize/minimal/minimal-minimal.yaml").read_text()
    assert line.split()[1].rstrip(",") in best

    done = tree.phx(*command[1:], "--json", "--apply")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["complete"] and sum(step["contents_bytes"] for step in record["steps"]) > 0
    assert record["instances"] == record["instances_before"] - sum(len(step["removed"]) for step in record["steps"])
    assert line.split()[1].rstrip(",") == record["steps"][0]["removed"][0], "what was found out before still counts"
    written = (tree.root / "graphs/minimal-minimal.yaml").read_text()
    assert "remove: [" in written and "mmu" not in written and "symbols" in written
    (tree.root / "graphs/minimal-minimal.yaml").unlink()
    again = tree.phx(*command[1:], "--json")
    assert json.loads(again.stdout)["steps"] == record["steps"]
