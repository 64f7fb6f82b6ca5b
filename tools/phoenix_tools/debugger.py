"""`phx debug`: QEMU stopped at its first instruction, and gdb attached to it."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from phoenix_tools import qemu
from phoenix_tools.terminal import Stop, err
from phoenix_tools.workspace import Workspace

_STARTS_WITHIN = 10.0
_BATCH_ENDS_WITHIN = 60.0


def debug(workspace: Workspace, name: str, commands: list[str], *, batch: bool) -> int:
    """Runs gdb until it ends; its exit code. The console goes to this terminal's output, or in a batch to a file."""
    directory = workspace.build_directory(name)
    with tempfile.TemporaryDirectory(prefix="phx-debug.") as folder:
        stub = Path(folder) / "gdb"
        console = Path(folder) / "console"
        guest = qemu.debuggable_command_line(workspace.graph_json(name), workspace.image(name), stub, console)
        with subprocess.Popen(guest, stdin=subprocess.DEVNULL, start_new_session=True) as machine:
            try:
                _wait_for(stub, machine, guest)
                if not batch:
                    err.print(f"The console is in {console}: tail -f {console}")
                command = _gdb(workspace.root, directory, stub, commands, batch)
                return subprocess.run(command, timeout=_BATCH_ENDS_WITHIN if batch else None).returncode
            except subprocess.TimeoutExpired:
                raise Stop(f"gdb did not end within {_BATCH_ENDS_WITHIN:.0f} s") from None
            finally:
                machine.terminate()
                if batch and console.exists():
                    sys.stdout.write(console.read_text(errors="replace"))


def _gdb(root: Path, directory: Path, stub: Path, commands: list[str], batch: bool) -> list[str]:
    command = ["gdb-multiarch", "-q", "-nx", *(["-batch"] if batch else [])]
    begin = [
        "set confirm off",
        "set pagination off",
        f"directory {root}",
        f"source {root / 'tools/gdb/phoenix.py'}",
        f"target remote {stub}",
    ]
    for text in begin + commands:
        command += ["-ex", text]
    return [*command, str(directory / "phoenix.elf")]


def _wait_for(stub: Path, machine: subprocess.Popen[bytes], guest: list[str]) -> None:
    end = time.monotonic() + _STARTS_WITHIN
    while not stub.exists():
        if machine.poll() is not None or time.monotonic() > end:
            raise Stop(f"QEMU did not start: {shlex.join(guest)}")
        time.sleep(0.01)
