"""The schemas of components, interfaces and machines for editors: the validator's, with the names that exist."""

from __future__ import annotations

import copy

from phoenix.api import Project
from phoenix.model import Catalog
from phoenix.schema import load_schema
from phoenix_tools.editor import snippets
from phoenix_tools.editor.words import Schema, component_text, described, names


def component_schema(catalog: Catalog) -> Schema:
    schema = _base("component")
    properties = schema["properties"]
    schema["defaultSnippets"] = snippets.COMPONENT
    schema["definitions"]["interface"] = names({name: f"{each.summary} ({each.domain})" for name, each in catalog.interfaces.items()})
    schema["definitions"]["system_call"] = names({name: f"System call {number}." for name, number in catalog.call_numbers.items()})
    properties["provides"] |= {"items": {"$ref": "#/definitions/interface"}, "uniqueItems": True}
    port = properties["ports"]["additionalProperties"]
    port["properties"]["interface"] = described({"$ref": "#/definitions/interface"}, port["properties"]["interface"]["description"])
    port["defaultSnippets"] = snippets.PORT
    properties["parameters"]["additionalProperties"]["defaultSnippets"] = snippets.PARAMETER
    if catalog.call_numbers:
        call = properties["system_calls"]["items"]
        long = {key: call[key] for key in ("properties", "required", "additionalProperties")}
        long["properties"]["name"] = described({"$ref": "#/definitions/system_call"}, long["properties"]["name"]["description"])
        properties["system_calls"]["items"] = {"anyOf": [{"$ref": "#/definitions/system_call"}, {"type": "object", **long}]}
    return schema


def interface_schema(catalog: Catalog) -> Schema:
    schema = _base("interface")
    properties = schema["properties"]
    schema["defaultSnippets"] = snippets.INTERFACE
    listed = {name: component_text(each) for name, each in catalog.components.items() if not each.library and "host" in each.arch}
    properties["fake"] = described(names(listed), properties["fake"]["description"])
    interfaces = {name: each.summary for name, each in catalog.interfaces.items()}
    properties["uses"] |= {"items": names(interfaces), "uniqueItems": True}
    return schema


def machine_schema(project: Project) -> Schema:
    schema = _base("machine")
    properties = schema["properties"]
    sources = sorted(name for name in project.tree.listing.get("dts", ()) if name.endswith((".dts", ".dtso")))
    properties["device_tree"]["examples"] = [name for name in sources if name.endswith(".dts")]
    properties["overlays"]["items"]["examples"] = sources
    return schema


def _base(kind: str) -> Schema:
    schema: Schema = copy.deepcopy(load_schema(kind))
    schema["$id"] = f"https://phoenix.invalid/schemas/editor/{kind}.json"
    del schema["title"]
    return schema
