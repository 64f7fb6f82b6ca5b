"""Parameter values: from the text of a file to a number, word or flag, checked against the parameter's type and range."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .diagnostics import did_you_mean
from .model import Parameter, Value
from .repair import nearest
from .units import format_duration, format_size, parse_duration, parse_size

NUMERIC = ("integer", "size", "duration")

_EXPECTED = {
    "integer": "a whole number",
    "size": "a size in bytes, such as `4096` or `16 KiB`",
    "duration": "a time, such as `10 ms` or a number of nanoseconds",
    "boolean": "`true` or `false`",
    "string": "text",
    "choice": "one of its values",
}
_LEAST = {"integer": -(1 << 63), "size": 0, "duration": 0}
_GREATEST = {"integer": (1 << 63) - 1, "size": (1 << 64) - 1, "duration": (1 << 63) - 1}


@dataclass(frozen=True)
class Bad:
    """Why a value will not do."""

    code: str
    message: str
    fix: tuple[str, ...] = ()
    better: tuple[Value, ...] = ()  # what may have been meant; the only one if just one is here


def parse(kind: str, raw: object) -> Value | Bad:
    """Reads a value of a parameter type, without its range."""
    result: Value | None = None
    if kind == "integer":
        result = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    elif kind == "size":
        result = parse_size(raw)
    elif kind == "duration":
        result = parse_duration(raw)
    elif kind == "boolean":
        result = raw if isinstance(raw, bool) else None
    elif isinstance(raw, str):
        result = raw
    elif kind == "choice" and isinstance(raw, int) and not isinstance(raw, bool):
        result = str(raw)
    if result is None:
        return _unreadable(kind, raw)
    if kind in NUMERIC and isinstance(result, int) and not _LEAST[kind] <= result <= _GREATEST[kind]:
        near = _LEAST[kind] if result < _LEAST[kind] else _GREATEST[kind]
        return Bad(
            "out-of-range",
            f"`{raw}` does not fit a 64-bit {kind}",
            (f"use a value between {_LEAST[kind]} and {_GREATEST[kind]}",),
            (near,),
        )
    return result


def _unreadable(kind: str, raw: object) -> Bad:
    shown = (
        {True: "true", False: "false", None: "empty"}.get(raw, str(raw))
        if raw is None or isinstance(raw, bool)
        else str(raw)
    )
    if kind == "size" and isinstance(raw, str):
        return Bad(
            "bad-size",
            f"`{shown}` is not a size",
            ("write bytes, or a number with B, KiB, MiB or GiB: `16 KiB`",),
            _with_unit(raw, _SIZE_WORDS),
        )
    if kind == "duration" and isinstance(raw, str):
        return Bad(
            "bad-duration",
            f"`{shown}` is not a time",
            ("write nanoseconds, or a number with ns, us, ms, s or min: `10 ms`",),
            _with_unit(raw, _TIME_WORDS),
        )
    if kind == "string":
        quoted: tuple[Value, ...] = (shown,) if isinstance(raw, (bool, int, float)) else ()
        return Bad("wrong-type", f"`{shown}` is not {_EXPECTED[kind]}", (f'quote it: "{shown}"',), quoted)
    return Bad("wrong-type", f"`{shown}` is not {_EXPECTED[kind]}", (f"write {_EXPECTED[kind]}",), _meant(kind, raw))


_SIZE_WORDS = {"b": "B", "byte": "B", "bytes": "B"} | {
    word: unit
    for unit in ("KiB", "MiB", "GiB")
    for word in (unit[0].lower(), unit[0].lower() + "b", unit.lower(), unit[0].lower() + "i")
} | {"meg": "MiB", "gig": "GiB"}
_TIME_WORDS = {
    **dict.fromkeys(("ns", "nsec", "nanoseconds"), "ns"),
    **dict.fromkeys(("us", "usec", "microseconds"), "us"),
    **dict.fromkeys(("ms", "msec", "msecs", "milliseconds"), "ms"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "min"),
}


def better_size(raw: object) -> tuple[str, ...]:
    """The size that a text like `512M` or `8 kb` stands for."""
    return _with_unit(raw, _SIZE_WORDS)


def _with_unit(raw: object, words: dict[str, str]) -> tuple[str, ...]:
    match = re.match(r"\s*([0-9]{1,18})\s*([A-Za-z]+)\s*$", raw) if isinstance(raw, str) else None
    unit = words.get(match.group(2).lower()) if match else None
    return (f"{int(match.group(1))} {unit}",) if match and unit else ()


def _meant(kind: str, raw: object) -> tuple[Value, ...]:
    """A number or a truth that was written as something else."""
    if kind == "boolean" and isinstance(raw, str):
        word = raw.lower()
        return (True,) if word in ("yes", "on", "true") else (False,) if word in ("no", "off", "false") else ()
    if kind == "boolean" and isinstance(raw, int) and raw in (0, 1):
        return (bool(raw),)
    if kind == "integer" and isinstance(raw, str) and re.match(r"-?[0-9]{1,18}$", raw):
        return (int(raw),)
    if kind in NUMERIC and isinstance(raw, float) and raw.is_integer() and abs(raw) < 1 << 53:
        return (int(raw),)
    return ()


def check(parameter: Parameter, raw: object) -> Value | Bad:
    """Reads a value and holds it against the parameter's range."""
    result = parse(parameter.type, raw)
    if isinstance(result, Bad):
        return replace(result, better=parameter.values) if parameter.type == "choice" else result
    if parameter.type == "choice" and result not in parameter.values:
        listed = ", ".join(f"`{word}`" for word in parameter.values)
        return Bad(
            "not-a-choice",
            f"`{result}` is not one of {listed}",
            did_you_mean(str(result), parameter.values),
            nearest(str(result), parameter.values),
        )
    if parameter.type in NUMERIC and isinstance(result, int):
        low, high = parameter.minimum, parameter.maximum
        if (low is not None and result < low) or (high is not None and result > high):
            return Bad(
                "out-of-range",
                f"{show(parameter, result)} is {outside(parameter, result)}",
                (f"use a value {limits(parameter)}",),
                (_spelled(parameter, low if low is not None and result < low else high),),
            )
    return result


def _spelled(parameter: Parameter, value: int | None) -> Value:
    """As people write it: with its unit."""
    return 0 if value is None else value if parameter.type == "integer" else show(parameter, value)


def show(parameter: Parameter, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if parameter.type == "size":
            return format_size(value)
        return format_duration(value) if parameter.type == "duration" else str(value)
    return value


def limits(parameter: Parameter) -> str:
    """The range of a number within a sentence: `between 4 KiB and 1 MiB`."""
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f"between {show(parameter, low)} and {show(parameter, high)}"
    return (
        f"of at least {show(parameter, low)}"
        if low is not None
        else f"of at most {show(parameter, high or 0)}"
    )


def outside(parameter: Parameter, value: int) -> str:
    """How a number misses the range: `not between 4 KiB and 1 MiB`."""
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f"not {limits(parameter)}"
    return (
        f"less than {show(parameter, low)}" if low is not None else f"more than {show(parameter, high or 0)}"
    )


def span(parameter: Parameter) -> str:
    """The range in words: `1 to 1000`, `at least 4 KiB`."""
    low, high = parameter.minimum, parameter.maximum
    if parameter.type == "choice":
        return ", ".join(parameter.values)
    if low is not None and high is not None:
        return f"{show(parameter, low)} to {show(parameter, high)}"
    if low is not None:
        return f"at least {show(parameter, low)}"
    return f"at most {show(parameter, high)}" if high is not None else ""
