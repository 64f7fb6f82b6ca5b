"""Pass 3d: which device-tree node each instance drives, and the data that its code gets."""

from __future__ import annotations

from .devicetree import BadTree, DeviceTree, DtNode
from .diagnostics import Diagnostic, Place, did_you_mean
from .repair import RemoveInstance, Repair, Repairs, SetInGraph, drop, respell, reword
from .model import (
    Component,
    Device,
    DeviceSpec,
    GraphSpec,
    InstanceSpec,
    Interrupt,
    InterruptSpec,
    ParameterValue,
    Register,
)

Placed = dict[str, tuple[InstanceSpec, Component, str]]
Values = dict[str, tuple[ParameterValue, ...]]

WINDOW_BASE = 0xFFFFFFC000000000
WINDOW_MASK = (1 << 38) - 1

HOST_WINDOW_BASE = 0x10000000
HOST_WINDOW_STEP = 0x01000000
HOST_WINDOW_SIZE = 0x10000
HOST_FIRST_LINE = 32
HOST_CLOCK_HZ = 24_000_000


def claim(
    spec: GraphSpec,
    placed: Placed,
    values: Values,
    tree: DeviceTree | None,
    expected: bool,
    problems: list[Diagnostic],
) -> dict[str, Device]:
    """Devices by instance name."""
    devices: dict[str, Device] = {}
    windows = lines = 0
    for name in sorted(placed):
        instance, component, _ = placed[name]
        if component.device is None:
            if instance.device is not None:
                problems.append(
                    Diagnostic(
                        instance.device.place,
                        "no-device",
                        f"component `{component.name}` drives no device",
                        fix=("remove `device:`",),
                        repairs=drop(instance.device.place, "`device:`"),
                    )
                )
        elif spec.arch == "host":
            if instance.device is not None:
                problems.append(
                    Diagnostic(
                        instance.device.place,
                        "device-on-host",
                        "a graph with `arch: host` has no device tree",
                        fix=("remove `device:`; the test gets made-up windows and lines",),
                        repairs=drop(instance.device.place, "`device:`"),
                    )
                )
            devices[name] = synthetic(name, component.device, windows, lines)
            windows += len(component.device.registers)
            lines += len(component.device.interrupts)
        elif tree is not None:
            device = _claim(spec, name, instance, component, values[name], tree, problems)
            if device is not None:
                devices[name] = device
    _claimed_twice(spec, devices, placed, tree, problems)
    return devices


def synthetic(name: str, device: DeviceSpec, windows: int, lines: int) -> Device:
    """Made-up device data for host tests and archetype builds."""
    registers = []
    for number, register in enumerate(device.registers, windows):
        base = HOST_WINDOW_BASE + number * HOST_WINDOW_STEP
        registers.append(Register(register.name, base, base, register.map_at_most or HOST_WINDOW_SIZE))
    interrupts = tuple(
        Interrupt(interrupt.name, HOST_FIRST_LINE + number, 0, interrupt.handler, interrupt.place)
        for number, interrupt in enumerate(device.interrupts, lines)
    )
    return Device(
        f"/host/{name}",
        device.compatible[0],
        tuple(registers),
        interrupts,
        HOST_CLOCK_HZ,
        "made up for the host",
    )


def _claimed_twice(
    spec: GraphSpec,
    devices: dict[str, Device],
    placed: Placed,
    tree: DeviceTree | None,
    problems: list[Diagnostic],
) -> None:
    first: dict[str, str] = {}
    for name, device in sorted(devices.items()):
        if device.path in first:
            other = first[device.path]
            problems.append(
                Diagnostic(
                    placed[name][0].place,
                    "device-claimed-twice",
                    f"the device {device.path} is claimed by `{other}` and by `{name}`",
                    related=((placed[other][0].place, f"`{other}` is here"),),
                    fix=("give one of them another `device:`, or remove it",),
                    about=(other, name),
                    repairs=_apart(spec, devices, placed, tree, other, name),
                )
            )
        first.setdefault(device.path, name)


