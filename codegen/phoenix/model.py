"""What the passes hand to one another. Nothing here is ever changed after it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping, Sequence, TypeAlias, Union

from .diagnostics import Diagnostic, Place
from .source import Mapping as LocatedMapping

Value: TypeAlias = Union[bool, int, str]

ARCHES = ("aarch64", "host")


# --- the catalog: what there is -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Port:
    name: str
    interface: str
    cardinality: str  # one, optional, many
    use: str  # init, run
    summary: str
    place: Place
    interface_place: Place


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str
    summary: str
    minimum: int | None
    maximum: int | None
    values: tuple[str, ...]
    default: Value | None
    place: Place


@dataclass(frozen=True)
class RegisterSpec:
    name: str
    index: int
    map_at_most: int | None
    summary: str
    place: Place


@dataclass(frozen=True)
class InterruptSpec:
    name: str
    index: int
    by_parameter: str | None
    by_value: tuple[tuple[str, int], ...]
    handler: str | None
    summary: str
    place: Place


@dataclass(frozen=True)
class IpiSpec:
    """A software generated interrupt of a component."""

    name: str
    handler: str
    summary: str
    place: Place


@dataclass(frozen=True)
class CallSpec:
    """A system call that a component implements, by the member function sys_NAME."""

    name: str
    gaps: str  # what it does not do of what Linux does
    place: Place


@dataclass(frozen=True)
class LockCall:
    """Something that is called while a lock is held: a port of the component or a library; one function of it, or any."""

    target: str
    function: str | None
    place: Place

    @property
    def text(self) -> str:
        return self.target if self.function is None else f"{self.target}.{self.function}"


@dataclass(frozen=True)
class LockSpec:
    """A class of locks that a component has."""

    name: str
    summary: str
    mutex: bool  # its holder may sleep
    before: tuple[tuple[str, Place], ...]  # locks of the same component that are taken inside it
    calls: tuple[LockCall, ...]
    taken_by: tuple[LockCall, ...] | None  # interfaces and their functions; None: all that the component provides
    place: Place

    def is_taken_by(self, interface: str, function: str) -> bool:
        return self.taken_by is None or any(
            each.target == interface and each.function in (None, function) for each in self.taken_by
        )


@dataclass(frozen=True)
class DeviceSpec:
    compatible: tuple[str, ...]
    registers: tuple[RegisterSpec, ...]
    interrupts: tuple[InterruptSpec, ...]
    place: Place


@dataclass(frozen=True)
class Component:
    name: str
    summary: str
    folder: str  # relative to the root
    include: str  # the folder as #include sees it: irq/gic_v3
    domain: str
    library: bool
    cxx_class: str
    header: str
    sources: tuple[str, ...]
    small: bool  # compiled for size
    arch: tuple[str, ...]
    many: bool
    provides: tuple[tuple[str, Place], ...]
    ports: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    device: DeviceSpec | None
    ipis: tuple[IpiSpec, ...]
    system_calls: tuple[CallSpec, ...]
    other_system_calls: tuple[str, Place] | None  # the member function for numbers that nobody implements
    locks: tuple[LockSpec, ...]
    passes_on: tuple[LockCall, ...]  # called without a lock of its own, for those who may hold theirs
    init: str | None
    init_cpu: str | None  # once on each further CPU
    tests: tuple[str, ...]  # files in the folder: *_test.cpp, *_race_test.cpp, *_property.cpp, *_fuzz.cpp
    place: Place

    def provided(self, interface: str) -> Place | None:
        return next((place for name, place in self.provides if name == interface), None)

    def port(self, name: str) -> Port | None:
        return next((port for port in self.ports if port.name == name), None)

    def parameter(self, name: str) -> Parameter | None:
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    @property
    def header_include(self) -> str:
        return f"{self.include}/{self.header}"


@dataclass(frozen=True)
class ContextRule:
    function: str
    context: str
    sleeps: bool
    allocates: bool
    locks: bool  # may take locks of its provider's
    summary: str


@dataclass(frozen=True)
class Interface:
    name: str
    summary: str
    folder: str
    include: str
    domain: str
    family: bool
    type: bool  # a service whose provider is used as a class
    cxx: str
    header: str
    archetype: str | None
    archetype_header: str | None
    fake: str | None
    fake_place: Place
    conformance: str | None
    facade: str | None
    facade_header: str | None
    generated: str | None
    uses: tuple[str, ...]
    uses_places: tuple[Place, ...]
    context: tuple[ContextRule, ...]
    place: Place


@dataclass(frozen=True)
class Machine:
    name: str
    summary: str
    device_tree: str  # relative to the root
    overlays: tuple[str, ...]
    device_tree_place: Place
    overlay_places: tuple[Place, ...]
    qemu_machine: str
    qemu_cpu: str
    qemu_cpus: int
    qemu_memory: int
    place: Place


@dataclass(frozen=True)
class GraphFile:
    """A graph as it stands in its file; variants are not applied."""

    name: str
    summary: str
    path: str
    extends: str | None
    arch: str | None
    place: Place
    root: LocatedMapping
    diagnostics: tuple[Diagnostic, ...]
    usable: bool  # what is wrong leaves enough to go on with


@dataclass(frozen=True)
class Catalog:
    root: str
    components: Mapping[str, Component]
    interfaces: Mapping[str, Interface]
    machines: Mapping[str, Machine]
    graphs: Mapping[str, GraphFile]
    broken: Mapping[tuple[str, str], tuple[Diagnostic, ...]]  # (kind, name): found, but not usable
    flaws: Mapping[tuple[str, str], tuple[Diagnostic, ...]]  # (kind, name): usable, but wrong somewhere
    diagnostics: tuple[Diagnostic, ...]  # all of them, in files of any kind
    inputs: tuple[str, ...]  # files read, relative to the root
    call_numbers: Mapping[str, int]  # Linux's system calls on arm64, in order; empty where no component names one
    folders: tuple[str, ...]  # folders scanned

    def libraries(self, arch: str) -> tuple[Component, ...]:
        return tuple(c for _, c in sorted(self.components.items()) if c.library and arch in c.arch)


# --- a graph, variants applied --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Located:
    value: Value
    place: Place


@dataclass(frozen=True)
class Budget:
    path: tuple[str, ...]  # ("image_kib",), ("components", "fdt", "text_kib"), ("steps", "fdt")
    limit: int | float
    place: Place
    name_place: Place  # of the component, domain, ... that it is for


@dataclass(frozen=True)
class WireSpec:
    port: str
    place: Place
    targets: tuple[tuple[str, Place], ...]
    is_list: bool
    is_none: bool
    is_lost: bool = False  # written wrongly; that has been said
    list_place: Place | None = None


@dataclass(frozen=True)
class RequireSpec:
    port: str
    port_place: Place
    parameter: str
    parameter_place: Place
    minimum: Located | None
    maximum: Located | None
    equals: Located | None


@dataclass(frozen=True)
class InstanceSpec:
    name: str
    place: Place
    component: str
    component_place: Place
    device: Located | None
    parameters: Mapping[str, tuple[Place, Located]]
    wires: Mapping[str, WireSpec]
    require: tuple[RequireSpec, ...]
    on_fail: str


@dataclass(frozen=True)
class Choice:
    interface: str
    place: Place
    instance: str
    instance_place: Place


@dataclass(frozen=True)
class BootTest:
    send: tuple[str, ...]
    expect: tuple[str, ...]
    exit: int


@dataclass(frozen=True)
class RootfsFile:
    path: str  # in the archive
    source: str  # relative to the root
    place: Place


@dataclass(frozen=True)
class RootfsSpec:
    """The initramfs that a graph is booted with."""

    packages: tuple[str, ...]
    dependencies: bool
    files: tuple[RootfsFile, ...]  # by path
    compress: str  # none, gz, lz4, zstd
    place: Place


@dataclass(frozen=True)
class GraphSpec:
    name: str
    summary: str
    arch: str
    place: Place
    arch_place: Place
    variant: bool  # new instances go under `add:`, not `instances:`
    extends: tuple[str, ...]
    extends_places: tuple[Place, ...]  # where the graph, the one that it extends, and so on say so
    machine: Located | None
    instances: tuple[InstanceSpec, ...]  # by name
    lost: frozenset[str]  # instances that are named, but written so that nothing can be made of them
    choose: Mapping[str, Choice]
    budgets: tuple[Budget, ...]  # by path
    rootfs: RootfsSpec | None
    append: Located | None
    boot_test: BootTest | None
    instances_place: Place


# --- the resolved graph ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Register:
    name: str
    virt: int
    phys: int
    size: int


@dataclass(frozen=True)
class Interrupt:
    name: str
    line: int
    trigger: int  # flags of the third cell, 0 if the controller has none
    handler: str | None
    place: Place


@dataclass(frozen=True)
class Device:
    path: str
    compatible: str
    registers: tuple[Register, ...]
    interrupts: tuple[Interrupt, ...]
    clock_hz: int
    why: str


@dataclass(frozen=True)
class ParameterValue:
    parameter: Parameter
    value: Value
    source: str  # a place, "default", or what moved it
    why: str


WIRING = "wiring"  # the provider's name where the generated wiring itself provides an interface


@dataclass(frozen=True)
class Wire:
    port: Port
    providers: tuple[str, ...]  # instance names, or WIRING
    why: str
    place: Place


@dataclass(frozen=True)
class Instance:
    name: str
    component: Component
    place: Place
    why: str
    parameters: tuple[ParameterValue, ...]
    wires: tuple[Wire, ...]
    device: Device | None
    ipis: tuple[Interrupt, ...]
    on_fail: str

    def wire(self, port: str) -> Wire:
        return next(wire for wire in self.wires if wire.port.name == port)


@dataclass(frozen=True)
class InitStep:
    instance: str
    after: tuple[str, ...]  # the steps that must have succeeded before
    unsure: tuple[str, ...]  # those of them that may fail without a panic


@dataclass(frozen=True)
class CpuStep:
    """What an instance does on each further CPU."""

    instance: str
    booted: tuple[str, ...]  # steps of start-up that may have failed without a panic and that it needs
    unsure: tuple[str, ...]  # steps before it on this CPU that may have failed without a panic


@dataclass(frozen=True)
class RankedLock:
    component: Component
    lock: LockSpec
    rank: int

    @property
    def name(self) -> str:
        return f"{self.component.name}.{self.lock.name}"


@dataclass(frozen=True)
class LockEdge:
    """`after` may be taken while `before` is held."""

    before: str
    after: str
    why: tuple[tuple[Place, str], ...]  # the lines of manifests that it follows from


@dataclass(frozen=True)
class LineClaim:
    line: int
    instance: str
    handler: str | None
    path: str
    edge: bool  # a pulse; else a level that stands until the device is served


@dataclass(frozen=True)
class CallClaim:
    """Which instance implements a system call."""

    number: int
    name: str
    instance: str
    gaps: str


@dataclass(frozen=True)
class ResolvedMachine:
    machine: Machine
    memory_base: int
    boot_cpu_mpidr: int
    unclaimed: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ResolvedGraph:
    spec: GraphSpec
    catalog: Catalog
    machine: ResolvedMachine | None
    instances: tuple[Instance, ...]  # providers before the users that they order
    libraries: tuple[tuple[Component, tuple[Wire, ...]], ...]
    init_order: tuple[InitStep, ...]
    cpu_order: tuple[CpuStep, ...]
    lines: tuple[LineClaim, ...]
    calls: tuple[CallClaim, ...]  # by number
    other_calls: str | None  # the instance that gets the numbers that nobody implements
    locks: tuple[RankedLock, ...]  # by rank
    lock_edges: tuple[LockEdge, ...]

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def arch(self) -> str:
        return self.spec.arch

    def instance(self, name: str) -> Instance:
        return next(instance for instance in self.instances if instance.name == name)


def type_providers(
    catalog: Catalog, instances: Sequence[Instance]
) -> list[tuple[Interface, Component | None]]:
    """The interfaces whose providers are used as classes, and who provides each. None: nobody, so it is the archetype."""
    found = []
    for _, interface in sorted(catalog.interfaces.items()):
        if interface.type:
            providers = [each.component for each in instances if each.component.provided(interface.name)]
            found.append((interface, providers[0] if providers else None))
    return found
