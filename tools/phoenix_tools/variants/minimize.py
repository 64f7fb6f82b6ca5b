"""`phx minimize`: takes out of a graph, piece by piece, what it does not need to pass a test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from phoenix.api import Project, open_project, to_json
from phoenix_tools import footprint
from phoenix_tools.answers.changes import fork, image_of
from phoenix_tools.builder import build
from phoenix_tools.costs import record
from phoenix_tools.terminal import FAILURE, BAD_INPUT, Stop, err, out
from phoenix_tools.variants import trial
from phoenix_tools.variants.plan import write
from phoenix_tools.variants.reduction import Names, Reduced, Reductions, biggest_first
from phoenix_tools.variants.state import State, alone, digest
from phoenix_tools.workspace import Workspace

INTERRUPTED = 130
_PATIENCE = 5  # times what the test takes of the whole graph
_AT_LEAST = 10.0  # seconds
_SHOWN = 10  # names of a group, on the line that says that it stays
_FIRST = 600.0  # seconds for the first run, of which nobody knows how long it takes


@dataclass(frozen=True)
class Options:
    """`test` is a test's name, `run` a command; one of them."""

    test: str | None
    run: str | None
    name: str | None
    timeout: float | None
    apply: bool
    as_json: bool


@dataclass(frozen=True)
class Measured:
    """A graph that passed: the bytes of its image's file, whose sections end on pages, and what each component takes in memory."""

    image: int
    components: Mapping[str, int]

    @property
    def contents(self) -> int:
        return sum(self.components.values())


@dataclass(frozen=True)
class Step:
    """`image` and `contents`: the bytes that it saved of each."""

    removed: Names
    image: int
    contents: int


