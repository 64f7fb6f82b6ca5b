"""Pass 3b: which provider each port gets, and why."""

from __future__ import annotations

from .diagnostics import Diagnostic, Place, did_you_mean, suggestion
from .repair import AddInstance, Repair, Repairs, SetInGraph, drop, respell, reword, uncertain
from .model import WIRING, Catalog, Choice, Component, GraphSpec, InstanceSpec, Port, Wire, WireSpec

Placed = dict[str, tuple[InstanceSpec, Component, str]]

_FAKE = "default fake"


def with_fakes(catalog: Catalog, placed: Placed, problems: list[Diagnostic]) -> Placed:
    """Host graphs: adds the fake of every interface that some port needs and no instance provides; the fakes' own needs too."""
    placed = dict(placed)
    provided = {interface for _, component, _ in placed.values() for interface, _ in component.provides}
    ports = [(name, port) for name in sorted(placed) for port in placed[name][1].ports]
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
            problems += catalog.broken.get(("component", interface.fake), ())
            problems += catalog.flaws.get(("interface", interface.name), ())
            provided.add(port.interface)
            continue
        name = fake.name
        while name in placed:
            name += "_"
        placed[name] = (
            InstanceSpec(name, port.place, fake.name, port.place, None, {}, {}, (), "panic"),
            fake,
            _FAKE,
        )
        provided |= {interface_name for interface_name, _ in fake.provides}
        ports += [(name, needed) for needed in fake.ports]
    return dict(sorted(placed.items()))


def connect(
    catalog: Catalog,
    spec: GraphSpec,
    placed: Placed,
    libraries: tuple[Component, ...],
    whole: bool,
    problems: list[Diagnostic],
) -> dict[str, tuple[Wire, ...]]:
    """The wires of every instance by its name, and of every library by `library NAME`.

    Without `whole`, some instance has an unknown component, which may provide anything: then nothing is called missing.
    """
    wirer = _Wirer(catalog, spec, placed, libraries, whole, problems)
    wires = {name: wirer.wires_of(instance, component) for name, (instance, component, _) in placed.items()}
    for library in libraries:
        anywhere = InstanceSpec(
            library.name, library.place, library.name, library.place, None, {}, {}, (), "panic"
        )
        wires[f"library {library.name}"] = wirer.wires_of(anywhere, library)
    return wires


