"""The symbol table: names, layout, and that a moved function is noticed."""

from __future__ import annotations

import struct

import pytest

from phoenix_tools.symbol_table import MAGIC, Function, demangle, encode, moved, readable


@pytest.mark.parametrize(
    ("mangled", "name"),
    [
        ("_ZN3phx3irq5GicV34maskENS_7IrqLineE", "irq::GicV3::mask"),
        ("_ZNK3phx4base4RingIcLm8EE4pushEc", "base::Ring::push"),
        ("_ZN3phx12_GLOBAL__N_14helpEv", "help"),
        ("phx_boot_entry", "phx_boot_entry"),
        ("_ZN3phx5FrameltERKS0_", "Frame::operator<"),
    ],
)
def test_names_are_as_a_person_would_write_them(mangled: str, name: str) -> None:
    assert readable(demangle([mangled])[0]) == name


def test_layout() -> None:
    table = (Function(0, "_start"), Function(0x40, "log::write"), Function(0x80, "log::write"))
    blob = encode(table)
    magic, count = struct.unpack_from("<II", blob)
    assert (magic, count) == (MAGIC, 3)
    assert struct.unpack_from("<3I", blob, 8) == (0, 0x40, 0x80)
    names = struct.unpack_from("<3I", blob, 20)
    strings = blob[32:]
    assert [strings[at : strings.index(b"\0", at)] for at in names] == [b"_start", b"log::write", b"log::write"]
    assert names[1] == names[2], "a name is stored once"
    assert len(blob) % 4 == 0


def test_no_functions_still_make_a_table() -> None:
    assert encode(()) == struct.pack("<II", MAGIC, 0)


def test_a_moved_function_is_named() -> None:
    before = (Function(0, "_start"), Function(0x40, "a"))
    after = (Function(0, "_start"), Function(0x44, "a"))
    assert moved(before, before) == []
    assert moved(before, after) == ["a at 0x40", "a at 0x44"]
