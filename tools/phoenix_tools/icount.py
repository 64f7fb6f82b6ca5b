"""How many instructions a guest executes until its console shows something, exactly.

QEMU's record mode (`-icount shift=0,rr=record`) writes a log that holds, in order, the instructions executed since the
last event and every write to a character device, so a byte of the console has an instruction count whatever the host's
speed. Events and their payloads: QEMU 7.2, replay/replay-internal.h (`enum ReplayEvents`), replay-events.c, replay-char.c,
replay-net.c, replay-random.c, replay-time.c. Integers are big-endian (replay-internal.c, `replay_put_dword`).
"""

from __future__ import annotations

import os
import re
import selectors
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FORMATS = (0xE0200C, 0)  # 0 stands in a log whose QEMU was killed: the header is completed at exit
_HEADER_BYTES = 12

_INSTRUCTIONS = 0
_ASYNC_CHAR_READ = 7
_ASYNC_NET = 9
_SHUTDOWN = range(10, 22)
_CHAR_WRITE = 22
_CHAR_READ_ALL = 23
_RANDOM = 27
# Events whose payload has one size: bottom halves and block requests carry an id, clocks a value.
_FIXED_BYTES = {1: 0, 2: 0, 3: 8, 4: 8, 8: 8, 24: 4, 28: 8, 29: 8, **dict.fromkeys(range(30, 41), 0)}
# Bytes before the length of an array: a device, a device and flags, nothing, a result.
_ARRAY_AFTER = {_ASYNC_CHAR_READ: 1, _ASYNC_NET: 5, _CHAR_READ_ALL: 0, _RANDOM: 4}


class Unmeasured(Exception):
    """The guest did not get there; the text says what it showed instead."""


@dataclass(frozen=True)
class Measurement:
    instructions: int
    seconds: float
    console: str


@dataclass(frozen=True)
class Event:
    """`count` instructions were executed, or `count` characters written, or the machine shut down."""

    kind: int
    count: int


def events(log: bytes) -> Iterator[Event]:
    """The instruction, character-write and shutdown events of a log, which may end in the middle of one."""
    version = struct.unpack_from(">I", log)[0]
    if version not in FORMATS:
        raise Unmeasured(f"QEMU's record format {version:#x} is not the one known here, {FORMATS[0]:#x}")
    at = _HEADER_BYTES
    try:
        while at < len(log):
            kind = log[at]
            at += 1
            if kind == _INSTRUCTIONS:
                yield Event(kind, struct.unpack_from(">I", log, at)[0])
                at += 4
            elif kind == _CHAR_WRITE:
                yield Event(kind, struct.unpack_from(">I", log, at + 4)[0])
                at += 8
            elif kind in _SHUTDOWN:
                yield Event(_SHUTDOWN.start, 0)
            elif kind in _ARRAY_AFTER:
                at += _ARRAY_AFTER[kind]
                at += 4 + int(struct.unpack_from(">I", log, at)[0])
            elif kind in _FIXED_BYTES:
                at += _FIXED_BYTES[kind]
            else:
                raise Unmeasured(f"event {kind} at byte {at - 1} of QEMU's record is not known here")
    except struct.error:
        return


def instructions_until(log: bytes, characters: int | None) -> int | None:
    """Instructions before the console's `characters`th character was out; None as argument: before shutdown."""
    executed = written = 0
    for event in events(log):
        if event.kind == _INSTRUCTIONS:
            executed += event.count
        elif event.kind == _CHAR_WRITE:
            written += event.count
            if characters is not None and written >= characters:
                return executed
        elif characters is None:
            return executed
    return None


def measure(command: list[str], until: str | None, *, timeout: float = 60.0) -> Measurement:
    """Runs a QEMU command whose serial port is standard output until it shows `until` (a text), or powers off."""
    with tempfile.TemporaryDirectory(prefix="phx-icount.") as folder:
        log = Path(folder) / "record"
        recording = ["-icount", f"shift=0,sleep=off,rr=record,rrfile={log}"]
        start = time.monotonic()
        complaints = Path(folder) / "stderr"
        with (
            complaints.open("wb") as errors,
            subprocess.Popen(
                [*command, *recording], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            ) as qemu,
        ):
            try:
                shown, end = _watch(qemu, None if until is None else re.escape(until).encode(), start + timeout)
            finally:
                seconds = time.monotonic() - start
                qemu.terminate()
                try:
                    qemu.wait(10)
                except subprocess.TimeoutExpired:
                    qemu.kill()
        console = shown.decode(errors="replace")
        said = complaints.read_text(errors="replace")
        count = None if end is None else instructions_until(log.read_bytes(), end if until is not None else None)
    if count is None:
        wanted = "power-off" if until is None else repr(until)
        raise Unmeasured(f"no {wanted} within {timeout:.0f} s; QEMU said:\n{said}\nthe console showed:\n{console}")
    return Measurement(count, seconds, console)


def _watch(qemu: subprocess.Popen[bytes], want: bytes | None, deadline: float) -> tuple[bytes, int | None]:
    """What was shown, and how many characters of it up to the end of `want` (None: QEMU's exit); None if it never came."""
    assert qemu.stdout is not None
    descriptor = qemu.stdout.fileno()
    os.set_blocking(descriptor, False)
    shown = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return bytes(shown), None
            chunk = os.read(descriptor, 1 << 16)
            shown += chunk
            hit = re.search(want, shown) if want is not None else None
            if hit is not None:
                return bytes(shown), hit.end()
            if not chunk:
                return bytes(shown), len(shown) if want is None else None
