"""Pass 5: from a resolved graph to files: C++ headers and sources, CMake lists, graph.json. Only changed files are written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence

from . import bind, describe
from .constants import ParamsFile, parameter_files, params_file
from .cxx import pascal, snake, string
from .model import (
    WIRING,
    Catalog,
    Component,
    Instance,
    Interface,
    ParameterValue,
    ResolvedGraph,
    Wire,
    type_providers,
)
from .parameters import placeholder


@dataclass(frozen=True)
class Emitted:
    written: tuple[Path, ...]
    unchanged: int


@dataclass
class Writer:
    """Writes files below one folder, and removes what an earlier run left there."""

    written: list[Path] = field(default_factory=list)
    kept: set[Path] = field(default_factory=set)
    unchanged: int = 0

    def put(self, path: Path, text: str) -> None:
        self.kept.add(path)
        data = text.encode("utf-8")
        try:
            if path.read_bytes() == data:
                self.unchanged += 1
                return
        except OSError:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.written.append(path)

    def sweep(self, folder: Path) -> None:
        if folder.is_dir():
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path not in self.kept:
                    path.unlink()

    def done(self) -> Emitted:
        return Emitted(tuple(self.written), self.unchanged)


class Printer:
    """The templates, loaded once."""

    def __init__(self) -> None:
        import jinja2

        self._environment = jinja2.Environment(
            loader=jinja2.PackageLoader(__package__ or "phoenix", "templates"),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
        )

    def __call__(self, template: str, **values: Any) -> str:
        text = self._environment.get_template(template + ".j2").render(**values)
        lines: list[str] = []
        for line in text.split("\n"):  # one blank line at most, and no blanks at the end of a line
            if line.strip() or (lines and lines[-1]):
                lines.append(line.rstrip())
        return "\n".join(lines)


class Bindings:
    """A resolved graph as generated code sees it."""

    def __init__(self, graph: ResolvedGraph) -> None:
        self.graph = graph
        self.interfaces = graph.catalog.interfaces
        self.instances = {instance.name: instance for instance in graph.instances}
        self.targets = {instance.name: bind.instance_target(instance) for instance in graph.instances}
        self.by_component: dict[str, list[Instance]] = {}
        for name in sorted(self.instances):
            self.by_component.setdefault(self.instances[name].component.name, []).append(self.instances[name])

    def components(self) -> list[Component]:
        return [group[0].component for _, group in sorted(self.by_component.items())]

    def user(self, name: str, wire: Wire) -> bind.User:
        interface = self.interfaces[wire.port.interface]
        targets = tuple(
            bind.generated_target(interface) if provider == WIRING else self.targets[provider]
            for provider in wire.providers
        )
        return bind.User(name, targets, bind.comment(name, wire))

    def ports(self, component: Component) -> bind.PortsFile:
        users = {
            port.name: [
                self.user(instance.name, instance.wire(port.name))
                for instance in self.by_component[component.name]
            ]
            for port in component.ports
        }
        own = None if component.many else self.targets[self.by_component[component.name][0].name]
        return bind.ports_file(component, self.interfaces, users, own)

    def library_ports(self, library: Component, wires: tuple[Wire, ...]) -> bind.PortsFile:
        return bind.ports_file(
            library,
            self.interfaces,
            {wire.port.name: [self.user(library.name, wire)] for wire in wires},
            None,
        )

    def generated(self) -> list[Interface]:
        """The interfaces that the wiring itself provides to some port of this graph."""
        wires = [wire for instance in self.graph.instances for wire in instance.wires]
        wires += [wire for _, library in self.graph.libraries for wire in library]
        names = {wire.port.interface for wire in wires if WIRING in wire.providers}
        return [self.interfaces[name] for name in sorted(names)]


def emit_graph(
    root: Path, graph: ResolvedGraph, out: Path, printer: Printer, inputs: Sequence[str]
) -> Emitted:
    writer = Writer()
    gen = out / "gen"
    sources = write_sources(graph, gen, printer, writer)
    writer.put(gen / "graph.cmake", graph_cmake(root, graph, sources, inputs))
    writer.sweep(gen)
    writer.put(out / "graph.json", json_text(graph))
    return writer.done()


def json_text(graph: ResolvedGraph) -> str:
    return json.dumps(describe.to_json(graph), indent=2, ensure_ascii=False) + "\n"


def write_sources(graph: ResolvedGraph, gen: Path, printer: Printer, writer: Writer) -> list[Path]:
    """The generated C++ of a graph; returns the .cpp files."""
    bindings = Bindings(graph)
    include = gen / "include"
    name = graph.name
    for component in bindings.components():
        instances = bindings.by_component[component.name]
        write_params(include, params_file(component, instances), name, printer, writer)
        writer.put(
            include / "ports" / f"{component.name}.hpp",
            printer("ports.hpp", file=bindings.ports(component), graph=name),
        )
    for library, wires in graph.libraries:
        write_params(include, library_params(library), name, printer, writer)
        writer.put(
            include / "ports" / f"{library.name}.hpp",
            printer("ports.hpp", file=bindings.library_ports(library, wires), graph=name),
        )
    write_types(include, graph.catalog, graph.instances, name, printer, writer)
    write_locks(include, [*bindings.components(), *(library for library, _ in graph.libraries)], printer, writer)
    generated = bindings.generated()
    for interface in generated:
        assert interface.generated is not None
        text = printer(
            f"generated/{interface.generated}.hpp",
            graph=name,
            header=f"{interface.include}/{interface.header}",
            **_generated(interface.generated, graph),
        )
        writer.put(include / "generated" / f"{interface.generated}.hpp", text)
    writer.put(include / "wiring.hpp", printer("wiring.hpp", graph=name, **_wiring(bindings, generated)))
    writer.put(
        gen / "wiring.cpp",
        printer("wiring.cpp", graph=name, summary=graph.spec.summary, **_wiring(bindings, generated)),
    )
    sources = [gen / "wiring.cpp"]
    if any(interface.generated == "init_sequence" for interface in generated):
        writer.put(
            gen / "init_sequence.cpp", printer("init_sequence.cpp", graph=name, **_init_sequence(graph))
        )
        sources.append(gen / "init_sequence.cpp")
    if any(interface.generated == "graph_description" for interface in generated):
        tables = printer("graph_description.cpp", graph=name, **_generated("graph_description", graph))
        writer.put(gen / "graph_description.cpp", tables)
        sources.append(gen / "graph_description.cpp")
    if any(interface.generated == "lock_order" for interface in generated):
        writer.put(gen / "lock_order.cpp", printer("lock_order.cpp", graph=name, **_generated("lock_order", graph)))
        sources.append(gen / "lock_order.cpp")
    if any(interface.generated == "device_interrupts" for interface in generated):
        writer.put(gen / "interrupts.cpp", printer("interrupts.cpp", graph=name, **_interrupts(bindings)))
        sources.append(gen / "interrupts.cpp")
    if any(interface.generated == "system_calls" for interface in generated):
        writer.put(gen / "system_calls.cpp", printer("system_calls.cpp", graph=name, **_calls(bindings)))
        sources.append(gen / "system_calls.cpp")
    return sources


def write_types(
    include: Path,
    catalog: Catalog,
    instances: Sequence[Instance],
    graph: str,
    printer: Printer,
    writer: Writer,
) -> None:
    for interface, provider in type_providers(catalog, instances):
        header = provider.header_include if provider else f"{interface.include}/{interface.archetype_header}"
        name = provider.cxx_class if provider else interface.archetype
        writer.put(
            include / "types" / f"{snake(interface.name)}.hpp",
            printer("types.hpp", graph=graph, interface=interface, header=header, name=name),
        )


def write_locks(include: Path, components: Sequence[Component], printer: Printer, writer: Writer) -> None:
    """Says nothing of ranks, so that what includes it is compiled once for all graphs."""
    for component in components:
        if component.locks:
            writer.put(include / "locks" / f"{component.name}.hpp", printer("locks.hpp", component=component))


def write_params(include: Path, file: ParamsFile, graph: str, printer: Printer, writer: Writer) -> None:
    writer.put(include / "params" / f"{file.component}.hpp", printer("params.hpp", file=file, graph=graph))
    for one in parameter_files(file):
        writer.put(
            include / "params" / file.component / f"{one.constant.name}.hpp",
            printer("parameter.hpp", file=one, graph=graph),
        )


def library_params(library: Component) -> ParamsFile:
    values = tuple(
        ParameterValue(parameter, placeholder(parameter), "default", "default")
        for parameter in library.parameters
    )
    instance = Instance(library.name, library, library.place, "library", values, (), None, (), "panic")
    return params_file(library, [instance])


def _wiring(bindings: Bindings, generated: Sequence[Interface]) -> dict[str, Any]:
    rows, includes, derived = [], set(), False
    for instance in bindings.graph.instances:
        component, target = instance.component, bindings.targets[instance.name]
        includes.add(component.header_include)
        checks = []
        for provided, _ in component.provides:
            interface = bindings.interfaces[provided]
            includes.add(f"{interface.include}/{interface.header}")
            derived |= interface.family
            checks.append(
                f"std::derived_from<{target.type}, ::{interface.cxx}>"
                if interface.family
                else f"::{interface.cxx}<{target.type}>"
            )
        if component.many:
            includes.add(f"params/{component.name}.hpp")
        rows.append(
            {
                "name": instance.name,
                "type": target.type,
                "component": component.name,
                "place": instance.place.short,
                "checks": checks,
                "argument": f"{{::phx::params::{component.name}::{instance.name}}}" if component.many else "",
            }
        )
    kinds = [interface for interface in generated if interface.generated]
    includes |= {f"generated/{interface.generated}.hpp" for interface in kinds}
    generated_checks = [f"::{interface.cxx}<const {pascal(str(interface.generated))}>" for interface in kinds]
    return {
        "instances": rows,
        "includes": sorted({*includes, *_lock_headers(bindings.graph)}),
        "derived": derived,
        "locks": _locks(bindings.graph),
        "generated_checks": generated_checks,
    }


def _interrupts(bindings: Bindings) -> dict[str, Any]:
    lines = [line for line in bindings.graph.lines if line.handler]
    targets = {line.instance: bindings.targets[line.instance] for line in lines}
    return {
        "lines": lines,
        "includes": sorted({target.include for target in targets.values()}),
        "externs": [(name, targets[name].type) for name in sorted(targets)],
    }


def _calls(bindings: Bindings) -> dict[str, Any]:
    graph = bindings.graph
    users = {call.instance for call in graph.calls} | ({graph.other_calls} if graph.other_calls else set())
    targets = {name: bindings.targets[name] for name in users}
    other = graph.instance(graph.other_calls).component.other_system_calls if graph.other_calls else None
    includes = {target.include for target in targets.values()}
    includes |= {"syscall/interfaces/adaptor.hpp"} if graph.calls else set()
    includes |= {"base/errno.hpp"} if other is None else set()
    return {
        "calls": [
            {"name": call.name, "instance": call.instance, "type": targets[call.instance].type}
            for call in graph.calls
        ],
        "size": max((call.number for call in graph.calls), default=-1) + 1,
        "rows": _call_rows(graph),
        "other": {"instance": graph.other_calls, "method": other[0]} if other else None,
        "includes": sorted(includes),
        "externs": [(name, targets[name].type) for name in sorted(targets)],
    }


_OTHERS_IN_A_ROW = 16


def _call_rows(graph: ResolvedGraph) -> list[dict[str, str]]:
    """The table's lines: one for each call, and gaps in longer ones."""
    rows, next_number = [], 0
    for call in graph.calls:
        while next_number < call.number:
            end = min(call.number, next_number + _OTHERS_IN_A_ROW)
            numbers = f"{next_number} to {end - 1}" if end - next_number > 1 else str(next_number)
            rows.append({"cells": ", ".join(["other"] * (end - next_number)), "comment": numbers})
            next_number = end
        rows.append({"cells": f"{call.name}_call", "comment": f"{call.number}, {call.instance}"})
        next_number = call.number + 1
    return rows


