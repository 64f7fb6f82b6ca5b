"""What becomes of files when repairs are made: round by round, until there is nothing more that is certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from ruamel.yaml.error import YAMLError

from phoenix import api
from phoenix.api import Project, open_project
from phoenix.diagnostics import Diagnostic, Failed
from phoenix.repair import AddInstance, Drop, Put, Recode, RemoveInstance, Repair, Reword, Rewrite, SetInGraph
from phoenix_tools.answers.graph_text import GraphText
from phoenix_tools.answers.writing import Rewritten, read
from phoenix_tools.answers.yaml_text import Splice, YamlText

_MOST_ROUNDS = 12
_OF_TEXT = ("yaml-syntax", "not-utf8", "empty-file", "not-a-mapping")  # behind which other mistakes hide

Made = tuple[Diagnostic, Repair]


@dataclass
class Texts:
    """The files that are changed, as they are to be."""

    root: Path
    before: dict[str, Optional[bytes]] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def of(self, name: str, encoding: str = "utf-8") -> Optional[str]:
        """None: it cannot be read."""
        if name in self.after:
            return self.after[name]
        try:
            data = read(self.root / name)
            text = None if data is None else data.decode(encoding)
        except (OSError, UnicodeDecodeError):
            return None
        self.before.setdefault(name, data)
        return text

    def files(self) -> dict[str, Rewritten]:
        """Those that differ from what they were."""
        found = {name: Rewritten(self.before[name], text.encode()) for name, text in self.after.items()}
        return {name: file for name, file in sorted(found.items()) if file.before != file.after}


@dataclass(frozen=True)
class Mended:
    """`found`: all mistakes as the files stand; `made`: the repairs; `left`: the mistakes when they are made."""

    found: tuple[Diagnostic, ...]
    made: tuple[Made, ...]
    left: tuple[Diagnostic, ...]
    texts: Texts


def alternatives(found: Iterable[Diagnostic]) -> list[Made]:
    """The repairs that are for somebody to choose from; each is numbered by its position."""
    seen: dict[Repair, Made] = {}
    for problem in found:
        if not any(repair.certain for repair in problem.repairs):
            for repair in problem.repairs:
                seen.setdefault(repair, (problem, repair))
    return list(seen.values())


def mend(root: Path, graphs: Sequence[str], chosen: Iterable[int]) -> Mended:
    """Makes in memory what is certain, and what is chosen of `alternatives` (from 0), if it is one of them."""
    texts = Texts(root)
    project = open_project(root)
    found = problems = api.check_project(project, list(graphs))
    choices = alternatives(found)
    wanted = [choices[number] for number in chosen if number < len(choices)]
    barred: set[Repair] = set()
    made: list[Made] = []
    for _ in range(_MOST_ROUNDS):
        attempt = _Round(project, Texts(root, dict(texts.before), dict(texts.after)))
        attempt.make(wanted)
        attempt.make((problem, repair) for problem in problems for repair in problem.repairs if repair.certain and repair not in barred)
        if not attempt.made:
            break
        next_project = project.changed(attempt.texts.after)
        after = api.check_project(next_project, list(graphs))
        failed = _failed(attempt.made, problems, after)
        if failed:
            barred |= failed
            wanted = [each for each in wanted if each[1] not in failed]
            continue
        wanted = []
        made += attempt.made
        texts, project, problems = attempt.texts, next_project, after
    return Mended(found, tuple(made), problems, texts)


def _failed(made: Iterable[Made], before: Iterable[Diagnostic], after: Iterable[Diagnostic]) -> set[Repair]:
    """Those that leave what they were to mend as it is, or leave a file that cannot be read where it could."""
    still = {(each.place.file, each.code, each.message) for each in after}
    unread = {each.place.file for each in after if each.code in _OF_TEXT} - {each.place.file for each in before if each.code in _OF_TEXT}
    return {
        repair
        for problem, repair in made
        if (problem.place.file, problem.code, problem.message) in still or unread & {_file(edit) for edit in repair.edits}
    }


def _file(edit: object) -> str:
    return edit.place.file if isinstance(edit, (Reword, Drop)) else str(getattr(edit, "file"))


class _Round:
    """Repairs that are made at once: none of them changes what another one is about."""

    def __init__(self, project: Project, texts: Texts) -> None:
        self.project = project
        self.texts = texts
        self.made: list[Made] = []
        self.read: dict[str, YamlText] = {}
        self.splices: dict[str, list[Splice]] = {}
        self.graph_edits: dict[str, list[object]] = {}

    def make(self, repairs: Iterable[Made]) -> None:
        done = {repair for _, repair in self.made}
        answered: set[Diagnostic] = {problem for problem, _ in self.made}
        for problem, repair in repairs:
            if repair in done or problem in answered:
                continue
            if self.take(repair):
                self.made.append((problem, repair))
                done.add(repair)
                answered.add(problem)
        self.settle()

    def take(self, repair: Repair) -> bool:
        """Notes what it comes to, if all of it can be made beside what is noted already."""
        spliced: dict[str, list[Splice]] = {}
        graph_edits: list[tuple[str, object]] = []
        for edit in repair.edits:
            if isinstance(edit, Recode):
                text = self.texts.of(edit.file, edit.encoding)
                if text is None:
                    return False
                self.texts.after[edit.file] = text
            elif isinstance(edit, (Reword, Drop, Put, Rewrite)):
                name = _file(edit)
                found = self.place(name, edit)
                known = [*self.splices.get(name, ()), *spliced.get(name, ())]
                if found is None or any(each.meets(other) for each in found for other in known):
                    return False
                spliced.setdefault(name, []).extend(found)
            else:
                if edit in self.graph_edits.get(_file(edit), ()):
                    return False
                graph_edits.append((_file(edit), edit))
        if graph_edits and not self.fits(graph_edits, spliced):
            return False
        for name, splices in spliced.items():
            self.splices.setdefault(name, []).extend(splices)
        for name, noted in graph_edits:
            self.graph_edits.setdefault(name, []).append(noted)
        return True

    def place(self, name: str, edit: Reword | Drop | Put | Rewrite) -> Optional[tuple[Splice, ...]]:
        if name not in self.read:
            text = self.texts.of(name)
            if text is None:
                return None
            self.read[name] = YamlText(text)
        return self.read[name].splices(edit)

    def fits(self, graph_edits: Iterable[tuple[str, object]], spliced: Mapping[str, Sequence[Splice]]) -> bool:
        for name in {name for name, _ in graph_edits}:
            splices = [*self.splices.get(name, ()), *spliced.get(name, ())]
            edits = [*self.graph_edits.get(name, ()), *(edit for other, edit in graph_edits if other == name)]
            if self.changed(name, splices, edits) is None:
                return False
        return True

    def settle(self) -> None:
        for name in {*self.splices, *self.graph_edits}:
            text = self.changed(name, self.splices.get(name, ()), self.graph_edits.get(name, ()))
            if text is not None:
                self.texts.after[name] = text

    def changed(self, name: str, splices: Sequence[Splice], edits: Sequence[object]) -> Optional[str]:
        if name not in self.read:
            text = self.texts.of(name)
            if text is None:
                return None
            self.read[name] = YamlText(text)
        text = self.read[name].with_splices(splices)
        return edit_graph(self.project, name, text, edits) if edits else text


def edit_graph(project: Project, name: str, text: str, edits: Sequence[object]) -> Optional[str]:
    """The text of a graph with instances added, removed and set; None: it is not a graph that this can be done to."""
    try:
        file = GraphText(text, _inherited(project, name))
        for edit in edits:
            if isinstance(edit, AddInstance):
                file.add(*_own_name(file, edit))
            elif isinstance(edit, RemoveInstance):
                file.remove(edit.name)
            elif isinstance(edit, SetInGraph) and edit.instance is not None:
                file.set_of_instance(edit.instance, edit.path, edit.value)
            elif isinstance(edit, SetInGraph):
                file.set_of_graph(edit.path, edit.value)
        return file.text()
    except (YAMLError, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None  # such as a list where the instances should be


def _own_name(file: GraphText, edit: AddInstance) -> tuple[str, str]:
    """The name that the component had in the graph that this one extends, if it was removed."""
    return file.removed_name_of(edit.component) or edit.name, edit.component


def _inherited(project: Project, name: str) -> dict[str, str]:
    try:
        base = project.catalog.graphs.get(project.graph_file(name).extends or "")
    except Failed:
        return {}
    spec, _ = project.flat(base) if base is not None else (None, ())
    return {each.name: each.component for each in spec.instances} if spec is not None else {}
