"""`phx test`: builds what the chosen tests need, then hands over to ctest."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from phoenix_tools.builder import build
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace

_NEED_IMAGES = ("boot", "session", "bad_input", "image", "torture", "bench", "judge", "archive")  # the first words of tests' names


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
    if not selection.labels or selection.everything:
        return []
    chosen = ["host-tests", "archetypes"] if selection.host else []
    chosen += ["images"] if selection.qemu else []
    return chosen or ["nothing"]


def _of_tests(names: list[str]) -> list[str]:
    chosen = {"nothing"}
    for name in names:
        kind, _, target = name.partition(".")
        if kind in ("host", "race", "fuzz"):
            chosen.add(target.removesuffix(".minute"))
        elif kind in _NEED_IMAGES:
            chosen.add("images")
    return sorted(chosen)


def _matching(command: list[str]) -> list[str]:
    done = subprocess.run([*command, "--show-only=json-v1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [test["name"] for test in json.loads(done.stdout)["tests"]] if done.returncode == 0 else []


def test(workspace: Workspace, selection: Selection, jobs: int) -> int:
    directory = workspace.build_directory("tests")
    command = ["ctest", "--test-dir", str(directory), "--output-on-failure", "--parallel", str(jobs), "--no-tests=error"]
    if selection.everything:
        command += ["-C", "long"]
    elif selection.labels:
        command += ["-L", f"^({selection.labels})$"]
    if selection.pattern:
        command += ["-R", selection.pattern]
        build(workspace, "tests", targets=["nothing"], quiet=True)  # configures, so that the names are known
        names = _matching(command)
        if not names:
            raise Stop(f"no test's name matches `{selection.pattern}`; `ctest --test-dir {directory} -N` lists them", BAD_INPUT)
        build(workspace, "tests", targets=_of_tests(names))
    else:
        build(workspace, "tests", targets=targets(selection))
    done = subprocess.run(command)
    return 0 if done.returncode == 0 else 1
