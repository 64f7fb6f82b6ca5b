"""The schema of graphs for editors: the validator's, and what it leaves to later passes: the names and values that exist."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix.api import Project
from phoenix.model import Catalog, Component, GraphSpec
from phoenix.schema import load_schema
from phoenix.variant import SETTABLE
from phoenix_tools.editor import snippets
from phoenix_tools.editor.words import Schema, component_text, components, described, mapping, names, parameter, when, wire

_NAME = "[a-z][a-z0-9_]*"


@dataclass(frozen=True)
class Known:
    """What exists, as a graph for one architecture sees it."""

    catalog: Catalog
    arch: str
    specs: Mapping[str, GraphSpec]  # the graphs of that architecture, with what they extend applied
    bases: frozenset[str]  # those that other graphs extend, or may well
    providers: Mapping[str, frozenset[str]]  # an interface: instances that provide it in some graph
    devices: Mapping[str, tuple[str, ...]]  # a `compatible`: paths of nodes of some machine


def known(project: Project, arch: str) -> Known:
    specs = _specs(project, arch)
    extended = {name for spec in specs.values() for name in spec.extends}
    shipped = {name for name in specs if project.catalog.graphs[name].path.startswith("graphs/")}
    providers: dict[str, set[str]] = {}
    for spec in specs.values():
        for instance in spec.instances:
            component = project.catalog.components.get(instance.component)
            for interface, _ in component.provides if component else ():
                providers.setdefault(interface, set()).add(instance.name)
    return Known(
        project.catalog,
        arch,
        specs,
        frozenset(extended | shipped),
        {interface: frozenset(found) for interface, found in providers.items()},
        _devices(project),
    )


def _specs(project: Project, arch: str) -> dict[str, GraphSpec]:
    """Graphs that cannot be read are left out: `phx check` says what is wrong with them."""
    found = {}
    for name, file in sorted(project.catalog.graphs.items()):
        spec, _ = project.flat(file)
        if spec is not None and spec.arch == arch:
            found[name] = spec
    return found


def _devices(project: Project) -> dict[str, tuple[str, ...]]:
    paths: dict[str, set[str]] = {}
    for machine in project.catalog.machines.values():
        tree, _ = project.device_tree(machine)
        for node in tree.devices() if tree else ():
            for compatible in node.compatible:
                paths.setdefault(compatible, set()).add(node.path)
    return {compatible: tuple(sorted(found)) for compatible, found in paths.items()}


def graph_schema(what: Known) -> Schema:
    schema: Schema = copy.deepcopy(load_schema("graph"))
    properties, definitions = schema["properties"], schema["definitions"]
    schema["$id"] = f"https://phoenix.invalid/schemas/editor/{what.arch}-graph.json"
    schema["defaultSnippets"] = snippets.graph(what.arch)
    del schema["title"]  # which would head every text that an editor shows
    definitions["instance"] = _instance(definitions["instance"], what)
    definitions |= {f"parameters_{name}": _parameters(each) for name, each in components(what.catalog, what.arch).items()}
    definitions |= {f"wires_{name}": _wires(each, what) for name, each in components(what.catalog, what.arch).items()}
    properties["arch"]["enum"] = [what.arch]
    if what.arch == "host":
        for key in ("machine", "rootfs", "append", "boot_test"):
            properties.pop(key)
        schema["then"]["properties"] = {key: value for key, value in schema["then"]["properties"].items() if key in properties}
    else:
        properties["machine"] = described(names({name: each.summary for name, each in what.catalog.machines.items()}), properties["machine"]["description"])
    properties["extends"] = described(names({name: spec.summary for name, spec in what.specs.items()}), properties["extends"]["description"])
    properties["choose"] |= {"properties": _choices(what), "additionalProperties": False}
    budgets = properties["budgets"]["properties"]
    for key, known_names in _parts(what).items():
        budgets[key] |= mapping({name: budgets[key]["additionalProperties"] | {"description": text} for name, text in known_names.items()})
    properties["set"]["propertyNames"] = _settable(what)
    for key in ("instances", "add"):
        properties[key]["properties"] = {
            name: {"$ref": "#/definitions/instance", "description": component_text(each), "default": name}
            for name, each in components(what.catalog, what.arch).items()
        }
    definitions |= {f"base_{name}": _on_base(what, what.specs[name]) for name in sorted(what.bases)}
    if what.bases:
        schema["allOf"] = [when("extends", name, {"$ref": f"#/definitions/base_{name}"}) for name in sorted(what.bases)]
    return schema


def _choices(what: Known) -> Schema:
    needed = {port.interface for each in what.catalog.components.values() for port in each.ports}
    return {
        name: {"type": "string", "description": each.summary, "examples": sorted(what.providers.get(name, ()))}
        for name, each in sorted(what.catalog.interfaces.items())
        if name in needed
    }


def _parts(what: Known) -> dict[str, dict[str, str]]:
    """What budgets may be for, as far as that does not depend on the graph."""
    able = {name: each for name, each in sorted(what.catalog.components.items()) if what.arch in each.arch}
    domains = sorted({each.domain for each in able.values() if each.domain})
    return {
        "components": {name: each.summary for name, each in able.items()},
        "domains": {domain: f"All components of {domain}." for domain in domains},
    }


# --- instances


def _instance(base: Schema, what: Known) -> Schema:
    """A component's name, or a mapping whose keys depend on the component that it names."""
    able = components(what.catalog, what.arch)
    listed = {name: component_text(each) for name, each in able.items()}
    long = {key: base[key] for key in ("properties", "required", "additionalProperties")}
    properties = long["properties"]
    properties["component"] = described(names(listed), properties["component"]["description"])
    limits = properties["require"]["additionalProperties"]
    for key in ("parameters", "wires", "require"):  # which of them depends on the component
        properties[key] = {"type": "object", "description": properties[key]["description"]}
    conditions = [when("component", name, _of_component(each, what, base)) for name, each in able.items()]
    return {"anyOf": [names(listed), {"type": "object", **long, "allOf": conditions, "defaultSnippets": snippets.INSTANCE}]}


