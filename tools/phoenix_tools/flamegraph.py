"""A flame graph as an SVG file that any browser shows: width is time, what calls lies below what it calls, a colour is a component.

After Brendan Gregg, "The Flame Graph", Communications of the ACM 59(6), 2016. The pointer's place is explained by SVG's own titles.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from phoenix_tools.profile_data import Stack
from phoenix_tools.symbolize import Function

_WIDTH = 1200.0
_MARGIN = 10.0
_ROW = 17
_LETTER = 6.6  # of the font below, in pixels
_THINNEST = 0.3
_HEAD = 44


@dataclass
class _Node:
    function: Function
    count: int = 0
    children: dict[Function, _Node] = field(default_factory=dict)


def svg(stacks: Mapping[tuple[str, Stack], int], title: str, *, idle: str = "idle") -> str:
    """All stacks but those of the threads called `idle`."""
    root = _Node(Function("all", ""))
    for (thread, stack), count in stacks.items():
        if thread == idle:
            continue
        node = root
        node.count += count
        for function in (Function(thread, "thread"), *stack):
            node = node.children.setdefault(function, _Node(function))
            node.count += count
    depth = _depth(root, root.count)
    height = _HEAD + depth * _ROW + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH:.0f}" height="{height}" viewBox="0 0 {_WIDTH:.0f} {height}" '
        'font-family="monospace" font-size="11">\n',
        f'<rect width="100%" height="100%" fill="#fffdf7"/>\n<text x="{_WIDTH / 2:.0f}" y="24" text-anchor="middle" font-size="16">'
        f"{escape(title)}</text>\n",
    ]
    if root.count:
        _draw(parts, root, _MARGIN, height - 10 - _ROW, root.count)
    parts.append("</svg>\n")
    return "".join(parts)


def _width(count: int, total: int) -> float:
    return (_WIDTH - 2 * _MARGIN) * count / total


def _depth(node: _Node, total: int) -> int:
    visible = [child for child in node.children.values() if _width(child.count, total) >= _THINNEST]
    return 1 + max((_depth(child, total) for child in visible), default=0)


def _colour(component: str) -> str:
    if component in ("", "thread"):
        return "#d8d4c8"
    number = zlib.crc32(component.encode())
    return f"hsl({number % 360},{55 + number // 360 % 25}%,{66 + number // 9000 % 10}%)"


def _draw(parts: list[str], node: _Node, x: float, y: int, total: int) -> None:
    width = _width(node.count, total)
    owner = f" ({node.function.component})" if node.function.component else ""
    about = f"{node.function.name}{owner}, {node.count} samples, {100 * node.count / total:.2f}%"
    room = int((width - 6) / _LETTER)
    name = node.function.name
    label = name if len(name) <= room else name[: room - 2] + ".." if room >= 4 else ""
    parts.append(
        f'<g><title>{escape(about)}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{_ROW - 1}" rx="1" '
        f'fill="{_colour(node.function.component)}"/>'
    )
    if label:
        parts.append(f'<text x="{x + 3:.1f}" y="{y + 12}">{escape(label)}</text>')
    parts.append("</g>\n")
    for child in sorted(node.children.values(), key=lambda each: each.function):
        if _width(child.count, total) >= _THINNEST:
            _draw(parts, child, x, y - _ROW, total)
        x += _width(child.count, total)
