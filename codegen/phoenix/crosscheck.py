"""Pass 2, last part: what the files of a catalog say of each other."""

from __future__ import annotations

import posixpath
from typing import Mapping

from .diagnostics import Diagnostic, Place, did_you_mean, suggestion
from .load import Tree
from .repair import Put, Repair, drop, respell, reword, uncertain
from .model import Component, Interface, LockCall

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
        repairs=respell(place, name, (near,)) if near is not None else (),
    )


def check(
    components: dict[str, Component], interfaces: dict[str, Interface], broken: Problems, flaws: Problems
) -> None:
    known = set(interfaces) | {name for kind, name in broken if kind == "interface"}
    for component in components.values():
        problems = _component(component, interfaces, known)
        problems += _locks(component, components, interfaces)
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
        repairs=respell(place, name, known),
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
                    repairs=(
                        *drop(place, f"`{name}` from `provides:`", certain=False),
                        Repair("write `arch: [host]`", (Put(place.file, ("arch",), "[host]"),), False),
                    ),
                )
            )
    for port in component.ports:
        if port.interface not in known:
            problems.append(unknown_interface(port.interface, port.interface_place, known))
    return problems


def system_calls(component: Component, numbers: Mapping[str, int]) -> list[Diagnostic]:
    """The calls that Linux does not have on arm64."""
    return [
        Diagnostic(
            call.place,
            "unknown-system-call",
            f"Linux has no system call `{call.name}` on arm64",
            fix=(f"did you mean `{near}`?",)
            if (near := suggestion(call.name, numbers)) is not None
            else ("take the name from <asm/unistd.h>, without `__NR_`",),
            repairs=respell(call.place, call.name, numbers),
        )
        for call in component.system_calls
        if call.name not in numbers
    ]


def _locks(
    component: Component, components: dict[str, Component], interfaces: dict[str, Interface]
) -> list[Diagnostic]:
    """That what locks are held for, and taken by, exists."""
    problems = []
    ports = {port.name: port.interface for port in component.ports}
    libraries = {other.name for other in components.values() if other.library}
    calls = [call for lock in component.locks for call in lock.calls]
    for call in (*calls, *component.passes_on):
        if call.target in ports:
            problems += _function(call, interfaces.get(ports[call.target]))
        elif call.target not in libraries or call.function is not None:
            problems.append(
                Diagnostic(
                    call.place,
                    "unknown-port",
                    f"`{call.text}` is no port of component `{component.name}`, and no library",
                    reasons=("a library is named as a whole",) if call.target in libraries else (),
                    fix=did_you_mean(call.target, {*ports, *libraries}),
                    repairs=respell(
                        call.place,
                        call.target,
                        {*ports, *libraries},
                        lambda word, call=call: word if word in libraries else _called(word, call),  # type: ignore[misc]
                    )
                    if call.target not in libraries
                    else reword(call.place, call.target),
                )
            )
    provided = {name for name, _ in component.provides}
    taken_by = [call for lock in component.locks for call in lock.taken_by or ()]
    for call in taken_by if not component.library else ():
        if call.target in provided:
            problems += _function(call, interfaces.get(call.target))
        else:
            problems.append(
                Diagnostic(
                    call.place,
                    "not-provided",
                    f"`{call.target}` is no interface that component `{component.name}` provides",
                    fix=did_you_mean(call.target, provided)
                    or ("it provides none, so nobody but itself takes its locks: write `taken_by: []`",),
                    repairs=respell(call.place, call.target, provided, lambda word, call=call: _called(word, call)),  # type: ignore[misc]
                )
            )
    return problems


def _called(target: str, call: LockCall) -> str:
    return target if call.function is None else f"{target}.{call.function}"


def _function(call: LockCall, interface: Interface | None) -> list[Diagnostic]:
    """One that the interface lists, if it lists any."""
    if interface is None or call.function is None:
        return []
    known = [rule.function for rule in interface.context]
    if call.function in known:
        return []
    return [
        Diagnostic(
            call.place,
            "unknown-function",
            f"interface `{interface.name}` lists no function `{call.function}`",
            related=((interface.place, "described here"),),
            fix=did_you_mean(call.function, known) or ("list it there under `context:`",),
            repairs=respell(call.place, call.function, known, lambda word: f"{call.target}.{word}"),
        )
    ]


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
                repairs=uncertain(respell(interface.fake_place, fake, _providers(components, interface))),
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
                repairs=uncertain(respell(interface.fake_place, fake, _providers(components, interface))),
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


def _providers(components: dict[str, Component], interface: Interface) -> list[str]:
    """Who could be its fake."""
    return [
        name
        for name, component in components.items()
        if component.provided(interface.name) is not None and "host" in component.arch
    ]
