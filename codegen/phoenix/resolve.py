"""Pass 3: a graph against the catalog: which component, which parameters, which device, which provider."""

from __future__ import annotations

from . import budget, claim, locks, parameters, wire
from .crosscheck import no_such_file
from .devicetree import BadTree, DeviceTree
from .diagnostics import Diagnostic, Failed, Place, did_you_mean, suggestion
from .load import Tree
from .model import (
    CallClaim,
    Catalog,
    Component,
    Device,
    GraphSpec,
    Instance,
    InstanceSpec,
    Interrupt,
    LineClaim,
    Machine,
    ResolvedGraph,
    ResolvedMachine,
)
from .order import order
from .repair import Repair, Repairs, RemoveInstance, SetInGraph, drop, respell, reword


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
                    repairs=drop(spec.machine.place, "`machine:`"),
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
                repairs=tuple(
                    Repair(
                        f"write `machine: {each}`",
                        (SetInGraph(spec.place.file, None, ("machine",), each),),
                        certain=len(names) == 1,
                    )
                    for each in names
                ),
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
                repairs=respell(spec.machine.place, name, catalog.machines),
            )
        )
        return None
    problems += catalog.flaws.get(("machine", name), ())
    return catalog.machines[name]


def boot_files(tree: Tree, spec: GraphSpec) -> list[Diagnostic]:
    """What is wrong with what a graph is to be booted with."""
    problems = []
    if spec.arch == "host":
        for key, place in (
            ("rootfs", spec.rootfs.place if spec.rootfs else None),
            ("append", spec.append.place if spec.append else None),
        ):
            if place is not None:
                problems.append(
                    Diagnostic(
                        place,
                        "boot-of-host",
                        f"a graph with `arch: host` is not booted, so it has no `{key}:`",
                        fix=(f"remove the line `{key}:`",),
                        repairs=drop(place, f"`{key}:`"),
                    )
                )
    for file in spec.rootfs.files if spec.rootfs else ():
        if not tree.exists(file.source):
            folder, _, name = file.source.rpartition("/")
            problems.append(no_such_file(tree, file.place, folder, name))
    return problems


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
    _count(spec, placed, problems)
    libraries = catalog.libraries(spec.arch)
    wires = wire.connect(catalog, spec, placed, libraries, whole, problems)
    values = parameters.settle(placed, wires, problems)
    devices = claim.claim(spec, placed, values, tree, machine is not None or spec.arch == "host", problems)
    ipis = _ipis(placed, problems)
    unordered = {
        name: Instance(
            name,
            component,
            place_spec.place,
            why,
            values[name],
            wires[name],
            devices.get(name),
            ipis.get(name, ()),
            place_spec.on_fail,
        )
        for name, (place_spec, component, why) in placed.items()
    }
    sequence, steps, cpu_steps = order(unordered, problems)
    wired = tuple((library, wires[f"library {library.name}"]) for library in libraries)
    ranks, nesting = locks.rank(catalog, unordered, wired, problems)
    _same_types(catalog, spec, unordered, problems)
    lines = _software_lines(ipis) + _lines(spec, devices, placed, problems)
    calls = _calls(catalog, spec, placed, problems)
    other_calls = _other_calls(spec, placed, problems)
    _flaws(catalog, placed, libraries, problems)
    if whole:
        parts = [*(component for _, component, _ in placed.values()), *libraries]
        budget.check(spec, parts, {name: component.name for name, (_, component, _) in placed.items()}, lines, steps, problems)
    resolved_machine = _machine(machine, tree, devices, problems)
    if problems:
        raise Failed(problems)
    return ResolvedGraph(
        spec=spec,
        catalog=catalog,
        machine=resolved_machine,
        instances=tuple(unordered[name] for name in sequence),
        libraries=wired,
        init_order=steps,
        cpu_order=cpu_steps,
        lines=lines,
        calls=calls,
        other_calls=other_calls,
        locks=ranks,
        lock_edges=nesting,
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
            misnamed = [c.name for c in catalog.components.values() if c.folder.rpartition("/")[2] == name]
            if misnamed:
                problems += [d for other in misnamed for d in catalog.flaws.get(("component", other), ())]
                continue
            known = [c.name for c in catalog.components.values() if not c.library and spec.arch in c.arch]
            problems.append(
                Diagnostic(
                    place,
                    "unknown-component",
                    f"there is no component `{name}`",
                    fix=_which(name, known),
                    repairs=respell(place, name, known),
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
                    repairs=_removing(spec, instance.name, certain=True),
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
                    repairs=reword(place, *sorted(others)),
                )
            )
            continue
        placed[instance.name] = (instance, component, "named by the graph")
    return placed


def _removing(spec: GraphSpec, name: str, certain: bool = False) -> Repairs:
    return (Repair(f"remove the instance `{name}`", (RemoveInstance(spec.place.file, name),), certain),)


def _which(name: str, known: list[str]) -> tuple[str, ...]:
    if suggestion(name, known) is not None or len(known) <= 8:
        return did_you_mean(name, known)
    return (
        "`tools/phx list` names all components;",
        f"`tools/phx new component DOMAIN/{name}` makes a new one",
    )


def _count(graph: GraphSpec, placed: Placed, problems: list[Diagnostic]) -> None:
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
                    repairs=(*_removing(graph, name), *_removing(graph, first[component.name].name)),
                )
            )
        first.setdefault(component.name, spec)


