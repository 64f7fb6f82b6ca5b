"""What phx prints with: consoles, and the error that ends a command with a message and an exit code."""

from __future__ import annotations

from rich.console import Console

FAILURE = 1
BAD_INPUT = 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Stop(Exception):
    """Ends the command; `text` is printed to standard error as it is."""

    def __init__(self, text: str, code: int = FAILURE) -> None:
        super().__init__(text)
        self.text = text
        self.code = code
