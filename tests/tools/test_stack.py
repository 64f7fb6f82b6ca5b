"""The depth of stacks: against the compiler's own figures, against what a running kernel uses, and calls that go in circles."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from phoenix_tools import footprint, observed
from phoenix_tools.elf import Elf
from phoenix_tools.qemu import Shape
from phoenix_tools.stack import code, report, targets
from phoenix_tools.stack.chains import Chains
from phoenix_tools.symbol_table import LLVM

ROOT = Path(__file__).resolve().parents[2]

SOURCE = """struct Base {
    virtual int f(int);
    virtual int g(int*);
};
struct Other : Base { int f(int) override; };
struct Job { int amount; };
using Function = int (*)(Job&);
int use(int*, int);
[[noreturn]] void stop();
int leaf(int a) { return a + 1; }
int small(int a) { int b[5]; return use(b, a); }
int big(int a) { int b[3000]; return use(b, a) + use(b, 2); }
int nest(int a) { int b[50]; if (a > 3) { int c[100]; use(c, 1); stop(); } return use(b, a) + small(a) + leaf(a); }
int recursive(int a) { return a ? use(&a, recursive(a - 1)) + 1 : 1; }
int tail(int a) { return small(a); }
int Base::f(int a) { int c[8]; return use(c, a); }
int Base::g(int* p) { return use(p, *p) + 2; }
int Other::f(int a) { int c[80]; return use(c, a); }
int virtually(Base& base) { return base.f(3) + 1; }
int work_of(Job& job) { int c[30]; return use(c, job.amount); }
int call(Function work, Job& job) { return work(job) + 1; }
int hand_on(int a) { Job job{a}; return use(&a, 1) ? call(work_of, job) : 0; }
int blindly(int (*somewhere)(int, int)) { return somewhere(1, 2) + 1; }
extern "C" int make_thread(void (*function)(void*), void* argument);
namespace n {
void thread(void*) { int c[60]; use(c, 1); }
void on_each(void*) { int c[20]; use(c, 1); }
}
int begin_thread() { return make_thread(n::thread, nullptr); }
int begin(void (*function)(void*), void* argument) { function(argument); return use(nullptr, 1); }
int ask_each() { return begin(n::on_each, nullptr); }
Base base;
Other other;
"""
ASSEMBLY = """
    .global _Z3usePii, _Z4stopv, loop, wheel, make_thread, phx_thread_start
make_thread:
    adr x9, phx_thread_start
    ret
phx_thread_start:
    ret
_Z3usePii:
    ret
_Z4stopv:
    b _Z4stopv
loop:
    sub sp, sp, #16
    cbz x0, 1f
    add sp, sp, #16
    b loop
1:  add sp, sp, #16
    ret
