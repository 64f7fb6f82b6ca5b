"""What phx prints with: consoles, and the error that ends a command with a message and an exit code."""

from __future__ import annotations

import sys

from rich.console import Console

FAILURE = 1
BAD_INPUT = 2

_WIDE = 200  # where nobody measures lines


def _console(to_stderr: bool) -> Console:
    stream = sys.stderr if to_stderr else sys.stdout
    return Console(stderr=to_stderr, highlight=False, soft_wrap=True, width=None if stream.isatty() else _WIDE)


out = _console(to_stderr=False)
err = _console(to_stderr=True)


class Stop(Exception):
    """Ends the command; `text` is printed to standard error as it is."""

    def __init__(self, text: str, code: int = FAILURE) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