def _apart(
    spec: GraphSpec, devices: dict[str, Device], placed: Placed, tree: DeviceTree | None, first: str, second: str
) -> Repairs:
    """Another device for the second one, if some is free; or one of them less."""
    taken = {device.path for device in devices.values()}
    free = [node.path for node in _fitting(placed[second][1], tree) if node.path not in taken] if tree else []
    moved = tuple(_driving(spec, second, path, certain=len(free) == 1) for path in free[:6])
    less = (Repair(f"remove `{name}`", (RemoveInstance(spec.place.file, name),), False) for name in (first, second))
    return (*moved, *less)


def _driving(spec: GraphSpec, name: str, path: str, certain: bool) -> Repair:
    return Repair(f"let `{name}` drive {path}", (SetInGraph(spec.place.file, name, ("device",), path),), certain)


def _claim(
    spec: GraphSpec,
    name: str,
    instance: InstanceSpec,
    component: Component,
    values: tuple[ParameterValue, ...],
    tree: DeviceTree,
    problems: list[Diagnostic],
) -> Device | None:
    device = component.device
    assert device is not None
    found = (
        _named_node(name, instance, component, tree, problems)
        if instance.device is not None
        else _only_node(spec, name, instance, component, tree, problems)
    )
    if found is None:
        return None
    node, why = found
    place = instance.device.place if instance.device is not None else instance.place
    compatible = next((text for text in node.compatible if text in device.compatible), device.compatible[0])
    try:
        registers = _registers(device, tree.registers(node.path), node, problems)
        interrupts = _interrupts(
            device, tree.interrupts(node.path) if device.interrupts else (), node, values, problems
        )
    except BadTree as error:
        problems.append(
            Diagnostic(
                place,
                "device-tree",
                f"the device of `{name}` cannot be used: {error}",
                fix=("correct the machine's device tree",),
            )
        )
        return None
    return Device(node.path, compatible, registers, interrupts, tree.clock_hz(node.path), why)


def _named_node(
    name: str, instance: InstanceSpec, component: Component, tree: DeviceTree, problems: list[Diagnostic]
) -> tuple[DtNode, str] | None:
    assert instance.device is not None and component.device is not None
    path, place = str(instance.device.value), instance.device.place
    node = tree.nodes.get(path)
    fitting = [other.path for other in _fitting(component, tree)]
    if node is None:
        near = did_you_mean(path, tree.nodes)
        fix = (
            near
            if near and near[0].startswith("did")
            else tuple(f"`{component.name}` binds to {other}" for other in fitting)
        )
        problems.append(Diagnostic(place, "no-such-node", f"the device tree has no node {path}", fix=fix, repairs=_meant(place, path, fitting, tree)))
        return None
    off = tree.enabled(path)
    if off is not None:
        status = tree.nodes[off].texts("status")[0]
        where = "it" if off == path else off
        problems.append(
            Diagnostic(
                place,
                "node-disabled",
                f'the device {path} is switched off: {where} has `status = "{status}"`',
                fix=("take another device, or enable it in the device tree or an overlay", *(f"    {other}" for other in fitting[:6])),
                repairs=reword(place, *fitting[:6]),
            )
        )
        return None
    if not set(node.compatible) & set(component.device.compatible):
        problems.append(
            Diagnostic(
                place,
                "not-compatible",
                f"`{component.name}` does not bind to {path}",
                reasons=(
                    f"the node is compatible with: {', '.join(node.compatible) or 'nothing'}",
                    f"the component binds to: {', '.join(component.device.compatible)}",
                ),
                related=((component.device.place, "declared here"),),
                fix=(f"did you mean {fitting[0]}?",)
                if len(fitting) == 1
                else tuple(f"it binds to {other}" for other in fitting[:6])
                or ("take a component that binds to it",),
                repairs=reword(place, *fitting[:6]),
            )
        )
        return None
    return node, "named by the graph"


