"""gdb's view of Phoenix: readable values instead of libc++'s and base's insides, and `phx-instances`, the wiring's objects.

Loaded by `phx debug`; by hand with `source tools/gdb/phoenix.py`. libc++'s member names are those of version 19 in the ABI
namespace `std::__phx` (arch/aarch64/freestanding).
"""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator, List, Optional, Tuple

import gdb
import gdb.printing

_STD = r"^std::__phx::"


def _members(value: gdb.Value) -> List[gdb.Field]:
    return [field for field in value.type.strip_typedefs().fields() if not field.is_base_class and not field.artificial]


def _member(value: gdb.Value, *names: str) -> gdb.Value:
    for name in names:
        try:
            return value[name]
        except gdb.error:
            continue
    raise gdb.error(f"none of {names} in {value.type}")


class StringView:
    """std::string_view"""

    def __init__(self, value: gdb.Value) -> None:
        self.data = _member(value, "__data_")
        self.size = int(_member(value, "__size_"))

    def to_string(self) -> str:
        return str(self.data.lazy_string(length=self.size).value()) if self.size else '""'

    def display_hint(self) -> str:
        return "string"


class Sequence:
    """std::span and std::array"""

    def __init__(self, value: gdb.Value) -> None:
        self.kind = re.sub(r"^std::__phx::(\w+).*", r"std::\1", str(value.type.strip_typedefs().unqualified()))
        if self.kind == "std::span":
            self.data = value["__data_"]
            extent = value.type.strip_typedefs().template_argument(1)
            dynamic = int(extent) & (2**64 - 1) == 2**64 - 1
            self.size = int(value["__size_"]) if dynamic else int(extent)
        else:
            self.data = value["__elems_"]
            self.size = int(value.type.strip_typedefs().template_argument(1))

    def to_string(self) -> str:
        return f"{self.kind} of {self.size}"

    def children(self) -> Iterator[Tuple[str, gdb.Value]]:
        for index in range(self.size):
            yield f"[{index}]", self.data[index]

    def display_hint(self) -> str:
        return "array"


class Optional_:
    """std::optional"""

    def __init__(self, value: gdb.Value) -> None:
        self.value: Optional[gdb.Value] = value["__val_"] if bool(value["__engaged_"]) else None

    def to_string(self) -> str:
        return "nothing" if self.value is None else str(self.value)


class Atomic:
    """std::atomic"""

    def __init__(self, value: gdb.Value) -> None:
        self.value = value["__a_"]["__a_value"]

    def to_string(self) -> str:
        return str(self.value)


class Address:
    """phx::PhysAddr and phx::VirtAddr"""

    def __init__(self, value: gdb.Value) -> None:
        self.number = int(value["value_"])
        self.kind = "PhysAddr" if "PhysTag" in str(value.type.strip_typedefs()) else "VirtAddr"

    def to_string(self) -> str:
        return f"{self.kind}({self.number:#x}{_symbol(self.number)})"


class Number:
    """A strong type around one number"""

    def __init__(self, value: gdb.Value) -> None:
        self.name = str(value.type.strip_typedefs().unqualified()).split("::")[-1]
        self.number = int(value[_members(value)[0]])

    def to_string(self) -> str:
        return f"{self.name}({self.number})"


def _symbol(address: int) -> str:
    found = gdb.execute(f"info symbol {address & (2**64 - 1):#x}", to_string=True) or ""
    return "" if found.startswith("No symbol") else f" {found.split(' in section')[0].strip()}"


class Result:
    """phx::Result: what it holds, or the error's name"""

    def __init__(self, value: gdb.Value) -> None:
        names = {field.name for field in _members(value)}
        self.is_void = "ok_" not in names
        self.ok = int(value["error_"]) == 0 if self.is_void else bool(value["ok_"])
        self.value = value

    def to_string(self) -> str:
        if not self.ok:
            return f"Result({self.value['error_']})"
        return "Result(ok)" if self.is_void else f"Result({self.value['value_']})"


def printers() -> gdb.printing.RegexpCollectionPrettyPrinter:
    table = gdb.printing.RegexpCollectionPrettyPrinter("phoenix")
    kinds: List[Tuple[str, str, Callable[[gdb.Value], Any]]] = [
        ("string_view", _STD + r"basic_string_view<.*>$", StringView),
        ("span", _STD + r"span<.*>$", Sequence),
        ("array", _STD + r"array<.*>$", Sequence),
        ("optional", _STD + r"optional<.*>$", Optional_),
        ("atomic", _STD + r"atomic<.*>$", Atomic),
        ("address", r"^phx::Address<.*>$", Address),
        ("number", r"^phx::(IrqLine|Nanoseconds|Frame)$", Number),
        ("result", r"^phx::Result<.*>$", Result),
    ]
    for name, pattern, printer in kinds:
        table.add_printer(name, pattern, printer)
    return table


class Instances(gdb.Command):
    """phx-instances: the objects that this graph's wiring holds, with their types."""

    def __init__(self) -> None:
        super().__init__("phx-instances", gdb.COMMAND_DATA)

    def invoke(self, argument: str, from_tty: bool) -> None:
        listed = gdb.execute("info variables -q ^phx::wiring::", to_string=True) or ""
        for found in re.finditer(r"^\d+:\s+(.* phx::wiring::\w+);$", listed, re.MULTILINE):
            gdb.write(found[1] + "\n")


gdb.printing.register_pretty_printer(gdb.current_objfile(), printers(), replace=True)
Instances()
