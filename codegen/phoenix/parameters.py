"""Pass 3c: the value of every parameter: default, graph, and what users require of their providers."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostics import Diagnostic, Place, did_you_mean
from .model import (
    WIRING,
    Component,
    InstanceSpec,
    Located,
    Parameter,
    ParameterValue,
    RequireSpec,
    Value,
    Wire,
)
from .repair import Repair, SetInGraph, drop, respell, reword, uncertain, yaml_text
from .values import NUMERIC, Bad, check, limits, outside, parse, show, span

Placed = dict[str, tuple[InstanceSpec, Component, str]]


@dataclass(frozen=True)
class _Need:
    """One bound that a user puts on a provider's parameter."""

    kind: str  # min, max, equals
    value: Value
    place: Place
    user: str


def settle(
    placed: Placed, wires: dict[str, tuple[Wire, ...]], problems: list[Diagnostic]
) -> dict[str, tuple[ParameterValue, ...]]:
    needs = _needs(placed, wires, problems)
    settled = {}
    for name, (spec, component, _) in sorted(placed.items()):
        for key, (place, _) in spec.parameters.items():
            if component.parameter(key) is None:
                known = [parameter.name for parameter in component.parameters]
                problems.append(
                    Diagnostic(
                        place,
                        "unknown-parameter",
                        f"component `{component.name}` has no parameter `{key}`",
                        fix=did_you_mean(key, known) or (f"remove `{key}`: it has no parameters",),
                        repairs=respell(place, key, known) or drop(place, f"`{key}`", certain=not known),
                    )
                )
        settled[name] = tuple(
            _settle(name, spec, component, parameter, needs.get((name, parameter.name), []), problems)
            for parameter in component.parameters
        )
    return settled


def _needs(
    placed: Placed, wires: dict[str, tuple[Wire, ...]], problems: list[Diagnostic]
) -> dict[tuple[str, str], list[_Need]]:
    needs: dict[tuple[str, str], list[_Need]] = {}
    for name, (spec, component, _) in sorted(placed.items()):
        for require in spec.require:
            wire = next((wire for wire in wires[name] if wire.port.name == require.port), None)
            if wire is None:
                known = [port.name for port in component.ports]
                if require.port not in known:
                    problems.append(
                        Diagnostic(
                            require.port_place,
                            "unknown-port",
                            f"component `{component.name}` has no port `{require.port}`",
                            fix=did_you_mean(require.port, known) or (f"remove `{require.port}`: it has no ports",),
                            repairs=respell(require.port_place, require.port, known)
                            or drop(require.port_place, f"`{require.port}`"),
                        )
                    )
                continue
            for provider in wire.providers:
                if provider != WIRING and provider in placed:
                    _need(name, require, provider, placed[provider][1], needs, problems)
    return needs


def _need(
    user: str,
    require: RequireSpec,
    provider: str,
    component: Component,
    needs: dict[tuple[str, str], list[_Need]],
    problems: list[Diagnostic],
) -> None:
    parameter = component.parameter(require.parameter)
    if parameter is None:
        known = [other.name for other in component.parameters]
        problems.append(
            Diagnostic(
                require.parameter_place,
                "unknown-parameter",
                f"`{provider}` ({component.name}), wired to port `{require.port}` of `{user}`, has no parameter `{require.parameter}`",
                fix=did_you_mean(require.parameter, known) or (f"remove `{require.parameter}`: it has no parameters",),
                repairs=respell(require.parameter_place, require.parameter, known)
                or drop(require.parameter_place, f"`{require.parameter}`"),
            )
        )
        return
    for kind, limit in (("min", require.minimum), ("max", require.maximum), ("equals", require.equals)):
        if limit is None:
            continue
        if kind != "equals" and parameter.type not in NUMERIC:
            problems.append(
                Diagnostic(
                    limit.place,
                    "wrong-type",
                    f"`{kind}` has no meaning for `{parameter.name}`, a {parameter.type}",
                    fix=("write `equals: VALUE`",),
                )
            )
            continue
        value = check(parameter, limit.value) if kind == "equals" else parse(parameter.type, limit.value)
        if isinstance(value, Bad):
            problems.append(
                Diagnostic(
                    limit.place,
                    value.code,
                    f"`{kind}` for `{parameter.name}` of `{provider}`: {value.message}",
                    fix=value.fix,
                    repairs=reword(limit.place, *value.better),
                )
            )
        else:
            needs.setdefault((provider, parameter.name), []).append(_Need(kind, value, limit.place, user))


def _settle(
    name: str,
    spec: InstanceSpec,
    component: Component,
    parameter: Parameter,
    needs: list[_Need],
    problems: list[Diagnostic],
) -> ParameterValue:
    given = spec.parameters.get(parameter.name)
    if given is not None:
        return _explicit(name, parameter, given[1], needs, problems)
    if parameter.default is None and not needs:
        hint = f" ({span(parameter)})" if span(parameter) else ""
        problems.append(
            Diagnostic(
                spec.place,
                "unset-parameter",
                f"`{name}` needs a value for `{parameter.name}`, which has no default",
                related=((parameter.place, parameter.summary),),
                fix=(f"add `parameters: {{{parameter.name}: VALUE}}`{hint}",),
                repairs=tuple(
                    Repair(
                        f"write `parameters: {{{parameter.name}: {yaml_text(each)}}}` at `{name}`",
                        (SetInGraph(spec.place.file, name, ("parameters", parameter.name), each),),
                        certain=False,
                    )
                    for each in _possible(parameter)
                )
                if spec.place.file != component.place.file
                else (),
            )
        )
        return ParameterValue(parameter, _any(parameter), "default", "")
    moved, by = _fit(name, parameter, needs, problems)
    if by is None:
        return ParameterValue(parameter, moved, "default", "default")
    return ParameterValue(parameter, moved, str(by.place), f"required by `{by.user}`")