wheel:
    str x30, [sp, #-32]!
    bl spoke
    ldr x30, [sp], #32
    ret
spoke:
    stp x29, x30, [sp, #-64]!
    cbz x0, 1f
    bl wheel
1:  ldp x29, x30, [sp], #64
    ret
"""


class Sample:
    def __init__(self, directory: Path) -> None:
        (directory / "sample.cpp").write_text(SOURCE)
        (directory / "more.S").write_text(ASSEMBLY)
        options = "--target=aarch64-none-elf -O2 -g1 -fno-inline -fno-jump-tables -fno-rtti -fno-exceptions -fno-omit-frame-pointer -fstack-usage -ffreestanding"
        for source in ("sample.cpp", "more.S"):
            self.run(directory, "clang++", *options.split(), "-std=c++20", "-c", source, "-o", f"{source}.o")
        self.run(directory, "ld.lld", "-e", "loop", "-Ttext=0xffffff8000080000", "sample.cpp.o", "more.S.o", "-o", "sample")
        usage = [line.split() for line in (directory / "sample.cpp.su").read_text().splitlines()]
        self.usage = {name.rpartition(":")[2]: int(size) for name, size, _ in usage}
        self.code = code.read(directory / "sample")
        self.targets = targets.find(directory / "sample", directory, self.code)
        self.chains = Chains(self.code, self.targets)
        self.functions = {function.name: function for function in self.code.functions.values()}

    @staticmethod
    def run(directory: Path, program: str, *arguments: str) -> None:
        subprocess.run([str(LLVM / program), *arguments], check=True, cwd=directory)

    def depth(self, name: str) -> int:
        return self.chains.below(self.functions[name]).amount


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample(tmp_path_factory.mktemp("sample"))


def test_frames_are_those_that_the_compiler_says(sample: Sample) -> None:
    assert len(sample.usage) >= 15
    assert {name: sample.functions[name].frame for name in sample.usage} == sample.usage
    assert sample.usage["_Z3bigi"] > 12000


def test_the_deepest_chain_counts_what_is_below_a_call(sample: Sample) -> None:
    usage = sample.usage
    assert sample.depth("_Z4nesti") == usage["_Z4nesti"] + usage["_Z5smalli"]
    assert sample.depth("_Z4taili") == usage["_Z5smalli"]  # it jumps there
    assert [sample.code.functions[a].name for a, _ in sample.chains.below(sample.functions["_Z4nesti"]).chain] == ["_Z4nesti", "_Z5smalli"]


def test_what_does_not_return_is_found(sample: Sample) -> None:
    assert not sample.functions["_Z4stopv"].returns
    assert sample.functions["_Z4nesti"].returns and sample.functions["loop"].returns


def test_virtual_calls_go_to_every_class_that_has_the_member_there(sample: Sample) -> None:
    assert sample.depth("_Z9virtuallyR4Base") == sample.usage["_Z9virtuallyR4Base"] + sample.usage["_ZN5Other1fEi"]


def test_pointers_go_to_functions_of_the_type_that_are_handed_on(sample: Sample) -> None:
    usage = sample.usage
    call = next(name for name in usage if name.startswith("_Z4call"))
    assert sample.depth(call) == usage[call] + usage["_Z7work_ofR3Job"]


def test_what_begins_a_thread_is_told_by_itself(sample: Sample) -> None:
    """And is no target of calls of other functions that take a `void*`."""
    assert [sample.code.functions[address].name for address in sample.targets.threads] == ["_ZN1n6threadEPv"]
    begin = next(name for name in sample.usage if name.startswith("_Z5beginP"))
    assert sample.depth(begin) == sample.usage[begin] + sample.usage["_ZN1n7on_eachEPv"]
    assert sample.depth("_Z12begin_threadv") == sample.usage["_Z12begin_threadv"] < sample.usage["_ZN1n6threadEPv"]


def test_a_call_that_leads_nowhere_known_is_told(sample: Sample) -> None:
    name = next(name for name in sample.usage if name.startswith("_Z7blindly"))
    (call,) = sample.chains.below(sample.functions[name]).unresolved
    place = sample.targets.unresolved[call]
    assert (Path(place.file).name, SOURCE.splitlines()[place.line - 1].split("(")[0]) == ("sample.cpp", "int blindly")


def test_recursion_is_told_and_loops_are_none(sample: Sample) -> None:
    found = {tuple(sample.code.functions[a].name for a in group) for group in sample.chains.recursive.values()}
    assert found == {("_Z9recursivei",), ("wheel", "spoke")}
    assert sample.depth("wheel") == 32 + 64 and sample.chains.below(sample.functions["wheel"]).recursion
    assert not sample.chains.below(sample.functions["loop"]).recursion


# --- of images


def phx(*arguments: str) -> str:
    done = subprocess.run([str(ROOT / "tools/phx"), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _touched(elf: Elf, ram: bytes, base: int) -> int:
    """How far down the boot stack anything but zero was written, in bytes from its top."""
    bottom, top = (elf.symbol_value(name) for name in ("__stack_bottom", "__stack_top"))
    at = bottom - elf.symbol_value("k_linear_base")
    stack = ram[at : at + top - bottom]
    return len(stack) - next((index for index, byte in enumerate(stack) if byte), len(stack))


@pytest.mark.parametrize("graph", ["minimal", "monitor"])
def test_no_boot_goes_deeper_than_said(graph: str, tmp_path: Path) -> None:
    """The stack is nothing but zeros before."""
    phx("build", graph)
    directory = ROOT / "build" / graph
    content: dict[str, Any] = json.loads((directory / "graph.json").read_text())
    stacks = report.measure(footprint.linked(directory), ROOT, content, footprint.read(directory, content))
    ram = tmp_path / "ram"
    command = observed.command_line(content, directory / "Image", Shape(cpus=1), ram)
    assert observed.run(command, content["boot_test"]["send"], 60, show=False) == 0
    with ram.open("rb") as file:
        used = _touched(Elf((directory / "phoenix.elf").read_bytes()), file.read(16 << 20), content["machine"]["memory_base"])
    (start,) = stacks.threads
    assert start.bytes / 4 < used <= start.bytes + stacks.interrupt.bytes


def test_the_command_tells_threads_interrupts_and_what_is_on_the_way() -> None:
    phx("build", "monitor")
    text = phx("size", "monitor", "--stack")
    for expected in ("start-up", "on top: an interrupt", "timer.on_interrupt", "uart.on_interrupt", "the deepest thread, with both", "debug::Monitor::run"):
        assert expected in text, expected
    stacks = json.loads(phx("size", "monitor", "--json"))["stacks"]
    start = next(each for each in stacks["threads"] if each["name"] == "start-up")
    assert sum(step["bytes"] for step in start["chain"]) == start["bytes"]
    assert stacks["deepest"] == start["bytes"] + stacks["fault"]["bytes"] + stacks["interrupt"]["bytes"]
    assert [each["unresolved"] for each in stacks["threads"]] == [[]]
