"""The include directives of a source file, by text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"]+)[>\"]", re.MULTILINE)


@dataclass(frozen=True)
class Include:
    """One directive. `target` is what stands between the quotes or brackets, which start at `line` and `column`."""

    file: str
    line: int
    column: int
    target: str
    quoted: bool


def includes(root: Path, file: str) -> Iterator[Include]:
    """The directives of a file, which is named relative to `root`."""
    text = (root / file).read_text(encoding="utf-8", errors="replace")
    for found in _INCLUDE.finditer(text):
        line = text.count("\n", 0, found.start(2)) + 1
        column = found.start(2) - text.rfind("\n", 0, found.start(2)) - 1
        yield Include(file, line, column, found[2], found[1] == '"')
