"""Pass 5b: <ports/NAME.hpp>: what the ports of a component lead to, as C++ functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence

from .cxx import pascal, snake, string
from .model import WIRING, Component, Instance, Interface, Port, Wire


@dataclass(frozen=True)
class Target:
    """Something that a port can be bound to."""

    name: str
    expression: str  # ::phx::wiring::log
    type: str  # ::phx::log::Klog
    include: str
    declaration: str  # `extern constinit ::phx::log::Klog log;`, "" for what its header declares itself
    namespace: str
    listed: str = ""  # an array of pointers to it, where its address is no constant


@dataclass(frozen=True)
class PortFunction:
    comments: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Declarations:
    namespace: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class PortsFile:
    component: str
    summary: str
    system_includes: tuple[str, ...]
    includes: tuple[str, ...]
    declarations: tuple[Declarations, ...]
    functions: tuple[PortFunction, ...]


@dataclass(frozen=True)
class User:
    """One binding of a port: whose it is and to what it leads."""

    name: str
    targets: tuple[Target, ...]
    comment: str


def instance_target(instance: Instance) -> Target:
    kind = "::" + instance.component.cxx_class
    return Target(
        instance.name,
        f"::phx::wiring::{instance.name}",
        kind,
        instance.component.header_include,
        f"extern constinit {kind} {instance.name};",
        "phx::wiring",
    )


def generated_target(interface: Interface) -> Target:
    assert interface.generated is not None
    kind = f"const ::phx::wiring::{pascal(interface.generated)}"
    return Target(
        WIRING,
        f"::phx::wiring::{interface.generated}",
        kind,
        f"generated/{interface.generated}.hpp",
        "",
        "phx::wiring",
    )


def archetype_target(interface: Interface) -> Target:
    """The least provider: an object of the archetype, or a reference to a family's base. Declared only, never defined."""
    name = snake(interface.name)
    if interface.family:
        kind = "::" + interface.cxx
        return Target(
            name,
            f"::phx::archetypes::{name}",
            kind,
            f"{interface.include}/{interface.header}",
            f"extern {kind}& {name};\nextern const std::array<{kind}*, 1> {name}_list;",
            "phx::archetypes",
            f"::phx::archetypes::{name}_list",
        )
    kind = f"::{interface.archetype}"
    return Target(
        name,
        f"::phx::archetypes::{name}",
        kind,
        f"{interface.include}/{interface.archetype_header}",
        f"extern {kind} {name};",
        "phx::archetypes",
    )


def own_archetype_target(component: Component) -> Target:
    """The instance itself, where there is no graph: declared only, never defined."""
    kind = "::" + component.cxx_class
    return Target(
        "self",
        "::phx::archetypes::own",
        kind,
        component.header_include,
        f"extern {kind} own;",
        "phx::archetypes",
    )


def ports_file(
    component: Component,
    interfaces: Mapping[str, Interface],
    users: Mapping[str, Sequence[User]],
    own: Target | None,
) -> PortsFile:
    """`users`: for each port, one binding per instance of the component (one for a library). `own`: the instance itself, where there
    is just one."""
    targets: list[Target] = []
    includes: set[str] = set()
    functions = []
    if own is not None:
        targets.append(own)
        functions.append(
            PortFunction(
                ("The instance itself, for code that the hardware enters by name.",),
                (f"inline constexpr auto& self() {{ return {own.expression}; }}",),
            )
        )
    for port in component.ports:
        interface = interfaces[port.interface]
        bound = users[port.name]
        targets += [target for user in bound for target in user.targets]
        includes.add(f"{interface.include}/{interface.header}")
        if interface.facade is not None and interface.facade_header is not None:
            includes.add(f"{interface.include}/{interface.facade_header}")
        if (
            port.cardinality == "optional"
            and any(not user.targets for user in bound)
            and not interface.family
        ):
            archetype = archetype_target(interface)
            includes.add(archetype.include)
            if interface.facade is not None:
                targets.append(archetype)
        functions.append(_function(component, port, interface, bound))
    if component.many:
        includes.add(f"params/{component.name}.hpp")
    includes |= {target.include for target in targets}
    return PortsFile(
        component.name,
        component.summary,
        _system_includes(component, interfaces),
        tuple(sorted(includes)),
        _declarations(targets),
        tuple(functions),
    )


def _system_includes(component: Component, interfaces: Mapping[str, Interface]) -> tuple[str, ...]:
    wanted = set()
    for port in component.ports:
        interface = interfaces[port.interface]
        if port.cardinality == "many":
            wanted |= {"array", "span"} if interface.family else {"array", "cstddef"}
        elif component.many or interface.family:
            wanted |= {"array"}
        if port.cardinality == "optional" and interface.facade is not None:
            wanted |= {"optional"}
    return tuple(sorted(wanted))


def _declarations(targets: Sequence[Target]) -> tuple[Declarations, ...]:
    lines: dict[str, set[str]] = {}
    for target in targets:
        if target.declaration:
            lines.setdefault(target.namespace, set()).update(target.declaration.split("\n"))
    return tuple(Declarations(namespace, tuple(sorted(found))) for namespace, found in sorted(lines.items()))


def _function(component: Component, port: Port, interface: Interface, users: Sequence[User]) -> PortFunction:
    comments = tuple(user.comment for user in users)
    argument = (
        f"[[maybe_unused]] const ::phx::params::{component.name}::Instance& user" if component.many else ""
    )
    writer = _Writer(port, interface, users, argument)
    if port.cardinality == "many":
        return PortFunction(
            comments, tuple(writer.family_list() if interface.family else writer.service_list())
        )
    return PortFunction(
        comments, tuple(writer.optional() if port.cardinality == "optional" else writer.one())
    )


