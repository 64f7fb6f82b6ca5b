"""JSON with comments, as VS Code writes its settings: read with places, and added to so that all else stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_BLANK = re.compile(r"(?:\s|\ufeff|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_WORD = re.compile(r"-?[0-9][0-9.eE+-]*|true|false|null")
_INDENT = "    "
_DEEPEST = 100


class Malformed(Exception):
    """No JSON with comments. `line` and `column` count from 1."""

    def __init__(self, text: str, at: int, message: str) -> None:
        self.line = text.count("\n", 0, at) + 1
        self.column = at - text.rfind("\n", 0, at)
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class Node:
    value: Any  # as json.loads gives it; of an object: its nodes by key
    begin: int
    end: int


def read(text: str) -> Node:
    """The file's object; an empty file is an empty one. Raises Malformed."""
    reader = _Reader(text)
    reader.blank()
    if reader.at == len(text):
        return Node({}, 0, 0)
    node = reader.node(0)
    reader.blank()
    if reader.at < len(text):
        raise reader.fail("something follows the end of the object")
    if not isinstance(node.value, dict):
        raise Malformed(text, node.begin, "the file holds no object")
    return node


def plain(node: Node) -> Any:
    """The value without places."""
    return {key: plain(each) for key, each in node.value.items()} if isinstance(node.value, dict) else node.value


def find(root: Node, path: Sequence[str]) -> Node | None:
    node: Node | None = root
    for key in path:
        node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
    return node


def add(text: str, path: Sequence[str], value: Any) -> str:
    """The text with a key more, which must not be there, at the end of its object; objects on the way are made."""
    if "\r\n" in text:  # lines end as the others do
        return add(text.replace("\r\n", "\n"), path, value).replace("\n", "\r\n")
    root = read(text)
    for depth in range(len(path) - 1, -1, -1):
        parent = find(root, path[:depth])
        if parent is not None:
            for key in reversed(path[depth + 1 :]):
                value = {key: value}
            return _insert(text, parent, path[depth], value, depth)
    raise AssertionError("the root is always there")


def _insert(text: str, parent: Node, key: str, value: Any, depth: int) -> str:
    margin = _INDENT * (depth + 1)
    entry = f"{json.dumps(key)}: {json.dumps(value, indent=len(_INDENT))}".replace("\n", "\n" + margin)
    if parent.end == 0:  # an empty file, or one of comments alone
        return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}{{\n{margin}{entry}\n}}\n"
    close = parent.end - 1
    if not parent.value:
        head = text[:close].rstrip()
        return f"{head}\n{margin}{entry}\n{_INDENT * depth}{text[close:]}"
    last = max(each.end for each in parent.value.values())
    rest = text[last:close]
    behind = _BLANK.match(rest)
    comma = "" if behind is not None and rest[behind.end() :].startswith(",") else ","
    body = rest.rstrip()
    return f"{text[:last]}{comma}{body}\n{margin}{entry}\n{_INDENT * depth}{text[close:]}"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, message: str) -> Malformed:
        return Malformed(self.text, min(self.at, len(self.text)), message)

    def blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, sign: str) -> bool:
        self.blank()
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) if found else 0
        return found

    def match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[0]

    def node(self, depth: int) -> Node:
        self.blank()
        begin = self.at
        if depth > _DEEPEST:
            raise self.fail("it is nested too deeply")
        if self.take("{"):
            return Node(self.members(depth), begin, self.at)
        if self.take("["):
            return Node(self.items(depth), begin, self.at)
        for pattern in (_STRING, _WORD):
            word = self.match(pattern)
            if word is not None:
                try:
                    return Node(json.loads(word), begin, self.at)
                except ValueError:
                    self.at = begin
                    raise self.fail(f"`{word[:40]}` is no value") from None
        raise self.fail("a value is missing")

    def members(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not self.take("}"):
            key = self.match(_STRING)
            if key is None:
                raise self.fail("a key in quotes is missing, or `}`")
            if not self.take(":"):
                raise self.fail("`:` is missing")
            found[json.loads(key)] = self.node(depth + 1)
            if not self.take(",") and not self.text.startswith("}", self.at):
                raise self.fail("`,` or `}` is missing")
        return found

    def items(self, depth: int) -> list[Any]:
        found = []
        while not self.take("]"):
            found.append(plain(self.node(depth + 1)))
            if not self.take(",") and not self.text.startswith("]", self.at):
                raise self.fail("`,` or `]` is missing")
        return found
