"""What was chosen so far, as edits of a graph, and what a graph with them would be: by the same checks as `phx set`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from phoenix.api import Project
from phoenix.diagnostics import Diagnostic, Failed
from phoenix.model import Component, ResolvedGraph
from phoenix_tools.answers import changes
from phoenix_tools.answers.changes import Wish
from phoenix_tools.answers.why_not import Search
from phoenix_tools.terminal import Stop

_PATH = "graphs/menu.yaml"  # where the graph would be, for all that reads it before it is saved
_MOST_WAYS = 4


@dataclass(frozen=True)
class Edits:
    """The last word for each thing that differs from the base."""

    components: Mapping[str, str] = field(default_factory=dict)  # an instance: its component now
    values: Mapping[str, str] = field(default_factory=dict)  # INSTANCE.PARAMETER or INSTANCE.PORT: its value now
    adds: Mapping[str, str] = field(default_factory=dict)  # an instance: its component
    removes: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        return len(self.components) + len(self.values) + len(self.adds) + len(self.removes)

    def wish(self) -> Wish:
        adds = tuple(name if name == component else f"{name}={component}" for name, component in self.adds.items())
        sets = {**self.components, **self.values}
        return Wish(tuple(f"{name}={value}" for name, value in sets.items()), adds, tuple(sorted(self.removes)))

    def with_value(self, name: str, value: str | None) -> Edits:
        """None: as the base has it."""
        values = {key: each for key, each in self.values.items() if key != name}
        return replace(self, values=values if value is None else {**values, name: value})

    def with_component(self, name: str, component: Component, base: str | None) -> Edits:
        """`base`: its component in the base; None if the base does not have it. What was set of it stays if the new one has it, too."""
        able = {*(each.name for each in component.ports), *(each.name for each in component.parameters)}
        values = {key: each for key, each in self.values.items() if key.partition(".")[0] != name or key.partition(".")[2] in able}
        if base is None:
            return replace(self, values=values, adds={**self.adds, name: component.name})
        others = {key: each for key, each in self.components.items() if key != name}
        return replace(self, values=values, components=others if component.name == base else {**others, name: component.name})

    def with_instance(self, name: str, component: str) -> Edits:
        if name in self.removes:
            return replace(self, removes=self.removes - {name})
        return replace(self, adds={**self.adds, name: component})

    def with_wish(self, wish: Wish, catalog: Mapping[str, Component], base: Mapping[str, str]) -> Edits:
        """And what else is wished. `base`: the components of the base, by instance."""
        edits = self
        for name in wish.removes:
            edits = edits.without_instance(name)
        for word in wish.adds:
            name, _, component = word.partition("=")
            edits = edits.with_instance(name, component or name)
        for word in wish.sets:
            name, _, value = word.partition("=")
            swapped = name in edits.adds or name in base
            edits = edits.with_component(name, catalog[value], base.get(name)) if swapped else edits.with_value(name, value)
        return edits

    def without_instance(self, name: str) -> Edits:
        values = {key: each for key, each in self.values.items() if key.partition(".")[0] != name}
        kept = {key: each for key, each in self.components.items() if key != name}
        adds = {key: each for key, each in self.adds.items() if key != name}
        removes = self.removes if name in self.adds else self.removes | {name}
        return Edits(kept, values, adds, removes)


@dataclass(frozen=True)
class Refusal:
    """Why a graph with some edits would not resolve."""

    reasons: tuple[str, ...]


class Plan:
    """Edits of one graph, tried out on the way."""

    def __init__(self, project: Project, base: ResolvedGraph) -> None:
        self.project = project
        self.base = base
        self.graph = base  # with the edits
        self.edits = Edits()
        self.saved = Edits()
        self._tried: dict[Wish, ResolvedGraph | Refusal] = {}

    @property
    def is_saved(self) -> bool:
        return self.edits == self.saved

    def base_component(self, instance: str) -> str | None:
        return next((each.component.name for each in self.base.instances if each.name == instance), None)

    def attempt(self, edits: Edits) -> ResolvedGraph | Refusal:
        wish = edits.wish()
        if wish not in self._tried:
            self._tried[wish] = self._resolve(wish)
        return self._tried[wish]

    def choose(self, edits: Edits) -> Refusal | None:
        """Takes them up if the graph resolves with them."""
        result = self.attempt(edits)
        if isinstance(result, Refusal):
            return result
        self.graph, self.edits = result, edits
        return None

    def ways(self, component: Component) -> list[Edits]:
        """The smallest further changes that let a component in."""
        search = Search(self.project, self.graph, _PATH, self._text(self.edits.wish()), self.base.spec.instances)
        base = {each.name: each.component.name for each in self.base.instances}
        found = islice(search.ways(component), _MOST_WAYS)
        return [self.edits.with_wish(wish, self.graph.catalog.components, base) for wish in found]

    def _text(self, wish: Wish) -> str:
        return changes.edited(self.base, changes.beginning(self.base.name, "menu", ""), self.base.spec.instances, wish)

    def _resolve(self, wish: Wish) -> ResolvedGraph | Refusal:
        if wish == Wish():
            return self.base
        try:
            return self.project.resolve_text(_PATH, self._text(wish))
        except Failed as failed:
            return Refusal(tuple(line for each in failed.diagnostics for line in _said(each)))
        except Stop as stop:
            return Refusal(tuple(stop.text.splitlines()))


def _said(diagnostic: Diagnostic) -> tuple[str, ...]:
    """Without places in a file that is not there."""
    own = [f"  {text}" for place, text in diagnostic.related if place.file != _PATH]
    fix = [f"  fix: {line.replace(f' in {_PATH}', '')}" if number == 0 else f"       {line}" for number, line in enumerate(diagnostic.fix)]
    return (diagnostic.message, *(f"  {reason}" for reason in diagnostic.reasons), *own[:1], *fix)
