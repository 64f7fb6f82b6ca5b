"""Whatever a graph, a manifest or a command line holds: what is wrong with it is said, with its place, and never by a traceback.

A few hundred examples in every run; PHX_MUTATIONS says how many, which the long run sets to ten thousand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mutations import BOMB, NASTY, text_of, tree_of
from phoenix import api
from phoenix.api import Project
from phoenix.diagnostics import Diagnostic, Failed
from phoenix.load import Found, Tree, load
from phoenix.model import Catalog
from phoenix.schema import Schemas
from phoenix.source import Mapping, read_yaml
from phoenix.validate import validate
from phoenix_tools.answers import changes
from phoenix_tools.answers.changes import Wish
from phoenix_tools.answers.mending import Texts, _Round
from phoenix_tools.cli import run
from phoenix_tools.terminal import Stop

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = int(os.environ.get("PHX_MUTATIONS", "300"))
MANY = settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
FEWER = settings(max_examples=max(EXAMPLES // 8, 20), deadline=None, database=None, suppress_health_check=list(HealthCheck))


class _Remembering(Schemas):
    """Checks what has been checked before it is told to `stop` no second time."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Mapping, list[tuple[Diagnostic, int]]]] = {}
        self.stopped = False

    def check_deep(self, kind: str, root: Mapping) -> list[tuple[Diagnostic, int]]:
        known = self.known.get(id(root))
        if known is not None and known[0] is root:
            return known[1]
        found = super().check_deep(kind, root)
        if not self.stopped:
            self.known[id(root)] = (root, found)
        return found


class Shipped:
    """The project as it is, to be read again with one file changed."""

    def __init__(self) -> None:
        self.tree = load(ROOT)
        self.schemas = _Remembering()
        self.catalog: Catalog = validate(self.tree, self.schemas)
        self.schemas.stopped = True
        self.files = {each.document.path: each for each in self.tree.files}
        self.words = sorted({*self.catalog.components, *self.catalog.interfaces, *self.catalog.graphs, *self.catalog.machines, "none", "wiring", "many", "init"})
        self.trees = Project(ROOT, self.tree, self.catalog, self.schemas).trees

    def with_file(self, path: str, data: bytes) -> Project:
        changed = Found(self.files[path].kind, read_yaml(path, data))
        files = tuple(changed if each.document.path == path else each for each in self.tree.files)
        tree = Tree(self.tree.root, files, self.tree.listing)
        return Project(ROOT, tree, validate(tree, self.schemas), self.schemas, self.trees)


