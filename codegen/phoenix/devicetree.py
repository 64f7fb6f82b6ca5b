"""Reads a machine's device tree: source -> dtb -> nodes, with registers and interrupts resolved.

Facts: Devicetree Specification 0.4 (2.3 standard properties, 2.4 interrupts); the GIC's three cells after the binding
arm,gic-v3 (cell 1: 0 SPI, 1 PPI, 2 extended SPI, 3 extended PPI; INTIDs after IHI 0069, 2.2.1).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Mapping

from .diagnostics import Diagnostic, Place
from .model import Machine

NOT_DEVICES = (
    "/__symbols__",
    "/__fixups__",
    "/__local_fixups__",
    "/aliases",
    "/chosen",
    "/cpus",
    "/reserved-memory",
)
_GIC_BASES = {0: 32, 1: 16, 2: 4096, 3: 1056}
_ERROR = re.compile(r"^(?:Error: )?([^:\s]+):(\d+)\.(\d+)[-.0-9]*:? (?:ERROR \(([a-z_]+)\): )?(.*)$")


@dataclass(frozen=True)
class DtNode:
    path: str
    parent: str | None
    properties: Mapping[str, bytes]

    def cells(self, name: str) -> tuple[int, ...]:
        data = self.properties.get(name, b"")
        return tuple(int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data) - 3, 4))

    def cell(self, name: str, default: int) -> int:
        return next(iter(self.cells(name)), default)

    def texts(self, name: str) -> tuple[str, ...]:
        data = self.properties.get(name)
        return (
            tuple(part.decode("utf-8", "replace") for part in data.rstrip(b"\0").split(b"\0")) if data else ()
        )

    @cached_property
    def compatible(self) -> tuple[str, ...]:
        return self.texts("compatible")


class BadTree(Exception):
    """A node says something that cannot be followed."""


@dataclass(frozen=True)
class DeviceTree:
    nodes: Mapping[str, DtNode]
    phandles: Mapping[int, str]

    def enabled(self, path: str) -> str | None:
        """None, or the path of the node (itself or a parent) whose status switches it off."""
        at: str | None = path
        while at is not None:
            node = self.nodes[at]
            if node.texts("status")[:1] not in ((), ("okay",), ("ok",)):
                return at
            at = node.parent
        return None

    def devices(self) -> tuple[DtNode, ...]:
        """Enabled nodes that a driver could bind to."""
        return self._devices

    @cached_property
    def _devices(self) -> tuple[DtNode, ...]:
        return tuple(
            node
            for path, node in sorted(self.nodes.items())
            if path != "/"
            and node.compatible
            and self.enabled(path) is None
            and not any(path == other or path.startswith(other + "/") for other in NOT_DEVICES)
        )

    def registers(self, path: str) -> tuple[tuple[int, int], ...]:
        """(physical address, size) of each `reg` entry, taken through every bus above the node."""
        node = self.nodes[path]
        if node.parent is None or "reg" not in node.properties:
            return ()
        parent = self.nodes[node.parent]
        address_cells, size_cells = parent.cell("#address-cells", 2), parent.cell("#size-cells", 1)
        step = address_cells + size_cells
        cells = node.cells("reg")
        if step == 0 or len(cells) % step:
            raise BadTree(f"`reg` of {path} has {len(cells)} cells, not a multiple of {step}")
        found = []
        for at in range(0, len(cells), step):
            address, size = _number(cells[at : at + address_cells]), _number(
                cells[at + address_cells : at + step]
            )
            found.append((self._to_cpu(parent, address), size))
        return tuple(found)

    def _to_cpu(self, bus: DtNode, address: int) -> int:
        while bus.parent is not None:
            above = self.nodes[bus.parent]
            ranges = bus.properties.get("ranges")
            if ranges is None:
                raise BadTree(
                    f"the bus {bus.path} has no `ranges`, so the CPU cannot reach what is behind it"
                )
            if ranges:
                address = _translate(bus, above, address)
            bus = above
        return address

    def interrupts(self, path: str) -> tuple[tuple[int, int], ...]:
        """(INTID, trigger flags) of each interrupt."""
        node = self.nodes[path]
        extended = node.cells("interrupts-extended")
        if extended:
            found, at = [], 0
            while at < len(extended):
                controller = self._controller(extended[at], path)
                count = controller.cell("#interrupt-cells", 0)
                found.append(_gic_line(controller, extended[at + 1 : at + 1 + count], path))
                at += 1 + count
            return tuple(found)
        cells = node.cells("interrupts")
        if not cells:
            return ()
        controller = self._controller(self._interrupt_parent(node), path)
        count = controller.cell("#interrupt-cells", 0)
        if count == 0 or len(cells) % count:
            raise BadTree(
                f"`interrupts` of {path} has {len(cells)} cells, but {controller.path} takes {count} an interrupt"
            )
        return tuple(
            _gic_line(controller, cells[at : at + count], path) for at in range(0, len(cells), count)
        )

    def _interrupt_parent(self, node: DtNode) -> int:
        at: DtNode | None = node
        while at is not None:
            if "interrupt-parent" in at.properties:
                return at.cell("interrupt-parent", 0)
            at = self.nodes[at.parent] if at.parent is not None else None
        raise BadTree(f"{node.path} has interrupts, but neither it nor a parent has an `interrupt-parent`")

    def _controller(self, phandle: int, path: str) -> DtNode:
        if phandle not in self.phandles:
            raise BadTree(f"the interrupt parent of {path} (phandle {phandle:#x}) does not exist")
        return self.nodes[self.phandles[phandle]]

    def clock_hz(self, path: str) -> int:
        """Frequency of the first fixed clock in `clocks`, 0 if there is none."""
        cells, at = self.nodes[path].cells("clocks"), 0
        while at < len(cells):
            clock = self.nodes.get(self.phandles.get(cells[at], ""))
            if clock is None:
                return 0
            if "fixed-clock" in clock.compatible:
                return clock.cell("clock-frequency", 0)
            at += 1 + clock.cell("#clock-cells", 0)
        return 0

    def memory_base(self) -> int | None:
        bases = [
            address
            for path, node in self.nodes.items()
            if node.texts("device_type") == ("memory",) and self.enabled(path) is None
            for address, size in self.registers(path)
            if size
        ]
        return min(bases, default=None)

    def boot_cpu(self) -> int:
        """MPIDR of the first CPU that the tree lists."""
        for path, node in self.nodes.items():
            if path.startswith("/cpus/") and node.texts("device_type") == ("cpu",):
                return _number(node.cells("reg"))
        return 0


def _number(cells: tuple[int, ...]) -> int:
    value = 0
    for cell in cells:
        value = value << 32 | cell
    return value


def _translate(bus: DtNode, above: DtNode, address: int) -> int:
    """One step through `ranges` (Devicetree Specification 2.3.8)."""
    child, parent, sizes = (
        bus.cell("#address-cells", 2),
        above.cell("#address-cells", 2),
        bus.cell("#size-cells", 1),
    )
    cells, step = bus.cells("ranges"), child + parent + sizes
    for at in range(0, len(cells) - step + 1, max(step, 1)):
        base, target = _number(cells[at : at + child]), _number(cells[at + child : at + child + parent])
        size = _number(cells[at + child + parent : at + step])
        if base <= address < base + size:
            return address - base + target
    raise BadTree(f"address {address:#x} is in none of the `ranges` of {bus.path}")


def _gic_line(controller: DtNode, cells: tuple[int, ...], path: str) -> tuple[int, int]:
    if len(cells) < 3 or controller.cell("#interrupt-cells", 0) < 3 or cells[0] not in _GIC_BASES:
        raise BadTree(f"the interrupts of {path} go to {controller.path}, which is not a GIC")
    return _GIC_BASES[cells[0]] + cells[1], cells[2]


# --- from source to nodes -------------------------------------------------------------------------------------------


def read_tree(root: Path, machine: Machine) -> tuple[DeviceTree | None, tuple[Diagnostic, ...]]:
    """Compiles a machine's device tree; what dtc says is wrong comes back as diagnostics."""
    try:
        if not machine.overlays:
            blob, problems = _compile(root, machine.device_tree, machine.device_tree_place, False)
        else:
            blob, problems = _overlaid(root, machine)
    except FileNotFoundError as error:
        return None, (
            Diagnostic(
                machine.device_tree_place,
                "no-dtc",
                f"the program `{error.filename}` is not installed",
                fix=("apt-get install device-tree-compiler",),
            ),
        )
    return (parse(blob) if blob is not None else None), problems


