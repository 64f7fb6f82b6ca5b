"""`phx menu`, as somebody at a terminal of 80 columns and 24 lines sees it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from copies import Checkout, copy_tree
from hypothesis import given, settings
from hypothesis import strategies as st
from phoenix.api import open_project, resolve
from phoenix_tools.menu.costs import Costs
from phoenix_tools.menu.plan import Edits, Plan
from phoenix_tools.menu.session import Session
from phoenix_tools.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "codegen"))

from scale import write_project  # noqa: E402

COLUMNS, LINES = 80, 24
UP, DOWN, ESCAPE, ENTER = "\x1b[A", "\x1b[B", "\x1b", "\r"


class Seat:
    """Somebody who types, and looks."""

    def __init__(self, tree: Checkout, *arguments: str) -> None:
        command = [str(tree.root / "tools/phx"), "menu", *arguments]
        self.child = pexpect.spawn(command[0], command[1:], dimensions=(LINES, COLUMNS), cwd=str(tree.root), env={"TERM": "xterm", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)

    def look(self, seconds: float = 0.05) -> list[str]:
        try:
            self.stream.feed(self.child.read_nonblocking(1 << 16, seconds))
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass
        return [line.rstrip() for line in self.screen.display]

    def until(self, holds: Callable[[list[str]], bool], what: str, seconds: float = 20) -> list[str]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            lines = self.look()
            if holds(lines):
                return lines
        raise AssertionError(f"{what} is not on the screen:\n" + "\n".join(self.look()))

    def sees(self, text: str) -> list[str]:
        return self.until(lambda lines: any(text in line for line in lines), f"`{text}`")

    def type(self, keys: str, sees: str) -> list[str]:
        self.child.send(keys)
        return self.sees(sees)

    def find(self, text: str, row: str) -> None:
        """Searches, and goes on until the row that begins like this is selected."""
        self.child.send("/")
        self.until(lambda lines: lines[-1].startswith("/"), "the search")
        self.child.send(text + ENTER)
        for _ in range(20):
            self.until(lambda lines: not lines[-1].startswith("/"), "the list")
            time.sleep(0.15)
            self.look()
            if re.match(row, self.selected()):
                return
            self.child.send("n")
        raise AssertionError(f"no row `{row}` is found:\n" + "\n".join(self.look()))

    def selected(self) -> str:
        """The row in reverse, between title and keys."""
        for number in range(1, LINES - 1):
            if self.screen.buffer[number][1].reverse:
                return self.screen.display[number].lstrip(" *>").rstrip()
        return ""

    def choose(self, label: str) -> None:
        """In the list that Enter opens."""
        self.child.send(ENTER)
        self.sees("Enter take it")
        time.sleep(0.15)
        for key in (UP, DOWN):
            for _ in range(30):
                self.look()
                if self.selected().startswith(label):
                    self.child.send(ENTER)
                    return
                before = self.selected()
                self.child.send(key)
                try:
                    self.until(lambda lines: self.selected() != before, "the next choice", 0.5)
                except AssertionError:
                    break
        raise AssertionError(f"no choice `{label}`:\n" + "\n".join(self.look()))

    def ends(self) -> str:
        self.child.expect(pexpect.EOF, timeout=10)
        self.child.close()
        assert self.child.exitstatus == 0
        return str(self.child.before.decode(errors="replace"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    tree = copy_tree(tmp_path_factory.mktemp("tree"))
    (tree.root / "CMakePresets.json").write_text((ROOT / "CMakePresets.json").read_text())
    return tree


@pytest.fixture
def seat(shared: Checkout) -> Iterator[Seat]:
    sitting = Seat(shared, "monitor-smp", "--name", "mine")
    sitting.sees("monitor-smp: The monitor")
    yield sitting
    sitting.child.close(force=True)
    (shared.root / "graphs/mine.yaml").unlink(missing_ok=True)


def text(tree: Checkout) -> str:
    return (tree.root / "graphs/mine.yaml").read_text(encoding="utf-8")


def test_another_scheduler_is_chosen_and_saved(seat: Seat, shared: Checkout) -> None:
    seat.find("scheduler", "scheduler +cfs")
    seat.choose("eevdf")
    seat.sees("It resolves.")
    seat.sees("1 change (not saved)")
    seat.child.send("s")
    seat.sees("Save as graph: mine_")
    seat.type(ENTER, "graphs/mine.yaml: written.")
    assert text(shared) == "graph: mine\nsummary: monitor-smp, changed.\nextends: monitor-smp\nreplace:\n  scheduler: eevdf\n"
    assert resolve(shared.root, "mine").instance("scheduler").component.name == "eevdf"
    seat.child.send("q")
    seat.ends()
    assert shared.phx("check", "mine").returncode == 0


def test_what_cannot_be_is_refused_and_the_reason_told(seat: Seat, shared: Checkout) -> None:
    seat.find("timers", "timers +timer_queue")
    seat.choose("(remove it)")
    seat.sees("Refused:")
    lines = seat.sees("needs Timers")
    assert any("fix:" in line for line in lines)
    seat.child.send(ESCAPE)
    seat.sees("0 changes")
    seat.child.send("q")
    seat.ends()
    assert not (shared.root / "graphs/mine.yaml").exists()


def test_a_parameter_is_typed_and_held_against_its_range(seat: Seat, shared: Checkout) -> None:
    seat.find("ring_bytes", "ring_bytes")
    seat.type(ENTER, "log.ring_bytes = ")
    seat.child.send("\x15" + "3 B" + ENTER)
    lines = seat.sees("Refused:")
    assert any("between" in line for line in lines)
    seat.type(ENTER, "log.ring_bytes = ")
    seat.child.send("\x15" + "64 KiB" + ENTER)
    seat.sees("It resolves.")
    seat.child.send("s")
    seat.type(ENTER, "graphs/mine.yaml: written.")
    assert text(shared).endswith("set:\n  instances.log.parameters.ring_bytes: 64 KiB\n")


def test_components_come_and_go(seat: Seat, shared: Checkout) -> None:
    seat.find("cmd_date", "cmd_date +cmd_date")
    seat.choose("(remove it)")
    seat.sees("1 change (not saved)")
    seat.find("cmd_trace", "cmd_trace +debug")
    seat.choose("add cmd_trace")
    seat.sees("Refused:")
    seat.sees("needs TraceSink")
    seat.child.send(ESCAPE)
    seat.find("cmd_trace", "cmd_trace +debug")
    seat.choose("add cmd_trace, add trace_ring")
    seat.sees("3 changes (not saved)")
    seat.child.send("u")
    seat.sees("1 change (not saved)")
    seat.find("work_queue", "work_queue +")
    seat.choose("add work_queue")
    seat.sees("2 changes (not saved)")
    seat.find("cmd_date", "cmd_date +debug")
    seat.choose("add cmd_date")
    seat.sees("1 change (not saved)")
    seat.child.send("u")
    seat.sees("2 changes (not saved)")
    seat.child.send("s")
    seat.type(ENTER, "graphs/mine.yaml: written.")
    assert text(shared).endswith("extends: monitor-smp\nadd:\n  work_queue: work_queue\nremove: [cmd_date]\n")


def test_leaving_asks_while_something_is_not_saved(seat: Seat, shared: Checkout) -> None:
    seat.find("scheduler", "scheduler +cfs")
    seat.choose("round_robin")
    seat.sees("It resolves.")
    seat.type("q", "Not saved. Leave all the same?")
    seat.child.send(ESCAPE)
    seat.sees("Enter choose")
    seat.type("q", "Not saved.")
    seat.child.send("y")
    assert "Nothing was written." in seat.ends()


def test_help_tells_the_keys(seat: Seat) -> None:
    lines = seat.type("?", "leave; asks if something is not saved")
    assert all(len(line) <= COLUMNS for line in lines)
    seat.child.send("q")
    seat.sees("Enter choose")


def test_a_name_that_is_taken_is_refused(seat: Seat) -> None:
    seat.find("scheduler", "scheduler +cfs")
    seat.choose("eevdf")
    seat.sees("It resolves.")
    seat.child.send("s")
    seat.sees("Save as graph: ")
    seat.child.send("\x15" + "minimal" + ENTER)
    seat.sees("there is a graph `minimal` already")


def test_without_a_terminal_the_way_by_command_is_named(shared: Checkout) -> None:
    done = shared.phx("menu", "monitor")
    assert done.returncode == 2 and "needs a terminal" in done.stderr and "phx fork" in done.stderr


def test_the_last_word_on_a_component_decides_what_can_be_set() -> None:
    """Parameters of a component that an earlier word placed."""
    from phoenix_tools.answers.changes import Wish, beginning, edited

    base = open_project(ROOT).resolve("monitor-smp")
    start = beginning("monitor-smp", "mine", "")
    made = edited(base, start, base.spec.instances, Wish(sets=("scheduler=eevdf", "scheduler.slice=5 ms", "watch.history=8"), adds=("watch=monitor",)))
    assert "watch: {component: monitor, parameters: {history: 8}}" in made
    assert "scheduler: {component: eevdf, parameters: {slice: 5 ms}}" in made


def opened(root: Path, graph: str) -> Session:
    """Without a terminal."""
    project = open_project(root)
    return Session(Workspace(root), Plan(project, project.resolve(graph)), Costs(Workspace(root), ()), "mine", "")


def select(session: Session, kind: str, name: str) -> None:
    session.at = next(number for number, row in enumerate(session.rows) if (row.kind, row.name) == (kind, name))
    session.enter()


@pytest.fixture(scope="module")
def session() -> Session:
    return opened(ROOT, "monitor-smp")


def test_what_needs_another_machine_is_offered_with_it() -> None:
    session = opened(ROOT, "monitor")
    select(session, "absent", "gic_v2")
    assert [choice.label for choice in session.choices] == ["add gic_v2", "irq=gic_v2, machine=qemu-virt-gicv2"]
    assert session.refusal(session.choices[0]) is not None
    session.choice = 1
    session.enter()
    assert session.message == ("It resolves.",)
    machine = session.plan.graph.machine
    assert machine is not None and machine.machine.name == "qemu-virt-gicv2"


def test_what_comes_to_the_same_as_the_base_is_no_change() -> None:
    session = opened(ROOT, "monitor-smp")
    for component, changes in (("eevdf", 1), ("cfs", 0)):
        select(session, "instance", "scheduler")
        session.choice = next(number for number, each in enumerate(session.choices) if each.label == component)
        session.enter()
        assert session.plan.edits.count == changes
    session.undo()
    assert session.plan.graph.instance("scheduler").component.name == "eevdf"


def test_every_choice_of_a_graph_can_be_asked_for() -> None:
    """No row, no choice and no refusal is an accident."""
    session = opened(ROOT, "monitor-smp")
    for number, row in enumerate(session.rows):
        if row.kind in ("instance", "parameter", "wire"):
            session.at = number
            session.enter()
            for choice in session.choices:
                refusal = session.refusal(choice)
                assert refusal is None or refusal.reasons
            session.escape()


@settings(max_examples=60, deadline=None)
@given(st.text() | st.sampled_from(["", "[", "{a: b}", "# x", "none", "a,b", "null", "*x", "&x", "64 KiB", "'", ": "]), st.sampled_from(["parameter", "wire"]))
def test_whatever_is_typed_resolves_or_is_refused(session: Session, text: str, kind: str) -> None:
    name = {"parameter": "application.prompt", "wire": "application.commands"}[kind]
    session.at = next(number for number, row in enumerate(session.rows) if row.name == name)
    session.set_value(text.strip())
    assert session.message[0] in ("It resolves.", "Nothing changes.", "Refused:")
    session.plan.choose(Edits())


def test_a_graph_of_a_thousand_instances_stays_quick(tmp_path: Path) -> None:
    write_project(tmp_path, 1000)
    before = time.process_time()
    session = opened(tmp_path, "big")
    select(session, "wire", "p500.others")
    session.enter()
    assert session.message == ("It resolves.",)
    assert time.process_time() - before < 5


def test_costs_are_those_of_an_image_that_holds_the_component() -> None:
    """As the last build of monitor has them; of what no image holds nothing is said."""
    done = subprocess.run([str(ROOT / "tools/phx"), "build", "monitor"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    costs = Costs(Workspace(ROOT), ("no-such-graph", "monitor"))
    assert re.match(r"[\d,]+ bytes in the image of monitor, up to [\d,]+ bytes of stack a call", costs.of("fdt"))
    assert costs.of("tmpfs") == ""