@cache
def shipped() -> Shipped:
    return Shipped()


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the project, and what it holds instead."""
    path = draw(st.sampled_from(sorted(shipped().files)) | st.sampled_from([each for each in sorted(shipped().files) if each.startswith("graphs/")]))
    text = (ROOT / path).read_text(encoding="utf-8")
    return path, draw(text_of(text, shipped().words) | tree_of(text, shipped().words))


def problems_of(project: Project, path: str) -> Iterator[Diagnostic]:
    """Of the file itself, of the graph in it, and of graphs that may use it."""
    yield from project.catalog.diagnostics
    graphs: list[str | Path] = [Path(path)] if shipped().files[path].kind == "graph" else []
    for graph in [*graphs, "monitor", "shell-smp", "monitor-debug"]:
        try:
            api.to_json(project.resolve(str(graph)))
        except Failed as failed:
            yield from failed.diagnostics


def check(path: str, data: bytes) -> None:
    project = shipped().with_file(path, data)
    found = list(dict.fromkeys(problems_of(project, path)))
    for problem in found:
        file, line, column = problem.place
        named = (ROOT / file).is_file() or problem.code == "unknown-graph"  # which a command line names
        assert file and named and line >= 1 and column >= 1, problem.render()
        assert problem.message and problem.code and str(problem.render()).startswith(f"{problem.place}: error: ")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        assert any(problem.code == "not-utf8" for problem in found)
        return
    attempt = _Round(project, Texts(ROOT, {path: data}, {path: text}))
    attempt.make((problem, repair) for problem in found for repair in problem.repairs)
    for name, mended in attempt.texts.after.items():
        read_yaml(name, mended.encode("utf-8", "surrogatepass"))


@MANY
@given(mutated())
@example(("graphs/monitor.yaml", b""))
@example(("graphs/monitor.yaml", b"\xff\xfe"))
@example(("graphs/monitor.yaml", b"graph: monitor\n" + b"[" * 20000))
@example(("graphs/monitor.yaml", b"graph: monitor\nsummary: " + b"{a: " * 900))
@example(("graphs/monitor.yaml", b"graph: monitor\nsummary: " + b"[" * 900 + b"]" * 900))
@example(("graphs/monitor.yaml", b"graph: monitor\nsummary: x\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 900))))
@example(("graphs/monitor.yaml", BOMB.encode()))
@example(("graphs/monitor.yaml", b"graph: monitor\nsummary: x\nextends: minimal\nset: {budgets.image_kib: 1e999}\n"))
def test_no_file_leads_to_a_traceback(case: tuple[str, bytes]) -> None:
    check(*case)


# --- command lines


def words() -> st.SearchStrategy[str]:
    known = shipped().words
    parts = st.sampled_from(["heap", "pages", "timer", "irq", "uart", "log", "application", "machine", "budgets", "choose", "rootfs", "boot_test", "append", "summary", "device", "on_fail"])
    value = st.sampled_from(known) | st.sampled_from([each for each in NASTY if "\x00" not in each and len(each) < 100]) | st.text(alphabet=st.characters(blacklist_characters="\x00"), max_size=6) | parts
    name = parts | value | st.tuples(parts, parts | value).map(".".join) | st.tuples(parts, value, value).map(".".join)
    return st.tuples(name, value).map("=".join) | st.tuples(name, value, value).map(lambda each: f"{each[0]}={each[1]},{each[2]}") | name


def options() -> st.SearchStrategy[str]:
    """But for `--apply`."""
    return st.sampled_from(["--json", "--fix", "--choose", "--summary", "--add", "--remove", "--dot", "--domains", "--markdown", "-1", "1", "99", "--nosuch"])


def graphs() -> st.SearchStrategy[str]:
    usual = st.sampled_from(["monitor", "shell", "monitor-smp", "graphs/minimal.yaml", "minimal"])
    odd = st.sampled_from(["", ".", "/", "nosuch", "nosuch.yaml", "graphs", "README.md", "dts/qemu-virt-gicv2.yaml", "monitor@", "monitor@HEAD^^^^^^^^^^^^^", "@", "-", "--", "\udcff", "é.yaml", "x" * 300, "/dev/null"])
    return usual | odd


@FEWER
@given(st.sampled_from(["set", "add", "remove", "why", "why-not", "diff", "fork", "show", "list", "check", "syscalls"]), graphs(), st.lists(words() | options(), max_size=4))
@example("fork", "monitor", ["new", "--summary", "\udcff"])
@example("why", "monitor", ["\udcff"])
@example("set", "monitor", ["heap=\udcff"])
@example("diff", "\udcff", ["monitor"])
def test_no_command_line_leads_to_a_traceback(command: str, graph: str, rest: list[str]) -> None:
    code = run(ROOT, [command, graph, *rest])
    assert code in (0, 1, 2)


@FEWER
@given(st.sampled_from(["monitor", "monitor-smp", "minimal"]), st.lists(words(), max_size=3), st.lists(words(), max_size=2), st.lists(words(), max_size=2))
def test_no_change_leads_to_a_traceback(graph: str, sets: list[str], adds: list[str], removes: list[str]) -> None:
    project = Project(ROOT, shipped().tree, shipped().catalog, shipped().schemas, shipped().trees)
    resolved = project.resolve(graph)
    file = project.graph_file(graph)
    inherited = project.resolve(file.extends).spec.instances if file.extends else ()
    try:
        text = changes.edited(resolved, (ROOT / file.path).read_text(encoding="utf-8"), inherited, Wish(tuple(sets), tuple(adds), tuple(removes)))
        project.resolve_text(file.path, text)
    except Stop as stop:
        assert stop.text
    except Failed as failed:
        assert all(each.place.line >= 1 for each in failed.diagnostics)


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
