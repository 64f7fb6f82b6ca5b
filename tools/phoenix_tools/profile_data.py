"""The samples of components/debug/profiler, decoded and counted."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from phoenix_tools.recording import Ring
from phoenix_tools.symbolize import UNKNOWN, Function

_FIXED = struct.Struct("<qIHH16sI")
_IDLE = 1
_INSTRUCTION = 4
_Names = Mapping[int, tuple[Function, ...]]
Stack = tuple[Function, ...]  # outermost first


@dataclass(frozen=True)
class Sample:
    """`calls`: the interrupted address, then return addresses outwards. `link`: the link register there. All as offsets from the image."""

    time: int
    cpu: int
    thread: int
    name: str
    idle: bool
    link: int
    calls: tuple[int, ...]


@dataclass(frozen=True)
class Share:
    """`inclusive`: samples in it or in what it called."""

    function: Function
    own: int
    inclusive: int


@dataclass(frozen=True)
class CpuShare:
    cpu: int
    samples: int
    idle: int
    lost: int


@dataclass(frozen=True)
class Profile:
    """Functions and threads count the samples of busy CPUs alone."""

    cpus: tuple[CpuShare, ...]
    functions: tuple[Share, ...]
    threads: tuple[tuple[str, int], ...]
    stacks: Mapping[tuple[str, Stack], int]  # by thread and calls
    seconds: float

    @property
    def busy(self) -> int:
        return sum(each.samples - each.idle for each in self.cpus)


def decode(ring: Ring) -> tuple[Sample, ...]:
    return tuple(_decode(ring.cpu, record) for record in ring.records)


def _decode(cpu: int, record: bytes) -> Sample:
    time, thread, depth, flags, name, link = _FIXED.unpack_from(record)
    depth = min(depth, (len(record) - _FIXED.size) // 4)
    calls = struct.unpack_from(f"<{depth}I", record, _FIXED.size)
    return Sample(time, cpu, thread, name.split(b"\0")[0].decode(errors="replace"), bool(flags & _IDLE), link, calls)


def addresses(samples: Iterable[Sample], base: int) -> set[int]:
    """All that `profile` will ask the names of."""
    wanted: set[int] = set()
    for sample in samples:
        wanted.update(base + each - _INSTRUCTION for each in (sample.link, *sample.calls[1:]) if each >= _INSTRUCTION)
        wanted.update(base + each for each in sample.calls[:1])
    return wanted


def stack_of(sample: Sample, base: int, names: _Names) -> Stack:
    """Outermost first. Where a function was interrupted before it had made its frame record, only the link register knows its caller:
    then that leads to another function than the one that was interrupted, and is not what the first record says anyway. The outermost of
    the functions at an address is the one that was not inlined."""
    if not sample.calls:
        return (UNKNOWN,)
    inner = names.get(base + sample.calls[0], (UNKNOWN,))
    groups = [inner]
    outward = sample.calls[1:]
    link = names.get(base + sample.link - _INSTRUCTION)
    if link is not None and link[-1] not in (UNKNOWN, inner[-1]) and sample.link not in outward[:1]:
        groups.append(link)
    groups += [names.get(base + each - _INSTRUCTION, (UNKNOWN,)) for each in outward]
    return tuple(function for group in groups for function in group)[::-1]


def profile(rings: Sequence[Ring], base: int, symbolize: Callable[[set[int]], _Names]) -> Profile:
    """`base`: the address of the image's start. `symbolize`: the functions at each of a set of addresses, innermost first."""
    decoded = [(ring, decode(ring)) for ring in rings]
    samples = [sample for _, each in decoded for sample in each]
    names = symbolize(addresses(samples, base))
    own: Counter[Function] = Counter()
    inclusive: Counter[Function] = Counter()
    threads: Counter[str] = Counter()
    stacks: Counter[tuple[str, Stack]] = Counter()
    for sample in samples:
        stack = stack_of(sample, base, names)
        stacks[sample.name or "kernel", stack] += 1
        if not sample.idle:
            own[stack[-1]] += 1
            inclusive.update(set(stack))
            threads[sample.name or "kernel"] += 1
    cpus = tuple(CpuShare(ring.cpu, len(each), sum(sample.idle for sample in each), ring.lost) for ring, each in decoded)
    shares = (Share(function, own[function], count) for function, count in inclusive.items())
    functions = tuple(sorted(shares, key=lambda each: (-each.own, -each.inclusive, each.function)))
    times = [sample.time for sample in samples]
    seconds = (max(times) - min(times)) / 1e9 if times else 0.0
    return Profile(cpus, functions, tuple(threads.most_common()), stacks, seconds)


def folded(found: Profile) -> str:
    """One line a stack, `thread;outer;inner 12`: what flame graph tools read."""
    lines = []
    for (thread, stack), count in found.stacks.items():
        frames = (thread, *(function.name for function in stack))
        lines.append(f"{';'.join(frame.replace(';', ':') for frame in frames)} {count}\n")
    return "".join(sorted(lines))
