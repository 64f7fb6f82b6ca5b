"""`phx new component`: what it writes builds, and its test passes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from copies import copy_tree


def phx(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(tree / "tools/phx"), *arguments], capture_output=True, text=True, cwd=tree)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy_tree(Path(__file__).resolve().parents[2], tmp_path)


def test_a_new_component_builds_and_its_test_passes(tree: Path) -> None:
    made = phx(tree, "new", "component", "time/stop_watch")
    assert made.returncode == 0, made.stderr
    files = {Path(line).name for line in made.stdout.splitlines()}
    assert files == {"component.yaml", "README.md", "stop_watch.hpp", "stop_watch.cpp", "stop_watch_test.cpp"}
    assert phx(tree, "check").returncode == 0
    build = tree / "build/tests"
    for command in (
        ["cmake", "-S", str(tree), "-B", str(build), "-G", "Ninja", "-DPHX_GRAPH=tests"],
        ["ninja", "-C", str(build), "bin/test-stop_watch", "archetype.aarch64.stop_watch"],
        [str(build / "bin/test-stop_watch")],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("place", ["stopwatch", "time/Stop", "time/a/b", "../x/y", "time/interfaces", "console/pl011", "debug/pl011"])
def test_a_place_that_cannot_be_is_bad_input(tree: Path, place: str) -> None:
    made = phx(tree, "new", "component", place)
    assert made.returncode == 2
    assert made.stderr.strip() and "Traceback" not in made.stderr
