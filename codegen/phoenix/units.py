"""Texts that stand for numbers: `16 KiB` in bytes, `10 ms` in nanoseconds."""

from __future__ import annotations

import re

_SIZES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_DURATIONS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000}
_TEXT = re.compile(r"([0-9]{1,18}) ?([A-Za-z]+)$")


def _parse(value: object, units: dict[str, int]) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    match = _TEXT.match(value) if isinstance(value, str) else None
    if match is None or match.group(2) not in units:
        return None
    return int(match.group(1)) * units[match.group(2)]


def parse_size(value: object) -> int | None:
    return _parse(value, _SIZES)


def parse_duration(value: object) -> int | None:
    return _parse(value, _DURATIONS)


def _format(value: int, units: dict[str, int], largest: str) -> str:
    for unit, factor in reversed(units.items()):
        if value and value % factor == 0 and factor <= units[largest]:
            return f"{value // factor} {unit}"
    return f"{value} {next(iter(units))}"


def format_size(value: int) -> str:
    return _format(value, _SIZES, "GiB")


def format_duration(value: int) -> str:
    return _format(value, _DURATIONS, "s")
