"""Programs for arm64 Linux that tests and measurements run, compiled from C: static, and kept by what they are compiled from."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

from phoenix_tools.packages import For, ensure_now
from phoenix_tools.terminal import Stop

COMPILER = "aarch64-linux-gnu-gcc-12"
FLAGS = ("-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-static", "-s")


def compiled(source: Path, cache: Path, flags: tuple[str, ...] = ()) -> Path:
    """The program that one C file is the source of. Raises Stop with what the compiler says."""
    command = [COMPILER, *FLAGS, *flags]
    facts = b"\0".join([*(path.read_bytes() for path in _parts(source)), " ".join(command).encode()])
    target = cache / "programs" / f"{source.stem}-{hashlib.sha256(facts).hexdigest()[:16]}"
    if not target.is_file():
        if not ensure_now(For.PROGRAMS):
            raise Stop(f"{source} cannot be compiled without these packages")
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        done = subprocess.run([*command, str(source), "-o", str(partial)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Stop(f"{source} does not compile:\n{done.stderr.rstrip()}")
        partial.replace(target)
    return target


def _parts(source: Path) -> list[Path]:
    """The file, and those beside it that it includes."""
    parts = [source]
    for part in parts:  # grows meanwhile
        for name in re.findall(r'^#include "([^"]+)"', part.read_text(encoding="utf-8"), re.MULTILINE):
            beside = part.parent / name
            if beside.is_file() and beside not in parts:
                parts.append(beside)
    return parts
