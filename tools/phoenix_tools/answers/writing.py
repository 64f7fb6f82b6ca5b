"""Files of the checkout, changed whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from phoenix_tools.terminal import BAD_INPUT, Stop


@dataclass(frozen=True)
class Rewritten:
    """A file's bytes as they were read, None if there was no file; and those to be."""

    before: bytes | None
    after: bytes


def read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def write(root: Path, files: Mapping[str, Rewritten]) -> None:
    """All of them, each in one step. Stop, and nothing is written, if one is not what it was or cannot be written."""
    ready: list[tuple[str, Path]] = []
    name = ""
    try:
        for name, file in files.items():
            path = (root / name).resolve()
            if read(path) != file.before:
                raise Stop(f"{name} has been changed meanwhile; nothing was written\n    fix: run the command again", BAD_INPUT)
            ready.append((_beside(path, file.after), path))
    except OSError as error:
        _forget(ready)
        raise Stop(f"{name}: cannot be written: {(error.strerror or 'unknown').lower()}", BAD_INPUT) from None
    except Stop:
        _forget(ready)
        raise
    for made, path in ready:
        os.replace(made, path)


def _beside(path: Path, content: bytes) -> str:
    """A file in the same folder, which can take the place of the other one in one step."""
    handle, made = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(made, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
    return made


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _forget(ready: list[tuple[str, Path]]) -> None:
    for made, _ in ready:
        with suppress(OSError):
            os.unlink(made)
