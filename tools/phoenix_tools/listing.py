"""`phx list`: what there is to build from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from rich.table import Table

from phoenix.api import catalog as load_catalog
from phoenix.diagnostics import did_you_mean
from phoenix.model import Catalog, Component, GraphFile, Interface, Machine, Parameter
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace

Record = dict[str, Any]


def listing(workspace: Workspace, what: str, as_json: bool) -> None:
    catalog = load_catalog(workspace.root)
    everything = _everything(catalog)
    if what in ("", *everything):
        chosen = {kind: rows for kind, rows in everything.items() if what in ("", kind)}
        out.out(json.dumps(chosen, indent=2)) if as_json else _print_tables(chosen)
    else:
        record = _one(everything, what)
        out.out(json.dumps(record, indent=2)) if as_json else _print_one(record)
    for diagnostic in catalog.diagnostics:
        err.out(diagnostic.render())


def _everything(catalog: Catalog) -> dict[str, list[Record]]:
    return {
        "components": _records(catalog.components, lambda each: component_record(catalog, each)),
        "interfaces": _records(catalog.interfaces, lambda each: interface_record(catalog, each)),
        "graphs": _records(catalog.graphs, graph_record),
        "machines": _records(catalog.machines, machine_record),
    }


def _records(items: Mapping[str, Any], record: Callable[[Any], Record]) -> list[Record]:
    return [record(each) for _, each in sorted(items.items())]


def component_record(catalog: Catalog, component: Component) -> Record:
    return {
        "component": component.name,
        "domain": component.domain,
        "summary": component.summary,
        "kind": "library" if component.library else "component",
        "folder": component.folder,
        "arch": list(component.arch),
        "instances": "many" if component.many else "one",
        "provides": [name for name, _ in component.provides],
        "ports": {
            port.name: {
                "interface": port.interface,
                "cardinality": port.cardinality,
                "use": port.use,
                "summary": port.summary,
                "providers": providers(catalog, port.interface),
            }
            for port in component.ports
        },
        "parameters": {each.name: parameter_record(each) for each in component.parameters},
        "locks": {each.name: each.summary for each in component.locks},
        "compatible": list(component.device.compatible) if component.device else [],
    }


def parameter_record(parameter: Parameter) -> Record:
    return {
        "type": parameter.type,
        "min": parameter.minimum,
        "max": parameter.maximum,
        "values": list(parameter.values),
        "default": parameter.default,
        "summary": parameter.summary,
    }


def interface_record(catalog: Catalog, interface: Interface) -> Record:
    users = [c.name for c in catalog.components.values() if any(p.interface == interface.name for p in c.ports)]
    return {
        "interface": interface.name,
        "domain": interface.domain,
        "summary": interface.summary,
        "kind": "family" if interface.family else "service",
        "cxx": interface.cxx,
        "header": f"{interface.folder}/{interface.header}",
        "providers": providers(catalog, interface.name),
        "users": sorted(users),
        "fake": interface.fake,
        "conformance": interface.conformance,
        "context": {
            rule.function: {"context": rule.context, "sleeps": rule.sleeps, "allocates": rule.allocates}
            for rule in interface.context
        },
    }


def graph_record(graph: GraphFile) -> Record:
    return {"graph": graph.name, "summary": graph.summary, "file": graph.path, "extends": graph.extends, "arch": graph.arch}


def machine_record(machine: Machine) -> Record:
    return {
        "machine": machine.name,
        "summary": machine.summary,
        "device_tree": machine.device_tree,
        "qemu": {
            "machine": machine.qemu_machine,
            "cpu": machine.qemu_cpu,
            "cpus": machine.qemu_cpus,
            "memory": machine.qemu_memory,
        },
    }


def providers(catalog: Catalog, interface: str) -> list[str]:
    found = [name for name, each in catalog.components.items() if each.provided(interface) is not None]
    known = catalog.interfaces.get(interface)
    return sorted(found) + (["(the wiring)"] if known is not None and known.generated else [])


def _one(everything: Mapping[str, list[Record]], what: str) -> Record:
    names: dict[str, Record] = {}
    for kind, records in everything.items():
        for record in records:
            names.setdefault(str(record[kind[:-1]]), record)
    if what not in names:
        known = [*everything, *names]
        raise Stop(f"`{what}` is no component, interface, graph or machine; {', '.join(did_you_mean(what, known))}", BAD_INPUT)
    return names[what]


def _print_tables(chosen: Mapping[str, list[Record]]) -> None:
    detail = {"components": "provides", "interfaces": "providers", "graphs": "extends", "machines": "device_tree"}
    for index, (kind, records) in enumerate(chosen.items()):
        table = Table(title=("\n" if index else "") + kind.capitalize(), title_justify="left", box=None, pad_edge=False)
        for heading in (kind[:-1], "summary", detail[kind]):
            table.add_column(heading, overflow="fold")
        for record in records:
            name = str(record[kind[:-1]])
            place = f"{record['domain']}/" if "domain" in record else ""
            value = record[detail[kind]]
            table.add_row(f"{place}[bold]{name}[/]", record["summary"], ", ".join(value) if isinstance(value, list) else value)
        out.print(table)
    if len(chosen) > 1:
        err.print("`phx list NAME` tells more of one.")


def _print_one(record: Record) -> None:
    (kind, name), *rest = record.items()
    out.print(f"[bold]{name}[/] ({record.get('kind') or kind}): {record['summary']}")
    for key, value in rest:
        if key in ("summary", "kind") or value in (None, [], {}):
            continue
        if key == "parameters":
            _print_parameters(value)
        elif key == "ports":
            _print_ports(value)
        elif isinstance(value, dict):
            out.print(f"  {key}:")
            for inner, text in value.items():
                out.out(f"    {inner}: {_flat(text)}")
        else:
            out.out(f"  {key}: {_flat(value)}")


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _print_parameters(parameters: Mapping[str, Record]) -> None:
    out.print("  parameters:")
    for name, each in parameters.items():
        limits = _range(each)
        default = "must be set" if each["default"] is None else f"default {_flat(each['default'])}"
        out.out(f"    {name}: {each['type']}{limits}, {default}. {each['summary']}")


def _range(parameter: Record) -> str:
    if parameter["values"]:
        return f" of {', '.join(parameter['values'])}"
    low, high = parameter["min"], parameter["max"]
    if low is None and high is None:
        return ""
    return f" {'' if low is None else low}..{'' if high is None else high}"


def _print_ports(ports: Mapping[str, Record]) -> None:
    out.print("  ports:")
    for name, port in ports.items():
        summary = f" {port['summary']}" if port["summary"] else ""
        choice = ", ".join(port["providers"]) or "nobody"
        out.out(f"    {name}: {port['cardinality']} {port['interface']}, {port['use']}; provided by {choice}.{summary}")
