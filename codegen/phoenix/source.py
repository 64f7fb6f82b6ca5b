"""Pass 1a: text with places. YAML is read into a tree in which every key and value knows its file, line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterator, NamedTuple, TypeAlias, Union

import yaml  # type: ignore[import]

from .diagnostics import Diagnostic, Place
from .repair import Drop, Recode, Repair, Repairs, Rewrite, Reword, drop, yaml_text

Plain: TypeAlias = Union[None, bool, int, float, str, list["Plain"], dict[str, "Plain"]]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)$|0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?$")
_LONGEST_NUMBER = 40
DEEPEST = 24  # collections inside one another; no file needs half of them
_LONGEST_LINE = 400  # of what is tried again in other spellings
_LONGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Scalar:
    value: None | bool | int | float | str
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    place: Place
    glued: bool = False  # two items had only a comma between them, as in [arm,pl011]


class Entry(NamedTuple):
    key: str
    place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: dict[str, Entry]
    place: Place

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry is not None else None


Node: TypeAlias = Union[Scalar, Sequence, Mapping]


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its tree (None if it could not be read) and what is wrong with its text."""

    path: str
    root: Mapping | None
    diagnostics: tuple[Diagnostic, ...]


def plain(node: Node) -> Plain:
    """The tree without places, as JSON Schema sees it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(entry.value) for key, entry in node.entries.items()}


def scalar_of(text: str) -> None | bool | int | float | str:
    """The YAML 1.2 core schema: `on`, `no` and `off` are words here, not booleans."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if len(text) <= _LONGEST_NUMBER:
        if _INTEGER.match(text):
            return int(text, 16) if text.startswith("0x") else int(text)
        if _FLOAT.match(text):
            return float(text)
    return text


