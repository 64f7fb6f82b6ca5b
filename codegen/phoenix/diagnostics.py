"""What a pass says when something is wrong: place, stable code, message, reasons, fix."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Iterable

from .place import Place as Place
from .repair import Repairs


@dataclass(frozen=True)
class Diagnostic:
    place: Place
    code: str
    message: str
    reasons: tuple[str, ...] = ()
    related: tuple[tuple[Place, str], ...] = ()
    fix: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # the names that it is about, for programs; which ones depends on the code
    repairs: Repairs = ()  # `fix` for programs, as far as it can be written down

    def render(self) -> str:
        """`file:line:col: error: message [code]`, then reasons, other places, and what to do, each indented."""
        lines = [f"{self.place}: error: {self.message} [{self.code}]"]
        lines += [f"    {reason}" for reason in self.reasons]
        lines += [f"    {place}: {text}" for place, text in self.related]
        lines += [
            f"    fix: {line}" if number == 0 else f"         {line}" for number, line in enumerate(self.fix)
        ]
        return "\n".join(lines)


class Failed(Exception):
    """A run that found errors; all of them, sorted by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = ordered(diagnostics)
        super().__init__(f"{len(self.diagnostics)} error(s)")

    def render(self) -> str:
        return "\n".join(diagnostic.render() for diagnostic in self.diagnostics)


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each diagnostic once, by place."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.place, d.code, d.message)))


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that was probably meant."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=cutoff)
    return close[0] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Fix lines for a word that nobody knows: the nearest one, or all of them if they are few."""
    names = sorted(known)
    close = suggestion(word, names)
    if close is not None:
        return (f"did you mean `{close}`?",)
    if not names:
        return ()
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return (f"known here: {shown}" + (", ..." if len(names) > 12 else ""),)
