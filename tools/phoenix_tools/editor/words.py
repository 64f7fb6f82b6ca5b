"""Pieces of JSON Schema that both graphs and manifests are described with: names that exist, values of parameters.

Keywords beyond draft 7 are those of the YAML language server: `defaultSnippets`, `patternErrorMessage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phoenix.model import Catalog, Component, Parameter, Port
from phoenix.values import NUMERIC, show, span

Schema = dict[str, Any]

_UNITS = {
    "size": (r"^[0-9]{1,18} ?(B|KiB|MiB|GiB)$", "a size is a number of bytes, or one with B, KiB, MiB or GiB: `16 KiB`"),
    "duration": (r"^[0-9]{1,18} ?(ns|us|ms|s|min)$", "a time is a number of nanoseconds, or one with ns, us, ms, s or min: `10 ms`"),
}


def names(what: Mapping[str, str]) -> Schema:
    """One of the names, each with its text: offered with it, and explained by it alone where the pointer rests."""
    return {"type": "string", "anyOf": [{"const": name, "description": text} for name, text in sorted(what.items())]}


def described(schema: Schema, text: str) -> Schema:
    return {**schema, "description": text}


def components(catalog: Catalog, arch: str) -> dict[str, Component]:
    """Those that a graph for `arch` may place."""
    return {name: each for name, each in sorted(catalog.components.items()) if not each.library and arch in each.arch}


def component_text(component: Component) -> str:
    provides = ", ".join(name for name, _ in component.provides)
    return f"{component.summary} ({component.domain}{f'; provides {provides}' if provides else ''})"


def parameter(each: Parameter) -> Schema:
    """A parameter's value: type, range, default, and what it changes."""
    default = None if each.default is None else show(each, each.default)
    text = f"{each.summary}\n\n{_limits(each)}, {'must be set' if default is None else f'default {default or chr(34) * 2}'}."
    schema: Schema = {"description": text}
    if each.default is not None:
        schema["default"] = default if each.type in _UNITS else each.default
    if each.type in NUMERIC:
        schema |= {"type": "integer"}
        schema |= {} if each.minimum is None else {"minimum": each.minimum}
        schema |= {} if each.maximum is None else {"maximum": each.maximum}
    if each.type in _UNITS:
        pattern, message = _UNITS[each.type]
        schema |= {"type": ["integer", "string"], "pattern": pattern, "patternErrorMessage": message}
        schema["examples"] = [show(each, bound) for bound in (each.minimum, each.maximum) if bound is not None]
    elif each.type == "choice":
        schema["enum"] = [*each.values, *(int(word) for word in each.values if word.isdecimal())]
    elif each.type in ("boolean", "string"):
        schema["type"] = each.type
    return schema


def _limits(each: Parameter) -> str:
    limits = span(each)
    return f"{each.type}: {limits}" if each.type == "choice" else f"{each.type}{f' of {limits}' if limits else ''}"


def wire(port: Port, providers: Iterable[str]) -> Schema:
    """Whom a port may name. `providers`: instances that provide its interface somewhere, to choose from."""
    text = f"{port.summary or 'A port'}\n\n{port.cardinality} {port.interface}, used at {'start-up' if port.use == 'init' else 'run time'}."
    known = sorted(providers)
    schema: Schema = {"description": text, "type": "string", "examples": known}
    if port.cardinality == "one":
        schema |= {"pattern": "^(?!none$)", "patternErrorMessage": f"port `{port.name}` needs a provider of {port.interface}; it cannot be `none`"}
    else:
        schema["examples"] = [*known, "none"]
    if port.cardinality == "many":
        schema |= {"type": ["array", "string"], "items": {"type": "string", "examples": known}, "uniqueItems": True}
    return schema


def mapping(properties: Schema, **more: Any) -> Schema:
    """An object with these keys and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def when(key: str, value: str, then: Schema) -> Schema:
    """`then` holds where `key` has this value."""
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}
