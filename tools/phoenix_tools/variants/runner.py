"""Builds and boots variants, several at a time: boots before further builds, so that the first bad news comes early."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.builder import build
from phoenix_tools.qemu import ROOTFS
from phoenix_tools.terminal import Stop
from phoenix_tools.variants.plan import Shape, Variant
from phoenix_tools.variants.state import State, digest
from phoenix_tools.workspace import Workspace

PASSED, FAILED, KEPT = "passed", "failed", "kept"  # kept: passed before, and nothing of it has changed


@dataclass(frozen=True)
class Result:
    """Of a build (`shape` None) or a boot. `log`: what was said, of one that failed."""

    variant: Variant
    shape: Shape | None
    outcome: str
    seconds: float
    log: str = ""
    image_bytes: int = 0

    @property
    def title(self) -> str:
        return f"{self.variant.name} {self.shape or 'build'}"


class Runner:
    """Runs everything once. `tell` gets each result as it comes, in the thread that called `run`."""

    def __init__(self, workspace: Workspace, state: State, jobs: int, *, again: bool = False) -> None:
        self._workspace = workspace
        self._state = state
        self._jobs = jobs
        self._again = again
        self._boots: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def run(self, variants: Sequence[Variant], shapes: Sequence[Shape], tell: Callable[[Result], None]) -> None:
        """Raises KeyboardInterrupt when interrupted, after all that it started has ended."""
        boots: deque[tuple[Variant, Shape]] = deque()
        builds = deque(variants)
        alone = True  # the first build, with all processors: side by side, two would compile the same objects
        pool = ThreadPoolExecutor(self._jobs)
        running: set[Future[Result]] = set()
        try:
            while boots or builds or running:
                while len(running) < (1 if alone else self._jobs) and (boots or builds):
                    if boots:
                        running.add(pool.submit(self._boot, *boots.popleft()))
                    else:
                        running.add(pool.submit(self._build, builds.popleft(), alone))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                alone = False
                for result in sorted((each.result() for each in done), key=lambda each: each.title):
                    if result.shape is None and result.outcome == PASSED and result.variant.boots:
                        boots += [(result.variant, shape) for shape in shapes]
                    self._keep(result)
                    tell(result)
        except BaseException:
            self._stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _stop(self) -> None:
        with self._lock:
            self._stopping = True
            for boot in self._boots:
                boot.send_signal(signal.SIGINT)  # so that it ends its QEMU

    def _build(self, variant: Variant, alone: bool) -> Result:
        start = time.monotonic()
        try:
            share = None if alone else max(1, (os.cpu_count() or 1) // self._jobs)
            directory = build(self._workspace, str(variant.path), quiet=True, progress=False, resolved=True, jobs=share)
        except Stop as stop:
            return Result(variant, None, FAILED, time.monotonic() - start, stop.text)
        return Result(variant, None, PASSED, time.monotonic() - start, image_bytes=(directory / "Image").stat().st_size)

    def _key(self, variant: Variant, shape: Shape) -> str:
        directory = self._workspace.build_directory(variant.name)
        judge = self._workspace.root / "tests" / "qemu"
        files = (directory / "Image", directory / "graph.json", directory / ROOTFS, judge / "boot.py", judge / "console.py")
        return digest(files, (str(shape),))

    def _keep(self, result: Result) -> None:
        if result.shape is not None and result.outcome == PASSED:
            self._state.put(result.title, self._key(result.variant, result.shape), result.seconds)

    def _boot(self, variant: Variant, shape: Shape) -> Result:
        known = self._state.get(f"{variant.name} {shape}", self._key(variant, shape))
        if known is not None and not self._again:
            return Result(variant, shape, KEPT, float(known))
        start = time.monotonic()
        command = [sys.executable, str(self._workspace.root / "tests/qemu/boot.py"), variant.name, *shape.arguments(), "--timeout", "60"]
        with self._lock:
            if self._stopping:
                return Result(variant, shape, FAILED, 0, "interrupted")
            boot = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            self._boots.add(boot)
        said, _ = boot.communicate()
        with self._lock:
            self._boots.discard(boot)
        outcome = PASSED if boot.returncode == 0 else FAILED
        return Result(variant, shape, outcome, time.monotonic() - start, "" if outcome == PASSED else said.rstrip())


def log_file(folder: Path, result: Result) -> Path:
    return folder / "logs" / f"{result.title.replace(' ', '.')}.log"
