"""The product of what a matrix varies: variants of a graph, each resolved, and the shapes that they boot in."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from phoenix.api import open_project
from phoenix.diagnostics import Diagnostic, Failed, Place
from phoenix.model import ResolvedGraph
from phoenix_tools.answers.changes import image_of
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.variants import overlay
from phoenix_tools.variants.overlay import Choice, Unknown
from phoenix_tools.workspace import Workspace

_LONGEST = 100  # of a name, which is a folder's too
MOST = 5000  # variants


@dataclass(frozen=True)
class Axis:
    """What varies. Without values: every provider."""

    name: str
    values: tuple[tuple[str, Place | None], ...]
    place: Place | None = None


@dataclass(frozen=True)
class Shape:
    """What a boot may vary without a rebuild; None: as the graph's machine says."""

    level: int
    cpu: str | None
    memory: str | None
    cpus: int | None

    def __str__(self) -> str:
        words = (f"el{self.level}", self.cpu, self.memory, f"{self.cpus}cpu" if self.cpus else None)
        return ".".join(word for word in words if word)

    def arguments(self) -> list[str]:
        """For tests/qemu/boot.py."""
        given = (("--cpu", self.cpu), ("--memory", self.memory), ("--cpus", self.cpus))
        return ["--el", str(self.level), *(word for key, value in given if value is not None for word in (key, str(value)))]


@dataclass(frozen=True)
class Matrix:
    """As somebody wrote it."""

    graph: str
    axes: tuple[Axis, ...] = ()
    levels: tuple[int, ...] = (1,)
    cpu_models: tuple[str | None, ...] = (None,)
    memories: tuple[str | None, ...] = (None,)
    cpus: tuple[int | None, ...] = (None,)
    budgets: bool = False

    def shapes(self) -> list[Shape]:
        return [Shape(*each) for each in itertools.product(self.levels, self.cpu_models, self.memories, self.cpus)]


@dataclass(frozen=True)
class Variant:
    """`problems`: why it does not resolve; empty for one that does."""

    name: str
    path: Path
    choices: tuple[Choice, ...]
    boots: bool  # it says what a good boot is
    problems: tuple[Diagnostic, ...]

    @property
    def chosen(self) -> str:
        return ", ".join(f"{each.name}={each.value}" for each in self.choices)


def folder(workspace: Workspace, graph: str) -> Path:
    return workspace.root / "build" / ".matrix" / graph


def plan(workspace: Workspace, matrix: Matrix) -> list[Variant]:
    """Writes a file for each variant and resolves it; Stop for what means nothing in any variant."""
    project = open_project(workspace.root)
    base = image_of(project, matrix.graph)
    if base.name not in project.catalog.graphs:
        raise Stop(f"`{matrix.graph}` cannot be extended: it is in none of the folders of graphs", BAD_INPUT)
    axes = _complete(base, matrix.axes)
    found = []
    names: set[str] = set()
    for choices in itertools.product(*axes):
        name = _name(base.name, choices, names)
        names.add(name)
        path = folder(workspace, base.name) / f"{name}.yaml"
        relative = str(path.relative_to(workspace.root))
        said = ", ".join(f"{each.name}={each.value}" for each in choices) or "as it is"
        content = overlay.text(base, name, f"'{base.name}, {said}.'", overlay.wish(base, choices), budgets=matrix.budgets)
        write(path, content)
        try:
            boots, problems = project.resolve_text(relative, content).spec.boot_test is not None, ()
        except Failed as failed:
            boots, problems = False, failed.diagnostics  # type: ignore[assignment]
        found.append(Variant(name, path, choices, boots, problems))
    return found


def _complete(base: ResolvedGraph, axes: Sequence[Axis]) -> list[list[Choice]]:
    """The choices of each axis, after a look at each alone."""
    wrong: list[str] = []
    made: list[list[Choice]] = []
    for axis in axes:
        try:
            values = axis.values or tuple((each, axis.place) for each in overlay.every_provider(base, axis.name))
        except Unknown as unknown:
            wrong.append(overlay.located(axis.place, f"error: {unknown}"))
            continue
        made.append([Choice(axis.name, value, place) for value, place in dict(values).items()])
        wrong += [problem for choice in made[-1] for problem in overlay.problems(base, choice)]
    names = [axis.name for axis in axes]
    wrong += [f"error: `{name}` varies twice\n    fix: name all its values at once" for name in dict.fromkeys(names) if names.count(name) > 1]
    if wrong:
        raise Stop("\n".join(dict.fromkeys(wrong)), BAD_INPUT)
    count = 1
    for each in made:
        count *= len(each)
    if count > MOST:
        raise Stop(f"error: {count} variants; a matrix has at most {MOST}\n    fix: vary less at once", BAD_INPUT)
    return made


def _name(base: str, choices: Sequence[Choice], taken: set[str]) -> str:
    name = overlay.variant_name(base, [each.value for each in choices])
    if name in taken or len(name) > _LONGEST:
        digest = hashlib.sha256("\0".join(f"{each.name}={each.value}" for each in choices).encode()).hexdigest()[:8]
        name = f"{name[:_LONGEST - 9]}-{digest}"
    return name


def write(path: Path, content: str) -> None:
    """Unless it says so already: builds look at times."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text(encoding="utf-8") != content:
        path.write_text(content, encoding="utf-8")
