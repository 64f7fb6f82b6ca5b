"""First thing that `tools/phx` runs: makes sure that what the command needs is installed, then hands over to `cli`.

Imports the standard library only.
"""

from __future__ import annotations

import gc
import os
from pathlib import Path

from phoenix_tools import sources
from phoenix_tools.packages import NO_INSTALL, For, ensure

_ALLOCATIONS = 200_000  # between two looks for garbage; 700 by default
_NEEDS = {
    "build": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "size": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "run": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "explore": {For.PICTURES},
    "menu": {For.MENU},
    "rootfs": {For.ROOTFS},
    "bench": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "matrix": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "minimize": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "profile": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "trace": {For.BUILD, For.EMULATOR, For.ROOTFS},
    "test": {For.BUILD, For.EMULATOR, For.ROOTFS, For.PROGRAMS, For.PICTURES, For.TEST, For.DEBUG, For.MENU, For.EDITOR},
    "debug": {For.BUILD, For.EMULATOR, For.ROOTFS, For.DEBUG},
}


def needs(arguments: list[str]) -> set[For]:
    """What the command in `arguments` needs; asking for help needs no more than the command line itself."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    if "--help" in arguments:
        return {For.COMMAND}
    return {For.COMMAND} | _NEEDS.get(command, set())


def main(root: Path, arguments: list[str]) -> int:
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    may_install = "--no-install" not in own
    if not may_install:
        os.environ[NO_INSTALL] = "1"  # for what is found to be needed later
    wanted = needs(own)
    if not ensure(wanted, may_install=may_install):
        return 1
    if For.BUILD in wanted and not sources.ensure(may_fetch=may_install):
        return 1
    # What a command reads stays until it ends: to look through it for garbage again and again takes a tenth of the time.
    gc.set_threshold(_ALLOCATIONS)
    from phoenix_tools.cli import run

    return run(root, arguments)
