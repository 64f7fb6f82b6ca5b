"""Talks to a guest's serial console: QEMU with its console on pipes, a deadline, and everything that was shown."""

from __future__ import annotations

import os
import selectors
import shlex
import subprocess
import time
from typing import List, Optional


class Unexpected(Exception):
    """The guest did something else than it should have."""


class Console:
    """A running QEMU whose command has its console on standard input and output."""

    def __init__(self, command: List[str], timeout: float) -> None:
        self.command = command
        self.shown = bytearray()
        self._deadline = time.monotonic() + timeout
        self._qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self._qemu.stdout is not None and self._qemu.stdin is not None
        self._output = self._qemu.stdout.fileno()
        self._input = self._qemu.stdin.fileno()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)

    def __enter__(self) -> Console:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        self._qemu.kill()
        self._qemu.communicate()

    def _read(self) -> bool:
        """More of the console; False at its end. Raises at the deadline."""
        if not self._selector.select(max(0.0, self._deadline - time.monotonic())):
            raise Unexpected("the time is up")
        chunk = os.read(self._output, 1 << 16)
        self.shown += chunk
        return bool(chunk)

    def wait_for(self, text: str, start: int = 0) -> int:
        """Waits until `text` is shown at or after `start`; where it ends."""
        wanted = text.encode()
        while True:
            at = self.shown.find(wanted, start)
            if at >= 0:
                return at + len(wanted)
            try:
                more = self._read()
            except Unexpected as reason:
                raise Unexpected(f"waiting for {text!r}: {reason}") from None
            if not more:
                raise Unexpected(f"QEMU ended with exit code {self._qemu.wait()} while waiting for {text!r}")

    def send(self, line: str) -> None:
        os.write(self._input, line.encode() + b"\r")

    def exit_code(self) -> int:
        """Waits until QEMU ends."""
        try:
            while self._read():
                pass
        except Unexpected as reason:
            raise Unexpected(f"waiting for power-off: {reason}") from None
        return self._qemu.wait(max(1.0, self._deadline - time.monotonic()))

    def report(self, reason: object) -> str:
        """For the log of a test that failed."""
        text = self.shown.decode(errors="replace")
        return f"{reason}\n--- command\n{shlex.join(self.command)}\n--- console\n{text}\n--- end of console"


def converse(console: Console, send: List[str], expect: List[str], exit_code: Optional[int]) -> None:
    """Waits for the first text of `expect`, sends each line when it is shown again, then wants the others in order."""
    at = console.wait_for(expect[0]) if expect else 0
    after_first = at
    for index, line in enumerate(send):
        console.send(line)
        if index + 1 < len(send):
            at = console.wait_for(expect[0], at + 1)
    for text in expect[1:]:
        after_first = console.wait_for(text, after_first)
    if exit_code is not None:
        code = console.exit_code()
        if code != exit_code:
            raise Unexpected(f"exit code {code}, expected {exit_code}")
