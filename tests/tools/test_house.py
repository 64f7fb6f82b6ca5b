"""What every component's folder holds, besides what the generator asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from phoenix.api import catalog, resolve
from phoenix.model import Catalog, Component
from phoenix_tools.cli import DEFAULT_GRAPH

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def parts() -> Catalog:
    return catalog(ROOT)


def is_stand_in(parts: Catalog, component: Component) -> bool:
    """In an interfaces folder: for tests. Those of contracts without a conformance suite have nothing to be held to."""
    suites = [each for each in parts.interfaces.values() if each.conformance and component.provided(each.name)]
    return "/interfaces/" in component.folder and not suites


def test_each_component_says_what_it_is(parts: Catalog) -> None:
    assert [each.folder for each in parts.components.values() if not (ROOT / each.folder / "README.md").is_file()] == []


def is_tested_elsewhere(component: Component) -> bool:
    """In the test of another folder, which includes its header or whose graph places it."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "components").rglob("*_test.cpp")]
    graphs = [path.read_text(encoding="utf-8") for path in (ROOT / "components").rglob("*_graph.yaml")]
    header = f"<{component.folder.removeprefix('components/')}/"
    placed = re.compile(rf"^  \w+:.*\b{component.name}\b", re.MULTILINE)
    return any(header in text for text in texts) or any(placed.search(text) for text in graphs)


def test_each_component_has_a_test(parts: Catalog) -> None:
    """But those of `arch/`, which only a machine can test, contracts' stand-ins, and applications, which whole images run."""
    untested = [
        each.folder
        for each in parts.components.values()
        if each.folder.startswith("components/") and not is_stand_in(parts, each) and not each.tests
        if not each.provided("Application") and not is_tested_elsewhere(each)
    ]
    assert untested == []


def test_the_readme_shows_the_default_graph_as_it_is() -> None:
    """docs/images/shell.svg is `tools/phx show shell --dot --domains | dot -Tsvg`."""
    words = set(re.findall(r">([^<>]+)</text>", (ROOT / f"docs/images/{DEFAULT_GRAPH}.svg").read_text(encoding="utf-8")))
    instances = resolve(ROOT, DEFAULT_GRAPH).instances
    assert words == {each.name for each in instances} | {each.component.domain for each in instances}
