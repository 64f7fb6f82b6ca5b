"""Copies of the tree that a test may change, and break."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "CMakeLists.txt", "arch", "cmake", "codegen", "components", "dts", "graphs", "tools",
    "tests/graphs", "tests/judges", "tests/qemu", "tests/user",
)


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

    def replace(self, file: str, old: str, new: str) -> None:
        """Replaces the first `old`, which must be there."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has changed: no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, cwd=self.root)

    def phx(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.root / "tools/phx"), *arguments)

    def build_tests(self, *targets: str) -> subprocess.CompletedProcess[str]:
        """Some targets of the tests' build, configured first."""
        configured = self.run("cmake", "-S", ".", "-B", "build/tests", "-G", "Ninja", "-DPHX_GRAPH=tests")
        assert configured.returncode == 0, configured.stderr
        return self.run("ninja", "-C", "build/tests", *targets)


def copy_tree(target: Path) -> Checkout:
    """The tree as it is, without what was built in it."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy(source, target / part)
    return Checkout(target)