def _generated(kind: str, graph: ResolvedGraph) -> dict[str, Any]:
    if kind in ("init_sequence", "system_calls"):
        return {}
    if kind == "device_interrupts":
        return {"lines": [line for line in graph.lines if line.handler]}
    if kind == "device_table":
        return _device_table(graph)
    if kind == "lock_order":
        return {"edges": _lock_edges(graph), "includes": _lock_headers(graph)}
    rows = [
        {
            "name": instance.name,
            "component": instance.component.name,
            "domain": instance.component.domain,
            "wires": [(wire.port.name, provider) for wire in instance.wires for provider in wire.providers],
        }
        for instance in graph.instances
    ]
    return {"instances": rows, "summary": string(graph.spec.summary)}


def _lock_headers(graph: ResolvedGraph) -> list[str]:
    return sorted({f"locks/{each.component.name}.hpp" for each in graph.locks})


def _locks(graph: ResolvedGraph) -> list[dict[str, Any]]:
    """By rank, each with those that may be held when it is taken."""
    return [
        {
            "variable": _lock_variable(each.name),
            "name": each.name,
            "rank": each.rank,
            "inside": [edge.before for edge in graph.lock_edges if edge.after == each.name],
        }
        for each in graph.locks
    ]


def _lock_variable(name: str) -> str:
    return name.replace(".", "::")