def _compile(
    root: Path, path: str, place: Place, symbols: bool
) -> tuple[bytes | None, tuple[Diagnostic, ...]]:
    if not (root / path).is_file():
        return None, ()  # said where the machine was read
    command = ["dtc", "-q", "-I", "dts", "-O", "dtb", *(["-@"] if symbols else []), path]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    if done.returncode == 0:
        return done.stdout, ()
    return None, _complaints(done.stderr.decode("utf-8", "replace"), path, place)


def _complaints(output: str, path: str, place: Place) -> tuple[Diagnostic, ...]:
    found = []
    for line in output.splitlines():
        match = _ERROR.match(line.strip())
        if match:
            reason = match.group(5).strip() or "it cannot be parsed"
            found.append(
                Diagnostic(
                    Place(match.group(1), int(match.group(2)), int(match.group(3))),
                    "device-tree",
                    f"dtc rejects the device tree: {reason}",
                    related=((place, "the machine names it here"),),
                )
            )
    if not found:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        reason = lines[0] if lines else "it says nothing more"
        found.append(Diagnostic(place, "device-tree", f"dtc rejects {path}: {reason}"))
    return tuple(found)


def _overlaid(root: Path, machine: Machine) -> tuple[bytes | None, tuple[Diagnostic, ...]]:
    sources = [
        (machine.device_tree, machine.device_tree_place),
        *zip(machine.overlays, machine.overlay_places),
    ]
    problems: tuple[Diagnostic, ...] = ()
    with tempfile.TemporaryDirectory(prefix="phoenix-dt-") as folder:
        names = []
        for number, (path, place) in enumerate(sources):
            blob, more = _compile(root, path, place, True)
            problems += more
            if blob is not None:
                names.append(f"{number}.dtb")
                (Path(folder) / names[-1]).write_bytes(blob)
        if problems or len(names) < len(sources):
            return None, problems
        base, merged = names[0], "merged.dtb"
        for name, (path, place) in zip(names[1:], sources[1:]):
            done = subprocess.run(
                ["fdtoverlay", "-i", base, "-o", merged, name], cwd=folder, capture_output=True, check=False
            )
            if done.returncode != 0:
                return None, (
                    Diagnostic(
                        place,
                        "overlay",
                        f"the overlay {path} does not fit {machine.device_tree}",
                        reasons=tuple(
                            re.findall(r"FDT_ERR_[A-Z]+", done.stderr.decode("utf-8", "replace"))[:1]
                        ),
                        fix=("check that every label and target path that it names exists in the base",),
                    ),
                )
            base, merged = merged, ("merged2.dtb" if merged == "merged.dtb" else "merged.dtb")
        return (Path(folder) / base).read_bytes(), ()


def parse(blob: bytes) -> DeviceTree:
    """Nodes of a flattened tree."""
    import libfdt  # type: ignore[import]

    fdt, quiet = libfdt.FdtRo(blob), [libfdt.NOTFOUND]
    nodes: dict[str, DtNode] = {}
    phandles: dict[int, str] = {}
    trail: list[str] = []
    offset, depth = 0, 0
    while offset >= 0 and depth >= 0:
        name = fdt.get_name(offset)
        del trail[depth:]
        parent = trail[-1] if trail else None
        path = "/" if parent is None else f"{'' if parent == '/' else parent}/{name}"
        trail.append(path)
        nodes[path] = DtNode(path, parent, _properties(fdt, offset, quiet))
        if phandle := nodes[path].cell("phandle", 0):
            phandles[phandle] = path
        offset, depth = fdt.next_node(offset, depth, quiet)
    return DeviceTree(nodes, phandles)


def _properties(fdt: Any, offset: int, quiet: list[int]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    at = fdt.first_property_offset(offset, quiet)
    while at >= 0:
        prop = fdt.get_property_by_offset(at)
        found[prop.name] = bytes(prop)
        at = fdt.next_property_offset(at, quiet)
    return found