class _Wirer:
    def __init__(
        self,
        catalog: Catalog,
        spec: GraphSpec,
        placed: Placed,
        libraries: tuple[Component, ...],
        whole: bool,
        problems: list[Diagnostic],
    ) -> None:
        self.catalog = catalog
        self.spec = spec
        self.placed = placed
        self.whole = whole
        self.problems = problems
        self.named = {instance.name for instance in spec.instances} | spec.lost
        self.generated = {name for name, interface in catalog.interfaces.items() if interface.generated}
        self.providers: dict[str, list[str]] = {}
        for name in sorted(placed):
            for interface, _ in placed[name][1].provides:
                self.providers.setdefault(interface, []).append(name)
        users = [*(component for _, component, _ in placed.values()), *libraries]
        self.choose = self.choices({port.interface for user in users for port in user.ports})

    def wires_of(self, instance: InstanceSpec, component: Component) -> tuple[Wire, ...]:
        known = [port.name for port in component.ports]
        for name, wire in instance.wires.items():
            if name not in known:
                self.problems.append(
                    Diagnostic(
                        wire.place,
                        "unknown-port",
                        f"component `{component.name}` has no port `{name}`",
                        related=((component.place, "described here"),),
                        fix=did_you_mean(name, known) or (f"remove `{name}`: it has no ports",),
                        repairs=respell(wire.place, name, known)
                        or drop(wire.place, f"`{name}`", certain=not known),
                    )
                )
        wires = []
        for port in component.ports:
            if port.interface in self.catalog.interfaces:
                wires.append(self.connect(instance, port))
            else:
                self.problems += self.catalog.broken.get(("interface", port.interface), ())
        return tuple(wires)

    def of(self, interface: str, user: str) -> list[str]:
        """Candidates for a port of `user`: an instance is not its own provider; ordinary ones go before the wiring itself."""
        found = [name for name in self.providers.get(interface, []) if name != user]
        return found or ([WIRING] if interface in self.generated else [])

    def choices(self, needed: set[str]) -> dict[str, Choice]:
        good = {}
        for interface, choice in self.spec.choose.items():
            if interface not in self.catalog.interfaces:
                self.problems.append(
                    Diagnostic(
                        choice.place,
                        "unknown-interface",
                        f"`choose:` names the interface `{interface}`, which does not exist",
                        fix=did_you_mean(interface, self.catalog.interfaces),
                        repairs=respell(choice.place, interface, self.catalog.interfaces),
                    )
                )
            elif choice.instance not in self.placed:
                self.unknown_instance(
                    choice.instance_place,
                    "`choose:` names",
                    choice.instance,
                    self.providers.get(interface, []),
                )
            elif self.placed[choice.instance][1].provided(interface) is None:
                self.mismatch(choice.instance_place, choice.instance, interface)
            elif interface not in needed and self.whole:
                self.problems.append(
                    Diagnostic(
                        choice.place,
                        "unused-choice",
                        f"`choose:` decides about {interface}, which no port of this graph needs",
                        fix=("remove the line",),
                        repairs=drop(choice.place, f"`{interface}` from `choose:`"),
                    )
                )
            else:
                good[interface] = choice
        return good

    def connect(self, instance: InstanceSpec, port: Port) -> Wire:
        named = instance.wires.get(port.name)
        if named is not None:
            return self.as_named(instance.name, port, named)
        found = self.of(port.interface, instance.name)
        if port.cardinality == "many":
            count = {0: "no", 1: "the only"}.get(len(found), f"all {len(found)}")
            return Wire(
                port,
                tuple(found),
                f"{count} provider{'s' if len(found) > 1 else ''} of {port.interface}",
                instance.place,
            )
        if len(found) == 1:
            return Wire(port, tuple(found), self.why(port, found[0]), instance.place)
        if not found:
            if port.cardinality == "one" and self.whole:
                self.missing(instance, port)
            return Wire(port, (), f"no provider of {port.interface}", instance.place)
        choice = self.choose.get(port.interface)
        if choice is not None and choice.instance in found:
            return Wire(port, (choice.instance,), "chosen by `choose:`", choice.place)
        if port.interface not in self.spec.choose:
            self.ambiguous(instance, port, found)
        return Wire(port, (), "ambiguous", instance.place)

    def why(self, port: Port, provider: str) -> str:
        if provider == WIRING:
            return "provided by the wiring itself"
        return _FAKE if self.placed[provider][2] == _FAKE else f"the only provider of {port.interface}"

    def as_named(self, user: str, port: Port, named: WireSpec) -> Wire:
        """A wire that the graph spells out."""
        why = "named by the graph"
        if named.is_lost:
            return Wire(port, (), why, named.place)
        declared = ((port.place, f"declared here with cardinality `{port.cardinality}`"),)
        if named.is_none and port.cardinality == "one":
            self.problems.append(
                Diagnostic(
                    named.place,
                    "wire-none",
                    f"port `{port.name}` of `{user}` needs a provider; it cannot be `none`",
                    related=declared,
                    fix=(f"name a provider of {port.interface}, or remove the line",),
                    repairs=drop(named.place, f"`{port.name}: none`", certain=len(self.of(port.interface, user)) == 1),
                )
            )
        if named.is_list and port.cardinality != "many":
            self.problems.append(
                Diagnostic(
                    named.place,
                    "wire-list",
                    f"port `{port.name}` of `{user}` takes one provider, not a list",
                    related=declared,
                    fix=(f"write `{port.name}: {named.targets[0][0] if named.targets else 'INSTANCE'}`",),
                    repairs=self.one_of_list(port, named),
                )
            )
            return Wire(port, (), why, named.place)
        good: list[str] = []
        for target, place in named.targets:
            if self.usable(user, port, target, place):
                if target in good:
                    self.problems.append(
                        Diagnostic(
                            place,
                            "named-twice",
                            f"port `{port.name}` of `{user}` is wired to `{target}` twice",
                            fix=("remove one of them",),
                            repairs=drop(place, f"the second `{target}`"),
                        )
                    )
                else:
                    good.append(target)
        return Wire(port, tuple(good), why, named.place)

    def usable(self, user: str, port: Port, target: str, place: Place) -> bool:
        if target == WIRING and port.interface in self.generated:
            return True
        if target not in self.placed:
            self.unknown_instance(
                place, f"port `{port.name}` of `{user}` is wired to", target, self.of(port.interface, user)
            )
            return False
        if self.placed[target][1].provided(port.interface) is None:
            self.mismatch(place, target, port.interface, (port.place, f"port `{port.name}` is declared here"))
            return False
        return True

    def unknown_instance(self, place: Place, what: str, name: str, candidates: list[str]) -> None:
        if name in self.named:
            return  # it is there, but its component is not; that has been said
        close = suggestion(name, self.placed)
        fix = (
            (f"did you mean `{close}`?",)
            if close is not None
            else did_you_mean(name, candidates or self.placed)
        )
        repairs = respell(place, name, self.placed if close is not None else candidates or self.placed)
        if close is None and name in self.catalog.components:
            fix = (f"under `{'add' if self.spec.variant else 'instances'}:` add", f"    {name}: {name}")
            others = reword(place, *candidates) if candidates else ()
            repairs = (*uncertain(others), self.adding(name, certain=not others))
        self.problems.append(
            Diagnostic(
                place,
                "unknown-instance",
                f"{what} `{name}`, which is no instance of this graph",
                fix=fix,
                repairs=repairs,
            )
        )

    def adding(self, component: str, certain: bool = True) -> Repair:
        edit = AddInstance(self.spec.place.file, component, component)
        return Repair(f"add `{component}: {component}` to {edit.file}", (edit,), certain)

    def one_of_list(self, port: Port, named: WireSpec) -> Repairs:
        """In place of a list, each of those in it that fits; in place of an empty one, nothing."""
        fitting = [
            target
            for target, _ in named.targets
            if target in self.placed and self.placed[target][1].provided(port.interface) is not None
        ]
        if named.list_place is None:
            return ()
        return reword(named.list_place, *fitting) if fitting else drop(named.place, f"`{port.name}`")

    def mismatch(self, place: Place, target: str, interface: str, *related: tuple[Place, str]) -> None:
        component = self.placed[target][1]
        does = ", ".join(name for name, _ in component.provides) or "nothing"
        found = " or ".join(f"`{name}`" for name in self.providers.get(interface, []))
        fix = (
            f"wire it to {found}"
            if found
            else f"if `{component.name}` fulfils it, add {interface} to its `provides:`"
        )
        self.problems.append(
            Diagnostic(
                place,
                "interface-mismatch",
                f"`{target}` ({component.name}) does not provide {interface}",
                reasons=(f"it provides: {does}",),
                related=(*related, (component.place, f"`{component.name}` is described here")),
                fix=(fix,),
                repairs=reword(place, *self.providers.get(interface, [])),
            )
        )

    def missing(self, instance: InstanceSpec, port: Port) -> None:
        able = [
            component.name
            for component in self.catalog.components.values()
            if component.provided(port.interface) is not None and self.spec.arch in component.arch
        ]
        key = "add" if self.spec.variant else "instances"
        fix: tuple[str, ...] = (f"write a component with `provides: [{port.interface}]`",)
        if able:
            one_of = "" if len(able) == 1 else " one of"
            fix = (
                f"under `{key}:` in {self.graph_path()} add{one_of}",
                *(f"    {name}: {name}" for name in able),
            )
        self.problems.append(
            Diagnostic(
                instance.place,
                "missing-provider",
                f"port `{port.name}` of `{instance.name}` ({instance.component}) needs {port.interface}, which nothing in graph `{self.spec.name}` provides",
                related=((port.place, f"port `{port.name}` is declared here"),),
                fix=fix,
                about=(port.interface, *able),
                repairs=tuple(self.adding(name, certain=len(able) == 1) for name in able)
                if self.graph_path() == self.spec.place.file
                else (),
            )
        )

    def graph_path(self) -> str:
        """Where the graph is, or should be written if it was made up for a component's tests."""
        folder, _, file = self.spec.place.file.rpartition("/")
        return (
            self.spec.place.file
            if file != "component.yaml"
            else f"{folder}/{folder.rpartition('/')[2]}_graph.yaml"
        )

    def ambiguous(self, instance: InstanceSpec, port: Port, found: list[str]) -> None:
        related = tuple(
            (self.placed[name][0].place, f"`{name}` ({self.placed[name][1].name}) provides it")
            for name in found
        )
        choose = f"choose: {{{port.interface}: {found[0]}}}"
        fix = [f"set: {{choose.{port.interface}: {found[0]}}}" if self.spec.variant else choose]
        if instance.name in self.placed:
            path = f"set: {{instances.{instance.name}.wires.{port.name}: {found[0]}}}"
            fix.append(
                "or, for this instance alone: "
                + (path if self.spec.variant else f"wires: {{{port.name}: {found[0]}}}")
            )
        self.problems.append(
            Diagnostic(
                instance.place,
                "ambiguous-provider",
                f"port `{port.name}` of `{instance.name}` needs one {port.interface}, but {len(found)} instances of graph `{self.spec.name}` provide it",
                related=related,
                fix=tuple(fix),
                about=(port.interface, *found),
                repairs=self.choosing(instance, port, found),
            )
        )

    def choosing(self, instance: InstanceSpec, port: Port, found: list[str]) -> Repairs:
        """For the graph, for this instance alone, or by removing all others but one."""
        file = self.spec.place.file
        if not file.endswith(".yaml") or file.endswith("component.yaml"):
            return ()
        repairs = [
            Repair(
                f"choose `{each}` for {port.interface}",
                (SetInGraph(file, None, ("choose", port.interface), each),),
                certain=False,
            )
            for each in found
        ]
        if instance.name in self.placed and self.placed[instance.name][2] != _FAKE:
            repairs += [
                Repair(
                    f"wire `{port.name}` of `{instance.name}` to `{each}`",
                    (SetInGraph(file, instance.name, ("wires", port.name), each),),
                    certain=False,
                )
                for each in found
            ]
        return tuple(repairs)
