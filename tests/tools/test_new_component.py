"""`phx new component`: what it writes builds, and its test passes."""

from __future__ import annotations

from pathlib import Path

import pytest
from copies import Checkout, copy_tree


@pytest.fixture
def tree(tmp_path: Path) -> Checkout:
    return copy_tree(tmp_path)


def test_a_new_component_builds_and_its_test_passes(tree: Checkout) -> None:
    made = tree.phx("new", "component", "time/stop_watch")
    assert made.returncode == 0, made.stderr
    files = {Path(line).name for line in made.stdout.splitlines()}
    assert files == {"component.yaml", "README.md", "stop_watch.hpp", "stop_watch.cpp", "stop_watch_test.cpp"}
    checked = tree.phx("check")
    assert checked.returncode == 0, checked.stderr
    built = tree.build_tests("bin/test-stop_watch", "archetype.aarch64.stop_watch")
    assert built.returncode == 0, built.stdout
    ran = tree.run(str(tree.root / "build/tests/bin/test-stop_watch"))
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("place", ["stopwatch", "time/Stop", "time/a/b", "../x/y", "time/interfaces", "console/pl011", "debug/pl011"])
def test_a_place_that_cannot_be_is_bad_input(tree: Checkout, place: str) -> None:
    made = tree.phx("new", "component", place)
    assert made.returncode == 2
    assert made.stderr.strip() and "Traceback" not in made.stderr
