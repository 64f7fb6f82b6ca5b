"""C++ names and literals."""

from __future__ import annotations

import re

KEYWORDS = frozenset(
    """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
    concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete
    do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
    requires return short signed sizeof static static_assert static_cast struct switch template this thread_local throw
    true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
    linux unix errno assert stdin stdout stderr""".split()
)


def identifier(word: str) -> str:
    """A word of a choice as an enumerator: keywords get a trailing underscore."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", word)
    if not name or name[0].isdigit():
        name = "v" + name
    return name + "_" if name in KEYWORDS else name


def pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def string(text: str) -> str:
    out = []
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 0x20 <= byte < 0x7F:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def grouped(number: int) -> str:
    """A decimal literal with digit separators from five digits on; int64's minimum needs care."""
    if number == -(1 << 63):
        return "-9'223'372'036'854'775'807 - 1"
    digits = f"{abs(number):,}".replace(",", "'") if abs(number) >= 10_000 else str(abs(number))
    return f"-{digits}" if number < 0 else digits
