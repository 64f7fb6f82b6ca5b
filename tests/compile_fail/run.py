#!/usr/bin/python3
"""Compiles programs that must not compile.

Each case is a .cpp file in this folder. Lines that end in `// wrong` are the mistakes: without them the file
must compile, and with any one of them the compiler must refuse it there, with diagnostics that contain what
each `// expect: TEXT` line says.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

MARK = "// wrong"
EXPECT = "// expect: "
SOURCE = "case.cpp"


@dataclass(frozen=True)
class Case:
    path: Path
    lines: tuple[str, ...]

    @property
    def expected(self) -> list[str]:
        return [line[len(EXPECT) :] for line in self.lines if line.startswith(EXPECT)]

    @property
    def mistakes(self) -> list[int]:
        return [number for number, line in enumerate(self.lines) if line.endswith(MARK)]

    def with_mistakes(self, kept: set[int]) -> str:
        """The source with only these of its mistakes; line numbers stay."""
        dropped = set(self.mistakes) - kept
        return "\n".join("" if number in dropped else line for number, line in enumerate(self.lines))


def read_case(path: Path) -> Case:
    return Case(path, tuple(path.read_text().splitlines()))


def compile_source(root: Path, llvm: Path, source: str) -> tuple[bool, str]:
    """Whether the compiler takes it, and what it says."""
    folders = ("components", "arch", "arch/host/include", "tests/compile_fail/include")
    includes = [f"-I{root / folder}" for folder in folders]
    command = [
        str(llvm / "bin" / "clang++"),
        *("-fsyntax-only", "-std=c++23", "-nostdinc++", "-isystem", str(llvm / "include/c++/v1")),
        *("-Wall", "-Wextra", "-Wthread-safety", "-Wthread-safety-beta", "-Werror"),
        *("-Wno-unused-variable", "-fno-color-diagnostics"),
        *includes,
        SOURCE,
    ]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / SOURCE).write_text(source + "\n")
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def failures(root: Path, llvm: Path, case: Case) -> list[str]:
    if not case.expected or not case.mistakes:
        return [f"{case.path}: needs `{EXPECT}TEXT` and a line that ends in `{MARK}`"]
    found = []
    accepted, output = compile_source(root, llvm, case.with_mistakes(set()))
    if not accepted:
        found.append(f"{case.path}: does not compile even without its mistakes\n{output}")
    for mistake in case.mistakes:
        place = f"{case.path}:{mistake + 1}"
        accepted, output = compile_source(root, llvm, case.with_mistakes({mistake}))
        if accepted:
            found.append(f"{place}: compiles, but must not")
            continue
        for text in (f"{SOURCE}:{mistake + 1}:", *case.expected):
            if text not in output:
                found.append(f"{place}: is refused, but without `{text}`\n{output}")
    return found


def main() -> int:
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Compiles programs that must not compile.")
    parser.add_argument("filter", nargs="?", default="", help="only cases whose name contains this")
    parser.add_argument("--root", type=Path, default=here.parent.parent, help="the source tree")
    parser.add_argument("--llvm", type=Path, default=Path("/usr/lib/llvm-19"), help="where LLVM is installed")
    parser.add_argument("--jobs", type=int, default=2, help="compilations at a time")
    arguments = parser.parse_args()

    root = arguments.root.resolve()
    cases = [read_case(path) for path in sorted(here.glob("*.cpp")) if arguments.filter in path.stem]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        found = list(chain(*pool.map(lambda case: failures(root, arguments.llvm, case), cases)))
    for line in found:
        print(line)
    mistakes = sum(len(case.mistakes) for case in cases)
    print(f"{len(cases)} cases, {mistakes} mistakes, {len(found)} failures")
    return 1 if found or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
