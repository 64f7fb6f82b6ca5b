"""The order of locks: what a call may take, how that is narrowed, and that mutexes come first."""

from __future__ import annotations

from pathlib import Path

from phoenix import api

FACE = """interface: {name}
summary: A face.
kind: family
cxx: phx::x::{name}
header: h.hpp
context:
  poke: {{context: any}}
  look: {{context: any, locks: false}}
  rest: {{context: thread, sleeps: true}}
"""


def project(root: Path, parts: dict[str, str]) -> Path:
    """One component a letter, which provides the interface of its letter and has a port to each other one, named like that."""
    faces = root / "components" / "x" / "interfaces"
    faces.mkdir(parents=True)
    (faces / "h.hpp").touch()
    (root / "graphs").mkdir()
    for part, locks in parts.items():
        (faces / f"{part}.yaml").write_text(FACE.format(name=part.upper()))
        folder = root / "components" / "x" / part
        folder.mkdir()
        (folder / "h.hpp").touch()
        ports = "".join(f"  {other}: {{interface: {other.upper()}}}\n" for other in parts if other != part)
        (folder / "component.yaml").write_text(
            f"component: {part}\nsummary: A part.\nclass: phx::x::P{part}\nheader: h.hpp\nprovides: [{part.upper()}]\n"
            + (f"ports:\n{ports}" if ports else "")
            + locks
        )
    lines = "".join(f"  {part}: {part}\n" for part in parts)
    (root / "graphs" / "g.yaml").write_text(f"graph: g\nsummary: G.\narch: host\ninstances:\n{lines}")
    return root


def ranks(root: Path) -> str:
    graph = api.resolve(root, "g")
    assert [each.rank for each in graph.locks] == list(range(1, len(graph.locks) + 1))
    return " ".join(each.name for each in graph.locks)


def edges(root: Path) -> set[str]:
    return {f"{edge.before} > {edge.after}" for edge in api.resolve(root, "g").lock_edges}


def one(*words: str) -> str:
    """A manifest's `locks:` with one lock, `l`."""
    return "locks:\n  l: {" + ", ".join(("summary: A lock.", *words)) + "}\n"


def test_a_call_takes_all_locks_of_the_provider(tmp_path: Path) -> None:
    two = "locks:\n  l: {summary: A lock.}\n  k: {summary: Another.}\n"
    root = project(tmp_path, {"a": one(), "b": two, "c": one("calls: [b]")})
    assert edges(root) == {"c.l > b.l", "c.l > b.k"}
    assert ranks(root) == "a.l c.l b.k b.l"


def test_a_function_narrows_a_call(tmp_path: Path) -> None:
    two = "locks:\n  l: {summary: A lock., taken_by: [B.poke]}\n  k: {summary: Another., taken_by: [B.rest]}\n"
    assert edges(project(tmp_path, {"a": one("calls: [b]"), "b": two})) == {"a.l > b.l"}


def test_what_takes_no_lock_is_no_edge(tmp_path: Path) -> None:
    assert edges(project(tmp_path, {"a": one("calls: [b.look, b.rest]"), "b": one()})) == set()


def test_a_lock_that_only_its_owner_takes_is_no_edge(tmp_path: Path) -> None:
    assert edges(project(tmp_path, {"a": one("calls: [b]"), "b": one("taken_by: []")})) == set()


def test_calls_are_passed_on(tmp_path: Path) -> None:
    root = project(tmp_path, {"a": one("calls: [b]"), "b": "passes_on: [c, a.look]\n", "c": "passes_on: [b, d]\n", "d": one()})
    assert edges(root) == {"a.l > d.l"}
    (edge,) = api.resolve(root, "g").lock_edges
    assert [text for _, text in edge.why] == [
        "`a.l` is held while `b` is called",
        "which `b` passes on, calling `c`",
        "which `c` passes on, calling `d`",
        "which `d` takes `d.l` for",
    ]


def test_mutexes_come_before_spinlocks(tmp_path: Path) -> None:
    both = "locks:\n  a: {summary: A spinlock.}\n  l: {kind: mutex, summary: A mutex., before: [a], calls: [b]}\n"
    root = project(tmp_path, {"a": both, "b": one("kind: mutex"), "c": one("calls: [a, b]")})
    assert edges(root) == {"a.l > b.l", "c.l > a.a"}
    assert ranks(root) == "a.l b.l c.l a.a"
