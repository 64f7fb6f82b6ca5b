"""QEMU's command line, derived from a resolved graph.

Console: one character device carries the serial port, semihosting's console and QEMU's monitor, so that Ctrl-A X leaves,
Ctrl-C reaches the kernel, and whatever a kernel prints comes out in one order (qemu-system-aarch64(1), "-chardev ...,mux=on").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = "qemu-system-aarch64"
ROOTFS = "initramfs.cpio"  # in the build directory of a graph that has a rootfs
MIB = 1 << 20


@dataclass(frozen=True)
class Shape:
    """What a boot may vary without a rebuild. None: as the graph's machine says."""

    machine_options: str = ""
    cpu: str | None = None
    cpus: int | None = None
    memory: int | None = None
    initrd: Path | None = None
    append: str | None = None


def parse_memory(text: str) -> int:
    """QEMU's notation for `-m`: 512M, 2G, or a number of MiB."""
    units = {"K": 1 << 10, "M": MIB, "G": 1 << 30}
    digits, unit = (text[:-1], text[-1].upper()) if text[-1:].upper() in units else (text, "M")
    if not digits.isdecimal() or int(digits) == 0:
        raise ValueError(f"`{text}` is not an amount of memory such as 512M or 2G")
    return int(digits) * units[unit]


def memory_argument(size: int) -> str:
    return f"{size // MIB}M" if size % MIB == 0 else str(size)


def command_line(graph: Mapping[str, Any], image: Path, shape: Shape = Shape()) -> list[str]:
    """For a person at a terminal. `graph` is the content of graph.json."""
    return [*empty_machine(graph, shape), *_payload(graph, image, shape)]


def empty_machine(graph: Mapping[str, Any], shape: Shape = Shape()) -> list[str]:
    """The machine and its console, with nothing loaded."""
    return [
        *_machine(graph, shape),
        *("-chardev", "stdio,id=console,mux=on,signal=off", *_serial(graph), "-mon", "chardev=console"),
        *("-semihosting-config", "enable=on,target=native,chardev=console"),
    ]


def _serial(graph: Mapping[str, Any]) -> tuple[str, ...]:
    """What is typed goes to the serial port alone if there is one, so a graph that talks by semihosting gets none."""
    driven = any(each["device"] and "Console" in each["provides"] for each in graph["instances"])
    return ("-serial", "chardev:console") if driven else ()


def recordable_command_line(graph: Mapping[str, Any], image: Path, shape: Shape = Shape()) -> list[str]:
    """For record mode: nothing but the console on standard output, and the end of the guest is the end of QEMU."""
    return [
        *_machine(graph, shape),
        *("-monitor", "none", "-chardev", "stdio,id=console,mux=on", "-serial", "chardev:console"),
        *("-semihosting-config", "enable=on,target=native,chardev=console", "-no-reboot"),
        *_payload(graph, image, shape),
    ]


def debuggable_command_line(graph: Mapping[str, Any], image: Path, stub: Path, console: Path) -> list[str]:
    """Stopped before the first instruction, gdb's stub on a socket, the console in a file."""
    return [
        *_machine(graph, Shape()),
        *("-chardev", f"file,id=console,path={console},mux=on", *_serial(graph), "-monitor", "none"),
        *("-semihosting-config", "enable=on,target=native,chardev=console"),
        *("-chardev", f"socket,id=gdb,path={stub},server=on,wait=off", "-gdb", "chardev:gdb", "-S"),
        *_payload(graph, image, Shape()),
    ]


def _machine(graph: Mapping[str, Any], shape: Shape) -> list[str]:
    wanted = graph["machine"]["qemu"]
    machine = str(wanted["machine"]) + (f",{shape.machine_options}" if shape.machine_options else "")
    return [
        PROGRAM,
        *("-machine", machine, "-cpu", shape.cpu or str(wanted["cpu"]), "-smp", str(shape.cpus or wanted["cpus"])),
        *("-m", memory_argument(shape.memory or int(wanted["memory"])), "-nodefaults", "-display", "none"),
    ]


def _payload(graph: Mapping[str, Any], image: Path, shape: Shape) -> list[str]:
    """The initramfs of a graph that has one lies beside its image (`rootfs.place`)."""
    own = image.parent / ROOTFS if graph.get("rootfs") else None
    initrd = shape.initrd or own
    append = shape.append if shape.append is not None else graph.get("append")
    command = ["-kernel", str(image)]
    if initrd is not None:
        command += ["-initrd", str(initrd)]
    if append is not None:
        command += ["-append", str(append)]
    return command
