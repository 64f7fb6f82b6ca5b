"""Pass 2, last part: what the files of a catalog say of each other."""

from __future__ import annotations

import posixpath

from .diagnostics import Diagnostic, Place, did_you_mean, suggestion
from .load import Tree
from .model import Component, Interface

Problems = dict[tuple[str, str], list[Diagnostic]]


def join(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))


def no_such_file(tree: Tree, place: Place, folder: str, name: str) -> Diagnostic:
    ending = posixpath.splitext(name)[1]
    near = suggestion(name, (other for other in tree.listing.get(folder, ()) if other.endswith(ending)), 0.75)
    return Diagnostic(
        place,
        "missing-file",
        f"there is no file `{join(folder, name)}`",
        fix=(f"did you mean `{near}`?",)
        if near is not None
        else (f"create {join(folder, name)}, or correct the name",),
    )


def check(
    components: dict[str, Component], interfaces: dict[str, Interface], broken: Problems, flaws: Problems
) -> None:
    known = set(interfaces) | {name for kind, name in broken if kind == "interface"}
    for component in components.values():
        problems = _component(component, interfaces, known)
        if problems:
            flaws.setdefault(("component", component.name), []).extend(problems)
    unreadable = {name for kind, name in broken if kind == "component"}
    for interface in interfaces.values():
        problems = _interface(interface, components, known, unreadable)
        if problems:
            flaws.setdefault(("interface", interface.name), []).extend(problems)


def unknown_interface(name: str, place: Place, known: set[str]) -> Diagnostic:
    return Diagnostic(
        place,
        "unknown-interface",
        f"there is no interface `{name}`",
        fix=did_you_mean(name, known) or ("describe it in components/DOMAIN/interfaces/NAME.yaml",),
    )


def _component(component: Component, interfaces: dict[str, Interface], known: set[str]) -> list[Diagnostic]:
    problems = []
    for name, place in component.provides:
        if name not in known:
            problems.append(unknown_interface(name, place, known))
        elif name in interfaces and interfaces[name].generated and "aarch64" in component.arch:
            problems.append(
                Diagnostic(
                    place,
                    "generated-interface",
                    f"`{name}` is provided by the wiring itself; only host tests may replace it",
                    fix=("write `arch: [host]`, or remove it from `provides:`",),
                )
            )
    for port in component.ports:
        if port.interface not in known:
            problems.append(unknown_interface(port.interface, port.interface_place, known))
    return problems


def _interface(
    interface: Interface, components: dict[str, Component], known: set[str], unreadable: set[str]
) -> list[Diagnostic]:
    problems = []
    for name, place in zip(interface.uses, interface.uses_places):
        if name not in known:
            problems.append(unknown_interface(name, place, known))
    fake = interface.fake
    if fake is None or fake in unreadable:
        return problems
    component = components.get(fake)
    if component is None:
        problems.append(
            Diagnostic(
                interface.fake_place,
                "unknown-component",
                f"the fake of `{interface.name}`, component `{fake}`, does not exist",
                fix=(
                    f"create components/{interface.domain}/{fake}/component.yaml with `provides: [{interface.name}]`",
                ),
            )
        )
    elif component.provided(interface.name) is None:
        problems.append(
            Diagnostic(
                interface.fake_place,
                "interface-mismatch",
                f"the fake of `{interface.name}`, component `{fake}`, does not provide it",
                related=((component.place, f"`{fake}` is described here"),),
                fix=(f"add {interface.name} to its `provides:`",),
            )
        )
    elif "host" not in component.arch:
        problems.append(
            Diagnostic(
                interface.fake_place,
                "wrong-arch",
                f"the fake of `{interface.name}`, component `{fake}`, is not for `arch: host`",
                related=((component.place, f"`{fake}` is described here"),),
                fix=("add host to its `arch:`",),
            )
        )
    return problems
