"""Mistakes planted in the shipped graphs, manifests and machines: what is changed, where the message must point, and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass

MONITOR = "graphs/monitor.yaml"
MINIMAL = "graphs/minimal.yaml"
GICV2 = "graphs/monitor-gicv2.yaml"
SMP = "graphs/monitor-smp.yaml"
SHELL = "graphs/shell.yaml"
DEBUG = "graphs/monitor-debug.yaml"
SLAB = "components/memory/slab/component.yaml"
KLOG = "components/log/klog/component.yaml"
TIMER = "components/time/arm_timer/component.yaml"
RTC = "components/time/pl031/component.yaml"
MACHINE = "dts/qemu-virt-gicv3.yaml"
LOG = "components/log/interfaces/log.yaml"

APPLY = ""  # `--apply` mends it
BY_HAND = "by hand"


@dataclass(frozen=True)
class Planted:
    """`new` takes the place of the first `old` in the file, once the `^` before the place of the message is out of it."""

    name: str
    file: str
    old: str
    new: str
    code: str
    fix: str  # words of the message's fix
    way: str = APPLY  # or the title of the numbered way to choose
    graph: str = "monitor"
    at: tuple[str, str] | None = None  # another file, and the text there, that the message must point to


PLANTED = [
    # names that nobody knows
    Planted("component", MONITOR, "heap: slab", "heap: ^slabb", "unknown-component", "did you mean `slab`?"),
    Planted("component-swapped", MINIMAL, "panic: panic", "panic: ^painc", "unknown-component", "did you mean `panic`?"),
    Planted("key", MONITOR, "replace:", "^repalce:", "unknown-key", "did you mean `replace`?"),
    Planted("key-of-instance", MINIMAL, "device: /pl011@9000000", "^devise: /pl011@9000000", "unknown-key", "did you mean `device`?"),
    Planted("key-of-manifest", SLAB, "provides:", "^provide:", "unknown-key", "did you mean `provides`?"),
    Planted("key-of-port", SLAB, "{interface: PageAllocator, cardinality", "{interface: PageAllocator, ^cardinalty", "unknown-key", "did you mean `cardinality`?"),
    Planted("key-of-budgets", MINIMAL, "image_kib: 32", "^image_kb: 32", "unknown-key", "did you mean `image_kib`?", graph="minimal"),
    Planted("budget-of-component", MINIMAL, "image_kib: 32", "image_kib: 32, components: {^fdtt: {text_kib: 9}}", "unknown-budget", "did you mean `fdt`?", graph="minimal"),
    Planted("budget-of-instance", MINIMAL, "image_kib: 32", "image_kib: 32, components: {^uart: {text_kib: 9}}", "unknown-budget", "did you mean `pl011`, the component of `uart`?", graph="minimal"),
    Planted("key-of-set", SMP, "  machine: qemu-virt-gicv3-smp", "  ^machin: qemu-virt-gicv3-smp", "set-misses", "did you mean `machine`?", graph="monitor-smp"),
    Planted("set-of-instance", "graphs/rt.yaml", "instances.threads.wires.scheduler: s", "^instances.thread.wires.scheduler: s", "set-misses", "did you mean `threads`?", graph="rt"),
    Planted("base", GICV2, "extends: monitor", "extends: ^monitro", "unknown-graph", "did you mean `monitor`?", graph="monitor-gicv2"),
    Planted("machine", GICV2, "machine: qemu-virt-gicv2", "machine: ^qemu-virt-gic2", "unknown-machine", "did you mean `qemu-virt-gicv2`?", graph="monitor-gicv2"),
    Planted("interface-provided", SLAB, "provides: [Heap, ", "provides: [^Heep, ", "unknown-interface", "did you mean `Heap`?"),
    Planted("interface-needed", RTC, "interface: Log", "interface: ^Logg", "unknown-interface", "did you mean `Log`?"),
    Planted("interface-chosen", SMP, "PageAllocator: pages", "^PageAlocator: pages", "unknown-interface", "did you mean `PageAllocator`?", graph="monitor-smp"),
    Planted("instance-chosen", SMP, "PageAllocator: pages", "PageAllocator: ^pagse", "unknown-instance", "did you mean `pages`?", graph="monitor-smp"),
    Planted("instance-wired", SMP, "{backing: buddy}", "{backing: ^budy}", "unknown-instance", "did you mean `buddy`?", graph="monitor-smp"),
    Planted("port-wired", SMP, "{backing: buddy}", "{^baking: buddy}", "unknown-port", "did you mean `backing`?", graph="monitor-smp"),
    Planted("parameter", MONITOR, "heap: slab", "heap: {component: slab, parameters: {^magazin: 4}}", "unknown-parameter", "did you mean `magazine`?"),
    Planted("choice", MINIMAL, "log: klog", "log: {component: klog, parameters: {lowest: ^warnin}}", "not-a-choice", "did you mean `warning`?"),
    Planted("choice-of-manifest", SLAB, "use: init, summary: Where", "use: ^inti, summary: Where", "not-a-choice", "did you mean `init`?"),
    Planted("lock", KLOG, "before: [ring]", "before: [^rings]", "unknown-lock", "did you mean `ring`?"),
    Planted("port-called", SLAB, "calls: [pages, map]", "calls: [^page, map]", "unknown-port", "did you mean `pages`?"),
    Planted("call", "components/fs/pipes/component.yaml", "name: pipe2", "name: ^pip2", "unknown-system-call", "did you mean `pipe2`?", graph="shell"),
    Planted("parameter-of-index", TIMER, "parameter: counter", "parameter: ^counters", "unknown-parameter", "did you mean `counter`?"),
    Planted("removed", GICV2, "replace: {irq: gic_v2}", "replace: {irq: gic_v2}\nremove: [^cmd_dat]", "remove-misses", "did you mean `cmd_date`?", graph="monitor-gicv2"),
    Planted("replaced", GICV2, "replace: {irq: gic_v2}", "replace: {^irqs: gic_v2}", "replace-misses", "did you mean `irq`?", graph="monitor-gicv2"),
    # files
    Planted("source", SLAB, "sources: [slab.cpp]", "sources: [^slap.cpp]", "missing-file", "did you mean `slab.cpp`?"),
    Planted("header", RTC, "header: pl031.hpp", "header: ^pl0311.hpp", "missing-file", "did you mean `pl031.hpp`?"),
    Planted("device-tree", MACHINE, "qemu-virt-gicv3.dts", "^qemu-virt-gic-v3.dts", "missing-file", "did you mean `qemu-virt-gicv3.dts`?"),
    Planted("ending", SLAB, "sources: [slab.cpp]", "sources: [^slab.cc]", "bad-file-name", "rename the file, as to `slab.cpp`", "write `slab.cpp`"),
    Planted("stale-name", SLAB, "component: slab", "component: ^slab_heap", "folder-name", "or the component to slab"),
    Planted("second-of-a-name", GICV2, "graph: monitor-gicv2", "graph: ^monitor-smp", "duplicate-graph", "rename one of them", graph=""),
    # kinds
    Planted("number-for-text", MONITOR, "summary: A kernel monitor on the serial console.", "summary: ^12", "wrong-type", "quote it"),
    Planted("list-for-word", GICV2, "extends: monitor", "extends: ^[monitor]", "wrong-type", "write `monitor`", graph="monitor-gicv2"),
    Planted("word-for-list", SLAB, "sources: [slab.cpp]", "sources: ^slab.cpp", "wrong-type", "write `[slab.cpp]`"),
    Planted("word-for-truth", SHELL, "rootfs: {packages: [busybox-static]}", "rootfs: {packages: [busybox-static], dependencies: ^no}", "wrong-type", "write `false`", graph="shell"),
    Planted("text-for-number", MINIMAL, "image_kib: 32", "image_kib: ^'32'", "wrong-type", "write `32`", graph="minimal"),
    Planted("text-for-parameter", MONITOR, "heap: slab", "heap: {component: slab, parameters: {magazine: ^'4'}}", "wrong-type", "write a whole number"),
    Planted("list-for-mapping", GICV2, "replace: {irq: gic_v2}", "replace: ^[irq: gic_v2]", "wrong-type", "write `{irq: gic_v2}`", graph="monitor-gicv2"),
    Planted("library-placed", MONITOR, "heap: slab", "heap: slab\n  sync: ^sync", "library-instance", "remove the instance `sync`"),
    # providers
    Planted("no-provider", MONITOR, "  timer: arm_timer\n", "", "missing-provider", "timer: arm_timer", APPLY, at=(MONITOR, "timers: timer_queue")),
    Planted("no-provider-chosen", MONITOR, "  pages: buddy\n", "", "missing-provider", "buddy: buddy", "add `buddy: buddy` to graphs/monitor.yaml", at=(MONITOR, "heap: slab")),
    Planted("two-providers", MONITOR, "  pages: buddy\n", "  pages: buddy\n  more: bump\n", "ambiguous-provider", "choose.PageAllocator", "choose `pages` for PageAllocator", at=(MONITOR, "heap: slab")),
    Planted("wrong-provider", SMP, "{backing: buddy}", "{backing: ^log}", "interface-mismatch", "wire it to", "write `buddy`", graph="monitor-smp"),
    Planted("stale-wire", MONITOR, "heap: slab", "heap: {component: slab, wires: {pages: ^bump}}", "unknown-instance", "bump: bump", "write `pages`"),
    Planted("none-where-one-is-needed", MONITOR, "heap: slab", "heap: {component: slab, wires: {^pages: none}}", "wire-none", "or remove the line"),
    Planted("list-where-one-is-needed", MONITOR, "heap: slab", "heap: {component: slab, wires: {^pages: [pages]}}", "wire-list", "write `pages: pages`"),
    Planted("unused-choice", MONITOR, "set:", "set:\n  choose: {^SerialPort: uart}", "unused-choice", "remove the line"),
    # cycles
    Planted("extends-loop", MINIMAL, "arch: aarch64\nmachine: qemu-virt-gicv3\n", "extends: ^monitor\n", "extends-loop", "let one of them list its `instances:`", BY_HAND, graph="minimal"),
    Planted("extends-itself", GICV2, "extends: monitor", "extends: ^monitor-gicv2", "extends-loop", "let one of them list its `instances:`", BY_HAND, graph="monitor-gicv2"),
    Planted("init-cycle", "components/memory/buddy/component.yaml", "  log: {interface: Log, cardinality: one, use: run", "  heap: {interface: Heap, cardinality: one, use: init, summary: X.}\n  log: {interface: Log, cardinality: one, use: run", "init-cycle", "write `use: run` at one of these ports", "write `use: run` at port `heap` of buddy", at=(SLAB, "pages: {interface")),
    # clashes
    Planted("second-instance", MONITOR, "heap: slab", "heap: slab\n  ^heap_2: slab", "one-instance", "remove `heap_2`", "remove the instance `heap_2`"),
    Planted("added-again", MONITOR, "heap: slab", "heap: slab\n  ^log: klog", "add-exists", "move the line to `replace:`"),
    Planted("device-twice", MONITOR, "heap: slab", "heap: slab\n  ^uart_2: {component: pl011, device: /pl011@9000000}", "device-claimed-twice", "or remove it", "remove `uart_2`"),
    Planted("key-twice", MONITOR, "  heap: slab\n", "  heap: slab\n  ^pages: buddy\n", "duplicate-key", "keep one of the two"),
    Planted("key-twice-differently", MONITOR, "  heap: slab\n", "  heap: slab\n  ^pages: bump\n", "duplicate-key", "keep one of the two", "remove the second `pages:`"),
    Planted("interface-twice", SLAB, "provides: [Heap, ", "provides: [Heap, ^Heap, ", "named-twice", "remove one of them"),
    Planted("base-beside-extends", GICV2, "set: {machine: qemu-virt-gicv2}", "^machine: qemu-virt-gicv2", "key-beside-extends", "set: {machine: VALUE}", graph="monitor-gicv2"),
    # values
    Planted("too-big", MONITOR, "heap: slab", "heap: {component: slab, parameters: {magazine: ^100000}}", "out-of-range", "use a value between 2 and 62"),
    Planted("unit", MONITOR, "heap: slab", "heap: {component: slab, parameters: {max_size: ^8 mb}}", "bad-size", "KiB, MiB or GiB"),
    Planted("unit-of-manifest", KLOG, "default: 16 KiB", "default: ^16 kb", "bad-size", "KiB, MiB or GiB"),
    Planted("memory-of-machine", MACHINE, "memory: 512 MiB", "memory: ^512M", "bad-size", "`512 MiB`"),
    Planted("range", KLOG, "min: 1 KiB, max: 16 MiB", "min: ^16 MiB, max: 1 KiB", "empty-range", "exchange the two"),
    Planted("budget", MINIMAL, "boot_instructions: 150000", "boot_instructions: ^0", "out-of-range", "at least 1", graph="minimal"),
    Planted("name", MONITOR, "heap: slab", "^Heap: slab", "bad-name", "small letters"),
    # the device tree
    Planted("node", MONITOR, "/pl031@9010000", "^/pl031@901000", "no-such-node", "did you mean `/pl031@9010000`?"),
    Planted("node-without-slash", MINIMAL, "device: /pl011@9000000", "device: ^pl011@9000000", "bad-device-path", "begin with a slash", graph="minimal"),
    Planted("node-of-another-kind", MONITOR, "device: /pl031@9010000", "device: ^/pl011@9000000", "not-compatible", "did you mean /pl031@9010000?"),
    Planted("device-of-nothing", MONITOR, "heap: slab", "heap: {component: slab, device: ^/pl031@9010000}", "no-device", "remove `device:`"),
    Planted("compatible", RTC, '["arm,pl031"]', "^[arm,pl031]", "compatible-comma", '["arm,pl031"]'),
    Planted("wrong-machine", GICV2, "set: {machine: qemu-virt-gicv2}\n", "", "no-device-node", "take a machine that has one", BY_HAND, graph="monitor-gicv2", at=(GICV2, "irq: gic_v2")),
    # text
    Planted("tab", MONITOR, "  heap: slab", "^\theap: slab", "yaml-syntax", "check indentation"),
    Planted("bracket", MONITOR, "/pl031@9010000}\n  clocks: clocks", "/pl031@9010000\n  clocks^: clocks", "yaml-syntax", "brackets"),
    Planted("alias", MONITOR, "heap: slab\n", "heap: &x slab\n  more: ^*x\n", "yaml-alias", "write the value out", BY_HAND),
    Planted("tag", MONITOR, "heap: slab", "heap: ^!!str slab", "yaml-tag", "remove the tag"),
    Planted("comma", SLAB, "summary: Counts of the large objects.", "summary: Counts of the large objects, ^and more.", "unknown-key", "quote the text before it"),
]