def _same_types(catalog: Catalog, graph: GraphSpec, instances: dict[str, Instance], problems: list[Diagnostic]) -> None:
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
                        repairs=tuple(
                            Repair(
                                f"wire `{bound.port.name}` of `{user}` to `{target}`",
                                (SetInGraph(graph.place.file, user, ("wires", bound.port.name), target),),
                                certain=False,
                            )
                            for user, target in (
                                (name, instances[other].wire(bound.port.name).providers[0]),
                                (other, provider),
                            )
                        ),
                    )
                )


SOFTWARE_LINES = 16  # of a GIC, 0 to 15 (Arm IHI 0048B.b, 2.2.1; IHI 0069G, 2.2.1)


def _ipis(placed: Placed, problems: list[Diagnostic]) -> dict[str, tuple[Interrupt, ...]]:
    """Numbers the software interrupts, instance by instance, as each manifest lists them."""
    found: dict[str, tuple[Interrupt, ...]] = {}
    line = 0
    for name in sorted(placed):
        spec, component, _ = placed[name]
        own = tuple(
            Interrupt(ipi.name, number, 0, ipi.handler, ipi.place)
            for number, ipi in enumerate(component.ipis, line)
        )
        if line <= SOFTWARE_LINES < line + len(own):
            owners = sorted(other for other in placed if placed[other][1].ipis)
            problems.append(
                Diagnostic(
                    spec.place,
                    "too-many-ipis",
                    f"the software interrupts of `{name}` are too many: an interrupt controller has {SOFTWARE_LINES}",
                    reasons=tuple(f"`{other}` has {len(placed[other][1].ipis)}" for other in owners),
                    related=((component.place, "declared here, under `ipis:`"),),
                    fix=("remove an instance, or let a component do with fewer",),
                )
            )
        found[name] = own
        line += len(own)
    return found


def _software_lines(ipis: dict[str, tuple[Interrupt, ...]]) -> tuple[LineClaim, ...]:
    return tuple(
        LineClaim(ipi.line, name, ipi.handler, f"software interrupt {ipi.name}", True)
        for name in sorted(ipis)
        for ipi in ipis[name]
    )


def _is_edge(interrupt: Interrupt) -> bool:
    """The low bits of the third cell: 1 and 2 are edges, 4 and 8 levels; above them PPIs name CPUs. 0, not said, is a level."""
    return interrupt.trigger & 0xF in (1, 2, 3)


def _lines(graph: GraphSpec, devices: dict[str, Device], placed: Placed, problems: list[Diagnostic]) -> tuple[LineClaim, ...]:
    claims: dict[int, LineClaim] = {}
    for name in sorted(devices):
        for interrupt in devices[name].interrupts:
            claimed = LineClaim(
                interrupt.line, name, interrupt.handler, devices[name].path, _is_edge(interrupt)
            )
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
                        about=(other.instance, name),
                        repairs=(*_removing(graph, other.instance), *_removing(graph, name)),
                    )
                )
    return tuple(claims[line] for line in sorted(claims))


def _calls(catalog: Catalog, graph: GraphSpec, placed: Placed, problems: list[Diagnostic]) -> tuple[CallClaim, ...]:
    claims: dict[str, CallClaim] = {}
    for name in sorted(placed):
        spec, component, _ = placed[name]
        for call in component.system_calls:
            number = catalog.call_numbers.get(call.name)
            if number is None:
                continue  # a flaw of the component
            claimed = CallClaim(number, call.name, name, call.gaps)
            other = claims.setdefault(call.name, claimed)
            if other.instance != name:
                what = f"the system call `{call.name}`"
                problems.append(_call_twice(what, graph, placed, other.instance, name, call.place))
    return tuple(sorted(claims.values(), key=lambda claimed: claimed.number))


def _other_calls(graph: GraphSpec, placed: Placed, problems: list[Diagnostic]) -> str | None:
    takers = [name for name in sorted(placed) if placed[name][1].other_system_calls is not None]
    for name in takers[1:]:
        taken = placed[name][1].other_system_calls
        assert taken is not None
        problems.append(_call_twice("what nobody implements", graph, placed, takers[0], name, taken[1]))
    return takers[0] if takers else None


def _call_twice(
    what: str, graph: GraphSpec, placed: Placed, first: str, second: str, declared: Place
) -> Diagnostic:
    return Diagnostic(
        placed[second][0].place,
        "call-claimed-twice",
        f"{what} is implemented by `{first}` ({placed[first][1].name}) and by `{second}` ({placed[second][1].name})",
        reasons=("each number leads to one handler",),
        related=(
            (placed[first][0].place, f"`{first}` is here"),
            (declared, f"`{placed[second][1].name}` declares it here"),
        ),
        fix=(f"remove `{first}` or `{second}`",),
        about=(first, second),
        repairs=(*_removing(graph, first), *_removing(graph, second)),
    )


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
        (),
        None,
        () if component.library else (dut,),
        frozenset(),
        {},
        (),
        None,
        None,
        None,
        place,
    )
