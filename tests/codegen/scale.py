"""How long a graph of many instances takes to resolve: `python3 tests/codegen/scale.py [COUNT]`."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def write_project(root: Path, count: int) -> None:
    """`count` instances of 20 components with `instances: many`; each is started after two others."""
    faces = root / "components" / "x" / "interfaces"
    faces.mkdir(parents=True)
    (faces / "h.hpp").touch()
    for face in range(20):
        (faces / f"face_{face}.yaml").write_text(
            f"interface: Face{face}\nsummary: A face.\nkind: family\ncxx: phx::x::Face{face}\nheader: h.hpp\n"
        )
        folder = root / "components" / "x" / f"part_{face}"
        folder.mkdir()
        (folder / "h.hpp").touch()
        (folder / "component.yaml").write_text(
            f"component: part_{face}\nsummary: A part.\nclass: phx::x::Part{face}\nheader: h.hpp\ninstances: many\ninit: init\n"
            f"provides: [Face{face}]\nports:\n"
            f"  first: {{interface: Face{(face - 1) % 20}, cardinality: optional, use: init}}\n"
            f"  second: {{interface: Face{(face - 2) % 20}, cardinality: optional, use: init}}\n"
            f"  others: {{interface: Face{(face + 1) % 20}, cardinality: many, use: run}}\n"
            "parameters:\n  size: {type: size, min: 1, max: 1 MiB, default: 4 KiB, summary: A size.}\n"
        )
    lines = ["graph: big", "summary: Many instances.", "arch: host", "instances:"]
    for i in range(count):
        first, second = (f"p{i - 1}" if i > 0 else "none"), (f"p{i - 2}" if i > 1 else "none")
        lines.append(
            f"  p{i}: {{component: part_{i % 20}, parameters: {{size: {i % 1000 + 1}}}, wires: {{first: {first}, second: {second}}}}}"
        )
    (root / "graphs").mkdir()
    (root / "graphs" / "big.yaml").write_text("\n".join(lines) + "\n")


def measure(count: int) -> tuple[float, float]:
    """Processor seconds of a whole resolution, Python's start included, and of resolving alone: the best of three."""
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder), count)
        script = (
            "import sys, time; from pathlib import Path; from phoenix import api; project = api.open_project(Path(sys.argv[1]));"
            "at = time.process_time(); assert len(project.resolve('big').instances) == int(sys.argv[2]); print(time.process_time() - at)"
        )
        best = (1e9, 1e9)
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = subprocess.run(
                [sys.executable, "-c", script, folder, str(count)],
                check=True,
                capture_output=True,
                text=True,
                env={"PYTHONPATH": str(ROOT / "codegen"), "PATH": "/usr/bin:/bin"},
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            best = min(best, (spent, float(done.stdout)))
        return best


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    whole, resolving = measure(count)
    print(f"{count} instances: {whole:.2f} s from start to end, {resolving:.2f} s of it resolving")


if __name__ == "__main__":
    main()
