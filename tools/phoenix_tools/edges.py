"""What the edge audit says when code crosses components where the graph has no edge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from phoenix.diagnostics import Diagnostic, Place
from phoenix.model import Catalog, Component, Interface

NEVER_AUDITED = re.compile(r"_(test|property|fuzz|bench|conformance)\.[ch]pp$")


def port_name(interface: str) -> str:
    """IrqController -> irq_controller."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", interface).lower()


def port_fix(user: Component, interfaces: Iterable[str]) -> tuple[str, ...]:
    """The manifest lines that declare the edge, one for each interface that would do."""
    manifest = f"{user.folder}/component.yaml"
    lines = [f"    {port_name(name)}: {{interface: {name}, use: run}}" for name in interfaces]
    if not lines:
        return ("what two components share belongs in an interface, or in a component of `kind: library`",)
    head = f"{manifest}: add under `ports:`" if user.ports else f"{manifest}: add `ports:` and under it"
    reach = f"then include <ports/{user.name}.hpp> and call ports::{user.name}::{lines[0].split(':')[0].strip()}()"
    return (head, *(lines[:1] if len(lines) == 1 else [*lines[:-1], f"{lines[-1]}    (one of these)"]), reach)


def crossing(
    user: Component, place: Place, verb: str, what: str, owner: str, interfaces: Iterable[str]
) -> Diagnostic:
    """`user` includes or calls `what`, which is `owner`'s."""
    return Diagnostic(
        place,
        f"undeclared-{verb}",
        f"component `{user.name}` {verb}s `{what}` of {owner} without a declared edge",
        fix=port_fix(user, interfaces),
    )


def reachable_interfaces(component: Component, interfaces: Mapping[str, Interface]) -> frozenset[str]:
    """What it provides, what its ports name, and what the headers of those use in turn."""
    todo = [name for name, _ in component.provides] + [port.interface for port in component.ports]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen and name in interfaces:
            seen.add(name)
            todo.extend(interfaces[name].uses)
    return frozenset(seen)


def offered(catalog: Catalog, owner: Component) -> tuple[str, ...]:
    """The interfaces through which `owner` may be reached."""
    return tuple(name for name, _ in owner.provides if name in catalog.interfaces)
