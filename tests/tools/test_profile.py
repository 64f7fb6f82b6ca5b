"""What `phx profile` makes of the samples in a guest's memory."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Mapping
from xml.etree import ElementTree

import pytest
import yaml

from phoenix_tools import recording
from phoenix_tools.flamegraph import svg
from phoenix_tools.observed import command_line, run
from phoenix_tools.profile_data import decode, folded, profile, stack_of
from phoenix_tools.qemu import Shape
from phoenix_tools.recording import LINEAR_BASE, NotRecorded, RamFile, Ring, rings
from phoenix_tools.symbolize import UNKNOWN, Function, component_of
from phoenix_tools.variant import Part, write_variant
from phoenix_tools.workspace import Workspace

BASE = LINEAR_BASE + 0x80000
RINGS = LINEAR_BASE + 0x1000
RECORDS = 4

SPIN = Function("torture::spin", "torture")
GUARD = Function("SpinGuard::SpinGuard", "sync")
BEGIN = Function("KernelThreads::begin", "threads")
COPY = Function("memcpy", "lib")
NAMES = {0x100: (GUARD, SPIN), 0x1FC: (BEGIN,), 0x300: (COPY,), 0x10C: (SPIN,), 0x400: (Function("idle", "threads"),)}


def sample(time: int, thread: str, calls: tuple[int, ...], *, link: int = 0, idle: bool = False) -> bytes:
    entries = calls + (0xDEAD,) * (3 - len(calls))
    return struct.pack("<qIHH16sI3I", time, 7, len(calls), idle, thread.encode(), link, *entries) + bytes(4)


class Image:
    def __init__(self, magic: int = recording.MAGIC, cpus: int = 1, ring_bytes: int = 4096) -> None:
        size = len(sample(0, "", ()))
        self.header = struct.pack("<IIIIQQ", magic, cpus, size, RECORDS, ring_bytes, RINGS)

    def symbol_value(self, name: str) -> int:
        return {"phx_samples_header": 0x42}[name]

    def read(self, address: int, size: int) -> bytes | None:
        assert address == 0x42
        return self.header[:size]


def ram(tmp_path: Path, *cpus: tuple[int, int, list[bytes]]) -> RamFile:
    """`cpus`: written, cleared, and the records where they lie."""
    data = bytearray(0x10000)
    for number, (written, cleared, records) in enumerate(cpus):
        at = 0x1000 + 4096 * number
        body = struct.pack("<QQ", written, cleared) + b"".join(records)
        data[at : at + len(body)] = body
    path = tmp_path / "ram"
    path.write_bytes(data)
    return RamFile(path)


def names(wanted: set[int]) -> Mapping[int, tuple[Function, ...]]:
    return {address: NAMES[address - BASE] for address in wanted if address - BASE in NAMES}


def test_records_come_oldest_first(tmp_path: Path) -> None:
    four = [sample(time, "spin", (0x100,)) for time in (40, 50, 20, 30)]
    (ring,) = rings(Image(), ram(tmp_path, (6, 0, four)), "phx_samples")
    assert [each.time for each in decode(ring)] == [20, 30, 40, 50]
    assert ring.lost == 2


def test_what_was_cleared_does_not_count(tmp_path: Path) -> None:
    four = [sample(time, "spin", (0x100,)) for time in (40, 50, 20, 30)]
    (ring,) = rings(Image(), ram(tmp_path, (6, 5, four)), "phx_samples")
    assert [each.time for each in decode(ring)] == [50] and ring.lost == 0


def test_a_cpu_that_never_ran_has_no_ring(tmp_path: Path) -> None:
    one = [sample(1, "spin", (0x100,))]
    found = list(rings(Image(cpus=3), ram(tmp_path, (0, 0, []), (1, 0, one), (0, 0, [])), "phx_samples"))
    assert [ring.cpu for ring in found] == [1]


@pytest.mark.parametrize(
    "image, counts, says",
    [(Image(magic=1), (0, 0), "magic"), (Image(), (1, 2), "damaged"), (Image(cpus=99, ring_bytes=1 << 40), (1, 0), "outside")],
)
def test_a_damaged_recording_is_refused(tmp_path: Path, image: Image, counts: tuple[int, int], says: str) -> None:
    with pytest.raises(NotRecorded, match=says):
        list(rings(image, ram(tmp_path, (*counts, [])), "phx_samples"))


def test_an_image_without_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotRecorded, match="no recording `phx_other`"):
        list(rings(Image(), ram(tmp_path), "phx_other"))


def stack(record: bytes) -> list[str]:
    (found,) = decode(Ring(0, (record,), 0))
    return [function.name for function in stack_of(found, BASE, names({BASE + each for each in NAMES}))]


def test_inlined_functions_are_on_the_stack() -> None:
    assert stack(sample(1, "spin", (0x100, 0x200))) == [BEGIN.name, SPIN.name, GUARD.name]


def test_the_link_register_tells_the_caller_of_a_function_without_a_frame() -> None:
    assert stack(sample(1, "spin", (0x300, 0x200), link=0x110)) == [BEGIN.name, SPIN.name, COPY.name]


def test_a_link_register_that_says_nothing_new_is_left_out() -> None:
    assert stack(sample(1, "spin", (0x300, 0x200), link=0x200)) == [BEGIN.name, COPY.name], "the first record says so too"
    assert stack(sample(1, "spin", (0x100, 0x200), link=0x110)) == [BEGIN.name, SPIN.name, GUARD.name], "it has called something"
    assert stack(sample(1, "spin", (0x300, 0x200), link=0x9999)) == [BEGIN.name, COPY.name], "no function"


def test_a_sample_without_calls_is_unknown() -> None:
    assert stack(sample(1, "spin", ())) == [UNKNOWN.name]


def example() -> list[Ring]:
    busy = (sample(0, "spin", (0x100, 0x200)),) * 3 + (sample(2_000_000_000, "copy", (0x300, 0x200)),)
    return [Ring(0, busy, 0), Ring(1, (sample(5, "idle", (0x400,), idle=True),) * 4, 2)]


def test_a_profile_counts_busy_cpus_alone() -> None:
    found = profile(example(), BASE, names)
    rows = [(each.function, each.own, each.inclusive) for each in found.functions]
    assert rows == [(GUARD, 3, 3), (COPY, 1, 1), (BEGIN, 0, 4), (SPIN, 0, 3)]
    assert [(each.cpu, each.samples, each.idle, each.lost) for each in found.cpus] == [(0, 4, 0, 0), (1, 4, 4, 2)]
    assert found.threads == (("spin", 3), ("copy", 1))
    assert found.busy == 4 and found.seconds == 2.0


def test_folded_stacks() -> None:
    lines = folded(profile(example(), BASE, names)).splitlines()
    assert lines == [
        "copy;KernelThreads::begin;memcpy 1",
        "idle;idle 4",
        "spin;KernelThreads::begin;torture::spin;SpinGuard::SpinGuard 3",
    ]


def test_the_flame_graph_is_an_svg_with_a_title_for_each_box() -> None:
    root = ElementTree.fromstring(svg(profile(example(), BASE, names).stacks, "a < b"))
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    boxes = {}
    for group in root.iter(f"{space}g"):
        title, box = group.find(f"{space}title"), group.find(f"{space}rect")
        assert title is not None and title.text is not None and box is not None
        boxes.setdefault(title.text.split(",")[0], (float(box.attrib["x"]), float(box.attrib["y"]), float(box.attrib["width"])))
    assert "idle" not in boxes
    every, spin, guard = boxes["all"], boxes["torture::spin (torture)"], boxes["SpinGuard::SpinGuard (sync)"]
    assert spin[2] == pytest.approx(0.75 * every[2], abs=0.2)
    assert guard[0] == spin[0] and guard[1] < spin[1] < every[1], "what is called lies above"


def test_the_flame_graph_of_nothing_is_an_svg() -> None:
    ElementTree.fromstring(svg({}, "nothing"))


@pytest.mark.parametrize(
    "source, component",
    [
        ("components/time/timer_queue/timer_queue.cpp", "timer_queue"),
        ("./components/sync/mutex.cpp", "sync"),
        ("components/memory/interfaces/heap.hpp", "memory"),
        ("arch/aarch64/lib/memory.S", "lib"),
        ("arch/aarch64/include/arch/cpu.hpp", "arch"),
        ("gen/wiring.cpp", "wiring"),
        ("/usr/lib/llvm-19/include/c++/v1/atomic", ""),
    ],
)
def test_component_of_a_source(source: str, component: str) -> None:
    assert component_of(source) == component


def test_the_variant_of_a_graph(root: Path, tmp_path: Path) -> None:
    for folder in ("codegen", "components", "arch", "dts", "graphs", "tests"):
        (tmp_path / folder).symlink_to(root / folder)
    workspace = Workspace(tmp_path)
    part = Part("profiler", {"samples": 100})
    path = write_variant(workspace, "monitor", "profile", [part])
    assert path == tmp_path / "build/monitor-profile.yaml"
    written = yaml.safe_load(path.read_text())
    assert written["extends"] == "monitor" and written["add"] == {"profiler": {"component": "profiler", "parameters": {"samples": 100}}}
    assert "cmd_trace" in write_variant(workspace, "monitor", "trace", [Part("cmd_trace", {}, beside="monitor")]).read_text()
    assert "cmd_trace" not in write_variant(workspace, "minimal", "trace", [Part("cmd_trace", {}, beside="monitor")]).read_text()
    before = path.stat().st_mtime_ns
    write_variant(workspace, "monitor", "profile", [part])
    assert path.stat().st_mtime_ns == before
    mine = tmp_path / "mine.yaml"
    mine.write_text("graph: mine\nsummary: Mine.\nextends: monitor\nadd: {samples: profiler}\n")
    written = yaml.safe_load(write_variant(workspace, str(mine), "profile", [part]).read_text())
    assert written["graph"] == "mine-profile" and written["add"] == {"samples": "profiler"}
    assert written["set"]["instances.samples.parameters.samples"] == 100


def test_qemu_keeps_the_memory_in_a_file(tmp_path: Path) -> None:
    graph = {"machine": {"qemu": {"machine": "virt", "cpu": "max", "cpus": 1, "memory": 1 << 29}}, "instances": []}
    line = command_line(graph, Path("Image"), Shape(cpus=2), tmp_path / "ram")
    assert line[line.index("-machine") + 1] == "virt,memory-backend=ram"
    assert line[line.index("-object") + 1] == f"memory-backend-file,id=ram,size={1 << 29},mem-path={tmp_path}/ram,share=on"


GUEST = """
import os
for expected in (b"one\\r", b"two\\r"):
    os.write(1, b"phx> ")
    if os.read(0, 100) != expected:
        raise SystemExit(9)
"""


def test_a_line_is_typed_at_each_prompt() -> None:
    assert run([sys.executable, "-c", GUEST], ["one", "two"], 30, show=False) == 0


def test_a_guest_that_does_not_end_is_stopped() -> None:
    assert run(["sleep", "60"], [], 0.2, show=False) is None
    assert run(["sh", "-c", "exit 3"], [], 30, show=False) == 3
