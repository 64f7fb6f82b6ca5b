"""A position in a file of the project."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file of the project; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def short(self) -> str:
        """Without the column, for comments in generated code."""
        return f"{self.file}:{self.line}"
