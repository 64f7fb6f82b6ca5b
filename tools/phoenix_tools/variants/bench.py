"""`phx bench variants`: what further variants of a graph cost beside the first one, from empty caches and from full ones."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from phoenix_tools.terminal import Stop, err, out
from phoenix_tools.workspace import Workspace

LIMIT = 4.0  # times the first, for all
_PARTS = ("CMakeLists.txt", "arch", "cmake", "codegen", "components", "dts", "graphs", "tools", "tests/graphs", "tests/qemu", "tests/user")
# Ten: other components, other machines, other parameters.
GRAPH = "monitor"
_AXES = ("heap=slab,no_heap", "log.ring_bytes=4 KiB,8 KiB,16 KiB,32 KiB,64 KiB")
_COUNT = 10


@dataclass(frozen=True)
class Time:
    """Seconds on the clock, and of processors; the latter say the same on a busy machine."""

    clock: float
    processors: float


@dataclass(frozen=True)
class Times:
    """Of one variant and of ten."""

    one: Time
    ten: Time

    @property
    def ratio(self) -> float:
        return self.ten.processors / self.one.processors


class _Checkout:
    """A copy of the tree with caches of its own, so that nothing is known beforehand and nobody else is touched."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.root = folder / "tree"
        self._cache = folder / "cache"
        for part in _PARTS:
            source = root / part
            copy = shutil.copytree if source.is_dir() else shutil.copy
            (self.root / part).parent.mkdir(parents=True, exist_ok=True)
            copy(source, self.root / part)  # type: ignore[operator]
        self.forget()

    def forget(self) -> None:
        """All that was built, and all caches but the sources of libraries."""
        shutil.rmtree(self._cache, ignore_errors=True)
        shutil.rmtree(self.root / "build", ignore_errors=True)
        (self._cache / "phoenix").mkdir(parents=True)
        own = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "phoenix" / "sources"
        (self._cache / "phoenix" / "sources").symlink_to(own)

    def forget_builds(self) -> None:
        for folder in (self.root / "build").iterdir():
            if (folder / "CMakeCache.txt").is_file():
                shutil.rmtree(folder)

    def time(self, *command: str) -> Time:
        environment = {**os.environ, "XDG_CACHE_HOME": str(self._cache), "CCACHE_DIR": str(self._cache / "ccache")}
        start, used = time.monotonic(), _processors()
        done = subprocess.run([str(self.root / "tools/phx"), *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Stop(done.stdout.rstrip())
        return Time(time.monotonic() - start, _processors() - used)

    def one(self) -> Time:
        return self.time("build", GRAPH)

    def ten(self, jobs: int) -> Time:
        axes = [word for axis in _AXES for word in ("--vary", axis)]
        return self.time("matrix", GRAPH, *axes, "--no-boot", "-j", str(jobs))


def _processors() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(workspace: Workspace, jobs: int) -> dict[str, Times]:
    with tempfile.TemporaryDirectory(prefix="phx-variants.") as folder:
        tree = _Checkout(Path(folder), workspace.root)
        err.print("from empty caches: one", style="dim")
        cold_one = tree.one()
        tree.forget()
        err.print(f"from empty caches: {_COUNT}", style="dim")
        cold_ten = tree.ten(jobs)
        tree.one()
        tree.forget_builds()
        err.print("from full caches", style="dim")
        warm_one = tree.one()
        tree.forget_builds()
        return {"cold": Times(cold_one, cold_ten), "warm": Times(warm_one, tree.ten(jobs))}


def variants(workspace: Workspace, jobs: int, *, as_json: bool) -> bool:
    """Whether ten variants from empty caches take at most LIMIT times the processors' time of one."""
    found = measure(workspace, jobs)
    if as_json:
        record = {name: {**asdict(each), "ratio": each.ratio} for name, each in found.items()}
        out.out(json.dumps({"graph": GRAPH, "limit": LIMIT, **record}, indent=2))
    else:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in (f"variants of {GRAPH}", "one: processors", "clock", "ten: processors", "clock", "ten / one"):
            table.add_column(heading, justify="left" if heading.startswith("v") else "right")
        for name, each in found.items():
            caches = "from empty caches" if name == "cold" else "from full caches"
            table.add_row(caches, *(f"{value:.1f} s" for t in (each.one, each.ten) for value in (t.processors, t.clock)), f"{each.ratio:.2f}")
        out.print(table)
        out.print(f"From empty caches, ten take at most {LIMIT:.0f} times the processors' time of one: {'yes' if found['cold'].ratio <= LIMIT else 'no'}.")
    return found["cold"].ratio <= LIMIT