def _lock_edges(graph: ResolvedGraph) -> list[dict[str, str]]:
    return [
        {
            "before": _lock_variable(edge.before),
            "after": _lock_variable(edge.after),
            "place": edge.why[0][0].short,
        }
        for edge in graph.lock_edges
    ]


def _init_sequence(graph: ResolvedGraph) -> dict[str, Any]:
    asked = {name for step in graph.init_order for name in step.unsure}
    kept = {name for step in graph.cpu_order for name in step.booted}
    rows = []
    for number, step in enumerate(graph.init_order, 1):
        instance = graph.instance(step.instance)
        after = f", after {', '.join(step.after)}" if step.after else ""
        rows.append(
            {
                **_step(instance, instance.component.init),
                "tracked": instance.name in asked and instance.name not in kept,
                "kept": instance.name in kept,
                "unsure": [f"{name}_up" for name in step.unsure],
                "comment": f"{number}. {instance.name}, {instance.place.short}{after}",
            }
        )
    asked_here = {name for step in graph.cpu_order for name in step.unsure}
    cpu_rows = []
    for number, cpu_step in enumerate(graph.cpu_order, 1):
        instance = graph.instance(cpu_step.instance)
        cpu_rows.append(
            {
                **_step(instance, instance.component.init_cpu),
                "tracked": instance.name in asked_here,
                "booted": [f"{name}_up" for name in cpu_step.booted],
                "unsure": [f"{name}_up_here" for name in cpu_step.unsure],
                "comment": f"{number}. {instance.name}, {instance.place.short}",
            }
        )
    used = {step.instance for step in graph.init_order} | {step.instance for step in graph.cpu_order}
    return {
        "steps": rows,
        "cpu_steps": cpu_rows,
        "kept": [f"{step.instance}_up" for step in graph.init_order if step.instance in kept],
        "externs": [
            (instance.name, "::" + instance.component.cxx_class)
            for instance in graph.instances
            if instance.name in used
        ],
        "includes": sorted({graph.instance(name).component.header_include for name in used}),
    }


