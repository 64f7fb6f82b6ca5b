"""Registers, interrupts, clocks and status, as the Devicetree Specification 0.4 has them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import trees
from phoenix import api
from phoenix.devicetree import BadTree, DeviceTree, parse

HEAD = "/dts-v1/;\n/ {\n#address-cells = <2>;\n#size-cells = <2>;\n"
GIC = "gic: gic@1 { interrupt-controller; #interrupt-cells = <3>; reg = <0 1 0 1>; };\n"


def tree_of(nodes: str) -> DeviceTree:
    done = subprocess.run(
        ["dtc", "-q", "-O", "dtb"], input=(HEAD + nodes + "};\n").encode(), capture_output=True, check=True
    )
    return parse(done.stdout)


def test_registers_go_through_every_bus() -> None:
    tree = tree_of(
        """
        a@0 { #address-cells = <2>; #size-cells = <1>; ranges = <0 0x1000 0x8 0x40000000 0x10000>, <1 0 0x9 0 0x100>;
            b@1000 { #address-cells = <1>; #size-cells = <1>; ranges = <0x0 0 0x2000 0x1000>;
                c@10 { reg = <0x10 0x4>, <0xfff 0x1>; };
            };
            d@100000000 { reg = <1 0x20 0x4>; };
            e@5 { reg = <0 5 4>; };
        };
        f@0 { #address-cells = <1>; #size-cells = <0>; ranges; g@7 { reg = <7>; }; };
    """
    )
    assert tree.registers("/a@0/b@1000/c@10") == ((0x8_40001010, 4), (0x8_40001FFF, 1))
    assert tree.registers("/a@0/d@100000000") == ((0x9_00000020, 4),)
    assert tree.registers("/f@0/g@7") == ((7, 0),)
    with pytest.raises(BadTree, match="in none of the `ranges`"):
        tree.registers("/a@0/e@5")


def test_a_bus_without_cells() -> None:
    nothing = "#address-cells = <0>; #size-cells = <0>;"
    tree = tree_of(
        f"r {{ {nothing} ranges; a {{ {nothing} ranges = <1 2 3>;"
        "b { #address-cells = <1>; #size-cells = <1>; ranges; c { reg = <0 1>; }; }; }; };"
    )
    with pytest.raises(BadTree):
        tree.registers("/r/a/b/c")


def test_gic_lines() -> None:
    """SPI n is INTID 32 + n, PPI n is 16 + n; extended ones begin at 4096 and 1056 (IHI 0069, 2.2.1)."""
    tree = tree_of(
        "interrupt-parent = <&gic>;"
        + GIC
        + """
        x { interrupts = <0 5 4>, <1 13 8>, <2 1 1>, <3 2 1>; };
        y { z { interrupts-extended = <&gic 0 7 1>; }; };
    """
    )
    assert tree.interrupts("/x") == ((37, 4), (29, 8), (4097, 1), (1058, 1))
    assert tree.interrupts("/y/z") == ((39, 1),)
    assert tree.interrupts("/y") == ()


def test_interrupt_parent_is_the_nearest() -> None:
    tree = tree_of(
        "interrupt-parent = <&gic>;\n" + GIC + "pic: pic { interrupt-controller; #interrupt-cells = <1>; };\n"
        "bus { interrupt-parent = <&pic>; x { interrupts = <3>; }; };\ny { interrupts = <0 1 4>; };\n"
    )
    assert tree.interrupts("/y") == ((33, 4),)
    with pytest.raises(BadTree, match="not a GIC"):
        tree.interrupts("/bus/x")


def test_no_interrupt_parent() -> None:
    with pytest.raises(BadTree, match="interrupt-parent"):
        tree_of("x { interrupts = <1>; };").interrupts("/x")


def test_status_of_a_parent_counts() -> None:
    tree = tree_of(
        'a { status = "disabled"; b { compatible = "x"; status = "okay"; }; };\nc { compatible = "y"; status = "ok"; };'
    )
    assert tree.enabled("/a/b") == "/a" and tree.enabled("/c") is None
    assert [node.path for node in tree.devices()] == ["/c"]


def test_clock() -> None:
    tree = tree_of(
        'k: k { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };\n'
        'g: g { compatible = "gate"; #clock-cells = <1>; };\nx { clocks = <&g 3>, <&k>; };\ny { clocks = <&g 1>; };\nz { };'
    )
    assert (tree.clock_hz("/x"), tree.clock_hz("/y"), tree.clock_hz("/z")) == (24_000_000, 0, 0)


def test_memory_base_is_the_lowest_bank() -> None:
    tree = tree_of(
        'memory@1 { device_type = "memory"; reg = <1 0 0 0x1000>, <0 0x8000 0 0>; };\n'
        'memory@0 { device_type = "memory"; reg = <0 0x9000 0 0x1000>; };'
    )
    assert tree.memory_base() == 0x9000


def test_overlay(tmp_path: Path) -> None:
    root = trees.lay_out(trees.SHAPES, tmp_path)
    (root / "dts" / "on.dtso").write_text('/dts-v1/;\n/plugin/;\n&uart2 { status = "okay"; };\n')
    (root / "dts" / "more.dtso").write_text(
        '/dts-v1/;\n/plugin/;\n&{/soc@40000000} { serial@6000 { compatible = "test,uart"; reg = <0x6000 0x1000>; interrupts = <0 9 4>; }; };\n'
    )
    (root / "dts" / "wide.yaml").write_text(
        "machine: wide\nsummary: More ports.\ndevice_tree: board.dts\noverlays: [on.dtso, more.dtso]\nqemu: {machine: virt}\n"
    )
    (root / "graphs" / "wide.yaml").write_text(
        "graph: wide\nsummary: More ports.\nextends: small\nset: {machine: wide}\nadd:\n"
        "  third: {component: uart, device: /soc@40000000/serial@3000}\n  fourth: {component: uart, device: /soc@40000000/serial@6000}\n"
    )
    graph = api.resolve(root, "wide")
    devices = [instance.device for instance in map(graph.instance, ("third", "fourth"))]
    assert [(device.registers[0].phys, device.interrupts[0].line) for device in devices if device] == [
        (0x40003000, 35),
        (0x40006000, 41),
    ]


def test_virt_machines() -> None:
    """The two machines that the project ships, against what QEMU's source says of its virt board."""
    project = api.open_project(trees.ROOT)
    for version, registers in (
        (3, ((0x8000000, 0x10000), (0x80A0000, 0xF60000))),
        (2, ((0x8000000, 0x10000), (0x8010000, 0x10000))),
    ):
        tree, problems = project.device_tree(project.catalog.machines[f"qemu-virt-gicv{version}"])
        assert tree is not None and not problems
        assert tree.registers("/intc@8000000")[:2] == registers
        assert [line for line, _ in tree.interrupts("/timer")] == [29, 30, 27, 26]
        assert tree.interrupts("/pl011@9000000")[0][0] == 33 and tree.memory_base() == 0x40000000
