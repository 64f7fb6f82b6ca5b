"""Files and command lines as nobody would write them, made of those that somebody did."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import yaml  # type: ignore[import]
from hypothesis import strategies as st

NASTY = (
    "\t", "\r", "\r\n", "\x00", "\x07", "\x85", "\u2028", "\ufeff", "\u202e", "\U0001f427", "\u0301", "é", "{", "}", "[", "]", "[[", "{{", ": ", ":", "- ", "? ", "#", " #", "&a ", "*a", "!!int ",
    "!x ", "|\n", ">\n", "%YAML 1.2\n", "---\n", "...\n", "'", '"', "\\", ", ", "\n", "\n\n", "  ", "<<: ", "~", "null", "true", "no", "0x", "-", "-0", "1e999", ".inf", ".nan", "9" * 45,
    "18446744073709551616", "-9223372036854775809", "9" * 39, "none", "wiring", "default", "..", "/", "//", "../../etc/passwd", "a" * 5000, "[" * 60, "{a: " * 60, "[" * 3000, "{a: " * 3000, "- " * 500,
    '"\\ud800"', '"\\x00"', '"\\n"',
)  # fmt: skip
BOMB = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20))
JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1 << 31, 1 << 63, 1 << 64, 10**38, -(10**38), 0.5, 1e308, "", " ", "none", "wiring", "self", "std", "class", "x", "Log", "heap", "pages", "a.b", "a.b.c.d", ".", "..", "/",
    "/soc", "16 KiB", "10 ms", "99999999999 GiB", "\x00", "\n", "é", "\U0001f427", "x" * 300, [], {}, [[]], [{}], {"": ""}, {"x": None}, {"x": {"y": {"z": []}}}, [None], ["x", "x"], [1, "a", None, [], {}],
)  # fmt: skip


def _deep(levels: int) -> Any:
    inner: Any = "x"
    for level in range(levels):
        inner = {"x": inner} if level % 2 else [inner]
    return inner


@st.composite
def text_of(draw: st.DrawFn, text: str, words: Sequence[str]) -> bytes:
    """A text with some of its characters, words and lines changed."""
    for _ in range(draw(st.integers(1, 3))):
        text = draw(_changed(text, words))
    data = text.encode("utf-8", "surrogatepass")
    how = draw(st.sampled_from(("", "", "", "", "crlf", "bom", "bytes", "cut", "utf16", "twice")))
    if how == "crlf":
        return data.replace(b"\n", b"\r\n")
    if how == "bom":
        return b"\xef\xbb\xbf" + data
    if how == "bytes":
        at = draw(st.integers(0, len(data)))
        return data[:at] + draw(st.binary(min_size=1, max_size=8)) + data[at:]
    if how == "cut":
        return data[: draw(st.integers(0, len(data)))]
    if how == "utf16":
        return text.encode("utf-16", "surrogatepass")
    return data * 2 if how == "twice" else data


@st.composite
def _changed(draw: st.DrawFn, text: str, words: Sequence[str]) -> str:
    how = draw(st.sampled_from(("insert", "delete", "word", "line", "indent", "repeat", "swap", "bomb", "letter")))
    at = draw(st.integers(0, len(text)))
    if how == "insert":
        return text[:at] + draw(st.sampled_from(NASTY)) + text[at:]
    if how == "delete":
        return text[:at] + text[at + draw(st.integers(1, 30)) :]
    if how == "bomb":
        return text + BOMB if draw(st.booleans()) else BOMB + text
    if how == "letter":
        return text[:at] + draw(st.characters()) + text[at + 1 :]
    if how == "word":
        end = at
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        while at and (text[at - 1].isalnum() or text[at - 1] == "_"):
            at -= 1
        return text[:at] + draw(st.sampled_from(words) | st.sampled_from(NASTY)) + text[end:]
    lines = text.split("\n")
    number = draw(st.integers(0, len(lines) - 1))
    if how == "line":
        del lines[number]
    elif how == "indent":
        lines[number] = " " * draw(st.integers(0, 8)) + lines[number].lstrip()
    elif how == "repeat":
        lines.insert(draw(st.integers(0, len(lines))), lines[number])
    else:
        other = draw(st.integers(0, len(lines) - 1))
        lines[number], lines[other] = lines[other], lines[number]
    return "\n".join(lines)


@st.composite
def tree_of(draw: st.DrawFn, text: str, words: Sequence[str]) -> bytes:
    """A document with some of its keys and values changed; still YAML, or next to it."""
    document = copy.deepcopy(yaml.load(text, Loader=yaml.CSafeLoader))
    for _ in range(draw(st.integers(1, 3))):
        held = [place for place in _places(document)]
        if not held:
            break
        parent, key = draw(st.sampled_from(held))
        how = draw(st.sampled_from(("value", "value", "word", "delete", "key", "deep", "repeat")))
        if how == "value":
            parent[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))  # its own: one that is changed would end in itself
        elif how == "word":
            parent[key] = draw(st.sampled_from(words))
        elif how == "deep":
            parent[key] = _deep(draw(st.sampled_from((3, 30, 90))))
        elif how == "delete":
            del parent[key]
        elif isinstance(parent, list):
            parent.append(parent[key])
        elif how == "key":
            parent[draw(st.sampled_from(words) | st.sampled_from([each for each in JUNK if isinstance(each, (str, int))]))] = parent.pop(key)
        else:
            parent[f"{key}_2"] = parent[key]
    dumped: str = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, default_flow_style=draw(st.sampled_from((None, True, False))))
    return dumped.encode()


def _places(node: Any) -> list[tuple[Any, Any]]:
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    found = []
    for key, value in pairs:
        found.append((node, key))
        found += _places(value)
    return found