def _explicit(
    name: str, parameter: Parameter, given: Located, needs: list[_Need], problems: list[Diagnostic]
) -> ParameterValue:
    value = check(parameter, given.value)
    if isinstance(value, Bad):
        problems.append(
            Diagnostic(
                given.place,
                value.code,
                f"`{parameter.name}` of `{name}`: {value.message}",
                related=((parameter.place, "the parameter is declared here"),),
                fix=value.fix,
                repairs=reword(given.place, *value.better),
            )
        )
        return ParameterValue(parameter, _any(parameter), str(given.place), "")
    for need in needs:
        if not _meets(value, need):
            words = {"min": "at least", "max": "at most", "equals": "exactly"}[need.kind]
            problems.append(
                Diagnostic(
                    given.place,
                    "require-violated",
                    f"`{parameter.name}` of `{name}` is {show(parameter, value)}, but `{need.user}` requires "
                    f"{words} {show(parameter, need.value)}",
                    related=((need.place, f"`{need.user}` requires it here"),),
                    fix=(f"set `{parameter.name}: {show(parameter, need.value)}`, or leave it open",),
                    repairs=reword(given.place, _spelled(parameter, need.value)),
                )
            )
    return ParameterValue(parameter, value, str(given.place), "set by the graph")


def _meets(value: Value, need: _Need) -> bool:
    if need.kind == "equals":
        return value == need.value
    assert isinstance(value, int) and isinstance(need.value, int)
    return value >= need.value if need.kind == "min" else value <= need.value


def _fit(
    name: str, parameter: Parameter, needs: list[_Need], problems: list[Diagnostic]
) -> tuple[Value, _Need | None]:
    """The default, or the nearest value that meets every need."""
    default = parameter.default
    exact = [need for need in needs if need.kind == "equals"]
    lows = [need for need in needs if need.kind == "min"]
    highs = [need for need in needs if need.kind == "max"]
    if exact:
        chosen = exact[0]
        clash = next((need for need in needs if not _meets(chosen.value, need)), None)
        if clash is not None:
            problems.append(_conflict(name, parameter, chosen, clash))
        return chosen.value, None if chosen.value == default else chosen
    low = max(lows, key=lambda need: int(need.value), default=None)
    high = min(highs, key=lambda need: int(need.value), default=None)
    if low is not None and high is not None and int(low.value) > int(high.value):
        problems.append(_conflict(name, parameter, low, high))
        return _any(parameter), None
    for need, bound in ((low, parameter.maximum), (high, parameter.minimum)):
        if (
            need is not None
            and bound is not None
            and (int(need.value) > bound if need.kind == "min" else int(need.value) < bound)
        ):
            problems.append(
                Diagnostic(
                    need.place,
                    "out-of-range",
                    f"`{need.user}` requires of `{parameter.name}` of `{name}` {show(parameter, need.value)}, which is "
                    f"{outside(parameter, int(need.value))}",
                    related=((parameter.place, "the parameter is declared here"),),
                    fix=(f"use a value {limits(parameter)}",),
                    repairs=reword(need.place, _spelled(parameter, bound)),
                )
            )
            return _any(parameter), None
    if low is not None and (default is None or int(default) < int(low.value)):
        return low.value, low
    if high is not None and (default is None or int(default) > int(high.value)):
        return high.value, high
    return (default if default is not None else _any(parameter)), None


def _conflict(name: str, parameter: Parameter, first: _Need, second: _Need) -> Diagnostic:
    words = {"min": "at least", "max": "at most", "equals": "exactly"}
    first, second = sorted((first, second), key=lambda need: need.place)
    return Diagnostic(
        first.place,
        "require-conflict",
        f"no value of `{parameter.name}` of `{name}` suits both `{first.user}` and `{second.user}`",
        related=(
            (first.place, f"`{first.user}` requires {words[first.kind]} {show(parameter, first.value)}"),
            (second.place, f"`{second.user}` requires {words[second.kind]} {show(parameter, second.value)}"),
        ),
        fix=("relax one of the two",),
        repairs=uncertain(
            (
                *reword(first.place, _spelled(parameter, second.value)),
                *reword(second.place, _spelled(parameter, first.value)),
            )
        ),
    )


def _spelled(parameter: Parameter, value: Value) -> Value:
    """As people write it: with its unit."""
    return value if parameter.type == "integer" else show(parameter, value) if parameter.type in NUMERIC else value


def _possible(parameter: Parameter) -> tuple[Value, ...]:
    """What somebody may choose from: a choice's values, a range's ends."""
    if parameter.type == "boolean":
        return (False, True)
    ends = [each for each in (parameter.minimum, parameter.maximum) if each is not None]
    values: tuple[Value, ...] = parameter.values
    return values or tuple(_spelled(parameter, each) for each in ends)


def _any(parameter: Parameter) -> Value:
    """Some value of the type, for going on after an error and for compiling against archetypes."""
    if parameter.default is not None:
        return parameter.default
    if parameter.type in NUMERIC:
        low = parameter.minimum if parameter.minimum is not None else 0
        return low if parameter.maximum is None else min(low, parameter.maximum)
    if parameter.type == "boolean":
        return False
    return parameter.values[0] if parameter.values else ""


placeholder = _any
