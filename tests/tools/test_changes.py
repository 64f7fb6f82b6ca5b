"""`phx set`, `add`, `remove`, `fork` and `diff`: graphs changed and compared by command."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from copies import Checkout, copy_tree
from phoenix.api import resolve
from phoenix_tools.answers.graph_text import GraphText

ROOT = Path(__file__).resolve().parents[2]
GRAPHS = [*ROOT.glob("graphs/*.yaml"), *ROOT.glob("tests/graphs/*.yaml")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """For what writes nothing."""
    tree = copy_tree(tmp_path_factory.mktemp("tree"))
    (tree.root / "CMakePresets.json").write_text((ROOT / "CMakePresets.json").read_text())
    return tree


@pytest.fixture
def tree(tmp_path: Path, shared: Checkout) -> Checkout:
    subprocess.run(["cp", "-r", str(shared.root), str(tmp_path / "tree")], check=True)
    return Checkout(tmp_path / "tree")


def text(tree: Checkout, graph: str) -> str:
    return (tree.root / f"graphs/{graph}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: str(path.stem))
def test_an_unchanged_graph_is_written_as_it_stands(path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    assert GraphText(before, {}).text() == before


def changed(tree: Checkout, graph: str, *command: str) -> tuple[list[str], list[str]]:
    """The lines that went and that came, by a command with --apply."""
    before = text(tree, graph).splitlines()
    done = tree.phx(*command, "--apply")
    assert done.returncode == 0, done.stderr
    checked = tree.phx("check")
    assert checked.returncode == 0, checked.stderr
    after = text(tree, graph).splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


CASES = [
    ("monitor", ["set", "monitor", "heap=no_heap"], ["  heap: slab"], ["  heap: no_heap"]),
    ("monitor", ["set", "monitor", "log.ring_bytes=64 KiB"], [], ["  instances.log.parameters.ring_bytes: 64 KiB"]),
    ("monitor", ["set", "monitor", "heap.magazine=4"], ["  heap: slab"], ["  heap: {component: slab, parameters: {magazine: 4}}"]),
    (
        "monitor",
        ["set", "monitor", "application.commands=cmd_mem,cmd_irq"],
        ["  application: monitor"],
        ["  application: {component: monitor, wires: {commands: [cmd_mem, cmd_irq]}}"],
    ),
    (
        "monitor-smp",
        ["set", "monitor-smp", "pages.high=40"],
        ["  pages: {component: percpu_pages, wires: {backing: buddy}}"],
        ["  pages: {component: percpu_pages, wires: {backing: buddy}, parameters: {high: 40}}"],
    ),
    ("app", ["remove", "app", "work"], ["  work: work_queue"], []),
    ("app", ["add", "app", "watch=cmd_mem"], [], ["  watch: cmd_mem"]),
    ("shell", ["add", "shell", "watch=cmd_mem"], [], ["  watch: cmd_mem"]),
    ("shell", ["remove", "shell", "console_line"], [], ["remove: [console_line]"]),
]


@pytest.mark.parametrize("graph, command, went, came", CASES, ids=[" ".join(case[1]) for case in CASES])
def test_a_change_touches_its_line_alone(tree: Checkout, graph: str, command: list[str], went: list[str], came: list[str]) -> None:
    assert changed(tree, graph, *command) == (went, came)


def test_comments_stay_where_they_are(tree: Checkout) -> None:
    tree.replace("graphs/app.yaml", "  work: work_queue\n", "  work: work_queue  # goes with its line\n")
    went, came = changed(tree, "app", "remove", "app", "work")
    assert went == ["  work: work_queue  # goes with its line"] and came == []
    assert "  rcu: rcu\n  # programs\n  user: user\n" in text(tree, "app")


def test_what_was_removed_comes_back_without_a_trace(tree: Checkout) -> None:
    before = text(tree, "shell")
    changed(tree, "shell", "remove", "shell", "console_line")
    changed(tree, "shell", "add", "shell", "console_line=serial_tty")
    assert text(tree, "shell") == before


def test_a_fork_is_a_graph_like_any_other(tree: Checkout) -> None:
    done = tree.phx("fork", "monitor", "mine", "heap=no_heap", "--remove", "cmd_date", "--summary", "Mine: without a heap.", "--apply")
    assert done.returncode == 0, done.stderr
    assert text(tree, "mine") == (
        "graph: mine\nsummary: 'Mine: without a heap.'\nextends: monitor\nremove: [cmd_date]\nreplace:\n  heap: no_heap\n"
    )
    assert tree.phx("check", "mine").returncode == 0
    assert '"mine"' in (tree.root / "CMakePresets.json").read_text(encoding="utf-8")


def test_nothing_is_written_unless_asked(shared: Checkout) -> None:
    before = text(shared, "monitor")
    done = shared.phx("set", "monitor", "pages=bump")
    assert done.returncode == 0 and "pages  buddy -> bump" in done.stdout and "+  pages: bump" in done.stdout
    assert "--apply writes graphs/monitor.yaml" in done.stderr
    assert text(shared, "monitor") == before


@pytest.mark.parametrize(
    "command, says",
    [
        (["set", "monitor", "hep=slab"], ["`hep` is no instance", "did you mean `heap`?"]),
        (["set", "monitor", "log.ring_byte=1"], ["no port and no parameter `ring_byte`", "did you mean `ring_bytes`?"]),
        (["set", "monitor", "heap=slap"], ["there is no component `slap`", "did you mean `slab`?"]),
        (["set", "monitor", "heap"], ["`heap` sets nothing", "write `heap=VALUE`"]),
        (["set", "monitor", "hep=slab", "log.ring_byte=1"], ["`hep`", "`ring_byte`"]),
        (["set", "monitor", "heap.magazine=100000"], ["graphs/monitor.yaml:", "[out-of-range]", "Nothing was written"]),
        (["add", "monitor", "heap"], ["has an instance `heap` already", "phx set monitor heap=heap"]),
        (["add", "monitor", "cmd_crash"], ["graphs/monitor-debug.yaml:", "would no longer resolve", "phx fork monitor NAME"]),
        (["remove", "monitor", "timres"], ["no instance `timres`", "did you mean `timers`?"]),
        (["remove", "monitor", "timers"], ["[missing-provider]", "timer_queue: timer_queue", "Nothing was written"]),
        (["fork", "monitor", "minimal"], ["there is a graph `minimal` already: graphs/minimal.yaml"]),
        (["fork", "monitor", "Mine"], ["no name for a graph"]),
        (["fork", "monitro", "mine"], ["did you mean `monitor`?"]),
        (["diff", "monitor", "monitro"], ["did you mean `monitor`?"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and "`" not in value[0] else "",
)
def test_what_cannot_be_is_said_and_not_written(shared: Checkout, command: list[str], says: list[str]) -> None:
    before = text(shared, "monitor")
    done = shared.phx(*command, *(["--apply"] if command[0] != "diff" else []))
    assert done.returncode == 2
    assert [part for part in says if part not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert text(shared, "monitor") == before


# --- diff


def differences(tree: Checkout, before: str, after: str) -> dict[str, list[dict[str, str | None]]]:
    done = tree.phx("diff", before, after, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, list[dict[str, str | None]]] = json.loads(done.stdout)["differences"]
    return found


def test_a_graph_does_not_differ_from_itself(shared: Checkout) -> None:
    assert differences(shared, "monitor", "monitor") == {}
    assert "resolve to the same" in shared.phx("diff", "monitor", "monitor").stdout


def test_what_differs_is_told_once(shared: Checkout) -> None:
    found = differences(shared, "monitor", "monitor-gicv2")
    assert found["instances"] == [{"name": "irq", "before": "gic_v3", "after": "gic_v2"}]
    assert {"name": "machine", "before": "qemu-virt-gicv3", "after": "qemu-virt-gicv2"} in found["graph"]
    smp = differences(shared, "monitor", "monitor-smp")
    assert {"name": "cmd_threads", "before": None, "after": "cmd_threads"} in smp["commands"]
    assert all(not each["name"].startswith("threads.") for each in smp["wires"]), "the instance itself is told"


def test_what_moves_in_the_order_of_start_up_is_told() -> None:
    from phoenix_tools.answers.difference import difference
    from phoenix.api import to_json

    before = to_json(resolve(ROOT, "monitor"))
    steps = before["init_order"]
    after = {**before, "init_order": [*steps[1:], steps[0]]}
    (section,) = difference(before, after)
    assert section.title == "order of start-up"
    assert [(each.name, each.after) for each in section.changes] == [(steps[0]["instance"], f"behind {steps[-1]['instance']}")]


def test_markdown_is_a_table(shared: Checkout) -> None:
    text = shared.phx("diff", "monitor", "monitor-gicv2", "--markdown").stdout
    assert "### `monitor` -> `monitor-gicv2`" in text and "| ~ | `irq` | `gic_v3` | `gic_v2` |" in text


def test_a_revision_is_compared_by_its_own_generator(tree: Checkout) -> None:
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-q", "-m", "x"]):
        assert tree.run("git", *command).returncode == 0
    assert tree.phx("set", "monitor", "heap=no_heap", "--apply").returncode == 0
    assert differences(tree, "monitor@HEAD", "monitor")["instances"] == [{"name": "heap", "before": "slab", "after": "no_heap"}]
    done = tree.phx("diff", "monitor@nosuch", "monitor")
    assert done.returncode == 2 and "git knows no revision `nosuch`" in done.stderr
