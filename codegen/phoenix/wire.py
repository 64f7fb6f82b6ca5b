"""Pass 3b: which provider each port gets, and why."""

from __future__ import annotations

from .diagnostics import Diagnostic, did_you_mean
from .model import WIRING, Catalog, Choice, Component, GraphSpec, InstanceSpec, Port, Wire, WireSpec

Placed = dict[str, tuple[InstanceSpec, Component, str]]


class _Providers:
    """Who provides what in this graph."""

    def __init__(self, catalog: Catalog, placed: Placed) -> None:
        self.by_interface: dict[str, list[str]] = {}
        for name in sorted(placed):
            for interface, _ in placed[name][1].provides:
                self.by_interface.setdefault(interface, []).append(name)
        self.generated = {name for name, interface in catalog.interfaces.items() if interface.generated}

    def of(self, interface: str, user: str) -> list[str]:
        """Candidates for a port of `user`: an instance is not its own provider; ordinary ones go before the wiring itself."""
        found = [name for name in self.by_interface.get(interface, []) if name != user]
        return found or ([WIRING] if interface in self.generated else [])


def with_fakes(catalog: Catalog, placed: Placed, spec: GraphSpec, problems: list[Diagnostic]) -> Placed:
    """Host graphs: adds the fake of every interface that some port needs and no instance provides; the fakes' own needs too."""
    placed = dict(placed)
    pending = sorted(placed)
    provided = {interface for _, component, _ in placed.values() for interface, _ in component.provides}
    ports = [(name, port) for name in pending for port in placed[name][1].ports]
    ports += [(library.name, port) for library in catalog.libraries("host") for port in library.ports]
    while ports:
        user, port = ports.pop(0)
        interface = catalog.interfaces.get(port.interface)
        if interface is None or interface.fake is None or port.interface in provided:
            continue
        if user in placed and port.name in placed[user][0].wires:
            continue
        fake = catalog.components.get(interface.fake)
        if fake is None or "host" not in fake.arch or fake.provided(port.interface) is None:
            problems += catalog.broken.get(("component", interface.fake), ()) + catalog.flaws.get(("interface", interface.name), ())
            continue
        name = fake.name
        while name in placed:
            name += "_"
        place = port.place
        placed[name] = (InstanceSpec(name, place, fake.name, place, None, {}, {}, (), "panic"), fake,
                        f"the fake of {port.interface}, for port `{port.name}` of `{user}`")
        provided |= {interface_name for interface_name, _ in fake.provides}
        ports += [(name, needed) for needed in fake.ports]
    return dict(sorted(placed.items()))


def connect(
    catalog: Catalog, spec: GraphSpec, placed: Placed, libraries: tuple[Component, ...], problems: list[Diagnostic]
) -> dict[str, tuple[Wire, ...]]:
    """The wires of every instance by its name, and of every library by `library NAME`."""
    providers = _Providers(catalog, placed)
    choose = _choices(catalog, spec, placed, providers, problems)
    wires: dict[str, tuple[Wire, ...]] = {}
    for name, (instance, component, _) in placed.items():
        _unknown_ports(instance, component, problems)
        wires[name] = tuple(
            _connect(catalog, spec, placed, providers, choose, name, instance, port, problems)
            for port in component.ports if port.interface in catalog.interfaces
        )
        for port in component.ports:
            if port.interface not in catalog.interfaces:
                problems += catalog.broken.get(("interface", port.interface), ())
    for library in libraries:
        spec_place = InstanceSpec(library.name, library.place, library.name, library.place, None, {}, {}, (), "panic")
        wires[f"library {library.name}"] = tuple(
            _connect(catalog, spec, placed, providers, choose, library.name, spec_place, port, problems)
            for port in library.ports if port.interface in catalog.interfaces
        )
    return wires


def _choices(
    catalog: Catalog, spec: GraphSpec, placed: Placed, providers: _Providers, problems: list[Diagnostic]
) -> dict[str, Choice]:
    needed = {port.interface for _, component, _ in placed.values() for port in component.ports}
    needed |= {port.interface for library in catalog.libraries(spec.arch) for port in library.ports}
    good = {}
    for interface, choice in spec.choose.items():
        if interface not in catalog.interfaces:
            problems.append(Diagnostic(choice.place, "unknown-interface", f"`choose:` names the interface `{interface}`, which does not exist",
                                       fix=did_you_mean(interface, catalog.interfaces)))
        elif choice.instance not in placed:
            candidates = providers.by_interface.get(interface, [])
            problems.append(Diagnostic(choice.instance_place, "unknown-instance",
                                       f"`choose:` names the instance `{choice.instance}`, which this graph does not have",
                                       fix=did_you_mean(choice.instance, candidates or placed)))
        elif placed[choice.instance][1].provided(interface) is None:
            problems.append(_mismatch(choice.instance_place, choice.instance, placed, interface, providers, ()))
        elif interface not in needed:
            problems.append(Diagnostic(choice.place, "unused-choice", f"`choose:` decides about `{interface}`, which no port of this graph needs",
                                       fix=("remove the line",)))
        else:
            good[interface] = choice
    return good


def _unknown_ports(instance: InstanceSpec, component: Component, problems: list[Diagnostic]) -> None:
    known = [port.name for port in component.ports]
    for name, wire in instance.wires.items():
        if name not in known:
            problems.append(Diagnostic(wire.place, "unknown-port", f"component `{component.name}` has no port `{name}`",
                                       related=((component.place, "described here"),),
                                       fix=did_you_mean(name, known) or (f"remove `{name}`: it has no ports",)))


