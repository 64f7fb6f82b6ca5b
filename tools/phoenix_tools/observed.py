"""Runs a graph in QEMU with the guest's memory in a file, which is there to read when the guest has ended or was stopped."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from phoenix_tools.qemu import Shape, recordable_command_line

PROMPT = b"phx> "


def command_line(graph: Mapping[str, Any], image: Path, shape: Shape, ram: Path) -> list[str]:
    """QEMU's, with the guest's RAM in the file (qemu-system-aarch64(1), "memory-backend-file")."""
    size = shape.memory or int(graph["machine"]["qemu"]["memory"])
    options = ",".join(each for each in (shape.machine_options, "memory-backend=ram") if each)
    command = recordable_command_line(graph, image, replace(shape, machine_options=options))
    return [*command, "-object", f"memory-backend-file,id=ram,size={size},mem-path={ram},share=on"]


@contextmanager
def memory_file(directory: Path) -> Iterator[Path]:
    """A name for the file, which goes when the block ends. It takes as much of the disk as the guest has touched."""
    path = directory / f"ram.{os.getpid()}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def run(command: Sequence[str], send: Sequence[str], seconds: float, *, show: bool) -> int | None:
    """Runs it until it ends, or for that long: its exit status, or None. Types a line of `send` at each prompt."""
    deadline = time.monotonic() + seconds
    lines = list(send)
    shown = bytearray()
    answered = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as qemu:
        assert qemu.stdin is not None and qemu.stdout is not None
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(qemu.stdout, selectors.EVENT_READ)
                while selector.select(max(0.0, deadline - time.monotonic())):
                    chunk = os.read(qemu.stdout.fileno(), 1 << 16)
                    if not chunk:
                        return qemu.wait(10)
                    shown += chunk
                    if show:
                        sys.stderr.buffer.write(chunk)
                        sys.stderr.flush()
                    while lines and (at := shown.find(PROMPT, answered)) >= 0:
                        answered = at + len(PROMPT)
                        os.write(qemu.stdin.fileno(), lines.pop(0).encode() + b"\r")
            return None
        finally:
            qemu.terminate()
            try:
                qemu.wait(10)
            except subprocess.TimeoutExpired:
                qemu.kill()
