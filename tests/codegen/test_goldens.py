"""Generated code of two small graphs, byte for byte; and that compilers take it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import trees
from phoenix import api
from phoenix.tests import emit_archetypes, emit_tests

CLANG = shutil.which("clang++-19")
FLAGS = [
    "-std=c++23",
    "-stdlib=libc++",
    "-fsyntax-only",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wshadow",
    "-Wglobal-constructors",
    "-Werror",
]


@pytest.mark.parametrize("graph", trees.GOLDEN_GRAPHS)
def test_golden(graph: str, tmp_path: Path) -> None:
    folder = trees.GOLDENS / graph
    expected = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    found = trees.emitted(trees.BASE, graph, tmp_path)
    assert sorted(found) == sorted(expected)
    for path, data in found.items():
        assert data.decode() == expected[path].decode(), path


def compile_all(sources: list[Path], include: Path, root: Path) -> None:
    roots = [
        include,
        root / "components",
        trees.ROOT / "components",
        trees.ROOT / "arch" / "host" / "include",
    ]
    command = [str(CLANG), *FLAGS, *(f"-I{path}" for path in roots), *map(str, sources)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(CLANG is None, reason="clang++-19 is not installed")
@pytest.mark.parametrize("graph", ["tiny", "odd"])
def test_graph_compiles(graph: str, tmp_path: Path) -> None:
    root = trees.lay_out(trees.SHAPES, tmp_path)
    project = api.open_project(root)
    resolved = project.resolve(graph)
    api.emit_graph(project, resolved, tmp_path / "out")
    gen = tmp_path / "out" / "gen"
    sources = {
        root / instance.component.folder / source
        for instance in resolved.instances
        for source in instance.component.sources
    }
    compile_all([*sorted(gen.glob("*.cpp")), *sorted(sources)], gen / "include", root)


@pytest.mark.skipif(CLANG is None, reason="clang++-19 is not installed")
def test_archetypes_compile(tmp_path: Path) -> None:
    root = trees.lay_out(trees.SHAPES, tmp_path)
    emit_archetypes(api.open_project(root), tmp_path / "out")
    sources = [
        path
        for path in sorted((root / "components").rglob("*.cpp"))
        if not path.name.endswith(("_test.cpp", "_fuzz.cpp"))
    ]
    compile_all(sources, tmp_path / "out" / "host" / "include", root)
    assert (
        "phx_archetype(COMPONENT uart ARCH aarch64 INCLUDE"
        in (tmp_path / "out" / "archetypes.cmake").read_text()
    )


@pytest.mark.skipif(CLANG is None, reason="clang++-19 is not installed")
def test_host_tests_compile(tmp_path: Path) -> None:
    root = trees.lay_out(trees.SHAPES, tmp_path)
    _, problems = emit_tests(api.open_project(root), tmp_path / "out")
    assert problems == ()
    calls = (tmp_path / "out" / "tests.cmake").read_text()
    assert "phx_host_test(NAME test-klog COMPONENT klog " in calls
    assert "phx_host_test(NAME uart-pair COMPONENT uart " in calls and "FUZZERS" in calls
    gen = tmp_path / "out" / "uart-pair" / "gen"
    compile_all(
        [*sorted(gen.glob("*.cpp")), root / "components/core/uart/uart_test.cpp"], gen / "include", root
    )


def test_a_graph_outside_of_the_tree_is_an_input(tmp_path: Path) -> None:
    graph = tmp_path / "mine.yaml"
    graph.write_text("graph: mine\nsummary: Mine.\nextends: small\n", encoding="utf-8")
    project = api.open_project(trees.BASE)
    api.emit_graph(project, project.resolve(graph), tmp_path / "out")
    assert f'"{graph}"' in (tmp_path / "out/gen/graph.cmake").read_text(encoding="utf-8")


def test_unchanged_files_are_not_written(tmp_path: Path) -> None:
    project = api.open_project(trees.BASE)
    first = api.emit_graph(project, project.resolve("small"), tmp_path)
    (tmp_path / "gen" / "include" / "params" / "gone.hpp").write_text("left behind")
    again = api.emit_graph(project, project.resolve("small"), tmp_path)
    assert first.written and not again.written and again.unchanged == len(first.written)
    assert not (tmp_path / "gen" / "include" / "params" / "gone.hpp").exists()
    tiny = api.emit_graph(project, project.resolve("tiny"), tmp_path)
    assert tiny.written and not (tmp_path / "gen" / "include" / "params" / "uart.hpp").exists()
