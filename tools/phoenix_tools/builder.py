"""Configures and builds one graph, or the tests, with CMake and Ninja."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from phoenix_tools import rootfs
from phoenix_tools.terminal import BAD_INPUT, Stop, err
from phoenix_tools.workspace import Workspace

_LOG_EVERY = 15.0  # seconds
_STATUS = re.compile(r"^\[(\d+)/(\d+)\] (.*)$")


def build(
    workspace: Workspace,
    graph: str,
    *,
    targets: Sequence[str] = (),
    verbose: bool = False,
    quiet: bool = False,
    progress: bool = True,
    resolved: bool = False,
    jobs: int | None = None,
) -> Path:
    """Brings build/GRAPH up to date and returns it. Raises Stop, with what the tools said, if that fails.

    `graph` is a graph's name, or its file, or `tests`. `resolved`: the caller knows that it resolves. `progress` False: for one of
    several builds at once.
    """
    name = workspace.graph_name(graph)
    chosen = name if name == graph or workspace.holds(Path(graph)) else str(Path(graph).resolve())
    directory = workspace.build_directory(name)
    start = time.monotonic()
    if not _configured(workspace, chosen, directory):
        if name != "tests" and not resolved:
            resolve_or_stop(workspace, graph)
        _configure(workspace, chosen, directory)
    command = ["ninja", "-C", str(directory), *(["-v"] if verbose else []), *([f"-j{jobs}"] if jobs else []), *targets]
    _ninja(workspace, chosen, command, verbose, _progress if progress else _silence)
    if name != "tests" and (directory / "graph.json").is_file():
        rootfs.place(workspace.root, directory, workspace.graph_json(name))
    if not quiet:
        err.print(f"{name}: {_summary(directory)}built in {time.monotonic() - start:.1f} s")
    return directory


def _configured(workspace: Workspace, graph: str, directory: Path) -> bool:
    """Whether the directory was configured for this graph, and by this checkout rather than one it was copied from."""
    cache = directory / "CMakeCache.txt"
    if not (directory / "build.ninja").is_file() or not cache.is_file():
        return False
    lines = cache.read_text(encoding="utf-8").splitlines()
    if f"CMAKE_HOME_DIRECTORY:INTERNAL={workspace.root}" not in lines:
        cache.unlink()
        return False
    return any(line.startswith("PHX_GRAPH:") and line.endswith(f"={graph}") for line in lines)


def resolve_or_stop(workspace: Workspace, graph: str) -> None:
    """Raises Stop with the generator's diagnostics if the graph is in error."""
    from phoenix.api import resolve
    from phoenix.diagnostics import Failed

    try:
        resolve(workspace.root, graph)
    except Failed as failed:
        raise Stop("\n".join(each.render() for each in failed.diagnostics), BAD_INPUT) from None


def _configure(workspace: Workspace, graph: str, directory: Path) -> None:
    command = ["cmake", "-S", str(workspace.root), "-B", str(directory), "-G", "Ninja", f"-DPHX_GRAPH={graph}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Stop(done.stdout.rstrip())


def _ninja(workspace: Workspace, graph: str, command: Sequence[str], verbose: bool, progress: _Progress) -> None:
    """Runs Ninja, showing how far it is, and keeps apart what the commands print."""
    environment = {**os.environ, "NINJA_STATUS": "[%f/%t] "}
    said: list[str] = []
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as ninja,
        progress(workspace.graph_name(graph)) as show,
    ):
        assert ninja.stdout is not None
        for line in ninja.stdout:
            status = _STATUS.match(line)
            if verbose:
                err.out(line.rstrip("\n"))
            elif status:
                show(int(status[1]), int(status[2]), status[3])
            else:
                said.append(line.rstrip("\n"))
    if ninja.returncode != 0:
        if graph != "tests":
            resolve_or_stop(workspace, graph)
        raise Stop("\n".join(_readable(said, workspace.root)))
    for line in _readable(said, workspace.root):
        err.out(line)


_Show = Callable[[int, int, str], None]  # done, total, what
_Progress = Callable[[str], AbstractContextManager[_Show]]


def _now_and_then(graph: str) -> _Show:
    """For a log: a line every few seconds."""
    last = time.monotonic()

    def show(done: int, total: int, what: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _LOG_EVERY:
            last = time.monotonic()
            err.out(f"{graph}: {done} of {total}")

    return show


@contextmanager
def _silence(graph: str) -> Iterator[_Show]:
    yield lambda done, total, what: None


@contextmanager
def _progress(graph: str) -> Iterator[_Show]:
    if not err.is_terminal:
        yield _now_and_then(graph)
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total} {task.fields[what]}"))
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(graph, total=None, what="")

        def show(done: int, total: int, what: str) -> None:
            progress.update(task, completed=done, total=total, what=what[:60])

        yield show


def _readable(lines: list[str], root: Path) -> list[str]:
    """Drops what Ninja and CMake say about themselves, and names files as the checkout does."""
    kept: list[str] = []
    skip_command = False
    for line in lines:
        if skip_command:
            skip_command = False
        elif line.startswith("FAILED: "):
            skip_command = True
        elif not line.startswith(("ninja: ", "-- ")) and line.strip():
            kept.append(line.replace(f"{root}/", "").replace("../../", ""))
    return kept


def _summary(directory: Path) -> str:
    image = directory / "Image"
    return f"image {image.stat().st_size / 1024:.1f} KiB, " if image.is_file() else ""
