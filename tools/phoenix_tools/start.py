"""First thing that `tools/phx` runs: makes sure that what the command needs is installed, then hands over to `cli`.

Imports the standard library only.
"""

from __future__ import annotations

from pathlib import Path

from phoenix_tools.packages import For, ensure

_NEEDS = {
    "build": {For.BUILD, For.EMULATOR},
    "size": {For.BUILD, For.EMULATOR},
    "run": {For.BUILD, For.EMULATOR},
    "bench": {For.BUILD, For.EMULATOR},
    "test": {For.BUILD, For.EMULATOR, For.TEST, For.DEBUG},
    "debug": {For.BUILD, For.EMULATOR, For.DEBUG},
}


def needs(arguments: list[str]) -> set[For]:
    """What the command in `arguments` needs; asking for help needs no more than the command line itself."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    if "--help" in arguments:
        return {For.COMMAND}
    return {For.COMMAND} | _NEEDS.get(command, set())


def main(root: Path, arguments: list[str]) -> int:
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if not ensure(needs(own), may_install="--no-install" not in own):
        return 1
    from phoenix_tools.cli import run

    return run(root, arguments)
