"""What is judged: which programs and files, who types, and what of the console counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, List, Mapping, Optional, Tuple

import dialogues
from terminal import Terminal, printable

_START = "scripts/start.sh"
BUSYBOX = ("busybox-static",)


@dataclass(frozen=True)
class Judge:
    """`play` lets it run in a guest and gives what is compared; it may look at what that should be. `seconds`: as long as it may take."""

    name: str
    what: str
    play: Callable[[Terminal, Optional[str]], str]
    packages: Tuple[str, ...] = BUSYBOX
    files: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 120.0
    tells_cpus: bool = False  # the transcript says how many there are: one


def script(
    name: str, what: str, main: str, packages: Tuple[str, ...] = BUSYBOX, seconds: float = 120.0, tells_cpus: bool = False
) -> Judge:
    """A script that needs nobody: all that it prints counts."""

    def play(terminal: Terminal, _: Optional[str]) -> str:
        terminal.expect(r"JUDGE BEGIN\r?\n")
        text = terminal.expect(r"^JUDGE END \d+\r?$", seconds)
        terminal.exit_code()
        return printable(text) + "\n"

    return Judge(name, what, play, packages, {"/init": _START, "/judge/main": main}, seconds, tells_cpus)


_INIT = {
    "/etc/inittab": "scripts/inittab",
    "/judge/step": "scripts/init-step",
    "/judge/again": "scripts/init-again",
    "/judge/shell": "scripts/init-shell",
}
_ALL: List[Judge] = [
    Judge("shell", "sh at a terminal: job control, editing, completion", dialogues.shell),
    Judge("vi", "vi at a terminal", dialogues.vi),
    Judge("watchers", "top, ps, less, more and watch at a terminal", dialogues.watchers),
    Judge("init", "busybox init and its inittab", dialogues.init, files=_INIT),
    script("applets", "over 200 of busybox's applets", "scripts/applets.sh", seconds=240.0, tells_cpus=True),
    script("bash", "bash-static, a script of 500 lines", "scripts/bash.sh", (*BUSYBOX, "bash-static"), 240.0),
    script("zsh", "zsh-static, a script of 500 lines", "scripts/zsh.sh", (*BUSYBOX, "zsh-static"), 240.0),
]
JUDGES: Dict[str, Judge] = {judge.name: judge for judge in _ALL}
