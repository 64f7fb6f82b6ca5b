"""The content of graph.json: a resolved graph for tools."""

from __future__ import annotations

from typing import Any

from . import budget
from .model import WIRING, Instance, ResolvedGraph, Wire, type_providers

VERSION = 2


def to_json(graph: ResolvedGraph) -> dict[str, Any]:
    spec = graph.spec
    by_name = sorted(graph.instances, key=lambda instance: instance.name)
    init = {step.instance: number for number, step in enumerate(graph.init_order)}
    components = {instance.component.name: instance.component for instance in by_name}
    libraries = {library.name: library for library, _ in graph.libraries}
    return {
        "version": VERSION,
        "graph": graph.name,
        "summary": spec.summary,
        "arch": graph.arch,
        "place": str(spec.place),
        "extends": list(spec.extends),
        "chain": _chain(graph),
        "machine": _machine(graph),
        "instances": [_instance(instance, init) for instance in by_name],
        "init_order": [{"instance": step.instance, "after": list(step.after)} for step in graph.init_order],
        "cpu_order": [step.instance for step in graph.cpu_order],
        "claims": _claims(by_name),
        "unclaimed": [
            {"path": path, "compatible": compatible} for path, compatible in graph.machine.unclaimed
        ]
        if graph.machine
        else [],
        "interrupts": [
            {
                "line": line.line,
                "instance": line.instance,
                "handler": line.handler,
                "path": line.path,
                "trigger": "edge" if line.edge else "level",
            }
            for line in graph.lines
        ],
        "system_calls": [
            {"number": call.number, "name": call.name, "instance": call.instance, "gaps": call.gaps}
            for call in graph.calls
        ],
        "other_system_calls": graph.other_calls,
        "locks": _locks(graph),
        "libraries": sorted(libraries),
        "components": {
            name: {
                "summary": component.summary,
                "domain": component.domain,
                "library": component.library,
                "place": str(component.place),
                "provides": {interface: str(place) for interface, place in component.provides},
                "system_calls": {call.name: str(call.place) for call in component.system_calls},
            }
            for name, component in sorted({**components, **libraries}.items())
        },
        "library_ports": {
            library.name: {wire.port.name: _wire(wire) for wire in wires}
            for library, wires in graph.libraries
            if wires
        },
        "sources": {
            name: [f"{component.folder}/{source}" for source in component.sources]
            for name, component in sorted({**components, **libraries}.items())
        },
        "allowed_edges": _edges(graph),
        "budgets": budget.nested(spec.budgets),
        "budget_places": {".".join(each.path): str(each.place) for each in spec.budgets},
        "rootfs": {
            "packages": list(spec.rootfs.packages),
            "dependencies": spec.rootfs.dependencies,
            "files": {file.path: file.source for file in spec.rootfs.files},
            "compress": spec.rootfs.compress,
        }
        if spec.rootfs
        else None,
        "append": spec.append.value if spec.append else None,
        "boot_test": {
            "send": list(spec.boot_test.send),
            "expect": list(spec.boot_test.expect),
            "exit": spec.boot_test.exit,
        }
        if spec.boot_test
        else {},
    }


def _chain(graph: ResolvedGraph) -> list[dict[str, str]]:
    """The graph's file, that of the graph which it extends, and so on; `extends`: the line that says so."""
    links = [{"graph": graph.name, "file": graph.spec.place.file}]
    for name in graph.spec.extends:
        links.append({"graph": name, "file": graph.catalog.graphs[name].path})
    for link, place in zip(links, graph.spec.extends_places):
        link["extends"] = str(place)
    return links


def _machine(graph: ResolvedGraph) -> dict[str, Any] | None:
    if graph.machine is None:
        return None
    machine = graph.machine.machine
    return {
        "name": machine.name,
        "place": str(graph.spec.machine.place) if graph.spec.machine else "",
        "device_tree": machine.device_tree,
        "device_tree_place": str(machine.device_tree_place),
        "overlays": list(machine.overlays),
        "qemu": {
            "machine": machine.qemu_machine,
            "cpu": machine.qemu_cpu,
            "cpus": machine.qemu_cpus,
            "memory": machine.qemu_memory,
        },
        "memory_base": graph.machine.memory_base,
        "boot_cpu_mpidr": graph.machine.boot_cpu_mpidr,
    }


def _instance(instance: Instance, init: dict[str, int]) -> dict[str, Any]:
    component, device = instance.component, instance.device
    return {
        "name": instance.name,
        "component": component.name,
        "domain": component.domain,
        "class": component.cxx_class,
        "place": str(instance.place),
        "why": instance.why,
        "parameters": {
            value.parameter.name: {
                "value": value.value,
                "type": value.parameter.type,
                "from": value.source,
                "why": value.why,
                "declared": str(value.parameter.place),
            }
            for value in instance.parameters
        },
        "ports": {wire.port.name: _wire(wire) for wire in instance.wires},
        "provides": [name for name, _ in component.provides],
        "device": {
            "path": device.path,
            "compatible": device.compatible,
            "registers": [
                {"name": r.name, "virt": r.virt, "phys": r.phys, "size": r.size} for r in device.registers
            ],
            "interrupts": [
                {"name": i.name, "line": i.line, "trigger": i.trigger, "handler": i.handler, "declared": str(i.place)}
                for i in device.interrupts
            ],
            "clock_hz": device.clock_hz,
            "why": device.why,
        }
        if device
        else None,
        "ipis": [{"name": i.name, "line": i.line, "handler": i.handler} for i in instance.ipis],
        "init": {"order": init[instance.name], "method": component.init} if instance.name in init else None,
        "on_fail": instance.on_fail,
    }


def _wire(wire: Wire) -> dict[str, Any]:
    return {
        "interface": wire.port.interface,
        "cardinality": wire.port.cardinality,
        "use": wire.port.use,
        "providers": list(wire.providers),
        "why": wire.why,
        "place": str(wire.place),
        "declared": str(wire.port.place),
    }


def _locks(graph: ResolvedGraph) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "rank": each.rank,
            "kind": "mutex" if each.lock.mutex else "spin",
            "summary": each.lock.summary,
            "place": str(each.lock.place),
            "inside": [
                {"lock": edge.before, "why": [{"place": str(place), "text": text} for place, text in edge.why]}
                for edge in graph.lock_edges
                if edge.after == each.name
            ],
        }
        for each in graph.locks
    ]


def _claims(instances: list[Instance]) -> list[dict[str, Any]]:
    return [
        {
            "path": instance.device.path,
            "compatible": instance.device.compatible,
            "base": instance.device.registers[0].phys if instance.device.registers else 0,
            "instance": instance.name,
        }
        for instance in instances
        if instance.device is not None
    ]


def _edges(graph: ResolvedGraph) -> dict[str, list[str]]:
    """For each component: the components that it may reference."""
    component_of = {instance.name: instance.component.name for instance in graph.instances}
    libraries = {library.name for library, _ in graph.libraries}
    types = {
        provider.name
        for _, provider in type_providers(graph.catalog, graph.instances)
        if provider is not None
    }
    edges: dict[str, set[str]] = {name: libraries | types for name in {*component_of.values(), *libraries}}
    users = [(instance.component.name, instance.wires) for instance in graph.instances]
    users += [(library.name, wires) for library, wires in graph.libraries]
    for user, wires in users:
        edges[user] |= {
            component_of[provider] for wire in wires for provider in wire.providers if provider != WIRING
        }
    return {name: sorted(found - {name}) for name, found in sorted(edges.items())}
