"""Pass 3: a graph against the catalog: which component, which parameters, which device, which provider."""

from __future__ import annotations

from . import claim, parameters, wire
from .devicetree import BadTree, DeviceTree
from .diagnostics import Diagnostic, Failed, did_you_mean, suggestion
from .model import (
    Catalog,
    Component,
    Device,
    GraphSpec,
    Instance,
    InstanceSpec,
    LineClaim,
    Machine,
    ResolvedGraph,
    ResolvedMachine,
)
from .order import order


def machine_of(catalog: Catalog, spec: GraphSpec, problems: list[Diagnostic]) -> Machine | None:
    """The machine that a kernel graph names."""
    if spec.arch == "host":
        if spec.machine is not None:
            problems.append(
                Diagnostic(
                    spec.machine.place,
                    "machine-on-host",
                    "a graph with `arch: host` has no machine",
                    fix=("remove the line `machine:`",),
                )
            )
        return None
    if spec.machine is None:
        names = sorted(catalog.machines)
        problems.append(
            Diagnostic(
                spec.place,
                "missing-machine",
                f"graph `{spec.name}` names no machine",
                fix=(f"add `machine: {names[0] if names else 'NAME'}`",),
            )
        )
        return None
    name = str(spec.machine.value)
    if ("machine", name) in catalog.broken:
        problems += catalog.broken["machine", name]
        return None
    if name not in catalog.machines:
        problems.append(
            Diagnostic(
                spec.machine.place,
                "unknown-machine",
                f"there is no machine `{name}`",
                fix=did_you_mean(name, catalog.machines) or ("describe it in dts/NAME.yaml",),
            )
        )
        return None
    problems += catalog.flaws.get(("machine", name), ())
    return catalog.machines[name]


def resolve(
    catalog: Catalog,
    spec: GraphSpec,
    machine: Machine | None,
    tree: DeviceTree | None,
    problems: list[Diagnostic],
) -> ResolvedGraph:
    """Resolves and orders one graph. Raises Failed with everything that is wrong, `problems` from before included."""
    placed = _place(catalog, spec, problems)
    whole = len(placed) == len(spec.instances) and not spec.lost
    if spec.arch == "host":
        placed = wire.with_fakes(catalog, placed, problems)
    _count(placed, problems)
    libraries = catalog.libraries(spec.arch)
    wires = wire.connect(catalog, spec, placed, libraries, whole, problems)
    values = parameters.settle(placed, wires, problems)
    devices = claim.claim(spec, placed, values, tree, machine is not None or spec.arch == "host", problems)
    unordered = {
        name: Instance(
            name,
            component,
            place_spec.place,
            why,
            values[name],
            wires[name],
            devices.get(name),
            place_spec.on_fail,
        )
        for name, (place_spec, component, why) in placed.items()
    }
    sequence, steps = order(unordered, problems)
    _same_types(catalog, unordered, problems)
    lines = _lines(devices, placed, problems)
    _flaws(catalog, placed, libraries, problems)
    resolved_machine = _machine(machine, tree, devices, problems)
    if problems:
        raise Failed(problems)
    return ResolvedGraph(
        spec=spec,
        catalog=catalog,
        machine=resolved_machine,
        instances=tuple(unordered[name] for name in sequence),
        libraries=tuple((library, wires[f"library {library.name}"]) for library in libraries),
        init_order=steps,
        lines=lines,
    )


Placed = dict[str, tuple[InstanceSpec, Component, str]]


def _place(catalog: Catalog, spec: GraphSpec, problems: list[Diagnostic]) -> Placed:
    placed: Placed = {}
    blamed: set[str] = set()
    for instance in spec.instances:
        name, place = instance.component, instance.component_place
        component = catalog.components.get(name)
        if component is None:
            if ("component", name) in catalog.broken:
                if name not in blamed:
                    problems += catalog.broken["component", name]
                blamed.add(name)
                continue
            known = [c.name for c in catalog.components.values() if not c.library and spec.arch in c.arch]
            problems.append(
                Diagnostic(
                    place, "unknown-component", f"there is no component `{name}`", fix=_which(name, known)
                )
            )
            problems += [
                d for (kind, _), group in catalog.broken.items() if kind == "component" for d in group
            ]
            continue
        if component.library:
            problems.append(
                Diagnostic(
                    place,
                    "library-instance",
                    f"`{name}` is a library: it has no instances",
                    related=((component.place, "described here"),),
                    fix=(f"remove the instance `{instance.name}`; libraries are in every image",),
                )
            )
            continue
        if spec.arch not in component.arch:
            others = [
                c.name
                for c in catalog.components.values()
                if spec.arch in c.arch and {i for i, _ in c.provides} & {i for i, _ in component.provides}
            ]
            problems.append(
                Diagnostic(
                    place,
                    "wrong-arch",
                    f"component `{name}` is not for `arch: {spec.arch}`, only for "
                    + " and ".join(component.arch),
                    related=((component.place, "described here"),),
                    fix=("use one of: " + ", ".join(sorted(others)),)
                    if others
                    else (f"add {spec.arch} to its `arch:`",),
                )
            )
            continue
        placed[instance.name] = (instance, component, "named by the graph")
    return placed