@dataclass(frozen=True)
class _Writer:
    """Prints the function of one port. With several instances that differ, it selects by the user's index."""

    port: Port
    interface: Interface
    users: Sequence[User]
    argument: str

    @property
    def base(self) -> str:
        return "::" + self.interface.cxx

    def same(self) -> bool:
        return all(user.targets == self.users[0].targets for user in self.users)

    def user_name(self) -> str:
        return "user.name" if self.argument else string(self.users[0].name)

    def facade(self, expression: str) -> str:
        return f"::{self.interface.facade}{{{expression}, {self.user_name()}}}"

    def pointee(self) -> str:
        """The type that a port's pointers point to."""
        if self.interface.family:
            return self.base
        found = next((user.targets[0].type for user in self.users if user.targets), None)
        return found if found is not None else f"::{self.interface.archetype}"

    def table(self) -> list[str]:
        """Pointers by instance, where the instances are wired differently."""
        cells = ", ".join(
            f"&{user.targets[0].expression}" if user.targets else "nullptr" for user in self.users
        )
        return [
            f"inline constexpr std::array<{self.pointee()}*, {len(self.users)}> {self.port.name}_table{{{cells}}};"
        ]

    def one(self) -> list[str]:
        before: list[str] = []
        expression = self.users[0].targets[0].expression
        if not self.same():
            before, expression = self.table(), f"*{self.port.name}_table[user.index]"
        if self.interface.facade is not None:
            return [
                *before,
                f"inline constexpr auto {self.port.name}({self.argument}) {{ return {self.facade(expression)}; }}",
            ]
        kind = f"{self.base}&" if self.interface.family else "auto&"
        return [
            *before,
            f"inline constexpr {kind} {self.port.name}({self.argument}) {{ return {expression}; }}",
        ]

    def optional(self) -> list[str]:
        if self.interface.facade is not None:
            return self.optional_facade()
        head = f"inline constexpr {self.pointee()}* {self.port.name}({self.argument})"
        if not self.same():
            return [*self.table(), f"{head} {{ return {self.port.name}_table[user.index]; }}"]
        targets = self.users[0].targets
        return [f"{head} {{ return {'&' + targets[0].expression if targets else 'nullptr'}; }}"]

    def optional_facade(self) -> list[str]:
        name = self.port.name
        head = f"inline constexpr auto {name}({self.argument})"
        absent = archetype_target(self.interface).expression
        if self.same() and not self.users[0].targets:
            return [f"{head} {{ return std::optional<decltype({self.facade(absent)})>{{}}; }}"]
        if self.same():
            return [
                f"{head} {{ return std::optional{{{self.facade(self.users[0].targets[0].expression)}}}; }}"
            ]
        made = self.facade(f"*{name}_table[user.index]")
        return [
            *self.table(),
            head + " {",
            f"    return {name}_table[user.index] ? std::optional{{{made}}} : std::optional<decltype({made})>{{}};",
            "}",
        ]

    def service_list(self) -> list[str]:
        name, count = self.port.name, len(self.users[0].targets)
        comma = ", " if self.argument else ""
        if self.same():
            return [
                *self.each(
                    f"for_each_{name}({self.argument}{comma}[[maybe_unused]] auto&& f)", [("", self.users[0])]
                ),
                f"inline constexpr std::size_t {name}_count = {count};",
            ]
        choices = [(f"user.index == {index}", user) for index, user in enumerate(self.users)]
        counts = ", ".join(str(len(user.targets)) for user in self.users)
        return [
            *self.each(f"for_each_{name}({self.argument}{comma}[[maybe_unused]] auto&& f)", choices),
            f"inline constexpr std::array<std::size_t, {len(self.users)}> {name}_count{{{counts}}};",
        ]

    def each(self, head: str, choices: list[tuple[str, User]]) -> list[str]:
        lines = [f"constexpr void {head} {{"]
        for condition, user in choices:
            pad = "        " if condition else "    "
            lines += [f"    if ({condition}) {{"] if condition else []
            for target in user.targets:
                made = (
                    self.facade(target.expression) if self.interface.facade is not None else target.expression
                )
                lines.append(f"{pad}f({made});")
            lines += ["    }"] if condition else []
        return lines + ["}"]

    def family_list(self) -> list[str]:
        name = self.port.name
        if self.same() and self.users[0].targets and self.users[0].targets[0].listed:
            listed = self.users[0].targets[0].listed
            return [f"inline std::span<{self.base}* const> {name}({self.argument}) {{ return {listed}; }}"]
        lines = []
        for index, user in enumerate(self.users[:1] if self.same() else self.users):
            cells = ", ".join(f"&{target.expression}" for target in user.targets)
            suffix = "" if self.same() else f"_{index}"
            lines.append(
                f"inline constexpr std::array<{self.base}*, {len(user.targets)}> {name}_table{suffix}{{{cells}}};"
            )
        kind = f"std::span<{self.base}* const>"
        if self.same():
            return [*lines, f"inline constexpr {kind} {name}({self.argument}) {{ return {name}_table; }}"]
        rows = ", ".join(f"{name}_table_{index}" for index in range(len(self.users)))
        return [
            *lines,
            f"inline constexpr std::array<{kind}, {len(self.users)}> {name}_tables{{{rows}}};",
            f"inline constexpr {kind} {name}({self.argument}) {{ return {name}_tables[user.index]; }}",
        ]


def comment(name: str, wire: Wire) -> str:
    """Where a binding comes from."""
    to = (
        ", ".join(provider if provider != WIRING else "the wiring" for provider in wire.providers)
        or "nothing"
    )
    return f"{name}.{wire.port.name} -> {to}: {wire.why}, {wire.place.file}"
