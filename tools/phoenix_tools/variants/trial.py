"""Tests that a graph is to go on passing, as commands with `{graph}` in them."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from phoenix.diagnostics import did_you_mean
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace

GRAPH = "{graph}"
_TEST = re.compile(r"^add_test\(NAME (\S+) COMMAND (/usr/bin/python3 .*?)( CONFIGURATIONS long)?\)$", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    passed: bool
    seconds: float
    said: str


def named(workspace: Workspace, graph: str, test: str) -> str:
    """The command of a test of ctest's, for whichever graph; `boot` is the graph's own boot test. Stop if that cannot be."""
    if test == "boot":
        return f"/usr/bin/python3 tests/qemu/boot.py {GRAPH}"
    commands = _of_images(workspace)
    if test not in commands:
        near = "\n    fix: ".join(("", *did_you_mean(test, commands)))
        raise Stop(f"error: there is no test `{test}` of images{near}\n    or: --run 'COMMAND {GRAPH}'", BAD_INPUT)
    program, script, *arguments = shlex.split(commands[test])
    if graph not in arguments:
        raise Stop(f"error: test `{test}` is not one of graph `{graph}`\n    fix: --run 'COMMAND {GRAPH}' runs any command", BAD_INPUT)
    return " ".join([program, script, *(GRAPH if word == graph else shlex.quote(word) for word in arguments)])


def _of_images(workspace: Workspace) -> dict[str, str]:
    """What tests/qemu/matrix.py tells ctest."""
    out = workspace.root / "build" / ".minimize" / "tests.cmake"
    out.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": f"{workspace.root}/codegen:{workspace.root}/tools"}
    command = [sys.executable, str(workspace.root / "tests/qemu/matrix.py"), "--root", str(workspace.root), "--out", str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Stop(done.stderr.rstrip(), BAD_INPUT)
    return {found[1]: found[2] for found in _TEST.finditer(out.read_text(encoding="utf-8"))}


def run(workspace: Workspace, command: str, graph: str, timeout: float) -> Verdict:
    """Runs the command in the checkout. What it started ends with it, at the latest when the time is up or on Ctrl-C."""
    start = time.monotonic()
    line = command.replace(GRAPH, graph)
    with subprocess.Popen(
        ["/bin/sh", "-c", line],
        cwd=workspace.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            said = process.communicate()[0].rstrip() + f"\nthe time is up ({timeout:.0f} s)"
        except BaseException:
            _end(process)
            raise
    return Verdict(process.returncode == 0, time.monotonic() - start, said.rstrip())


def _end(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
