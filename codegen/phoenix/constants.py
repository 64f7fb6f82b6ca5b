"""Pass 5a: <params/NAME.hpp>: the parameters and device data of a component as C++ constants.

A component of one instance has <params/NAME/PARAMETER.hpp> besides: what includes just that is compiled again only for that parameter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from .cxx import grouped, identifier, pascal, string
from .model import Component, Device, Instance, Interrupt, Parameter, ParameterValue, Value

TYPES = {
    "integer": "std::int64_t",
    "size": "std::size_t",
    "duration": "::phx::Nanoseconds",
    "boolean": "bool",
    "string": "std::string_view",
}


@dataclass(frozen=True)
class Constant:
    type: str
    name: str
    value: str
    comment: str

    @property
    def definition(self) -> str:
        """`type name = value` or `type name{value}`; a value in braces is a constructor's."""
        return f"{self.type} {self.name}{self.value if self.value.startswith('{') else ' = ' + self.value}"

    @property
    def member(self) -> str:
        """As a designated initialiser."""
        return f".{self.name}{self.value if self.value.startswith('{') else ' = ' + self.value}"


@dataclass(frozen=True)
class Enumeration:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class ParameterFile:
    """<params/NAME/PARAMETER.hpp>"""

    component: str
    enum: Enumeration | None
    constant: Constant


@dataclass(frozen=True)
class ParamsOf:
    """The constants of one instance."""

    name: str
    place: str
    parameters: tuple[Constant, ...]
    registers: tuple[Constant, ...]
    interrupts: tuple[Constant, ...]
    ipis: tuple[Constant, ...]
    device: tuple[Constant, ...]


@dataclass(frozen=True)
class ParamsFile:
    component: str
    summary: str
    many: bool
    enums: tuple[Enumeration, ...]
    instances: tuple[ParamsOf, ...]  # at least one; just one unless `many`
    has_device: bool


def parameter_files(file: ParamsFile) -> tuple[ParameterFile, ...]:
    if file.many:
        return ()
    enums = {enum.name: enum for enum in file.enums}
    return tuple(
        ParameterFile(file.component, enums.get(constant.type), constant) for constant in file.instances[0].parameters
    )


def params_file(component: Component, instances: Sequence[Instance]) -> ParamsFile:
    enums = tuple(
        Enumeration(pascal(parameter.name), tuple(identifier(value) for value in parameter.values))
        for parameter in component.parameters
        if parameter.type == "choice"
    )
    own = tuple(_params_of(instance) for instance in instances)
    return ParamsFile(
        component.name, component.summary, component.many, enums, own, component.device is not None
    )


def _params_of(instance: Instance) -> ParamsOf:
    device = instance.device
    return ParamsOf(
        instance.name,
        instance.place.file,
        tuple(_parameter(value) for value in instance.parameters),
        tuple(
            _register(register.name, register.virt, register.phys, register.size)
            for register in device.registers
        )
        if device
        else (),
        _lines(device.interrupts if device else ()),
        _lines(instance.ipis),
        _device(device) if device else (),
    )


def _lines(interrupts: Sequence[Interrupt]) -> tuple[Constant, ...]:
    return tuple(
        Constant("::phx::IrqLine", interrupt.name, f"{{{interrupt.line}}}", "") for interrupt in interrupts
    )


def _device(device: Device) -> tuple[Constant, ...]:
    clock = "" if device.clock_hz else "the node names no fixed clock"
    return (
        Constant("std::string_view", "device_path", string(device.path), ""),
        Constant("std::int64_t", "clock_hz", grouped(device.clock_hz), clock),
    )


def _parameter(value: ParameterValue) -> Constant:
    comment = "" if value.source == "default" else f"{value.why}, {value.source.partition(':')[0]}"
    return Constant(
        parameter_type(value.parameter), value.parameter.name, literal(value.parameter, value.value), comment
    )


def parameter_type(parameter: Parameter) -> str:
    return pascal(parameter.name) if parameter.type == "choice" else TYPES[parameter.type]


def literal(parameter: Parameter, value: Value) -> str:
    if parameter.type == "choice":
        return f"{pascal(parameter.name)}::{identifier(str(value))}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return string(value)
    if parameter.type == "duration":
        return f"{{{grouped(value)}}}"
    return grouped(value) + ("u" if value > (1 << 63) - 1 else "")


def _register(name: str, virt: int, phys: int, size: int) -> Constant:
    value = f"{{::phx::VirtAddr{{{virt:#x}}}, ::phx::PhysAddr{{{phys:#x}}}, {size:#x}}}"
    return Constant("::phx::RegisterWindow", name, value, "")