def _meant(place: Place, path: str, fitting: list[str], tree: DeviceTree) -> Repairs:
    """Of the nodes that the component binds to, the only or nearest one; else the nearest of all."""
    return reword(place, *fitting) if len(fitting) == 1 else respell(place, path, fitting) or respell(place, path, tree.nodes)


def _fitting(component: Component, tree: DeviceTree) -> list[DtNode]:
    assert component.device is not None
    wanted = set(component.device.compatible)
    return [node for node in tree.devices() if wanted & set(node.compatible)]


def _only_node(
    spec: GraphSpec, name: str, instance: InstanceSpec, component: Component, tree: DeviceTree, problems: list[Diagnostic]
) -> tuple[DtNode, str] | None:
    assert component.device is not None
    found = _fitting(component, tree)
    wanted = " or ".join(f'"{text}"' for text in component.device.compatible)
    if len(found) == 1:
        return found[0], f"the only node compatible with {wanted}"
    if not found:
        switched_off = [
            path
            for path, node in tree.nodes.items()
            if set(node.compatible) & set(component.device.compatible)
        ]
        problems.append(
            Diagnostic(
                instance.place,
                "no-device-node",
                f"`{name}` ({component.name}) needs a device, but no enabled node is compatible with {wanted}",
                reasons=tuple(f"{path} is, but it is switched off" for path in switched_off[:6]),
                related=((component.device.place, "the component binds here"),),
                fix=("take a machine that has one, or a component for the device that is there",),
            )
        )
        return None
    shown = [node.path for node in found[:6]]
    problems.append(
        Diagnostic(
            instance.place,
            "ambiguous-device",
            f"`{name}` ({component.name}) needs a device, and {len(found)} nodes are compatible with {wanted}",
            reasons=tuple(shown) + (("...",) if len(found) > len(shown) else ()),
            fix=(f"name one: {name}: {{component: {component.name}, device: {found[0].path}}}",),
            about=(name, *(node.path for node in found)),
            repairs=tuple(_driving(spec, name, node.path, certain=False) for node in found[:6]),
        )
    )
    return None


def _registers(
    device: DeviceSpec, windows: tuple[tuple[int, int], ...], node: DtNode, problems: list[Diagnostic]
) -> tuple[Register, ...]:
    found = []
    for register in device.registers:
        if register.index >= len(windows):
            problems.append(
                Diagnostic(
                    register.place,
                    "too-few-registers",
                    f"register window `{register.name}` is entry {register.index} of `reg`, but "
                    f"{node.path} has {len(windows)}",
                    fix=("correct the `registers:` of the component, or the device tree",),
                )
            )
            continue
        phys, size = windows[register.index]
        size = min(size, register.map_at_most) if register.map_at_most else size
        found.append(Register(register.name, WINDOW_BASE + (phys & WINDOW_MASK), phys, size))
    return tuple(found)


def _interrupts(
    device: DeviceSpec,
    lines: tuple[tuple[int, int], ...],
    node: DtNode,
    values: tuple[ParameterValue, ...],
    problems: list[Diagnostic],
) -> tuple[Interrupt, ...]:
    found = []
    for interrupt in device.interrupts:
        index = _index(interrupt, values)
        if index >= len(lines):
            problems.append(
                Diagnostic(
                    interrupt.place,
                    "too-few-interrupts",
                    f"interrupt `{interrupt.name}` is entry {index} of `interrupts`, but "
                    f"{node.path} has {len(lines)}",
                    fix=("correct the `interrupts:` of the component, or the device tree",),
                )
            )
            continue
        line, trigger = lines[index]
        found.append(Interrupt(interrupt.name, line, trigger, interrupt.handler, interrupt.place))
    return tuple(found)


def _index(interrupt: InterruptSpec, values: tuple[ParameterValue, ...]) -> int:
    if interrupt.by_parameter is None:
        return interrupt.index
    chosen = next((value.value for value in values if value.parameter.name == interrupt.by_parameter), None)
    return dict(interrupt.by_value).get(str(chosen), interrupt.index)
