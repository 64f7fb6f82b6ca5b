"""What was found out already, kept in a file after every answer, so that a command that was stopped goes on where it was."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phoenix_tools.terminal import Stop


class State:
    """Answers by name. Each counts for as long as its key, a digest of all that it depends on, stays the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._answers: dict[str, dict[str, Any]] = _read(path)

    def get(self, name: str, key: str) -> Any | None:
        found = self._answers.get(name)
        return found.get("answer") if found is not None and found.get("key") == key else None

    def put(self, name: str, key: str, answer: Any) -> None:
        self._answers[name] = {"key": key, "answer": answer}
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(self._answers, indent=1) + "\n", encoding="utf-8")
        partial.replace(self._path)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: each for name, each in content.items() if isinstance(each, dict)} if isinstance(content, dict) else {}


def digest(files: Iterable[Path], words: Iterable[str] = ()) -> str:
    """Of files, where they exist, and words."""
    made = hashlib.sha256("\0".join(words).encode())
    for file in files:
        made.update(f"\0{file.name}\0".encode())
        made.update(file.read_bytes() if file.is_file() else b"")
    return made.hexdigest()


@contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Stop if another process is at it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Stop(f"{what} is running already") from None
        yield
