"""What `phx trace` makes of the events in a guest's memory."""

from __future__ import annotations

import copy
import struct
from typing import Any

import pytest

from phoenix_tools.recording import LINEAR_BASE, NotRecorded, Ring
from phoenix_tools.trace_data import chrome, decode
from trace_format import problems

BASE = LINEAR_BASE + 0x80000
KINDS = {
    "thread_switch": ("to", "$name", "$name", "waits"),
    "thread_wake": ("thread", "cpu"),
    "irq_entry": ("line",),
    "irq_exit": ("line",),
    "mutex_wait": ("$mutex", "$mutex", "$mutex"),
    "mutex_got": ("$mutex", "$mutex", "$mutex"),
    "timer_expiry": ("late_ns", "$timer", "$timer"),
    "own": (),
}
PLACES = {name: 0x1000 + 88 * number for number, name in enumerate(KINDS)}


class Image:
    def symbol_value(self, name: str) -> int:
        raise KeyError(name)

    def read(self, address: int, size: int) -> bytes | None:
        for name, place in PLACES.items():
            if BASE + place == address:
                arguments = [argument.encode() for argument in (*KINDS[name], "", "", "", "")[:4]]
                return struct.pack("<24s16s16s16s16s", name.encode(), *arguments)[:size]
        return None


def words(text: str) -> tuple[int, int]:
    return struct.unpack("<2Q", text.encode().ljust(16, b"\0"))  # type: ignore[return-value]


def record(time: int, name: str, thread: int, *values: int) -> bytes:
    return struct.pack("<qII4Q", time, PLACES[name], thread, *(*values, 0, 0, 0, 0)[:4])


def switch(time: int, thread: int, to: int, name: str, *, waits: int = 0) -> bytes:
    return record(time, "thread_switch", thread, to, *words(name), waits)


FIRST = Ring(
    0,
    (
        record(1000, "irq_entry", 1, 27),
        record(1100, "timer_expiry", 1, 40, *words("a long sleep")),
        record(1200, "thread_wake", 1, 2, 1),
        record(1300, "irq_exit", 1, 27),
        record(2000, "mutex_wait", 1, *words("door")),
        switch(2500, 1, 3, "third", waits=1),
        switch(6000, 3, 1, "first"),
        record(6100, "mutex_got", 1, *words("door")),
        switch(7000, 1, 0, "idle", waits=1),
        record(7500, "irq_entry", 0, 1),
    ),
    0,
)
SECOND = Ring(1, (record(1050, "own", 0), switch(1500, 0, 2, "second"), record(8000, "own", 2)), 0)


def example() -> dict[str, Any]:
    return chrome(decode(Image(), BASE, [FIRST, SECOND]), "an example")


def test_events_describe_themselves() -> None:
    events = decode(Image(), BASE, [FIRST, SECOND])
    assert [event.time for event in events] == sorted(event.time for event in events)
    assert events[2].name == "timer_expiry" and events[2].arguments == {"late_ns": 40, "timer": "a long sleep"}
    assert [event.cpu for event in events[:2]] == [0, 1]


def test_a_trace_begins_when_all_cpus_are_in_it() -> None:
    events = decode(Image(), BASE, [FIRST, Ring(1, SECOND.records[1:], 5)])
    assert events[0].time == 1500 and len(events) == 8
    assert problems(chrome(events, "an example")) == []


def test_an_event_that_the_image_does_not_know_is_refused() -> None:
    with pytest.raises(NotRecorded, match="described at"):
        decode(Image(), BASE, [Ring(0, (struct.pack("<qII4Q", 0, 0x42, 0, 0, 0, 0, 0),), 0)])


def test_the_trace_is_as_the_format_says() -> None:
    assert problems(example()) == []
    assert problems(chrome((), "nothing")) == []


def slices(process: int, track: int) -> list[tuple[str, float, float]]:
    return [
        (each["name"], each["ts"], each["dur"])
        for each in example()["traceEvents"]
        if each["ph"] == "X" and (each["pid"], each["tid"]) == (process, track)
    ]


def test_threads_are_slices_of_their_cpu() -> None:
    assert slices(1, 0) == [("first", 0.0, 1.5), ("third", 1.5, 3.5), ("first", 5.0, 1.0)]
    assert slices(1, 1) == [("second", 0.5, 6.5)], "what is under way at the end ends there"


def test_interrupts_have_a_track_of_their_own() -> None:
    assert slices(2, 0) == [("interrupt 27", 0.0, 0.3)]


def test_cpus_are_slices_of_each_thread() -> None:
    assert slices(3, 1) == [("CPU 0", 0.0, 1.5), ("CPU 0", 5.0, 1.0)]


def test_a_wake_up_points_to_the_turn_that_follows() -> None:
    arrows = {each["ph"]: (each["tid"], each["ts"]) for each in example()["traceEvents"] if each["ph"] in "sf"}
    assert arrows == {"s": (0, 0.2), "f": (1, 0.5)}


def test_a_wait_for_a_mutex_lasts_until_it_has_it() -> None:
    waits = [(each["ph"], each["name"], each["ts"]) for each in example()["traceEvents"] if each["ph"] in "be"]
    assert waits == [("b", "waits for door", 1.0), ("e", "waits for door", 5.1)]


def test_other_events_are_instants() -> None:
    instants = [(each["name"], each["args"]) for each in example()["traceEvents"] if each["ph"] == "i"]
    assert ("timer_expiry", {"late_ns": 40, "timer": "a long sleep"}) in instants
    assert ("thread_wake", {"thread": 2, "cpu": 1, "name": "second"}) in instants
    assert ("own", {}) in instants


def test_tracks_have_names() -> None:
    names = {(each["pid"], each["tid"]): each["args"]["name"] for each in example()["traceEvents"] if each["name"] == "thread_name"}
    assert names[1, 1] == "CPU 1" and names[3, 2] == "second (2)"


@pytest.mark.parametrize("phase, key", [("X", "dur"), ("i", "ts"), ("i", "s"), ("s", "id"), ("b", "cat"), ("X", "pid")])
def test_the_check_of_the_format_sees_what_is_missing(phase: str, key: str) -> None:
    trace = copy.deepcopy(example())
    del next(each for each in trace["traceEvents"] if each["ph"] == phase)[key]
    assert problems(trace) != []


def test_the_check_of_the_format_sees_overlaps_and_lost_ends() -> None:
    trace = copy.deepcopy(example())
    next(each for each in trace["traceEvents"] if each["ph"] == "X" and each["name"] == "first")["dur"] = 2.0
    assert any("overlap" in each for each in problems(trace))
    trace = copy.deepcopy(example())
    trace["traceEvents"] = [each for each in trace["traceEvents"] if each["ph"] not in "fe"]
    assert len(problems(trace)) == 2
