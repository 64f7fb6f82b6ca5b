"""Reading QEMU's record of a run."""

from __future__ import annotations

import struct

import pytest

from phoenix_tools.icount import Unmeasured, events, instructions_until

HEADER = struct.pack(">IQ", 0xE0200C, 0)


def ran(count: int) -> bytes:
    return b"\x00" + struct.pack(">I", count)


def wrote(count: int) -> bytes:
    return b"\x16" + struct.pack(">II", 0, count)


OFF = b"\x0f"
CLOCK = b"\x1c" + bytes(8)
NETWORK = b"\x09" + bytes(5) + struct.pack(">I", 3) + b"\x00\x16\x0f"
RECORD = HEADER + ran(100) + CLOCK + wrote(2) + ran(20) + NETWORK + wrote(1) + ran(7) + OFF + ran(1000)


def test_instructions_before_a_character() -> None:
    assert instructions_until(RECORD, 1) == 100
    assert instructions_until(RECORD, 2) == 100
    assert instructions_until(RECORD, 3) == 120


def test_instructions_before_power_off() -> None:
    assert instructions_until(RECORD, None) == 127


def test_what_never_came_has_no_count() -> None:
    assert instructions_until(RECORD, 4) is None
    assert instructions_until(HEADER + ran(5), None) is None


def test_a_record_may_end_in_the_middle_of_an_event() -> None:
    for length in range(len(HEADER), len(RECORD)):
        list(events(RECORD[:length]))


def test_another_format_is_refused() -> None:
    with pytest.raises(Unmeasured, match="0x1234"):
        list(events(struct.pack(">IQ", 0x1234, 0)))


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(Unmeasured, match="event 200"):
        list(events(HEADER + b"\xc8"))