@dataclass(slots=True)
class _Open:
    """A collection that is being read."""

    place: Place
    entries: dict[str, Entry] | None  # None: a sequence
    items: list[Node] = field(default_factory=list)
    key: tuple[str, Place] | None = None
    last_end: int = -1
    glued: bool = False


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.diagnostics: list[Diagnostic] = []
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.documents = 0
        self.beyond = 0  # collections that are open and too deep
        self.anchors: dict[str, None | bool | int | float | str] = {}  # of words; what else has one is not repeated

    def fail(
        self,
        place: Place,
        code: str,
        message: str,
        *fix: str,
        related: tuple[tuple[Place, str], ...] = (),
        repairs: Repairs = (),
    ) -> None:
        self.diagnostics.append(Diagnostic(place, code, message, fix=fix, related=related, repairs=repairs))

    def place(self, event: yaml.Event) -> Place:
        return Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)

    def take(self, node: Node, event: yaml.Event) -> None:
        """Put a finished value into the collection around it."""
        if not self.stack:
            self.root = node
            return
        around = self.stack[-1]
        if around.entries is None:
            around.glued |= event.start_mark.index == around.last_end + 1 and bool(around.items)
            around.last_end = event.end_mark.index
            around.items.append(node)
        elif around.key is None:
            if isinstance(node, Scalar):
                around.key = (event.value, node.place)
            else:
                message = "a key must be a word, not a list or mapping"
                self.fail(node.place, "yaml-key", message, "write a word before the colon")
                around.key = ("list", node.place)
        else:
            self.add_entry(around.entries, around.key, node)
            around.key = None

    def add_entry(self, entries: dict[str, Entry], key: tuple[str, Place], node: Node) -> None:
        name, place = key
        if name in entries:
            self.fail(
                place,
                "duplicate-key",
                f"the key `{name}` is given twice in one mapping",
                f"keep one of the two `{name}:` lines",
                related=((entries[name].place, "first given here"),),
                repairs=_without_one(name, place, node, entries[name]),
            )
            return
        entries[name] = Entry(name, place, node)

    def is_beyond(self, event: yaml.Event) -> bool:
        """Whether the event belongs to what lies too deep, which is said where that begins."""
        starts = isinstance(event, yaml.CollectionStartEvent)
        if self.beyond == 0 and starts and len(self.stack) >= DEEPEST:
            self.fail(
                self.place(event),
                "too-deep",
                f"lists and mappings lie {DEEPEST} deep inside one another",
                "close the brackets, or remove what is inside",
            )
            self.take(Scalar(None, self.place(event)), _as_scalar(event))
        elif self.beyond == 0:
            return False
        self.beyond += 1 if starts else -1 if isinstance(event, yaml.CollectionEndEvent) else 0
        return True

    def read(self, event: yaml.Event) -> None:
        if self.documents > 1 or self.is_beyond(event):
            return
        if isinstance(event, yaml.AliasEvent):
            self.fail(
                self.place(event),
                "yaml-alias",
                f"YAML aliases (`*{event.anchor}`) are not used in Phoenix files",
                "write the value out, or let a graph extend another one",
                repairs=self.written_out(event),
            )
            self.take(Scalar(event.anchor, self.place(event)), _as_scalar(event))
        elif isinstance(event, yaml.ScalarEvent):
            value = scalar_of(event.value) if event.implicit[0] else event.value
            self.check_tag(event)
            if event.anchor is not None:
                self.anchors[event.anchor] = value
            self.take(Scalar(value, self.place(event)), event)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            self.check_tag(event)
            self.stack.append(
                _Open(self.place(event), {} if isinstance(event, yaml.MappingStartEvent) else None)
            )
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            done = self.stack.pop()
            if done.entries is None:
                self.take(Sequence(tuple(done.items), done.place, done.glued), event)
            else:
                self.take(Mapping(done.entries, done.place), event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                self.fail(
                    self.place(event),
                    "yaml-documents",
                    "a second YAML document begins here; one file holds one document",
                    "move it to a file of its own",
                )

    def written_out(self, event: yaml.AliasEvent) -> Repairs:
        value = self.anchors.get(event.anchor)
        if not isinstance(value, (bool, int, str)):
            return ()
        text = yaml_text(value)
        return (Repair(f"write `{text}`", (Reword(self.place(event), text),)),)

    def check_tag(self, event: yaml.Event) -> None:
        if event.tag is not None:
            self.fail(
                self.place(event),
                "yaml-tag",
                f"YAML tags (`{event.tag}`) are not used in Phoenix files",
                "remove the tag",
                repairs=self.untagged(event),
            )

    def untagged(self, event: yaml.Event) -> Repairs:
        """A word in its place without the tag: text, which is what a tag would have made of it."""
        if not isinstance(event, yaml.ScalarEvent):
            return ()
        text = yaml_text(event.value if "str" in str(event.tag) else _again(event.value))
        return (Repair(f"write `{text}`", (Reword(self.place(event), text),)),)


def _as_scalar(event: yaml.NodeEvent) -> yaml.ScalarEvent:
    return yaml.ScalarEvent(None, None, (True, False), event.anchor or "", event.start_mark, event.end_mark)


def _again(text: str) -> bool | int | str:
    value = scalar_of(text)
    return value if isinstance(value, (bool, int)) else text


def _without_one(name: str, place: Place, node: Node, first: Entry) -> Repairs:
    if plain(node) == plain(first.value):
        return drop(place, f"the second `{name}:`")
    return (
        Repair(f"remove the second `{name}:`", (Drop(place),), False),
        Repair(f"remove the first `{name}:`", (Drop(first.place),), False),
    )


def read_yaml(path: str, data: bytes) -> Document:
    """Parses one file. `path` is what messages call it."""
    start = Place(path, 1, 1)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(path, before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1)
        return Document(
            path,
            None,
            (
                Diagnostic(
                    place,
                    "not-utf8",
                    f"byte 0x{data[error.start]:02x} is not UTF-8 text",
                    fix=("save the file as UTF-8",),
                    repairs=(Repair("take it for Latin-1, and save it as UTF-8", (Recode(path, "latin-1"),)),),
                ),
            ),
        )
    reader = _Reader(path)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            reader.read(event)
    except yaml.YAMLError as error:
        reader.diagnostics.append(_syntax_error(path, text, error))
        return Document(path, None, tuple(reader.diagnostics))
    root = reader.root
    if root is None or (isinstance(root, Scalar) and root.value is None):
        reader.fail(start, "empty-file", "the file holds nothing", "fill it in, or remove it")
        return Document(path, None, tuple(reader.diagnostics))
    if not isinstance(root, Mapping):
        what = "a list" if isinstance(root, Sequence) else "a single word"
        message = f"the file holds {what}, not `key: value` lines"
        reader.fail(root.place, "not-a-mapping", message, "write `KEY: VALUE` lines, without `- ` before them")
        return Document(path, None, tuple(reader.diagnostics))
    return Document(path, root, tuple(reader.diagnostics))


def _syntax_error(path: str, text: str, error: yaml.YAMLError) -> Diagnostic:
    mark = getattr(error, "problem_mark", None)
    place = Place(path, mark.line + 1, mark.column + 1) if mark is not None else Place(path, 1, 1)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    context = getattr(error, "context", None)
    reasons = (str(context),) if context else ()
    return Diagnostic(
        place,
        "yaml-syntax",
        f"this is not YAML: {problem}",
        reasons=reasons,
        fix=("check indentation, quotes and brackets up to this place",),
        repairs=_parsing(path, text, place.line),
    )


def _parsing(path: str, text: str, line: int) -> Repairs:
    """A change of the line, or of the one before, with which it is YAML."""
    lines = text.split("\n")
    for at in (line - 1, line - 2):
        if 0 <= at < len(lines) and len(lines[at]) <= _LONGEST_LINE and len(text) <= _LONGEST_TEXT:
            above = next((each for each in reversed(lines[:at]) if each.strip()), "")
            for title, new in _respelled(lines[at], len(above) - len(above.lstrip(" "))):
                if _is_yaml("\n".join([*lines[:at], new, *lines[at + 1 :]])):
                    return (Repair(title, (Rewrite(path, at + 1, lines[at], new),)),)
    return ()


def _respelled(line: str, indent: int) -> Iterator[tuple[str, str]]:
    """What a line that is not YAML may have been meant to be, the most likely first. `indent`: of the line above."""
    if "\t" in line:
        yield "write spaces in place of tabs", line.expandtabs(2)
    key, colon, value = line.partition(": ")
    value = value.strip()
    if colon and value and value[:1] not in "[{\"'|>":
        yield "quote the value", f"{key}: {yaml_text(value)}"
    if (bare := re.match(r"(\s*[A-Za-z_]+):([^\s:/].*)$", line)) is not None:
        yield "put a space behind the colon", f"{bare.group(1)}: {bare.group(2)}"
    if line.rstrip().count('"') % 2:
        yield "close the quotes", line.rstrip() + '"'
    closers = "".join("]" if each == "[" else "}" for each in reversed(_unclosed(line)))
    if closers:
        yield f"close the bracket with `{closers}`", line.rstrip() + closers
    if line.rstrip()[-1:] in ("]", "}"):
        yield "remove the bracket", line.rstrip()[:-1]
    if (word := re.match(r"(\s*[A-Za-z_][A-Za-z0-9_.]*)\s+(\S.*)$", line)) is not None and not colon:
        yield "put a colon behind the key", f"{word.group(1)}: {word.group(2)}"
    if line.strip():
        yield "indent the line like the one above", " " * indent + line.lstrip(" ")


def _unclosed(line: str) -> list[str]:
    found: list[str] = []
    for character in line:
        if character in "[{":
            found.append(character)
        elif character in "]}" and found:
            found.pop()
    return found


def _is_yaml(text: str) -> bool:
    try:
        for _ in yaml.parse(text, Loader=yaml.CSafeLoader):
            pass
    except yaml.YAMLError:
        return False
    return True
