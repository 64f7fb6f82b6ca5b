"""A file of YAML, changed at the places that diagnostics name; every other character stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Optional, Union

import yaml  # type: ignore[import]

from phoenix.repair import Drop, Put, Reword, Rewrite
from phoenix.source import DEEPEST

Local = Union[Reword, Drop, Put, Rewrite]


@dataclass(frozen=True)
class Splice:
    """What lies between two positions of a text becomes something else."""

    start: int
    end: int
    text: str

    def meets(self, other: Splice) -> bool:
        return self.start < other.end and other.start < self.end or (self.start, self.end) == (other.start, other.end)


@dataclass(frozen=True)
class _Held:
    """A node: the collection that it is in, and its key there if that is a mapping."""

    node: yaml.Node
    parent: Optional[_Held]
    key: Optional[yaml.Node]  # None: an item of a list, or the whole


class YamlText:
    """One file's text. Positions count its characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._offset = 1 if text.startswith("\ufeff") else 0  # libyaml does not count a byte-order mark
        self._root: Optional[_Held] = None
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader) if _is_shallow(text) else None
        except yaml.YAMLError:
            node = None
        if node is not None:
            self._root = _Held(node, None, None)

    def splices(self, edit: Local) -> Optional[tuple[Splice, ...]]:
        """What the edit comes to; None: the file is not as the edit takes it to be."""
        if isinstance(edit, Rewrite):
            return self._rewrite(edit)
        if self._root is None:
            return None
        if isinstance(edit, Put):
            return self._put(edit)
        at = (edit.place.line - 1, edit.place.column - 1)
        return self._reword(at, edit) if isinstance(edit, Reword) else self._drop(at)

    def with_splices(self, splices: Sequence[Splice]) -> str:
        text = self.text
        for splice in sorted(splices, key=lambda each: (each.start, each.end), reverse=True):
            text = text[: splice.start] + splice.text + text[splice.end :]
        return text

    # --- finding

    def _walk(self) -> Iterator[_Held]:
        """Every value, from the outside to the inside."""
        left = [self._root] if self._root is not None else []
        seen: set[int] = set()  # an alias leads to what has been seen
        while left:
            held = left.pop()
            if id(held.node) in seen:
                continue
            seen.add(id(held.node))
            yield held
            if isinstance(held.node, yaml.MappingNode):
                left += [_Held(value, held, key) for key, value in held.node.value]
            elif isinstance(held.node, yaml.SequenceNode):
                left += [_Held(item, held, None) for item in held.node.value]

    def _entry(self, at: tuple[int, int]) -> Optional[_Held]:
        """The value whose key begins there; or else the value that does."""
        found = [each for each in self._walk() if each.key is not None and _start(each.key) == at]
        return next(iter(found), None) or next((each for each in self._walk() if _start(each.node) == at), None)

    def _span(self, node: yaml.Node) -> tuple[int, int]:
        """Without the comments and empty lines behind a block."""
        start, end = node.start_mark.index + self._offset, node.end_mark.index + self._offset
        if not getattr(node, "flow_style", True) or getattr(node, "style", None) in ("|", ">"):
            end = self._last(node)
        return start, end

    def _last(self, node: yaml.Node) -> int:
        if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
            end: int = node.end_mark.index + self._offset
            return len(self.text[:end].rstrip())
        last = node.value[-1]
        return self._last(last[1] if isinstance(last, tuple) else last)

    # --- changing

    def _rewrite(self, edit: Rewrite) -> Optional[tuple[Splice, ...]]:
        lines = self.text.split("\n")
        if edit.line > len(lines) or lines[edit.line - 1].rstrip("\r") != edit.old.rstrip("\r"):
            return None
        start = sum(len(line) + 1 for line in lines[: edit.line - 1])
        return (Splice(start, start + len(edit.old.rstrip("\r")), edit.new.rstrip("\r")),)

    def _reword(self, at: tuple[int, int], edit: Reword) -> Optional[tuple[Splice, ...]]:
        text = edit.text
        for held in self._walk():
            if held.key is not None and isinstance(held.key, yaml.ScalarNode) and _start(held.key) == at:
                new = _with_part(str(held.key.value), edit)
                return None if new is None else (Splice(*self._span(held.key), new),)
        for held in self._walk():
            if _start(held.node) == at:
                start, end = self._span(held.node)
                if isinstance(held.node, yaml.CollectionNode) and not held.node.flow_style:
                    if held.key is None:
                        return None
                    return (Splice(self._span(held.key)[1], end, f": {text}"),)
                return (Splice(start, end, text),)
        return self._reword_alias(at, text)

    def _reword_alias(self, at: tuple[int, int], text: str) -> Optional[tuple[Splice, ...]]:
        """An alias is the node that it stands for, which is elsewhere."""
        lines = self.text.split("\n")
        alias = re.match(r"\*[^\s,\[\]{}]+", lines[at[0]][at[1] :]) if at[0] < len(lines) else None
        start = sum(len(line) + 1 for line in lines[: at[0]]) + at[1]
        return None if alias is None else (Splice(start, start + alias.end(), text),)

    def _drop(self, at: tuple[int, int]) -> Optional[tuple[Splice, ...]]:
        held = self._entry(at)
        if held is not None and held.key is not None and _start(held.key) != at and held.key.value == "name":
            held = held.parent  # an item of a list, which goes with its name
        while held is not None and held.parent is not None and len(held.parent.node.value) == 1:
            held = held.parent  # what would be empty goes as a whole
        if held is None or held.parent is None:
            return None
        parent = held.parent.node
        members = [pair if isinstance(pair, tuple) else (pair, pair) for pair in parent.value]
        number = next(n for n, (_, value) in enumerate(members) if value is held.node)
        start = self._span(members[number][0])[0]
        end = max(self._span(members[number][1])[1], self._span(members[number][0])[1])
        if parent.flow_style:
            if number + 1 < len(members):
                return (Splice(start, self._span(members[number + 1][0])[0], ""),)
            return (Splice(self._span(members[number - 1][1])[1], end, ""),)
        return self._without_lines(start, end, held.key is None)

    def _without_lines(self, start: int, end: int, is_item: bool) -> Optional[tuple[Splice, ...]]:
        line = self.text.rfind("\n", 0, start) + 1
        before = self.text[line:start].strip()
        if before not in (("-",) if is_item else ("",)):
            return None  # the first key of a list's item
        after = self.text.find("\n", end)
        return (Splice(line, len(self.text) if after < 0 else after + 1, ""),)

    def _put(self, edit: Put) -> Optional[tuple[Splice, ...]]:
        node = self._root.node if self._root is not None else None
        for number, key in enumerate(edit.path):
            if not isinstance(node, yaml.MappingNode):
                return None
            below = next((value for name, value in node.value if name.value == key), None)
            if below is None:
                text = edit.text
                for outer in reversed(edit.path[number + 1 :]):
                    text = f"{{{outer}: {text}}}"
                return self._insert(node, f"{key}: {text}")
            node = below
        return (Splice(*self._span(node), edit.text),) if isinstance(node, yaml.ScalarNode) else None

    def _insert(self, node: yaml.MappingNode, entry: str) -> Optional[tuple[Splice, ...]]:
        """As the last entry of a mapping."""
        if not node.value:
            start, end = self._span(node)
            return (Splice(start, end, f"{{{entry}}}"),) if node.flow_style else None
        end = max(self._last(node.value[-1][1]), self._span(node.value[-1][0])[1])
        if node.flow_style:
            return (Splice(end, end, f", {entry}"),)
        indent = " " * node.start_mark.column
        newline = self.text.find("\n", end)
        at = len(self.text) if newline < 0 else newline + 1
        missing = "" if at and self.text[at - 1] == "\n" else "\n"
        return (Splice(at, at, f"{missing}{indent}{entry}{self._line_end()}"),)

    def _line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"


def _is_shallow(text: str) -> bool:
    """Composing a document takes a frame of the C stack for each collection inside another."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > 4 * DEEPEST:
            return False
    return True


def _with_part(word: str, edit: Reword) -> Optional[str]:
    """A key with what is reworded: the whole of it, or one part of a dotted path."""
    if edit.old is None or edit.old == word:
        return edit.text
    parts = word.split(".")
    if edit.old not in parts:
        return None
    at = len(parts) - 1 - parts[::-1].index(edit.old)
    return ".".join([*parts[:at], edit.text, *parts[at + 1 :]])


def _start(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line, node.start_mark.column
