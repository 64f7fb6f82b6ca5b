"""A person at a guest's serial line: types, waits for what is shown, and sees a screen of 24 lines, as a terminal would show it.

The terminal answers no questions (where the cursor is): an answer that comes late would be taken for keys.
"""

from __future__ import annotations

import os
import re
import selectors
import shlex
import subprocess
import time
from typing import List, Optional, Pattern

import pyte

COLUMNS, LINES = 80, 24


class Unexpected(Exception):
    """The guest did something else than it should have."""


class Terminal:
    """A running QEMU whose command has its console on standard input and output."""

    def __init__(self, command: List[str], timeout: float) -> None:
        self.command = command
        self.shown = ""  # everything, as text
        self.seen = 0  # up to here, `expect` has found what it waited for
        self._deadline = time.monotonic() + timeout
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self._screen)
        self._qemu = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert self._qemu.stdout is not None and self._qemu.stdin is not None
        self._output = self._qemu.stdout.fileno()
        self._input = self._qemu.stdin.fileno()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._ended = False
        self._half = b""  # of a character of several bytes

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        self._qemu.kill()
        self._qemu.communicate()

    def _read(self, seconds: float) -> bool:
        """What the guest shows within so many seconds; False if that is nothing."""
        if self._ended or not self._selector.select(max(0.0, seconds)):
            return False
        chunk = self._half + os.read(self._output, 1 << 16)
        if not chunk:
            self._ended = True
            return False
        text = chunk.decode("utf-8", "ignore")
        tail = chunk[-3:]
        cut = next((n for n in range(1, len(tail) + 1) if tail[-n] >= 0xC0), 0)
        self._half = chunk[-cut:] if cut and len(chunk[-cut:].decode("utf-8", "ignore")) == 0 else b""
        self.shown += text
        self._stream.feed(text)
        return True

    def send(self, text: str) -> None:
        """As keys are struck: not so fast that a serial port would lose any."""
        data = text.encode()
        for at in range(0, len(data), 16):
            os.write(self._input, data[at : at + 16])
            if len(data) > 16:
                time.sleep(0.02)

    def expect(self, pattern: str, timeout: float = 60.0) -> str:
        """Waits for the regular expression behind what was found last; what was shown up to its end."""
        wanted: Pattern[str] = re.compile(pattern, re.MULTILINE)
        deadline = min(self._deadline, time.monotonic() + timeout)
        while True:
            found = wanted.search(self.shown, self.seen)
            if found:
                text = self.shown[self.seen : found.end()]
                self.seen = found.end()
                return text
            if not self._read(deadline - time.monotonic()):
                why = f"QEMU ended with exit code {self._qemu.wait()}" if self._ended else "the time is up"
                raise Unexpected(f"waiting for {pattern!r}: {why}")

    def quiet(self, seconds: float = 0.4, most: float = 60.0) -> None:
        """Waits until nothing has been shown for so long, but no longer than `most`."""
        end = time.monotonic() + most
        while time.monotonic() < end and self._read(seconds):
            if time.monotonic() > self._deadline:
                raise Unexpected("waiting for silence: the time is up")

    def screen(self) -> List[str]:
        """What stands on the screen, without blanks at the ends of lines and empty lines at the end."""
        lines = [line.rstrip() for line in self._screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def cursor(self) -> str:
        return f"line {self._screen.cursor.y + 1}, column {self._screen.cursor.x + 1}"

    def exit_code(self) -> int:
        """Waits until QEMU ends."""
        while not self._ended:
            if time.monotonic() > self._deadline:
                raise Unexpected("waiting for power-off: the time is up")
            self._read(1.0)
        return self._qemu.wait(10)

    def report(self, reason: object) -> str:
        """For the log of a test that failed."""
        return f"{reason}\n--- command\n{shlex.join(self.command)}\n--- console\n{self.shown}\n--- end of console"


def printable(text: str, among: Optional[Pattern[str]] = None) -> str:
    """Text of the console without line ends of terminals and what only moves a cursor."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]|\x1b\][^\x07]*\x07", "", text)
    return text.replace("\r\n", "\n").replace("\r", "")