def _which(name: str, known: list[str]) -> tuple[str, ...]:
    if suggestion(name, known) is not None or len(known) <= 8:
        return did_you_mean(name, known)
    return (
        "`tools/phx list` names all components;",
        f"`tools/phx new component DOMAIN/{name}` makes a new one",
    )


def _count(placed: Placed, problems: list[Diagnostic]) -> None:
    first: dict[str, InstanceSpec] = {}
    for name in sorted(placed):
        spec, component, _ = placed[name]
        if component.many:
            continue
        if component.name in first:
            problems.append(
                Diagnostic(
                    spec.place,
                    "one-instance",
                    f"`{name}` is a second instance of `{component.name}`, of which a graph may have one",
                    related=(
                        (first[component.name].place, f"`{first[component.name].name}` is the first"),
                        (component.place, "described here, without `instances: many`"),
                    ),
                    fix=(f"remove `{name}`, or let the component have `instances: many`",),
                )
            )
        first.setdefault(component.name, spec)


def _same_types(catalog: Catalog, instances: dict[str, Instance], problems: list[Diagnostic]) -> None:
    """Instances of one component share one header, so a service port has one provider type in all of them."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for name in sorted(instances):
        instance = instances[name]
        if not instance.component.many:
            continue
        for bound in instance.wires:
            interface = catalog.interfaces[bound.port.interface]
            if interface.family or bound.port.cardinality == "many" or not bound.providers:
                continue
            provider = bound.providers[0]
            kind = instances[provider].component.name if provider in instances else provider
            other, other_kind = seen.setdefault((instance.component.name, bound.port.name), (name, kind))
            if kind != other_kind:
                problems.append(
                    Diagnostic(
                        bound.place,
                        "mixed-providers",
                        f"port `{bound.port.name}` of `{name}` gets a {kind}, that of `{other}` a {other_kind}",
                        reasons=(
                            f"`{interface.name}` is a service: all instances of `{instance.component.name}` are bound to one type",
                        ),
                        related=((instances[other].wire(bound.port.name).place, f"`{other}` is wired here"),),
                        fix=(f"wire both to a {kind} or both to a {other_kind}",),
                    )
                )


def _lines(devices: dict[str, Device], placed: Placed, problems: list[Diagnostic]) -> tuple[LineClaim, ...]:
    claims: dict[int, LineClaim] = {}
    for name in sorted(devices):
        for interrupt in devices[name].interrupts:
            claimed = LineClaim(interrupt.line, name, interrupt.handler, devices[name].path)
            other = claims.setdefault(interrupt.line, claimed)
            if other is not claimed and other.path != claimed.path:  # one device twice is another error
                problems.append(
                    Diagnostic(
                        placed[name][0].place,
                        "interrupt-claimed-twice",
                        f"interrupt line {interrupt.line} is claimed by `{other.instance}` ({other.path}) and by `{name}` ({claimed.path})",
                        reasons=("each line has one handler",),
                        related=(
                            (placed[other.instance][0].place, f"`{other.instance}` is here"),
                            (interrupt.place, f"`{interrupt.name}` is declared here"),
                        ),
                        fix=("remove one of the two instances, or let it drive another device",),
                    )
                )
    return tuple(claims[line] for line in sorted(claims))


def _flaws(
    catalog: Catalog, placed: Placed, libraries: tuple[Component, ...], problems: list[Diagnostic]
) -> None:
    """What is wrong in the manifests that this graph uses."""
    for name in sorted(
        {component.name for _, component, _ in placed.values()} | {library.name for library in libraries}
    ):
        problems += catalog.flaws.get(("component", name), ())


def _machine(
    machine: Machine | None, tree: DeviceTree | None, devices: dict[str, Device], problems: list[Diagnostic]
) -> ResolvedMachine | None:
    if machine is None or tree is None:
        return None
    base, why = None, "there is no memory node with a size"
    try:
        base = tree.memory_base()
    except BadTree as error:
        why = str(error)
    if base is None:
        problems.append(
            Diagnostic(
                machine.device_tree_place,
                "no-memory",
                f"the device tree {machine.device_tree} does not say where RAM begins: {why}",
                fix=('give it a node with `device_type = "memory"` and a `reg`',),
            )
        )
        base = 0
    claimed = {device.path for device in devices.values()}
    unclaimed = tuple((node.path, node.compatible[0]) for node in tree.devices() if node.path not in claimed)
    return ResolvedMachine(machine, base, tree.boot_cpu(), unclaimed)


def test_graph(component: Component) -> GraphSpec:
    """The graph of a host test: one instance, `dut`; none for a library."""
    place = component.place
    dut = InstanceSpec("dut", place, component.name, place, None, {}, {}, (), "panic")
    return GraphSpec(
        f"test-{component.name}",
        f"Host test of {component.name}.",
        "host",
        place,
        place,
        False,
        (),
        None,
        () if component.library else (dut,),
        frozenset(),
        {},
        {},
        None,
        place,
    )