def _connect(
    catalog: Catalog, spec: GraphSpec, placed: Placed, providers: _Providers, choose: dict[str, Choice], user: str,
    instance: InstanceSpec, port: Port, problems: list[Diagnostic],
) -> Wire:
    named = instance.wires.get(port.name)
    if named is not None:
        return _named(catalog, placed, providers, user, port, named, problems)
    found = providers.of(port.interface, user)
    if port.cardinality == "many":
        count = {0: "no", 1: "the only"}.get(len(found), f"all {len(found)}")
        plural = "provider" if len(found) == 1 else "providers"
        return Wire(port, tuple(found), f"{count} {plural} of {port.interface}", instance.place)
    if len(found) == 1:
        why = f"the only provider of {port.interface}" if found[0] != WIRING else "provided by the wiring itself"
        return Wire(port, tuple(found), _fake_why(placed, found[0]) or why, instance.place)
    if not found:
        if port.cardinality == "one":
            problems.append(_missing(catalog, spec, user, instance, port))
        return Wire(port, (), f"no provider of {port.interface}", instance.place)
    choice = choose.get(port.interface)
    if choice is not None and choice.instance in found:
        return Wire(port, (choice.instance,), "chosen by `choose:`", choice.place)
    problems.append(_ambiguous(placed, user, instance, port, found))
    return Wire(port, (), "ambiguous", instance.place)


def _fake_why(placed: Placed, name: str) -> str | None:
    why = placed[name][2] if name in placed else ""
    return "default fake" if why.startswith("the fake of ") else None


def _named(
    catalog: Catalog, placed: Placed, providers: _Providers, user: str, port: Port, named: WireSpec, problems: list[Diagnostic]
) -> Wire:
    why = "named by the graph"
    if named.is_none:
        if port.cardinality == "one":
            problems.append(Diagnostic(named.place, "wire-none", f"port `{port.name}` of `{user}` needs a provider; it cannot be `none`",
                                       related=((port.place, "declared here with cardinality `one`"),),
                                       fix=(f"name a provider of {port.interface}, or remove the line",)))
        return Wire(port, (), why, named.place)
    if named.is_list and port.cardinality != "many":
        problems.append(Diagnostic(named.place, "wire-list", f"port `{port.name}` of `{user}` takes one provider, not a list",
                                   related=((port.place, f"declared here with cardinality `{port.cardinality}`"),),
                                   fix=(f"write `{port.name}: INSTANCE`",)))
        return Wire(port, (), why, named.place)
    good: list[str] = []
    for target, place in named.targets:
        if target == WIRING and port.interface in providers.generated:
            good.append(target)
        elif target not in placed:
            candidates = providers.of(port.interface, user)
            problems.append(Diagnostic(place, "unknown-instance",
                                       f"port `{port.name}` of `{user}` is wired to `{target}`, which is no instance of this graph",
                                       fix=did_you_mean(target, placed if did_you_mean(target, placed)[0:1] and
                                                        did_you_mean(target, placed)[0].startswith("did") else candidates)))
        elif placed[target][1].provided(port.interface) is None:
            problems.append(_mismatch(place, target, placed, port.interface, providers, ((port.place, f"port `{port.name}` is declared here"),)))
        elif target in good:
            problems.append(Diagnostic(place, "named-twice", f"port `{port.name}` of `{user}` is wired to `{target}` twice",
                                       fix=("remove one of them",)))
        else:
            good.append(target)
    return Wire(port, tuple(good), why, named.place)


def _mismatch(place, target, placed, interface, providers, related) -> Diagnostic:  # type: ignore[no-untyped-def]
    component = placed[target][1]
    does = ", ".join(name for name, _ in component.provides) or "nothing"
    found = providers.by_interface.get(interface, [])
    fix = (f"wire it to {' or '.join(f'`{name}`' for name in found)}",) if found else (
        f"if `{component.name}` fulfils it, add {interface} to its `provides:`",)
    return Diagnostic(place, "interface-mismatch", f"`{target}` ({component.name}) does not provide {interface}",
                      reasons=(f"it provides: {does}",), related=(*related, (component.place, f"`{component.name}` is described here")),
                      fix=fix)


def _missing(catalog: Catalog, spec: GraphSpec, user: str, instance: InstanceSpec, port: Port) -> Diagnostic:
    able = [component for component in catalog.components.values()
            if component.provided(port.interface) is not None and spec.arch in component.arch]
    key = "add" if spec.variant else "instances"
    fix: tuple[str, ...]
    if able:
        fix = (f"under `{key}:` in {spec.place.file} add" + (" one of" if len(able) > 1 else ""),
               *(f"    {component.name}: {component.name}" for component in able))
    else:
        fix = (f"write a component with `provides: [{port.interface}]`",)
    return Diagnostic(instance.place, "missing-provider",
                      f"port `{port.name}` of `{user}` ({instance.component}) needs {port.interface}, which nothing in this graph provides",
                      related=((port.place, f"port `{port.name}` is declared here"),), fix=fix)


def _ambiguous(placed: Placed, user: str, instance: InstanceSpec, port: Port, found: list[str]) -> Diagnostic:
    related = tuple((placed[name][0].place, f"`{name}` ({placed[name][1].name}) provides it") for name in found)
    is_instance = user in placed
    fix = [f"choose: {{{port.interface}: {found[0]}}}"]
    if is_instance:
        fix.append(f"or, for this instance alone: wires: {{{port.name}: {found[0]}}}")
    return Diagnostic(instance.place, "ambiguous-provider",
                      f"port `{port.name}` of `{user}` needs one {port.interface}, but {len(found)} instances provide it",
                      related=related, fix=tuple(fix))