@dataclass
class _Search:
    workspace: Workspace
    project: Project
    command: str
    timeout: float
    reductions: Reductions
    state: State
    key: str
    path: Path
    result: Path
    current: Reduced
    measured: Measured
    steps: list[Step] = field(default_factory=list)
    unbuilt: list[Names] = field(default_factory=list)  # what nothing links without; nor without that and more

    def steps_found(self) -> Iterator[Step]:
        """Removes, biggest first, until nothing more can go; whatever could not is tried again once other things have gone."""
        stuck: set[Names] = set()
        news = False
        while True:
            group = next((each for each in self._ordered() if each not in stuck), None)
            if group is None:
                if not news:
                    return
                stuck, news = set(), False
                continue
            step = self._try(group)
            if step is None:
                stuck.add(group)
                continue
            news = bool(stuck)
            self.steps.append(step)
            write(self.result, self.text())
            yield step

    def text(self) -> str:
        """Of the result so far, whose file has its name; what is smaller keeps the budgets."""
        return self.reductions.text(self.current.removed, self.result.stem, budgets=True)

    def _ordered(self) -> list[Names]:
        """Instances of one component share its bytes evenly."""
        instances = self.current.graph.spec.instances
        count: dict[str, int] = {}
        for each in instances:
            count[each.component] = count.get(each.component, 0) + 1
        weights = {each.name: self.measured.components.get(each.component, 0) // count[each.component] for each in instances}
        return biggest_first(self.reductions.groups(self.current), weights)

    def _try(self, group: Names) -> Step | None:
        if any(frozenset() < each - self.current.removed <= group for each in self.unbuilt):
            return None
        candidate = self.reductions.without(self.current.removed | group)
        assert candidate is not None, "groups resolve"
        measured = self._measure(candidate, group)
        if measured is None:
            return None
        step = Step(group, self.measured.image - measured.image, self.measured.contents - measured.contents)
        self.current, self.measured = candidate, measured
        return step

    def _measure(self, candidate: Reduced, group: Names) -> Measured | None:
        """None: it does not build, or does not pass."""
        title = ",".join(sorted(candidate.removed))
        known = self.state.get(title, self.key)
        if known is None:
            write(self.path, candidate.text)
            known = self._find_out(title, group)
            self.state.put(title, self.key, known)
        if not known.get("built", True):
            self.unbuilt.append(group)
        return Measured(int(known["image"]), known["components"]) if known["passed"] else None

    def _find_out(self, title: str, group: Names) -> dict[str, Any]:
        words = _few(group)
        try:
            directory = build(self.workspace, str(self.path), quiet=True, resolved=True)
        except Stop:
            err.print(f"[yellow]stays[/]  {words}  [dim]without it, it does not build[/]")
            return {"passed": False, "built": False}
        verdict = trial.run(self.workspace, self.command, self.workspace.graph_name(str(self.path)), self.timeout)
        if not verdict.passed:
            reason = next((line for line in verdict.said.splitlines() if line.strip()), "the test fails")
            err.print(f"[yellow]stays[/]  {words}  [dim]{_escaped(reason[:120])}[/]")
            return {"passed": False, "built": True}
        return {"passed": True, "built": True, **_measured(self.workspace, directory)}


def _few(group: Names) -> str:
    names = sorted(group)
    return ", ".join(names) if len(names) <= _SHOWN else f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _measured(workspace: Workspace, directory: Path) -> dict[str, Any]:
    """What fills the sections up to their page is nobody's."""
    costs = record.read(directory, workspace.graph_json(directory.name))
    return {
        "image": costs.image_bytes,
        "components": {owner: record.total(row) for owner, row in costs.components.items() if owner != footprint.LAYOUT},
    }


def minimize(workspace: Workspace, graph: str, options: Options) -> int:
    """The exit code. Stop if the test cannot be run, or the graph does not pass as it is."""
    if (options.test is None) == (options.run is None):
        raise Stop("error: one test is needed\n    fix: --keep-passing TEST, such as `boot`, or --run 'COMMAND {graph}'", BAD_INPUT)
    if options.run is not None and trial.GRAPH not in options.run:
        raise Stop(f"error: `--run {options.run}` would test the same whatever is removed\n    fix: put {trial.GRAPH} where the graph's name goes", BAD_INPUT)
    project = open_project(workspace.root)
    base = image_of(project, graph)
    if base.name not in project.catalog.graphs:
        raise Stop(f"`{graph}` cannot be extended: it is in none of the folders of graphs", BAD_INPUT)
    if options.test == "boot" and base.spec.boot_test is None:
        raise Stop(f"error: graph `{base.name}` has no boot_test\n    fix: give it one, or use --run 'COMMAND {{graph}}'", BAD_INPUT)
    command = options.run or trial.named(workspace, base.name, str(options.test))
    folder = workspace.root / "build" / ".minimize" / base.name
    name = options.name or f"{base.name}-minimal"
    if name in project.catalog.graphs:
        raise Stop(f"there is a graph `{name}` already: {project.catalog.graphs[name].path}\n    fix: --name ANOTHER", BAD_INPUT)
    with alone(folder, f"`phx minimize` of {base.name}"):
        search = _begin(workspace, project, base.name, command, options, folder, name)
        return _run(workspace, base.name, search, options, name)


def _begin(
    workspace: Workspace, project: Project, base: str, command: str, options: Options, folder: Path, name: str
) -> _Search:
    directory = build(workspace, base)
    image = directory / "Image"
    resolved = project.resolve(base)
    first = trial.run(workspace, command, base, options.timeout or _FIRST)
    if not first.passed:
        raise Stop(f"{first.said}\n{base} does not pass as it is: {command.replace(trial.GRAPH, base)}")
    path = folder / f"{base}--min.yaml"
    reductions = Reductions(project, resolved, f"{base}--min", str(path.relative_to(workspace.root)))
    whole = reductions.without(frozenset())
    if whole is None:
        raise Stop(f"`{base}` cannot be extended", FAILURE)
    measured = Measured(**_measured(workspace, directory))
    timeout = options.timeout or max(_AT_LEAST, _PATIENCE * first.seconds)
    key = digest((image,), (command, json.dumps(to_json(resolved), sort_keys=True)))
    result = folder / f"{name}.yaml"
    return _Search(workspace, project, command, timeout, reductions, State(folder / "state.json"), key, path, result, whole, measured)


def _run(workspace: Workspace, base: str, search: _Search, options: Options, name: str) -> int:
    before, instances = search.measured.image, len(search.current.graph.spec.instances)
    interrupted = False
    try:
        for step in search.steps_found():
            err.print(f"[green]goes[/]   {', '.join(sorted(step.removed))}  [dim]{_amount(step.contents)}[/]")
    except KeyboardInterrupt:
        interrupted = True
    change = search.reductions.wish(search.current.removed)
    left = len(search.current.graph.spec.instances)
    text = search.text()
    write(search.result, text)
    if options.apply and not interrupted:
        with out.capture() as said:
            fork(workspace, base, name, f"{base}, without what it can do without.", change, apply=True)
        if not options.as_json:
            out.out(said.get().rstrip())
    if options.as_json:
        steps = [{"removed": sorted(step.removed), "image_bytes": step.image, "contents_bytes": step.contents} for step in search.steps]
        sizes = {"image_bytes": search.measured.image, "image_bytes_before": before, "instances": left, "instances_before": instances}
        out.out(json.dumps({"graph": base, "complete": not interrupted, "steps": steps, **sizes, "text": text}, indent=2))
    else:
        _table(search)
        out.print(f"{base}: {before / 1024:.1f} KiB of {instances} instances, now {search.measured.image / 1024:.1f} KiB of {left}.")
        out.print(f"{search.result.relative_to(workspace.root)}:", markup=False)
        out.out(text.rstrip())
    if interrupted:
        err.print("Interrupted: this is the best so far; the same command goes on from here.")
        return INTERRUPTED
    return 0


def _amount(saved: int) -> str:
    return f"{saved:,} bytes less" if saved >= 0 else f"{-saved:,} bytes more"


def _table(search: _Search) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("removed", overflow="fold")
    table.add_column("instances", justify="right")
    table.add_column("bytes in memory", justify="right")
    table.add_column("of the image", justify="right")
    for step in search.steps:
        table.add_row(", ".join(sorted(step.removed)), str(len(step.removed)), f"{step.contents:,}", f"{step.image:,}")
    out.print(table)
