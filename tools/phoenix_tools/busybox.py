"""The names under which a busybox can be called, read from the program itself.

`busybox --list-full` prints them, but only on an arm64 machine. They are in the program as one table of names in order, each ended by a zero, and one
of folders, half a byte each (busybox's applets/applet_tables.c: `applet_names`, `applet_install_loc`).
"""

from __future__ import annotations

from phoenix_tools.terminal import Stop

_FOLDERS = ("", "bin/", "sbin/", "usr/bin/", "usr/sbin/")
_FIRST = b"[\0[[\0"
# By these the table of folders is told from other bytes.
_KNOWN = {"[": 3, "awk": 3, "cat": 1, "chroot": 4, "env": 3, "ifconfig": 2, "init": 2, "ls": 1, "mount": 1, "sh": 1}


def applets(program: bytes) -> tuple[str, ...]:
    """The paths, without a slash in front, that busybox is meant to be linked to. Raises Stop."""
    names = _names(program)
    known = {names.index(name): folder for name, folder in _KNOWN.items() if name in names}
    size = (len(names) + 1) // 2
    found = [
        at
        for at in range(len(program) - size)
        if all(_folder(program, at, index) == folder for index, folder in known.items())
        and all(_folder(program, at, index) < len(_FOLDERS) for index in range(len(names)))
    ]
    if len(known) != len(_KNOWN) or len(found) != 1:
        raise Stop("bin/busybox is not a busybox whose names can be read")
    return tuple(_FOLDERS[_folder(program, found[0], index)] + name for index, name in enumerate(names) if name != "busybox")


def _names(program: bytes) -> list[str]:
    names: list[str] = []
    at = program.find(_FIRST)
    while at >= 0:
        end = program.index(b"\0", at)
        name = program[at:end].decode("ascii", "replace")
        if not name or (names and name <= names[-1]):
            break
        names.append(name)
        at = end + 1
    return names


def _folder(program: bytes, at: int, index: int) -> int:
    return program[at + index // 2] >> 4 * (index & 1) & 15
