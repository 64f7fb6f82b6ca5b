"""Puts the page together: one file, from the parts in page/."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_PARTS = Path(__file__).parent / "page"
_SCRIPTS = ("model", "dom", "details", "map", "picture", "sidebar", "search", "source", "keys", "main")
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(content: Mapping[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_PARTS), undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True, trim_blocks=True
    )
    title = content["after"]["title"]
    if content["before"]:
        title = f"{content['before']['title']} \u2192 {title}"
    return environment.get_template("index.html.j2").render(
        title=title,
        style=_part("style.css"),
        script="\n".join(_part(f"{name}.js") for name in _SCRIPTS),
        content=as_script(content),
    )


def as_script(content: Mapping[str, Any]) -> str:
    """JSON that no name in it can end the element that it stands in."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for letter, escaped in _UNSAFE.items():
        text = text.replace(letter, escaped)
    return text


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")
