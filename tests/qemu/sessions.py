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
from typing import Dict, List, Optional, Tuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(Path(__file__).resolve().parent)]

from console import Console, Unexpected  # noqa: E402
from phoenix_tools.qemu import Shape, command_line  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402

PROMPT = "phx> "


@dataclass(frozen=True)
class Session:
    """`typed`: lines, each with a text to wait for after it. `then`: what the console must match, in order, behind the first of these texts."""

    graph: str
    typed: Tuple[Tuple[str, str], ...]
    then: Tuple[str, ...] = ()
    exit: int = 0
    semihosting: bool = True
    el2: bool = False
    cpus: Optional[int] = None
    cpu: Optional[str] = None


def fault(kind: str, *then: str, el2: bool = False) -> Session:
    """A panic ends with its own status, and its backtrace leads from the command to the kernel's start."""
    trace = (r"backtrace:", r"CmdCrash::run\+0x", r"Monitor::run\+0x", r"Kernel::start\+0x")
    return Session("crash", ((f"crash {kind}", "panic: "),), (*then, *trace), exit=101, el2=el2)


def misuse(kind: str, *then: str) -> Session:
    """Found where it happens, so the machine ends."""
    return Session("crash-smp", ((f"crash {kind}", "on purpose"),), (*then, r"backtrace:", r"misuse::\w+\+0x"), exit=101, cpus=2)


def stuck(kind: str, warning: str, *then: str) -> Session:
    """The watchdog warns, and the kernel goes on."""
    return Session("crash-smp", ((f"crash {kind}", "on purpose"), ("", warning), ("", PROMPT), ("halt", "")), then, cpus=2)


SESSIONS: Dict[str, Session] = {
    "fault_null": fault("null", r"data abort: translation fault .* reading at 0x0", r"x0  [0-9a-f]{16}"),
    "fault_null_el2": fault("null", r"data abort: translation fault .* reading at 0x0", el2=True),
    "fault_undefined": fault("undefined", r"undefined instruction"),
    "fault_write_to_text": fault("text", r"data abort: permission fault writing at 0xffffff80000"),
    "fault_execute_data": fault("exec", r"instruction abort: permission fault executing at 0xffffff80000"),
    "fault_alignment": fault("align", r"alignment fault"),
    "fault_assert": fault("assert", r"assertion failed", r"cmd_crash\.cpp:\d+"),
    "fault_stack": Session(
        "crash", (("crash stack", "panic: "),), (r"kernel stack overflow", r"overflow_stack\+0x"), exit=101
    ),
    "misuse_inversion": misuse(
        "inversion",
        r"takes spinlock cmd_crash\.first at debug::misuse::invert_locks\+",
        r"cmd_crash\.second taken at debug::misuse::invert_locks\+",
        r"the manifests have it in the opposite order:",
        r"cmd_crash\.first of rank \d+ is held when cmd_crash\.second of rank \d+ is taken: components/debug/cmd_crash/component\.yaml:\d+",
        r"panic: spinlock order inverted: cmd_crash\.first of rank \d+ is taken under cmd_crash\.second of rank \d+",
    ),
    "misuse_sleep": misuse("sleep", r"sleeping in atomic context: CPU \d holds spinlock cmd_crash\.first \(1 in all\), taken at debug::misuse::sleep_in_atomic"),
    "misuse_unlock": misuse("unlock", r"mutex cmd_crash\.inner unlocked by thread main, which does not own it"),
    "misuse_free": misuse("free", r"of 40 bytes freed twice; allocated by debug::misuse::free_twice"),
    "misuse_thread_stack": misuse("thread_stack", r"kernel stack overflow"),
    "misuse_two_stacks": misuse("two_stacks", r"kernel stack overflow", r"sp  ?ffffffe0"),
    "lockup_soft": stuck("lockup", "soft lockup: ", r"running thread main \(\d+\)", r"spin_a_while\+0x", r"misuse::lock_up\+0x", r"CmdCrash::run\+0x"),
    "lockup_hard": stuck("masked", "CPU 1 holds", r"hard lockup: CPU 1 has", r"CPU 1 holds spinlock cmd_crash\.first for \d+ ms, at debug::misuse::"),
    "hung_thread": stuck(
        "hang",
        "hung thread: last",
        r"hung thread: between \(\d+\) has waited \d+ ms for mutex cmd_crash\.inner of thread sleeper \(\d+\), which waits for sleep",
        r"for mutex cmd_crash\.mutex of thread between \(\d+\), which waits for cmd_crash\.inner of thread sleeper",
    ),
    "reboot": Session("monitor", (("reboot", "lists the commands.\r\n" + PROMPT), ("halt 7", "")), exit=7),
    "timer_expires": Session("monitor", (("timers add 30 egg", "egg"), ("", PROMPT), ("irq", r"timer.on_interrupt"), ("halt", ""))),
    "timer_expires_physical": Session("monitor-physical", (("timers add 30 egg", "egg"), ("", PROMPT), ("halt", ""))),
    "no_emulator_listens": Session("minimal", (), (r"Hello from Phoenix\.",), semihosting=False),
    "no_emulator_listens_el2": Session("minimal", (), (r"Hello from Phoenix\.",), semihosting=False, el2=True),
    "kernel_touches_program": Session(
        "user_touch", (), (r"panic: data abort: permission fault reading at 0x200000", r"personality"), exit=101, cpu="max"
    ),
    "typing": Session(
        "monitor", (("hlep", "did you mean `help`?"), ("help 'mem", "quote"), ("x" * 300, PROMPT), ("mem\x1b[D\x1b[D", "heap"), ("halt", ""))
    ),
}


def command(session: Session) -> List[str]:
    workspace = Workspace(ROOT)
    shape = Shape(machine_options="virtualization=on" if session.el2 else "", cpus=session.cpus, cpu=session.cpu)
    line = command_line(workspace.graph_json(session.graph), workspace.image(session.graph), shape)
    if not session.semihosting:
        at = line.index("-semihosting-config")
        del line[at : at + 2]
    return line


def run(session: Session) -> int:
    with Console(command(session), timeout=30.0) as console:
        try:
            at = told = console.wait_for(PROMPT) if session.typed else 0
            for number, (line, answer) in enumerate(session.typed):
                console.send(line)
                at = console.wait_for(answer, at)
                told = at if number == 0 else told
            code = console.exit_code()
            for pattern in session.then:
                found = re.compile(pattern.encode()).search(console.shown, told)
                if not found:
                    raise Unexpected(f"nothing on the console matches {pattern!r} after what came before")
                told = found.end()
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
