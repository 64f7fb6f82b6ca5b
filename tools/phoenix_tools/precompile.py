"""Compiles a header, as the launcher of that compilation, and writes FILE.sum: what ccache takes for FILE.

A precompiled header names its checkout, so it is never cached itself; what is compiled over it does not, and is shared between checkouts
whose headers and flags agree.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path


def dependencies(text: str) -> list[str]:
    """The files that a Makefile rule names behind its colon."""
    return text.partition(":")[2].replace("\\\n", " ").split()


def summary(command: list[str], files: list[str], here: str) -> str:
    digest = hashlib.sha256("\0".join(word.replace(here, "") for word in command).encode())
    for file in sorted(files, key=lambda name: name.replace(here, "")):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()


def main() -> int:
    command = sys.argv[1:]
    done = subprocess.run(command)
    if done.returncode == 0:
        output = command[command.index("-o") + 1]
        files = dependencies(Path(command[command.index("-MF") + 1]).read_text())
        root = str(Path(__file__).parents[2])
        build = str(Path.cwd())
        Path(f"{output}.sum").write_text(summary([word.replace(build, "") for word in command], files, root))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
