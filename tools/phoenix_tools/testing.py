"""`phx test`: builds what the chosen tests need, then hands over to ctest."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from phoenix_tools.builder import build
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace


@dataclass(frozen=True)
class Selection:
    host: bool
    qemu: bool
    codegen: bool
    everything: bool
    pattern: str

    @property
    def labels(self) -> str:
        chosen = [label for label, wanted in (("host", self.host), ("qemu", self.qemu), ("codegen", self.codegen)) if wanted]
        return "|".join(chosen)


def targets(selection: Selection) -> list[str]:
    """What to build: everything, unless one tier is asked for that needs only a part."""
    chosen: list[str] = []
    if selection.labels and not selection.everything:
        chosen += ["host-tests", "archetypes"] if selection.host else []
        chosen += ["images"] if selection.qemu else []
        chosen += ["nothing"] if selection.codegen and not chosen else []
    return chosen


def test(workspace: Workspace, selection: Selection, jobs: int) -> int:
    directory = build(workspace, "tests", targets=targets(selection))
    command = ["ctest", "--test-dir", str(directory), "--output-on-failure", "--parallel", str(jobs), "--no-tests=error"]
    if selection.everything:
        command += ["-C", "long"]
    elif selection.labels:
        command += ["-L", f"^({selection.labels})$"]
    if selection.pattern:
        command += ["-R", selection.pattern]
    done = subprocess.run(command)
    if done.returncode not in (0, 8):
        raise Stop(f"no test's name matches `{selection.pattern}`; `ctest --test-dir {directory} -N` lists them", BAD_INPUT)
    return 0 if done.returncode == 0 else 1
