"""What an editor offers to begin with: whole files and parts of them, with the places to fill in marked."""

from __future__ import annotations

from typing import Any

Snippets = list[dict[str, Any]]

INSTANCE: Snippets = [
    {
        "label": "instance with parameters",
        "description": "The long form: a component, and values for its parameters.",
        "body": {"component": "${1:COMPONENT}", "parameters": {"${2:PARAMETER}": "${3:VALUE}"}},
    },
    {
        "label": "instance with wires",
        "description": "The long form: a component, and whom its ports get.",
        "body": {"component": "${1:COMPONENT}", "wires": {"${2:PORT}": "${3:INSTANCE}"}},
    },
]

_VARIANT = {
    "label": "variant",
    "description": "A graph that extends another one and names only what differs.",
    "body": {
        "graph": "${1:name}",
        "summary": "${2:What this kernel is for.}",
        "extends": "${3:monitor}",
        "add": {"${4:cmd_crash}": "${4:cmd_crash}"},
    },
}
_BASE = {
    "label": "graph",
    "description": "A graph of its own, with every instance written down.",
    "body": {
        "graph": "${1:name}",
        "summary": "${2:What this kernel is for.}",
        "arch": "aarch64",
        "machine": "${3:qemu-virt-gicv3}",
        "instances": {"${4:INSTANCE}": "${5:COMPONENT}"},
    },
}
_HOST_TEST = {
    "label": "host test",
    "description": "The component under test with the parts that it needs; interfaces that have a fake get it.",
    "body": {
        "graph": "${1:component}",
        "summary": "${2:What is tested.}",
        "arch": "host",
        "instances": {"${1:component}": "${1:component}"},
    },
}

COMPONENT: Snippets = [
    {
        "label": "component",
        "description": "A part with a class, one need and one parameter.",
        "body": {
            "component": "${1:name}",
            "summary": "${2:What it is.}",
            "class": "phx::${3:domain}::${4:Name}",
            "header": "${1:name}.hpp",
            "sources": ["${1:name}.cpp"],
            "provides": ["${5:Interface}"],
            "ports": {"log": {"interface": "Log", "use": "run", "summary": "${6:What it is needed for.}"}},
        },
    },
    {
        "label": "driver",
        "description": "A part that drives a node of the device tree.",
        "body": {
            "component": "${1:name}",
            "summary": "${2:What it drives.}",
            "class": "phx::${3:domain}::${4:Name}",
            "header": "${1:name}.hpp",
            "sources": ["${1:name}.cpp"],
            "device": {
                "compatible": "${5:vendor,device}",
                "registers": [{"name": "${6:control}"}],
                "interrupts": [{"name": "${7:ready}", "handler": "${8:on_ready}"}],
            },
            "init": "init",
        },
    },
    {
        "label": "library",
        "description": "Shared code without class and instances, open to all.",
        "body": {"component": "${1:name}", "kind": "library", "summary": "${2:What it holds.}"},
    },
]

PORT: Snippets = [
    {
        "label": "port",
        "description": "A need: one provider of an interface.",
        "body": {"interface": "${1:Interface}", "use": "${2:run}", "summary": "${3:What it is needed for.}"},
    }
]

_TYPES: list[tuple[str, dict[str, Any], str]] = [
    ("integer", {"min": "${1:1}", "max": "${2:100}"}, "${3:10}"),
    ("size", {"min": "${1:4 KiB}", "max": "${2:1 MiB}"}, "${3:16 KiB}"),
    ("duration", {"min": "${1:1 ms}", "max": "${2:1 s}"}, "${3:10 ms}"),
    ("boolean", {}, "${1:false}"),
    ("choice", {"values": ["${1:first}", "${2:second}"]}, "${1:first}"),
]
PARAMETER: Snippets = [
    {
        "label": f"{kind} parameter",
        "description": "A value that a graph may set.",
        "body": {"type": kind, **limits, "default": default, "summary": "${9:What it changes.}"},
    }
    for kind, limits, default in _TYPES
]

INTERFACE: Snippets = [
    {
        "label": "service",
        "description": "A contract that is bound statically: a concept, and the least type that satisfies it.",
        "body": {
            "interface": "${1:Name}",
            "summary": "${2:What it promises.}",
            "cxx": "phx::${3:domain}::${1:Name}",
            "header": "${4:name}.hpp",
            "archetype": "phx::${3:domain}::Archetype${1:Name}",
            "archetype_header": "${4:name}_archetype.hpp",
        },
    },
    {
        "label": "family",
        "description": "A contract of many implementations: an abstract class, used by reference.",
        "body": {
            "interface": "${1:Name}",
            "summary": "${2:What it promises.}",
            "kind": "family",
            "cxx": "phx::${3:domain}::${1:Name}",
            "header": "${4:name}.hpp",
        },
    },
]


def graph(arch: str) -> Snippets:
    return [_HOST_TEST] if arch == "host" else [_VARIANT, _BASE]
