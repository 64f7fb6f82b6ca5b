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
JUDGE = HERE.parent / "judges" / "judge.py"
sys.path[:0] = [str(HERE), str(JUDGE.parent)]

from archives import CASES as ARCHIVES  # noqa: E402
from bad_input import CASES  # noqa: E402
from judges import JUDGES  # noqa: E402
from sessions import SESSIONS  # noqa: E402

LEVELS = (1, 2)
CPUS = ("cortex-a57", "cortex-a72", "max")
MEMORIES = ("128M", "2G")
COUNTS = (1, 4)


# For graphs that are only there for tests: each value of each axis; the rest of the product is for the long run.
FEW = {(1, "cortex-a57", "128M", 1), (2, "cortex-a72", "2G", 4), (1, "max", "2G", 4), (2, "max", "128M", 1)}
# For those that measure, which `bench.core` runs and holds to their figures: that they run where time is real and CPUs are several.
ONE = {(2, "cortex-a72", "2G", 4)}
# graph, CPUs, seconds in every run, seconds in the long one
TORTURE = (
    ("torture_up", 1, 8, 60),
    ("torture_smp", 1, 60, 120),
    ("torture_smp", 2, 60, 120),
    ("torture_smp", 4, 60, 600),
    ("torture_smp", 8, 8, 120),
    ("torture_smp_rr", 4, 8, 60),
    ("torture_rt", 4, 8, 120),
    ("torture_queued", 4, 8, 120),
    ("torture_checked", 4, 8, 120),
    ("torture_calls", 4, 60, 600),
    ("torture_calls_checked", 4, 20, 120),
)


def boots(graph: str, shipped: bool) -> Iterator[str]:
    for shape in itertools.product(LEVELS, CPUS, MEMORIES, COUNTS):
        if graph.startswith("bench") and shape not in ONE:
            continue
        level, cpu, memory, count = shape
        name = f"boot.{graph}.el{level}.{cpu.replace('cortex-', '')}.{memory}.{count}cpu"
        arguments = f"{graph} --el {level} --cpu {cpu} --memory {memory} --cpus {count}"
        yield entry(name, f"{HERE}/boot.py {arguments}", "qemu;boot", long=not shipped and shape not in FEW)


def torture() -> Iterator[str]:
    for graph, cpus, *times in TORTURE:
        for seconds, suffix in zip(times, ("", ".long")):
            seed = "" if suffix else " seed=1"  # for fuzzers: the long run takes another each time
            command = f'{HERE}/boot.py {graph} --cpus {cpus} --append "seconds={seconds}{seed}" --timeout {3 * seconds + 60}'
            yield entry(f"torture.{graph}.{cpus}cpu{suffix}", command, "qemu;torture", long=bool(suffix), timeout=3 * seconds + 90)


def judges() -> Iterator[str]:
    for judge in JUDGES.values():
        for graph, cpus in (("shell", 1), ("shell-smp", 4)):
            if cpus > 1 and judge.tells_cpus:
                continue
            command = f"{JUDGE} run {judge.name} --graph {graph} --cpus {cpus}"
            suffix = "" if graph == "shell" else ".smp"
            yield entry(f"judge.{judge.name}{suffix}", command, "qemu;judge", long=bool(suffix), timeout=int(2 * judge.seconds) + 30)


def entry(name: str, command: str, labels: str, *, long: bool = False, timeout: int = 60) -> str:
    return (
        f"add_test(NAME {name} COMMAND /usr/bin/python3 {command}{' CONFIGURATIONS long' if long else ''})\n"
        f'set_tests_properties({name} PROPERTIES LABELS "{labels}" TIMEOUT {timeout})\n'
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
            if not graph.startswith("torture"):
                lines += boots(graph, shipped=resolved.spec.place.file.startswith("graphs/"))
    lines += torture()
    exhaustion = "torture_exhaustion --cpus 2 --memory 128M --timeout 400"
    lines.append(entry("torture.torture_exhaustion", f"{HERE}/boot.py {exhaustion}", "qemu;torture", timeout=420))
    lines += [entry(f"bad_input.{name}", f"{HERE}/bad_input.py {name}", "qemu;bad_input") for name in CASES]
    lines += [entry(f"archive.{name}", f"{HERE}/archives.py {name}", "qemu;archive", timeout=90) for name in ARCHIVES]
    lines += [entry(f"session.{name}", f"{HERE}/sessions.py {name}", "qemu;session") for name in SESSIONS]
    lines.append(entry("observe.profile", f"{HERE}/profile.py", "qemu;observe", timeout=300))
    lines += [entry(f"bench.{what}", f"{HERE}/bench.py {what}", "qemu;bench", timeout=240) for what in ("core", "user")]
    lines += judges()
    lines.append(entry("observe.trace", f"{HERE}/trace.py", "qemu;observe", timeout=300))
    lines.append(entry("image.indirect_branches", f"{HERE}/indirect_branches.py", "qemu;image"))
    phx = HERE.parents[1] / "tools" / "phx"
    lines.append(entry("variants.monitors", f"{phx} matrix monitors", "qemu;variants", long=True, timeout=1800))
    lines.append(entry("variants.cost", f"{phx} bench variants", "qemu;variants", long=True, timeout=1800))
    text = "".join(lines)
    if not options.out.is_file() or options.out.read_text(encoding="utf-8") != text:
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