def _of_component(component: Component, what: Known, limits: Schema) -> Schema:
    name = component.name
    properties: Schema = {
        "parameters": {"$ref": f"#/definitions/parameters_{name}"},
        "wires": {"$ref": f"#/definitions/wires_{name}"},
        "require": mapping({port.name: limits for port in component.ports}),
        "device": _device(component, what),
    }
    return {"properties": properties}


def _device(component: Component, what: Known) -> Schema | bool:
    if component.device is None:
        return False
    paths = {path for compatible in component.device.compatible for path in what.devices.get(compatible, ())}
    return {"examples": sorted(paths), "description": f"A device-tree node that is compatible with {' or '.join(component.device.compatible)}."}


def _parameters(component: Component) -> Schema:
    return mapping({each.name: parameter(each) for each in component.parameters}, description=f"Parameters of {component.name}.")


def _wires(component: Component, what: Known) -> Schema:
    wires = {port.name: wire(port, what.providers.get(port.interface, ())) for port in component.ports}
    return mapping(wires, description=f"Ports of {component.name}.")


# --- variants


def _settable(what: Known) -> Schema:
    """The dotted paths that `set:` may hold, as far as a pattern can tell."""
    able = components(what.catalog, what.arch).values()
    parameters = _any_of(each.name for component in able for each in component.parameters)
    ports = _any_of(each.name for component in able for each in component.ports)
    of_instance = f"component|device|on_fail|require(\\..+)?|parameters(\\.{parameters})?|wires(\\.{ports})?"
    keys = _any_of(key for key in SETTABLE if key not in ("instances", "choose"))
    interfaces = _any_of(what.catalog.interfaces)
    return {
        "pattern": f"^({keys}(\\..+)?|choose(\\.{interfaces})?|instances\\.{_NAME}\\.({of_instance}))$",
        "patternErrorMessage": "`set:` takes dotted paths, such as `machine`, `budgets.image_kib`, `choose.INTERFACE`, "
        "`instances.NAME.parameters.PARAMETER` or `instances.NAME.wires.PORT`",
    }


def _any_of(words: Iterable[str]) -> str:
    return f"({'|'.join(sorted(set(words)))})"


def _on_base(what: Known, spec: GraphSpec) -> Schema:
    """What `set`, `remove` and `replace` may name in a graph that extends this one."""
    instances = {each.name: what.catalog.components.get(each.component) for each in spec.instances}
    texts = {name: f"{component.name}: {component.summary}" if component else "" for name, component in instances.items()}
    paths: dict[str, Any] = {}
    for name, component in instances.items():
        if component is not None:
            for each in component.parameters:
                paths[f"instances.{name}.parameters.{each.name}"] = _part("parameters", component, each.name)
            for port in component.ports:
                paths[f"instances.{name}.wires.{port.name}"] = _part("wires", component, port.name)
    budgets = load_schema("graph")["properties"]["budgets"]["properties"]
    paths |= {"machine": {"$ref": "#/properties/machine"}} if what.arch != "host" else {}
    paths |= {f"budgets.{name}": each for name, each in budgets.items()}
    paths |= {f"choose.{name}": {"$ref": f"#/properties/choose/properties/{name}"} for name in _choices(what)}
    paths |= {key: {"$ref": f"#/properties/{key}"} for key in ("budgets", "boot_test", "rootfs", "append") if key == "budgets" or what.arch != "host"}
    replaced = {name: {"$ref": "#/definitions/instance", "description": f"Now {text}"} for name, text in texts.items()}
    return {
        "properties": {
            "set": {"type": "object", "properties": paths},
            "remove": {"type": "array", "items": names(texts)},
            "replace": {**mapping(replaced)},
        }
    }


def _part(kind: str, component: Component, name: str) -> Schema:
    return {"$ref": f"#/definitions/{kind}_{component.name}/properties/{name}"}
