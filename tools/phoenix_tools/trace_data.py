"""The events of components/debug/trace_ring, decoded, and as Chrome's trace events, which Perfetto (ui.perfetto.dev) opens.

The format: "Trace Event Format", the JSON object form. Times are in microseconds.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from phoenix_tools.recording import Image, NotRecorded, Ring

_RECORD = struct.Struct("<qII4Q")
_EVENT = struct.Struct("<24s16s16s16s16s")
_CPUS = 1  # the viewer's processes: one track a CPU, its interrupts, one a thread
_INTERRUPTS = 2
_THREADS = 3

Json = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """What the image says about events of one kind."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Event:
    """`thread`: who ran; 0 is an idle thread. Times in nanoseconds."""

    time: int
    cpu: int
    thread: int
    name: str
    arguments: Mapping[str, int | str]


def decode(image: Image, base: int, rings: Iterable[Ring]) -> tuple[Event, ...]:
    """The events of all CPUs by time, from when on none of them is missing. `base`: the address of the image's start."""
    kinds: dict[int, Kind] = {}
    events = []
    complete_from = 0
    for ring in rings:
        if ring.lost:
            complete_from = max(complete_from, _RECORD.unpack_from(ring.records[0])[0])
        for record in ring.records:
            time, offset, thread, *values = _RECORD.unpack_from(record)
            if offset not in kinds:
                kinds[offset] = _kind(image, base + offset)
            events.append(Event(time, ring.cpu, thread, kinds[offset].name, _arguments(kinds[offset], values)))
    return tuple(sorted((event for event in events if event.time >= complete_from), key=lambda event: event.time))


def _kind(image: Image, address: int) -> Kind:
    data = image.read(address, _EVENT.size)
    if data is None:
        raise NotRecorded(f"an event is described at {address:#x}, where the image has nothing")
    name, *arguments = (text.split(b"\0")[0].decode(errors="replace") for text in _EVENT.unpack(data))
    return Kind(name, tuple(argument for argument in arguments if argument))


def _arguments(kind: Kind, values: Sequence[int]) -> Mapping[str, int | str]:
    found: dict[str, int | str] = {}
    texts: dict[str, bytes] = {}
    for name, value in zip(kind.arguments, values):
        if name.startswith("$"):
            texts[name[1:]] = texts.get(name[1:], b"") + struct.pack("<Q", value)
        else:
            found[name] = value
    return found | {name: text.split(b"\0")[0].decode(errors="replace") for name, text in texts.items()}


@dataclass
class _Open:
    """What is under way on one CPU."""

    thread: int = -1  # nobody knows yet
    since: int = 0
    interrupt: tuple[int, int] | None = None  # line, since


