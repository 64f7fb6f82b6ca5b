"""What can be taken out of a graph so that it still resolves: single instances, or those that need one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from phoenix.api import Project, to_json
from phoenix.diagnostics import Failed
from phoenix.model import ResolvedGraph
from phoenix_tools.answers.changes import Wish
from phoenix_tools.terminal import Stop
from phoenix_tools.variants import overlay

Names = frozenset[str]


@dataclass(frozen=True)
class Reduced:
    """The base without some instances: its text, and what it resolves to."""

    removed: Names
    text: str
    graph: ResolvedGraph

    @cached_property
    def needed_by(self) -> Mapping[str, Names]:
        """instance -> those that have a port which must be wired, and is to it."""
        found: dict[str, set[str]] = {}
        for each in to_json(self.graph)["instances"]:
            for port in each["ports"].values():
                if port["cardinality"] == "one":
                    for provider in port["providers"]:
                        found.setdefault(provider, set()).add(each["name"])
        return {name: frozenset(users) for name, users in found.items()}


class Reductions:
    """Graphs that extend `base` and remove from it. Each is resolved once."""

    def __init__(self, project: Project, base: ResolvedGraph, name: str, path: str) -> None:
        self._project = project
        self._base = base
        self._name = name
        self._path = path
        self._known: dict[Names, Reduced | None] = {}

    def without(self, removed: Names) -> Reduced | None:
        """None: it does not resolve."""
        if removed not in self._known:
            self._known[removed] = self._resolve(removed)
        return self._known[removed]

    def wish(self, removed: Names) -> Wish:
        """What names a removed instance in a list goes on without it; a choice falls to the only provider that is left."""
        sets = []
        left = [each for each in self._base.spec.instances if each.name not in removed]
        for each in left:
            for wire in each.wires.values():
                targets = [target for target, _ in wire.targets]
                kept = [target for target in targets if target not in removed]
                if wire.is_list and kept != targets:
                    sets.append(f"{each.name}.{wire.port}={','.join(kept) or 'none'}")
        for choice in self._base.spec.choose.values():
            if choice.instance in removed:
                components = self._base.catalog.components
                providers = [each.name for each in left if choice.interface in dict(components[each.component].provides)]
                sets += [f"{choice.interface}={providers[0]}"] if len(providers) == 1 else []
        return Wish(sets=tuple(sets), removes=tuple(sorted(removed)))

    def text(self, removed: Names, name: str, *, budgets: bool) -> str:
        summary = f"{self._base.name}, without what it can do without."
        return overlay.text(self._base, name, summary, self.wish(removed), budgets=budgets)

    def _resolve(self, removed: Names) -> Reduced | None:
        """Without budgets: counting the instructions of a boot waits long for a kernel that hangs."""
        try:
            text = self.text(removed, self._name, budgets=False)
            return Reduced(removed, text, self._project.resolve_text(self._path, text))
        except (Failed, Stop):
            return None

    def groups(self, current: Reduced) -> list[Names]:
        """For each instance, it alone if that resolves, or it and those that need it; each group once."""
        found = (self._group(current, each.name) for each in current.graph.spec.instances)
        return list(dict.fromkeys(group for group in found if group is not None))

    def _group(self, current: Reduced, name: str) -> Names | None:
        group = frozenset({name})
        while self.without(current.removed | group) is None:
            wider = group.union(*(current.needed_by.get(each, frozenset()) for each in group))
            if wider == group:
                return None
            group = wider
        return group


def biggest_first(groups: Iterable[Names], weights: Mapping[str, int]) -> list[Names]:
    """By what they take of the image, then by name."""
    return sorted(groups, key=lambda group: (-sum(weights.get(each, 0) for each in group), sorted(group)))
