"""Typed access to a located tree that has passed its schema."""

from __future__ import annotations

from .diagnostics import Place
from .source import Entry, Mapping, Node, Scalar, Sequence

EMPTY = Place("", 0, 0)


def entries(node: Node | None) -> tuple[Entry, ...]:
    return tuple(node.entries.values()) if isinstance(node, Mapping) else ()


def items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else ()


def mapping(node: Node | None) -> Mapping:
    return node if isinstance(node, Mapping) else Mapping({}, EMPTY)


def value(node: Node | None) -> None | bool | int | float | str:
    return node.value if isinstance(node, Scalar) else None


def text(parent: Mapping, key: str, default: str = "") -> str:
    found = value(parent.get(key))
    return found if isinstance(found, str) else default


def optional_text(parent: Mapping, key: str) -> str | None:
    found = value(parent.get(key))
    return found if isinstance(found, str) else None


def number(parent: Mapping, key: str, default: int) -> int:
    found = value(parent.get(key))
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def flag(parent: Mapping, key: str) -> bool:
    return value(parent.get(key)) is True


def words(node: Node | None) -> tuple[tuple[str, Place], ...]:
    return tuple(
        (item.value, item.place)
        for item in items(node)
        if isinstance(item, Scalar) and isinstance(item.value, str)
    )


def key_place(parent: Mapping, key: str, default: Place | None = None) -> Place:
    entry = parent.entries.get(key)
    return entry.place if entry is not None else (default or parent.place)


def value_place(parent: Mapping, key: str) -> Place:
    node = parent.get(key)
    return node.place if node is not None else parent.place