@dataclass
class _Writer:
    first: int
    names: dict[int, str]
    out: list[Json] = field(default_factory=list)
    open: dict[int, _Open] = field(default_factory=dict)
    wakes: dict[int, int] = field(default_factory=dict)  # thread -> number of the arrow to its next turn
    waits: dict[int, str] = field(default_factory=dict)  # thread -> mutex
    arrows: int = 0

    def at(self, time: int) -> float:
        return (time - self.first) / 1000

    def slice(self, process: int, track: int, name: str, start: int, end: int, **arguments: object) -> None:
        self.out.append(
            {
                "ph": "X",
                "cat": "kernel",
                "name": name,
                "pid": process,
                "tid": track,
                "ts": self.at(start),
                "dur": (end - start) / 1000,
                "args": arguments,
            }
        )

    def instant(self, event: Event) -> None:
        """On the CPU's track; a thread is named besides its number."""
        arguments = dict(event.arguments)
        thread = arguments.get("thread")
        if isinstance(thread, int):
            arguments["name"] = self.name(thread)
        self.out.append(
            {
                "ph": "i",
                "s": "t",
                "cat": "kernel",
                "name": event.name,
                "pid": _CPUS,
                "tid": event.cpu,
                "ts": self.at(event.time),
                "args": arguments,
            }
        )

    def arrow(self, phase: str, number: int, cpu: int, time: int) -> None:
        ends = {"bp": "e"} if phase == "f" else {}
        self.out.append(
            {
                "ph": phase,
                "cat": "wake",
                "name": "wake",
                "id": number,
                "pid": _CPUS,
                "tid": cpu,
                "ts": self.at(time),
                **ends,
            }
        )

    def wait(self, phase: str, thread: int, mutex: str, time: int) -> None:
        self.out.append(
            {
                "ph": phase,
                "cat": "mutex",
                "name": f"waits for {mutex}",
                "id": thread,
                "pid": _THREADS,
                "tid": thread,
                "ts": self.at(time),
            }
        )

    def name(self, thread: int) -> str:
        return self.names.get(thread, "idle" if thread == 0 else f"thread {thread}")

    def end_turn(self, cpu: int, time: int, **arguments: object) -> None:
        turn = self.open[cpu]
        if turn.thread > 0:
            self.slice(_CPUS, cpu, self.name(turn.thread), turn.since, time, thread=turn.thread, **arguments)
            self.slice(_THREADS, turn.thread, f"CPU {cpu}", turn.since, time, **arguments)

    def take(self, event: Event) -> None:
        cpu = self.open.setdefault(event.cpu, _Open())
        if cpu.thread == -1:
            cpu.thread, cpu.since = event.thread, event.time
        if event.name == "thread_switch":
            self.end_turn(event.cpu, event.time, ends="waits" if event.arguments["waits"] else "gives way")
            cpu.thread, cpu.since = int(event.arguments["to"]), event.time
            if cpu.thread in self.wakes:
                self.arrow("f", self.wakes.pop(cpu.thread), event.cpu, event.time)
        elif event.name == "irq_entry":
            cpu.interrupt = (int(event.arguments["line"]), event.time)
        elif event.name == "irq_exit":
            if cpu.interrupt is not None:
                line, since = cpu.interrupt
                self.slice(_INTERRUPTS, event.cpu, f"interrupt {line}", since, event.time)
            cpu.interrupt = None
        elif event.name == "mutex_wait" and event.thread not in self.waits:
            self.waits[event.thread] = str(event.arguments["mutex"])
            self.wait("b", event.thread, self.waits[event.thread], event.time)
        elif event.name == "mutex_got":
            if event.thread in self.waits:
                self.wait("e", event.thread, self.waits.pop(event.thread), event.time)
        else:
            self.instant(event)
            if event.name == "thread_wake":
                self.wake(event)

    def wake(self, event: Event) -> None:
        """The arrow begins in what runs here, so that needs a slice: an idle CPU has none."""
        self.wakes.pop(int(event.arguments["thread"]), None)
        if self.open[event.cpu].thread > 0:
            self.arrows += 1
            self.wakes[int(event.arguments["thread"])] = self.arrows
            self.arrow("s", self.arrows, event.cpu, event.time)


def chrome(events: Sequence[Event], title: str) -> Json:
    """The whole file. What is still under way at the end ends there."""
    if not events:
        return {"traceEvents": [], "displayTimeUnit": "ns", "otherData": {"title": title}}
    names = {int(event.arguments["to"]): str(event.arguments["name"]) for event in events if event.name == "thread_switch"}
    writer = _Writer(events[0].time, {thread: name for thread, name in names.items() if thread})
    for event in events:
        writer.take(event)
    last = events[-1].time
    for cpu in sorted(writer.open):
        writer.end_turn(cpu, last, ends="end of trace")
    for thread, mutex in writer.waits.items():
        writer.wait("e", thread, mutex, last)
    arrived = {each["id"] for each in writer.out if each["ph"] == "f"}
    kept = [each for each in writer.out if each["ph"] != "s" or each["id"] in arrived]
    return {"traceEvents": _tracks(writer) + kept, "displayTimeUnit": "ns", "otherData": {"title": title}}


def _tracks(writer: _Writer) -> list[Json]:
    def name(process: int, what: str, text: str, track: int = 0) -> Json:
        return {"ph": "M", "name": what, "pid": process, "tid": track, "args": {"name": text}}

    found = [name(process, "process_name", text) for process, text in ((_CPUS, "CPUs"), (_INTERRUPTS, "Interrupts"), (_THREADS, "Threads"))]
    for cpu in sorted(writer.open):
        found += [name(_CPUS, "thread_name", f"CPU {cpu}", cpu), name(_INTERRUPTS, "thread_name", f"CPU {cpu}", cpu)]
    threads = sorted({each["tid"] for each in writer.out if each["pid"] == _THREADS})
    return found + [name(_THREADS, "thread_name", f"{writer.name(thread)} ({thread})", thread) for thread in threads]
