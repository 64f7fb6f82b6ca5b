"""What the page knows: the resolved graph, or two, with reasons, costs, texts of files and the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from phoenix.model import Catalog, Component
from phoenix_tools import picture
from phoenix_tools.answers.difference import difference
from phoenix_tools.answers.sides import Side
from phoenix_tools.answers.why import Reasons
from phoenix_tools.explore.costs import costs
from phoenix_tools.workspace import Workspace

_MOST_DRAWN = 150  # instances; the picture of more takes graphviz seconds, and shows nothing


def content(workspace: Workspace, before: Side | None, after: Side) -> dict[str, Any]:
    """For JSON. `before`: None where one graph is looked at."""
    sides = [side for side in (before, after) if side is not None]
    found: dict[str, Any] = {
        "before": _side(workspace, before) if before else None,
        "after": _side(workspace, after),
        "difference": _difference(before, after) if before else None,
        "picture": _picture(after),
    }
    resolved = next((side.resolved for side in reversed(sides) if side.resolved), None)
    if resolved is not None:
        found |= _catalog(workspace.root, resolved.catalog, sides)
    return {"components": {}, "interfaces": {}, "files": {}, **found}


def _side(workspace: Workspace, side: Side) -> dict[str, Any]:
    reasons = Reasons(side.graph)
    left_out = ("allowed_edges", "boot_test")
    return {
        "title": side.title,
        "graph": {key: value for key, value in side.graph.items() if key not in left_out},
        "costs": costs(workspace, side),
        "links": {name: [[link.user, link.port] for link in links] for name, links in reasons.links.items()},
        "named": {
            name: [[step.text, step.place] for step in reasons.named(each["place"], f"names `{name}: {each['component']}` ({each['why']})")]
            for name, each in reasons.instances.items()
        },
    }


def _difference(before: Side, after: Side) -> list[dict[str, Any]]:
    return [
        {
            "title": section.title,
            "changes": [
                {"sign": each.sign, "name": each.name, "before": each.before, "after": each.after, "text": each.text}
                for each in section.changes
            ],
        }
        for section in difference(before.graph, after.graph)
    ]


def _picture(side: Side) -> str | None:
    if side.resolved is None or len(side.graph["instances"]) > _MOST_DRAWN:
        return None
    drawn = picture.svg(picture.dot(side.graph, picture.families(side.resolved)))
    return drawn[drawn.index("<svg") :]


def _catalog(root: Path, catalog: Catalog, sides: list[Side]) -> dict[str, Any]:
    """What manifests, interfaces and READMEs say of the components that are there."""
    names = sorted({name for side in sides for name in side.graph["components"] if name in catalog.components})
    components = [catalog.components[name] for name in names]
    interfaces = sorted({name for each in components for name in _interfaces_of(each) if name in catalog.interfaces})
    paths = {each.place.file for each in components} | {catalog.interfaces[name].place.file for name in interfaces}
    for side in sides:
        paths |= set(_files_of_graph(side.graph))
    readme = MarkdownIt("commonmark", {"html": False}).enable("table")
    return {
        "components": {each.name: _component(root, each, readme) for each in components},
        "interfaces": {name: _interface(catalog, name) for name in interfaces},
        "files": {path: text for path in sorted(paths) if (text := _text(root / path)) is not None},
    }


def _interfaces_of(component: Component) -> Iterator[str]:
    yield from (name for name, _ in component.provides)
    yield from (port.interface for port in component.ports)


def _files_of_graph(graph: Mapping[str, Any]) -> Iterator[str]:
    yield from (link["file"] for link in graph["chain"])
    if graph["machine"]:
        yield graph["machine"]["device_tree_place"].partition(":")[0]


def _component(root: Path, component: Component, readme: MarkdownIt) -> dict[str, Any]:
    text = _text(root / component.folder / "README.md")
    return {
        "folder": component.folder,
        "ports": {port.name: port.summary for port in component.ports},
        "parameters": {
            each.name: {
                "summary": each.summary, "min": each.minimum, "max": each.maximum, "values": list(each.values), "default": each.default
            }
            for each in component.parameters
        },
        "readme": readme.render(text) if text else "",
    }


def _interface(catalog: Catalog, name: str) -> dict[str, Any]:
    interface = catalog.interfaces[name]
    kind = "family" if interface.family else "service"
    return {"summary": interface.summary, "kind": kind, "place": str(interface.place)}


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
