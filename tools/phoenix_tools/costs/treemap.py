"""A treemap of an image file: each component an area as big as its bytes, within its domain. One SVG file, light and dark.

The layout is the squarified one: M. Bruls, K. Huizing, J. van Wijk, Squarified Treemaps (2000), section 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from phoenix_tools.costs.record import IN_FILE, total
from phoenix_tools.costs.tree import Node

_WIDTH, _HEIGHT = 1200.0, 760.0
_TOP = 34.0  # for the title
_CAPTION = 16.0  # of a domain
_HUES = 137  # degrees from one domain to the next: neighbours differ
_LETTER = 6.4  # width of one at 11 px
_STYLE = """
svg { font: 11px system-ui, sans-serif; background: #fff; color: #1b1b1b }
text { fill: currentColor; pointer-events: none }
.title { font-size: 15px; font-weight: 600 }
.domain > rect { fill: none; stroke: #8886 }
.domain > text { font-weight: 600 }
.component rect { fill: hsl(var(--hue) 62% 82%); stroke: #fff }
.component:hover rect { fill: hsl(var(--hue) 72% 70%) }
.amount { opacity: .7 }
@media (prefers-color-scheme: dark) {
  svg { background: #16181c; color: #e8e8e8 }
  .component rect { fill: hsl(var(--hue) 38% 30%); stroke: #16181c }
  .component:hover rect { fill: hsl(var(--hue) 48% 40%) }
}
"""


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


def squarify(amounts: Sequence[float], box: Box) -> list[Box]:
    """A box for each amount, which are positive and sorted, the biggest first; together they fill `box`."""
    scale = box.width * box.height / sum(amounts) if amounts else 0.0
    areas = [amount * scale for amount in amounts]
    placed: list[Box] = []
    while areas:
        side = min(box.width, box.height)
        count = 1
        while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
            count += 1
        row, areas = areas[:count], areas[count:]
        boxes, box = _lay(row, box)
        placed += boxes
    return placed


def _worst(row: Sequence[float], side: float) -> float:
    """The longest shape in a row along a side: its length by its width."""
    whole = sum(row)
    return max(side * side * max(row) / (whole * whole), whole * whole / (side * side * min(row))) if side and whole else 0.0


def _lay(row: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """A row along the shorter side, and what it leaves free."""
    whole = sum(row)
    boxes = []
    if box.width >= box.height:
        width = whole / box.height if box.height else 0.0
        y = box.y
        for area in row:
            boxes.append(Box(box.x, y, width, area / width if width else 0.0))
            y += boxes[-1].height
        return boxes, Box(box.x + width, box.y, max(0.0, box.width - width), box.height)
    height = whole / box.width
    x = box.x
    for area in row:
        boxes.append(Box(x, box.y, area / height if height else 0.0, height))
        x += boxes[-1].width
    return boxes, Box(box.x, box.y + height, box.width, max(0.0, box.height - height))


def svg(root: Node) -> str:
    """Of the bytes in the file: what is zero at start takes none."""
    domains = _that_take(root.children)
    whole = total(root.row, IN_FILE)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img">',
        f"<title>What {escape(root.name)} consists of</title>",
        f"<style>{_STYLE}</style>",
        f'<text class="title" x="8" y="22">{escape(root.name)}: {whole:,} bytes of text, rodata and data</text>',
    ]
    boxes = squarify([amount for _, amount in domains], Box(4, _TOP, _WIDTH - 8, _HEIGHT - _TOP - 4))
    for number, ((domain, amount), box) in enumerate(zip(domains, boxes)):
        lines += _domain(domain, amount, whole, box, number * _HUES % 360)
    return "\n".join([*lines, "</svg>", ""])


def _that_take(nodes: Sequence[Node]) -> list[tuple[Node, int]]:
    found = ((node, total(node.row, IN_FILE)) for node in nodes)
    return sorted((each for each in found if each[1]), key=lambda each: (-each[1], each[0].name))


def _domain(domain: Node, amount: int, whole: int, box: Box, hue: int) -> Iterator[str]:
    yield f'<g class="domain" style="--hue: {hue}">'
    yield f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"/>'
    caption = _CAPTION if box.height > 3 * _CAPTION else 0.0
    if caption:
        yield _text("", box.x + 3, box.y + 12, f"{domain.name} {amount:,}", box.width)
    inner = Box(box.x + 1, box.y + caption + 1, max(0.0, box.width - 2), max(0.0, box.height - caption - 2))
    components = _that_take(domain.children)
    for (component, bytes_), place in zip(components, squarify([each for _, each in components], inner)):
        yield from _component(domain, component, bytes_, whole, place)
    yield "</g>"


def _component(domain: Node, component: Node, amount: int, whole: int, box: Box) -> Iterator[str]:
    parts = "".join(f"\n{part.name}: {size:,}" for part, size in _that_take(component.children))
    told = f"{domain.name}/{component.name}: {amount:,} bytes, {100 * amount / whole:.1f} %{parts}"
    yield f'<g class="component"><title>{escape(told)}</title>'
    yield f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"/>'
    if box.height > 13 and box.width > 24:
        yield _text("", box.x + 3, box.y + 12, component.name, box.width)
    if box.height > 27 and box.width > 24:
        yield _text("amount", box.x + 3, box.y + 24, f"{amount:,}", box.width)
    yield "</g>"


def _text(kind: str, x: float, y: float, text: str, width: float) -> str:
    fits = int((width - 6) / _LETTER)
    shown = text if len(text) <= fits else text[: max(0, fits - 1)] + "\u2026" if fits > 2 else ""
    attribute = f' class="{kind}"' if kind else ""
    return f'<text{attribute} x="{x:.1f}" y="{y:.1f}">{escape(shown)}</text>' if shown else ""
