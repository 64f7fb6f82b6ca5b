"""Copies of the tree that a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

PARTS = ("CMakeLists.txt", "arch", "cmake", "codegen", "components", "dts", "graphs", "tools", "tests/graphs", "tests/qemu")


def copy_tree(source: Path, target: Path) -> Path:
    """The tree as it is, without what was built in it."""
    for part in PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif (source / part).is_file():
            shutil.copy(source / part, target / part)
    return target
