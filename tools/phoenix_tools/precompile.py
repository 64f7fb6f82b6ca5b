"""Compiles a header, as the launcher of that compilation, once for all graphs of a checkout, and writes FILE.sum: what ccache takes
for FILE where it looks at preprocessed sources.

A precompiled header names its checkout and differs by a few bytes in every build directory, while ccache's direct mode, which spares
it the preprocessor, compares all bytes of what a source includes. So the first graph that needs one keeps it in build/.precompiled,
and the others copy it for as long as the command and the headers say the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = "build/.precompiled"


def dependencies(text: str) -> list[str]:
    """The files that a Makefile rule names behind its colon."""
    return text.partition(":")[2].replace("\\\n", " ").split()


def summary(command: list[str], files: list[str], here: str) -> str:
    digest = hashlib.sha256("\0".join(word.replace(here, "") for word in command).encode())
    for file in sorted(files, key=lambda name: name.replace(here, "")):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()


def compile_once(command: list[str], kept: Path, root: str, build: str) -> int:
    """Fills in the command's outputs; the exit code. `kept` is where this header and its like are kept."""
    output, rule = (Path(command[command.index(option) + 1]) for option in ("-o", "-MF"))
    wanted = [word.replace(build, "") for word in command]
    place = kept / hashlib.sha256("\0".join(wanted).encode()).hexdigest()[:16]
    with _alone(place):
        if not _is_current(place, wanted, root):
            for file in ("sum", "rule", "header"):
                (place / file).unlink(missing_ok=True)
            done = subprocess.run(command)
            if done.returncode != 0:
                return done.returncode
            shutil.copyfile(output, place / "header")
            shutil.copyfile(rule, place / "rule")
            (place / "sum").write_text(summary(wanted, dependencies(rule.read_text()), root))  # last: it vouches for the others
        else:
            _replace(place / "rule", rule)
            _replace(place / "header", output)
        Path(f"{output}.sum").write_text((place / "sum").read_text())
    return 0


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Two builds at once compile it once."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_current(place: Path, command: list[str], root: str) -> bool:
    try:
        files = dependencies((place / "rule").read_text())
        return (place / "header").is_file() and (place / "sum").read_text() == summary(command, files, root)
    except OSError:
        return False


def _replace(source: Path, target: Path) -> None:
    """With a time of its own, as Ninja compares it with those of the headers."""
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copyfile(source, partial)
    partial.replace(target)


def main() -> int:
    root = Path(__file__).parents[2]
    return compile_once(sys.argv[1:], root / KEPT, str(root), str(Path.cwd()))


if __name__ == "__main__":
    sys.exit(main())
