"""Copies of the tree that a test may break."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "codegen")]

PARTS = ("CMakeLists.txt", "arch", "cmake", "codegen", "components", "dts", "graphs", "tools", "tests/graphs", "tests/qemu")


@dataclass(frozen=True)
class Checkout:
    """A copy of the tree."""

    root: Path

    def append(self, file: str, text: str) -> None:
        path = self.root / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def prepend(self, file: str, text: str) -> None:
        path = self.root / file
        path.write_text(text + path.read_text(encoding="utf-8"), encoding="utf-8")

    def phx(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.root / "tools/phx"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.root)

    def python(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PYTHONPATH": f"{self.root}/codegen:{self.root}/tools", "PATH": "/usr/bin:/bin"}
        command = ["/usr/bin/python3", "-m", module, *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=self.root, env=environment)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """The tree as it is, without what was built in it."""
    for part in PARTS:
        source, target = ROOT / part, tmp_path / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy(source, target)
    return Checkout(tmp_path)