def _step(instance: Instance, method: str | None) -> dict[str, Any]:
    fatal = "true" if instance.on_fail == "panic" else "false"
    return {
        "name": instance.name,
        "method": method,
        "info": f'::phx::boot::InitStep step{{"{instance.name}", "{instance.component.name}", {fatal}}}',
    }


def _device_table(graph: ResolvedGraph) -> dict[str, Any]:
    windows, claims = [], []
    for instance in graph.instances:
        device = instance.device
        if device is None:
            continue
        base = device.registers[0].phys if device.registers else 0
        claims.append(
            {
                "path": string(device.path),
                "compatible": string(device.compatible),
                "base": f"{base:#x}",
                "instance": instance.name,
            }
        )
        windows += [
            {
                "instance": instance.name,
                "virt": f"{register.virt:#x}",
                "phys": f"{register.phys:#x}",
                "size": f"{register.size:#x}",
            }
            for register in device.registers
        ]
    base = graph.machine.memory_base if graph.machine is not None else 0
    return {"windows": windows, "claims": claims, "memory_base": f"{base:#x}"}


# --- CMake ----------------------------------------------------------------------------------------------------------


def quoted(words: Iterable[object]) -> str:
    return "".join(f'\n    "{_escape(str(word))}"' for word in words)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace(";", "\\;")


def component_sources(root: Path, graph: ResolvedGraph, small: bool | None = None) -> list[Path]:
    """The files to compile; with `small`, only those that are (or are not) compiled for size."""
    used = {instance.component.name: instance.component for instance in graph.instances}
    used.update({library.name: library for library, _ in graph.libraries})
    wanted = [component for _, component in sorted(used.items()) if small is None or component.small == small]
    return [root / component.folder / source for component in wanted for source in component.sources]


def graph_cmake(root: Path, graph: ResolvedGraph, generated: Sequence[Path], inputs: Sequence[str]) -> str:
    values: Mapping[str, Sequence[object]] = {
        "PHX_GRAPH": [graph.name],
        "PHX_ARCH": [graph.arch],
        "PHX_COMPONENT_SOURCES": component_sources(root, graph),
        "PHX_SIZE_SOURCES": [
            file for file in component_sources(root, graph, small=True) if file.suffix in (".cpp", ".c")
        ],
        "PHX_GENERATED_SOURCES": generated,
        "PHX_INPUTS": inputs,
        "PHX_RAM_BASE": [f"{graph.machine.memory_base:#x}" if graph.machine else "0x0"],
        "PHX_BOOT_CPU_MPIDR": [f"{graph.machine.boot_cpu_mpidr:#x}" if graph.machine else "0x0"],
    }
    lines = [f"# Graph {graph.name}. Generated."]
    for name, words in values.items():
        lines.append(
            f'set({name} "{_escape(str(words[0]))}")' if len(words) == 1 else f"set({name}{quoted(words)})"
        )
    return "\n".join(lines) + "\n"
