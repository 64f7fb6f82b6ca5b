"""Boot instructions of a graph's image, and which component and which step of the start-up spends them."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phoenix_tools import footprint, icount, qemu
from phoenix_tools.symbolize import Frame, frames

_TRACED = re.compile(rb"^Trace \d+: 0x[0-9a-f]+ \[[0-9a-f]+/([0-9a-f]+)/", re.MULTILINE)
_IMAGE_OFFSET = 0x80000
_SEQUENCE = "init_sequence.cpp"
_STEP = re.compile(r"    // \d+\. ([^,]+),")
BEFORE, AFTER = "(before)", "(after)"


def until(graph: Mapping[str, Any]) -> str | None:
    """A graph that is talked to has booted when it asks; any other when it powers off."""
    boot_test = graph.get("boot_test") or {}
    expect = boot_test.get("expect") or []
    return str(expect[0]) if boot_test.get("send") and expect else None


def measure(graph: Mapping[str, Any], image: Path, shape: qemu.Shape = qemu.Shape()) -> icount.Measurement:
    """On one CPU: QEMU records no more."""
    shape = replace(shape, cpus=1)
    return icount.measure(qemu.recordable_command_line(graph, image, shape), until(graph))


@dataclass(frozen=True)
class Boot:
    """Instructions up to where a graph has booted, on one CPU."""

    instructions: int
    steps: Mapping[str, int]  # instance -> instructions of its init(), in the order of start-up; around them BEFORE and AFTER
    components: Mapping[str, int]  # owner -> instructions, the most first
    initramfs: str = ""  # digest of the one that it was booted with; empty: none


def profile(graph: Mapping[str, Any], directory: Path) -> Boot:
    """Boots the image twice: to count, and step by step, which takes seconds. Raises icount.Unmeasured."""
    count = measure(graph, directory / "Image").instructions
    image = footprint.read(directory, graph)
    # Before the MMU is on, the same code runs at its physical address.
    physical = int(graph["machine"]["memory_base"]) + _IMAGE_OFFSET
    addresses = [a if a >= image.start else a - physical + image.start for a in _trace(graph, directory)[:count]]
    return Boot(count, _steps(directory, addresses), dict(Counter(image.owners_of(addresses)).most_common()), initramfs(graph, directory))


def initramfs(graph: Mapping[str, Any], directory: Path) -> str:
    """Digest of what build/GRAPH boots with, as it lies there."""
    file = directory / qemu.ROOTFS
    return hashlib.sha256(file.read_bytes()).hexdigest() if graph.get("rootfs") and file.is_file() else ""


def _trace(graph: Mapping[str, Any], directory: Path) -> list[int]:
    """The address of each instruction that a boot executes. Single-steps the guest."""
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
        return [int(found[1], 16) for found in _TRACED.finditer(log.read_bytes())]


def _steps(directory: Path, addresses: Sequence[int]) -> dict[str, int]:
    """What is executed between one call of the generated sequence and the next is of the step that called."""
    source = (directory / "gen" / _SEQUENCE).read_text(encoding="utf-8").splitlines()
    step_of_line: dict[int, str] = {}
    for number, line in enumerate(source, 1):
        started = _STEP.match(line)
        if started:
            step_of_line[number] = started[1]
        elif number - 1 in step_of_line:
            step_of_line[number] = step_of_line[number - 1]
    frames_of = frames(footprint.linked(directory), addresses)
    function = {address: found[-1].function for address, found in frames_of.items()}
    lines = {address: _line(found) for address, found in frames_of.items()}
    outside = {function[address] for address, line in lines.items() if line is not None}  # the sequence's own, where it is in no step
    first = next((index for index, address in enumerate(addresses) if lines[address] is not None), None)
    if first:
        outside.add(function[addresses[first - 1]])  # who called it
    spent = Counter({BEFORE: 0} | {step: 0 for step in step_of_line.values()} | {AFTER: 0})
    current = BEFORE
    for address in addresses:
        place = lines[address]
        if place is not None:
            current = step_of_line.get(place, current)
        elif current != BEFORE and function[address] in outside:
            current = AFTER
        spent[current] += 1
    return dict(spent)


def _line(found: Sequence[Frame]) -> int | None:
    """Of the sequence, where an address is in it, be it by something inlined; 0 for what the compiler says of no line."""
    return next((frame.line for frame in reversed(found) if frame.file.endswith(f"gen/{_SEQUENCE}")), None)
