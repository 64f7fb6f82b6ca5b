"""Changes of files that would mend a mistake, as data: passes propose them beside their messages, tools write them."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import Callable, Iterable, TypeAlias, Union

from .place import Place

_MOST_ALTERNATIVES = 8
_CLOSE = 0.6
_LONG = 8  # letters of a word in which two slips may be

_PLAIN = re.compile(r"[A-Za-z_/.][A-Za-z0-9_/.@+-]*( [A-Za-z0-9_/.@+-]+)*$|[0-9]+ [A-Za-z]+$")
_OTHER_THAN_TEXT = re.compile(r"(null|true|false|~|[-+.]?[0-9.]+([eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|)$")


@dataclass(frozen=True)
class Reword:
    """The word, list or mapping that begins at a place becomes another text of YAML."""

    place: Place
    text: str
    old: str | None = None  # the word that is there now, or a part of the dotted path that is


@dataclass(frozen=True)
class Drop:
    """The entry of a mapping whose key or value begins at a place goes, or the item of a list that does."""

    place: Place


@dataclass(frozen=True)
class Put:
    """A key gets a text of YAML for its value; `path`: the keys that lead to it from the top of the file."""

    file: str
    path: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Rewrite:
    """A line becomes another one, in a file that may not be YAML yet. `old`: what it must still be."""

    file: str
    line: int
    old: str
    new: str


@dataclass(frozen=True)
class Recode:
    """A file whose bytes are not UTF-8 is taken to be in another encoding."""

    file: str
    encoding: str


@dataclass(frozen=True)
class AddInstance:
    """To a graph, under `instances:` or `add:` as the file has it."""

    file: str
    name: str
    component: str


@dataclass(frozen=True)
class RemoveInstance:
    file: str
    name: str


@dataclass(frozen=True)
class SetInGraph:
    """What a graph says of an instance, or of itself (`instance` is None)."""

    file: str
    instance: str | None
    path: tuple[str, ...]
    value: str | int


Edit: TypeAlias = Union[Reword, Drop, Put, Rewrite, Recode, AddInstance, RemoveInstance, SetInGraph]


@dataclass(frozen=True)
class Repair:
    """One way to mend a mistake. `certain`: hardly anything else can have been meant, or it does no harm."""

    title: str
    edits: tuple[Edit, ...]
    certain: bool = True


Repairs: TypeAlias = tuple[Repair, ...]


def yaml_text(value: bool | int | str) -> str:
    """A value as YAML has it, in a block or between brackets; quoted only where it must be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _PLAIN.match(value) and not _OTHER_THAN_TEXT.match(value):
        return value
    return json.dumps(value, ensure_ascii=False)  # which is YAML too


def slips(word: str, other: str) -> int:
    """How many letters were left out, put in, exchanged or swapped with the next (optimal string alignment)."""
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, above, row = above, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The one word that was meant, if hardly another can have been; or those that may have been."""
    names = sorted(set(known) - {word})
    close = difflib.get_close_matches(word, names, n=4, cutoff=_CLOSE)
    if not close:
        return tuple(names) if 1 < len(names) <= _MOST_ALTERNATIVES else ()
    distances = [slips(word, each) for each in close]
    allowed = 1 if len(word) < _LONG else 2
    if distances[0] <= allowed and distances[0] < min(distances[1:], default=allowed + 1):
        return (close[0],)
    return tuple(close)


def respell(place: Place, word: str, known: Iterable[str], form: Callable[[str], str] = str) -> Repairs:
    """For a word that nobody knows. `form`: the whole of the text at the place, of which the word is a part."""
    meant = nearest(word, known)
    certain = len(meant) == 1 and slips(word, meant[0]) <= (1 if len(word) < _LONG else 2)
    return tuple(
        Repair(
            f"write `{form(each)}`",
            (Reword(place, yaml_text(form(each)), word if form is str else None),),
            certain,
        )
        for each in meant
    )


def reword(place: Place, *texts: bool | int | str) -> Repairs:
    """Each text is one way; the only one is certain."""
    certain = len(texts) == 1
    return tuple(
        Repair(f"write `{yaml_text(each)}`", (Reword(place, yaml_text(each)),), certain) for each in texts
    )


def write(place: Place, *texts: str) -> Repairs:
    """Like `reword`, for what is YAML already."""
    return tuple(Repair(f"write `{each}`", (Reword(place, each),), len(texts) == 1) for each in texts)


def drop(place: Place, what: str, certain: bool = True) -> Repairs:
    return (Repair(f"remove {what}", (Drop(place),), certain),)


def put(file: str, path: tuple[str, ...], text: str, certain: bool = True) -> Repairs:
    return (Repair(f"write `{path[-1]}: {text}`", (Put(file, path, text),), certain),)


def uncertain(repairs: Repairs) -> Repairs:
    return tuple(Repair(each.title, each.edits, False) for each in repairs)
