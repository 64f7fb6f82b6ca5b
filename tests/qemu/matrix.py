#!/usr/bin/python3
"""Writes the ctest entries of all boots: every graph with a boot_test, in every shape that a machine may have.

    matrix.py --root . --out build/tests/qemu.cmake
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path
from typing import Iterator, List

from phoenix.api import open_project
from phoenix.diagnostics import Failed
from phoenix_tools.workspace import Workspace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from bad_input import CASES  # noqa: E402
from sessions import SESSIONS  # noqa: E402

LEVELS = (1, 2)
CPUS = ("cortex-a57", "cortex-a72", "max")
MEMORIES = ("128M", "2G")
COUNTS = (1, 4)


def boots(graph: str) -> Iterator[str]:
    for level, cpu, memory, count in itertools.product(LEVELS, CPUS, MEMORIES, COUNTS):
        name = f"boot.{graph}.el{level}.{cpu.replace('cortex-', '')}.{memory}.{count}cpu"
        arguments = f"{graph} --el {level} --cpu {cpu} --memory {memory} --cpus {count}"
        yield entry(name, f"{HERE}/boot.py {arguments}", "qemu;boot")


def entry(name: str, command: str, labels: str) -> str:
    return (
        f'add_test(NAME {name} COMMAND /usr/bin/python3 {command})\n'
        f'set_tests_properties({name} PROPERTIES LABELS "{labels}" TIMEOUT 60)\n'
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="ctest entries of all boots.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    lines: List[str] = []
    project = open_project(options.root)
    for graph in Workspace(options.root).image_graphs():
        try:
            resolved = project.resolve(graph)
        except Failed as failed:
            print(failed.render(), file=sys.stderr)
            return 2
        if resolved.spec.boot_test is not None and resolved.arch != "host":
            lines += boots(graph)
    lines += [entry(f"bad_input.{name}", f"{HERE}/bad_input.py {name}", "qemu;bad_input") for name in CASES]
    lines += [entry(f"session.{name}", f"{HERE}/sessions.py {name}", "qemu;session") for name in SESSIONS]
    lines.append(entry("image.indirect_branches", f"{HERE}/indirect_branches.py", "qemu;image"))
    text = "".join(lines)
    if not options.out.is_file() or options.out.read_text(encoding="utf-8") != text:
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
