"""Start-up order: ties by name, providers without `init`, and the shortest loop."""

from __future__ import annotations

from pathlib import Path

import pytest
from phoenix import api
from phoenix.diagnostics import Failed


def project(root: Path, parts: dict[str, str], no_init: str = "") -> Path:
    """One component a letter, each providing an interface of its own; `parts` gives the letters that it needs at init."""
    faces = root / "components" / "x" / "interfaces"
    faces.mkdir(parents=True)
    (faces / "h.hpp").touch()
    for part, needs in parts.items():
        name = part.upper()
        (faces / f"{part}.yaml").write_text(
            f"interface: {name}\nsummary: A face.\nkind: family\ncxx: phx::x::{name}\nheader: h.hpp\n"
        )
        folder = root / "components" / "x" / part
        folder.mkdir()
        (folder / "h.hpp").touch()
        ports = "".join(f"  to_{need}: {{interface: {need.upper()}, use: init}}\n" for need in needs)
        init = "" if part in no_init else "init: init\n"
        (folder / "component.yaml").write_text(
            f"component: {part}\nsummary: A part.\nclass: phx::x::P{name}\nheader: h.hpp\nprovides: [{name}]\n{init}"
            + (f"ports:\n{ports}" if ports else "")
        )
    (root / "graphs").mkdir()
    lines = "".join(f"  {part}: {part}\n" for part in parts)
    (root / "graphs" / "g.yaml").write_text(f"graph: g\nsummary: G.\narch: host\ninstances:\n{lines}")
    return root


def order(root: Path) -> str:
    return "".join(step.instance for step in api.resolve(root, "g").init_order)


def test_ties_go_by_name(tmp_path: Path) -> None:
    assert order(project(tmp_path, {"d": "", "b": "d", "c": "", "a": "d", "e": ""})) == "cdabe"


def test_waits_for_all(tmp_path: Path) -> None:
    assert order(project(tmp_path, {"a": "bcd", "b": "c", "c": "d", "d": ""})) == "dcba"


def test_a_provider_without_init_passes_its_needs_on(tmp_path: Path) -> None:
    graph = api.resolve(project(tmp_path, {"a": "b", "b": "c", "c": ""}, no_init="b"), "g")
    assert [(step.instance, step.after) for step in graph.init_order] == [("c", ()), ("a", ("c",))]


def test_further_cpus_start_what_asks_for_it_in_the_same_order(tmp_path: Path) -> None:
    root = project(tmp_path, {"a": "b", "b": "c", "c": "", "d": "c"}, no_init="d")
    for part in "abd":
        manifest = root / "components" / "x" / part / "component.yaml"
        manifest.write_text(manifest.read_text() + "init_cpu: init_cpu\n")
    graph = root / "graphs" / "g.yaml"
    graph.write_text(graph.read_text().replace("c: c", "c: {component: c, on_fail: degrade}"))
    steps = api.resolve(root, "g").cpu_order
    assert [(step.instance, step.booted, step.unsure) for step in steps] == [
        ("b", ("b",), ()), ("a", ("a",), ()), ("d", ("c",), ())
    ]


def test_a_step_on_a_further_cpu_waits_for_those_that_may_fail_there(tmp_path: Path) -> None:
    root = project(tmp_path, {"a": "b", "b": ""}, no_init="ab")
    for part in "ab":
        manifest = root / "components" / "x" / part / "component.yaml"
        manifest.write_text(manifest.read_text() + "init_cpu: init_cpu\n")
    graph = root / "graphs" / "g.yaml"
    graph.write_text(graph.read_text().replace("b: b", "b: {component: b, on_fail: degrade}"))
    steps = api.resolve(root, "g").cpu_order
    assert [(step.instance, step.booted, step.unsure) for step in steps] == [("b", (), ()), ("a", (), ("b",))]


def test_doubt_is_handed_on(tmp_path: Path) -> None:
    root = project(tmp_path, {"a": "b", "b": "c", "c": "", "d": ""})
    graph = root / "graphs" / "g.yaml"
    graph.write_text(graph.read_text().replace("c: c", "c: {component: c, on_fail: degrade}"))
    assert {step.instance: step.unsure for step in api.resolve(root, "g").init_order} == {
        "a": ("b",), "b": ("c",), "c": (), "d": ()
    }


def loops(root: Path) -> list[str]:
    with pytest.raises(Failed) as caught:
        api.resolve(root, "g")
    return [diagnostic.message.rpartition(": ")[2] for diagnostic in caught.value.diagnostics if diagnostic.code == "init-cycle"]


def test_the_shortest_loop_is_shown(tmp_path: Path) -> None:
    assert loops(project(tmp_path, {"a": "b", "b": "c", "c": "d", "d": "ac", "e": "a"})) == ["c -> d -> c"]


def test_each_knot_is_shown(tmp_path: Path) -> None:
    assert loops(project(tmp_path, {"a": "b", "b": "a", "c": "a", "d": "e", "e": "f", "f": "d"})) == ["a -> b -> a", "d -> e -> f -> d"]
