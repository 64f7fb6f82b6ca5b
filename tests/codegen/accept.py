"""Rewrites the expected messages and the goldens from what the generator says now. Read the difference before committing it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import trees

sys.path.insert(0, str(trees.ROOT / "codegen"))


def main() -> None:
    for name in trees.fixture_names():
        with tempfile.TemporaryDirectory() as folder:
            said = trees.messages(trees.lay_out(trees.FIXTURES / name, Path(folder)))
        (trees.FIXTURES / name / "expected.txt").write_text(said, encoding="utf-8")
    shutil.rmtree(trees.GOLDENS, ignore_errors=True)
    for graph in trees.GOLDEN_GRAPHS:
        with tempfile.TemporaryDirectory() as folder:
            for path, data in trees.emitted(trees.BASE, graph, Path(folder)).items():
                target = trees.GOLDENS / graph / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)


if __name__ == "__main__":
    main()
