"""What of a resolved graph an image carries: what `phx diff` compares, in the words of graph.json, and what its components cost.

The image is small, so that reasons, places and what the manifests say stay behind; the ELF file has all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from phoenix_tools import footprint
from phoenix_tools.costs import record
from phoenix_tools.costs.record import Costs
from phoenix_tools.embedded import codec
from phoenix_tools.stack.report import Stack, Stacks

_OF_GRAPH = ("version", "graph", "arch", "cpu_order", "interrupts", "libraries", "budgets", "rootfs", "append", "boot_test")
_OF_MACHINE = ("name", "device_tree", "qemu", "memory_base")


def whole(graph: Mapping[str, Any], costs: Costs) -> dict[str, Any]:
    return {**graph, "costs": _costs(costs)}


def reduced(graph: Mapping[str, Any], costs: Costs) -> dict[str, Any]:
    """For an Image. What a graph has none of is left out, too."""
    found = {name: graph[name] for name in _OF_GRAPH if graph.get(name)}
    found["machine"] = {name: graph["machine"][name] for name in _OF_MACHINE}
    found["instances"] = [_instance(each) for each in graph["instances"]]
    found["init_order"] = [{"instance": step["instance"]} for step in graph["init_order"]]
    found["claims"] = [{"path": each["path"], "instance": each["instance"]} for each in graph["claims"]]
    found["system_calls"] = [{"name": each["name"], "instance": each["instance"]} for each in graph["system_calls"]]
    found["locks"] = [{"name": each["name"], "kind": each["kind"]} for each in graph["locks"]]
    found["costs"] = _costs(costs)
    return found


def _instance(each: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        "name": each["name"],
        "component": each["component"],
        "domain": each["domain"],
        "parameters": {name: {"value": given["value"]} for name, given in each["parameters"].items()},
        "ports": {name: {"providers": port["providers"]} for name, port in each["ports"].items()},
        "provides": each["provides"],
        "on_fail": each["on_fail"],
    }
    return found


def _costs(costs: Costs) -> dict[str, Any]:
    """Bytes of each component in the order of footprint.USAGES; of stacks how deep they get, and not how."""
    stacks = costs.stacks
    return {
        "static_ram_bytes": costs.static_ram_bytes,
        "components": {owner: [row[usage] for usage in footprint.USAGES] for owner, row in costs.components.items()},
        "threads": {each.name: each.bytes for each in stacks.threads},
        "fault": stacks.fault.bytes,
        "interrupt": stacks.interrupt.bytes,
        "handlers": {name: each.bytes for name, each in stacks.handlers.items()},
    }


def checked(found: Mapping[str, Any]) -> dict[str, Any]:
    """As it was read, with what was left out for being empty. Raises codec.Unreadable where it is no graph: files come from anywhere."""
    import jsonschema  # type: ignore[import]

    schema = json.loads(resources.files("phoenix_tools.embedded").joinpath("schema.json").read_text(encoding="utf-8"))
    wrong = next(jsonschema.Draft7Validator(schema).iter_errors(found), None)
    if wrong is not None:
        place = "".join(f"/{key}" for key in wrong.absolute_path)
        raise codec.Unreadable(f"the graph in it is none: at `{place or '/'}`, {wrong.message[:200]}")
    empty: dict[str, Any] = {name: [] for name in ("cpu_order", "interrupts", "libraries")}
    empty |= {"budgets": {}, "rootfs": None, "append": None, "boot_test": {}}
    return {**empty, **found}


def costs_of(content: Mapping[str, Any], image_bytes: int) -> Costs:
    """Of what was read out of an image."""
    known = content["costs"]
    components = {owner: dict(zip(footprint.USAGES, row)) for owner, row in known["components"].items()}
    domains = record.domains_of(content)
    return Costs(
        graph=content["graph"],
        elf="",
        image_bytes=image_bytes,
        static_ram_bytes=known["static_ram_bytes"],
        sections={usage: sum(row[usage] for row in components.values()) for usage in footprint.USAGES},
        domains={owner: domains.get(owner, record.NO_DOMAIN) for owner in components},
        components=components,
        instances={},
        sources={},
        stacks=Stacks(
            tuple(_stack(name, amount) for name, amount in known["threads"].items()),
            _stack("fault", known["fault"]),
            _stack("interrupt", known["interrupt"]),
            {name: _stack(name, amount) for name, amount in known["handlers"].items()},
            {},
            {},
        ),
    )


def _stack(name: str, amount: int) -> Stack:
    return Stack(name, amount, (), (), ())
