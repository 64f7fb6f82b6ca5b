#!/usr/bin/python3
"""What a person types at the monitor and what must come back: faults with their backtraces, reset, timers, a kernel with no emulator
listening for its status.

    sessions.py SESSION
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Tuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(Path(__file__).resolve().parent)]

from console import Console, Unexpected  # noqa: E402
from phoenix_tools.qemu import Shape, command_line  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402

PROMPT = "phx> "


@dataclass(frozen=True)
class Session:
    """`typed`: lines, each with a text to wait for after it. `then`: what the rest of the console must match, in order."""

    graph: str
    typed: Tuple[Tuple[str, str], ...]
    then: Tuple[str, ...] = ()
    exit: int = 0
    semihosting: bool = True
    el2: bool = False


def fault(kind: str, *then: str, el2: bool = False) -> Session:
    """A panic ends with its own status, and its backtrace leads from the command to the kernel's start."""
    trace = (r"backtrace:", r"CmdCrash::run\+0x", r"Monitor::run\+0x", r"Kernel::start\+0x")
    return Session("crash", ((f"crash {kind}", "panic: "),), (*then, *trace), exit=101, el2=el2)


SESSIONS: Dict[str, Session] = {
    "fault_null": fault("null", r"data abort: translation fault .* reading at 0x0", r"x0  [0-9a-f]{16}"),
    "fault_null_el2": fault("null", r"data abort: translation fault .* reading at 0x0", el2=True),
    "fault_undefined": fault("undefined", r"undefined instruction|trap"),
    "fault_write_to_text": fault("text", r"data abort: permission fault writing at 0xffffff80000"),
    "fault_execute_data": fault("exec", r"instruction abort: permission fault executing at 0xffffff80000"),
    "fault_alignment": fault("align", r"alignment fault"),
    "fault_assert": fault("assert", r"assertion failed", r"cmd_crash\.cpp:\d+"),
    "fault_stack": Session(
        "crash", (("crash stack", "panic: "),), (r"kernel stack overflow", r"overflow_stack\+0x"), exit=101
    ),
    "reboot": Session("monitor", (("reboot", "lists the commands.\r\n" + PROMPT), ("halt 7", "")), exit=7),
    "timer_expires": Session("monitor", (("timers add 30 egg", "egg"), ("", PROMPT), ("irq", r"timer.on_interrupt"), ("halt", ""))),
    "timer_expires_physical": Session("monitor-physical", (("timers add 30 egg", "egg"), ("", PROMPT), ("halt", ""))),
    "no_emulator_listens": Session("minimal", (), (r"Hello from Phoenix\.",), semihosting=False),
    "no_emulator_listens_el2": Session("minimal", (), (r"Hello from Phoenix\.",), semihosting=False, el2=True),
    "typing": Session(
        "monitor", (("hlep", "did you mean `help`?"), ("help 'mem", "quote"), ("x" * 100, PROMPT), ("mem\x1b[D\x1b[D", "heap"), ("halt", ""))
    ),
}


def command(session: Session) -> List[str]:
    workspace = Workspace(ROOT)
    shape = Shape(machine_options="virtualization=on" if session.el2 else "")
    line = command_line(workspace.graph_json(session.graph), workspace.image(session.graph), shape)
    if not session.semihosting:
        at = line.index("-semihosting-config")
        del line[at : at + 2]
    return line


def run(session: Session) -> int:
    with Console(command(session), timeout=30.0) as console:
        try:
            at = console.wait_for(PROMPT) if session.typed else 0
            for line, answer in session.typed:
                console.send(line)
                at = console.wait_for(answer, at)
            code = console.exit_code()
            for pattern in session.then:
                found = re.compile(pattern.encode()).search(console.shown, at)
                if not found:
                    raise Unexpected(f"nothing on the console matches {pattern!r} after what came before")
                at = found.end()
            if code != session.exit:
                raise Unexpected(f"exit code {code}, expected {session.exit}")
        except Unexpected as reason:
            print(console.report(reason))
            return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SESSIONS:
        sys.exit(f"usage: sessions.py {'|'.join(SESSIONS)}")
    sys.exit(run(SESSIONS[sys.argv[1]]))
