"""A graph of 1,000 instances resolves in under two seconds, the start of Python and the reading of its files included."""

from __future__ import annotations

from pathlib import Path

import scale
import trees
from phoenix import api


def test_thousand_instances() -> None:
    whole, _ = scale.measure(1000)
    assert whole < 2.0


def test_thousand_instances_are_ordered(tmp_path: Path) -> None:
    scale.write_project(tmp_path, 1000)
    graph = api.resolve(tmp_path, "big")
    assert [step.instance for step in graph.init_order] == [f"p{i}" for i in range(1000)]
    assert len(trees.emitted(tmp_path, "big", tmp_path / "out")) > 40
