"""Boot instructions of a graph's image, and which component spends them."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from phoenix_tools import footprint, icount, qemu

_TRACED = re.compile(rb"^Trace \d+: 0x[0-9a-f]+ \[[0-9a-f]+/([0-9a-f]+)/", re.MULTILINE)
_IMAGE_OFFSET = 0x80000


def until(graph: Mapping[str, Any]) -> str | None:
    """A graph that is talked to has booted when it asks; any other when it powers off."""
    boot_test = graph.get("boot_test") or {}
    expect = boot_test.get("expect") or []
    return str(expect[0]) if boot_test.get("send") and expect else None


def measure(graph: Mapping[str, Any], image: Path, shape: qemu.Shape = qemu.Shape()) -> icount.Measurement:
    """On one CPU: QEMU records no more."""
    shape = replace(shape, cpus=1)
    return icount.measure(qemu.recordable_command_line(graph, image, shape), until(graph))


def by_owner(graph: Mapping[str, Any], directory: Path, instructions: int) -> list[tuple[str, int]]:
    """The first `instructions` of a boot, by owner, most first. Single-steps the guest, which takes seconds."""
    with tempfile.TemporaryDirectory(prefix="phx-trace.") as folder:
        log = Path(folder) / "trace"
        command = qemu.recordable_command_line(graph, directory / "Image", qemu.Shape(cpus=1))
        # One translation block per instruction, each logged: qemu-system-aarch64(1), -singlestep and -d exec,nochain.
        command += ["-icount", "shift=0,sleep=off", "-singlestep", "-d", "exec,nochain", "-D", str(log)]
        wanted = until(graph)
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as guest:
            assert guest.stdout is not None
            shown = b""
            while wanted is None or wanted.encode() not in shown:
                byte = guest.stdout.read(1)
                if not byte:
                    break
                shown += byte
            guest.terminate()
        addresses = [int(found[1], 16) for found in _TRACED.finditer(log.read_bytes())]
    image = footprint.read(directory, graph)
    # Before the MMU is on, the same code runs at its physical address.
    physical = int(graph["machine"]["memory_base"]) + _IMAGE_OFFSET
    high = (a if a >= image.start else a - physical + image.start for a in addresses[:instructions])
    return Counter(image.owners_of(high)).most_common()
