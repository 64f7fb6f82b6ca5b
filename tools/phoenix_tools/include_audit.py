"""First half of the edge audit: every `#include` of a component must be covered by its manifest.

A component may include its own folder, libraries, <arch/...>, the headers of interfaces that it provides or has a port
for (and of what those use), its own <params/NAME.hpp>, <params/NAME/PARAMETER.hpp>, <locks/NAME.hpp> and <ports/NAME.hpp>, and the standard library.
An interface may include libraries, <arch/...> and the interfaces that it uses. Tests are not audited: they hold the component's fakes.

    python3 -m phoenix_tools.include_audit --root . --out build/GRAPH
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from phoenix.api import catalog as load_catalog
from phoenix.diagnostics import Diagnostic, Place, ordered
from phoenix.model import Catalog, Component, Interface
from phoenix_tools.edges import NEVER_AUDITED, crossing, offered, port_fix, port_name, reachable_interfaces
from phoenix_tools.includes import includes

TEST_LOCKS = "sync/interfaces/test_lock_class.hpp"

_CODE = {".cpp", ".hpp", ".h", ".S", ".inc"}


@dataclass(frozen=True)
class Seen:
    """One include directive; `target` is as the include roots see it."""

    place: Place
    target: str


class Map:
    """Who owns which include path."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.folders = {component.include: component for component in catalog.components.values()}
        self.headers: dict[str, Interface] = {}
        for interface in catalog.interfaces.values():
            for header in (interface.header, interface.archetype_header, interface.facade_header):
                if header:
                    self.headers.setdefault(f"{interface.include}/{header}", interface)
        self.interface_folders = {interface.include for interface in catalog.interfaces.values()}

    def component(self, target: str) -> Component | None:
        """The component whose folder holds `target`."""
        for parent in PurePosixPath(target).parents:
            if str(parent) in self.folders:
                return self.folders[str(parent)]
        return None


def seen(root: Path, file: str, include_folder: str) -> Iterator[Seen]:
    """The include directives of a file, quoted ones resolved against its folder."""
    for each in includes(root, file):
        beside = each.quoted and (root / file).parent.joinpath(each.target).is_file()
        target = _normal(f"{include_folder}/{each.target}") if beside else each.target
        yield Seen(Place(file, each.line, each.column), target)


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def component_files(root: Path, component: Component, others: set[str]) -> Iterator[tuple[str, str]]:
    """(file, its folder as include paths see it), for what of a component goes into an image."""
    top = root / component.folder
    for path in sorted(top.rglob("*")):
        folder = str(path.parent.relative_to(root))
        if path.suffix not in _CODE or NEVER_AUDITED.search(path.name) or _nested(folder, component.folder, others):
            continue
        yield str(path.relative_to(root)), _normal(component.include + folder[len(component.folder) :])


def _nested(folder: str, own: str, others: set[str]) -> bool:
    return any(other != own and other.startswith(own + "/") and (folder + "/").startswith(other + "/") for other in others)


def audit_component(where: Map, component: Component, include: Seen) -> Diagnostic | None:
    """What is wrong with one include of a component; None if it is covered."""
    first, _, rest = include.target.partition("/")
    if not rest or first == "arch":
        return None if include.target != "wiring.hpp" else _wiring(component, include)
    if include.target == TEST_LOCKS:
        return _undeclared_lock(component, include)
    if first in ("params", "ports", "locks"):
        return _generated(where, component, include, rest.partition("/")[0].removesuffix(".hpp"))
    allowed = reachable_interfaces(component, where.catalog.interfaces)
    if first == "types":
        name = rest.removesuffix(".hpp")
        if any(port_name(each) == name for each in allowed):
            return None
        wanted = [each for each in where.catalog.interfaces if port_name(each) == name]
        return crossing(component, include.place, "include", include.target, f"interface `{' or '.join(wanted)}`", wanted)
    interface = where.headers.get(include.target)
    if interface is not None:
        if interface.name in allowed or component.library:  # a library may work with what a contract defines; it reaches no provider
            return None
        return crossing(component, include.place, "include", include.target, f"interface `{interface.name}`", [interface.name])
    folder = str(PurePosixPath(include.target).parent)
    if folder in where.interface_folders:
        neighbours = [each for each in where.catalog.interfaces.values() if each.include == folder]
        if component.library or any(each.name in allowed for each in neighbours):
            return None
        names = sorted(each.name for each in neighbours)
        return crossing(component, include.place, "include", include.target, f"the interfaces in `{folder}`", names)
    owner = where.component(include.target)
    if owner is None or owner.library or owner.name == component.name:
        return None
    ways = offered(where.catalog, owner)
    return crossing(component, include.place, "include", include.target, f"component `{owner.name}`", ways)


def _wiring(component: Component, include: Seen) -> Diagnostic:
    return Diagnostic(
        include.place,
        "undeclared-include",
        f"component `{component.name}` includes `wiring.hpp`, which only host tests may",
        fix=(f"reach other instances through ports, in <ports/{component.name}.hpp>",),
    )


def _undeclared_lock(component: Component, include: Seen) -> Diagnostic:
    return Diagnostic(
        include.place,
        "undeclared-lock",
        f"component `{component.name}` makes classes of locks that its manifest does not declare, which only tests may",
        fix=(
            f"{component.place.file}: add under `locks:`",
            "    NAME: {summary: What it guards., calls: [PORTS THAT ARE CALLED WHILE IT IS HELD]}",
            f"then include <locks/{component.name}.hpp>, and construct the lock from locks::{component.name}::NAME",
        ),
    )


def _generated(where: Map, component: Component, include: Seen, name: str) -> Diagnostic | None:
    if name == component.name:
        return None
    owner = where.catalog.components.get(name)
    names = offered(where.catalog, owner) if owner else ()
    return Diagnostic(
        include.place,
        "undeclared-include",
        f"component `{component.name}` includes `{include.target}`, the generated header of another component",
        fix=port_fix(component, names),
    )


def audit_interface(where: Map, interface: Interface, include: Seen) -> Diagnostic | None:
    """What is wrong with one include of an interface's header."""
    first, _, rest = include.target.partition("/")
    if not rest or first == "arch" or str(PurePosixPath(include.target).parent) == interface.include:
        return None
    other = where.headers.get(include.target)
    owner = where.component(include.target)
    if other is not None and other.name not in interface.uses:
        fix = f"{interface.place.file}: add `{other.name}` to `uses:`"
        text = f"interface `{interface.name}` includes `{include.target}` of interface `{other.name}` without saying so"
        return Diagnostic(include.place, "undeclared-include", text, fix=(fix,))
    if other is None and (first in ("params", "ports", "locks") or (owner is not None and not owner.library)):
        text = f"interface `{interface.name}` includes `{include.target}`: a contract may not depend on a component"
        fix = "move what both need into an interface, or into a component of `kind: library`"
        return Diagnostic(include.place, "undeclared-include", text, fix=(fix,))
    return None


def audit(root: Path, names: list[str]) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
    """Everything wrong with the includes of these components and of the interfaces they reach; and the files read."""
    catalog = load_catalog(root)
    where = Map(catalog)
    folders = {component.folder for component in catalog.components.values()}
    wrong: list[Diagnostic | None] = []
    read: list[str] = []
    reached: set[str] = set()
    for name in names:
        component = catalog.components[name]
        reached |= reachable_interfaces(component, catalog.interfaces)
        read.append(component.folder)
        for file, include_folder in component_files(root, component, folders):
            read.append(file)
            wrong += [audit_component(where, component, each) for each in seen(root, file, include_folder)]
    for name in sorted(reached):
        interface = catalog.interfaces[name]
        for header in dict.fromkeys((interface.header, interface.facade_header)):
            file = f"{interface.folder}/{header}"
            if header and (root / file).is_file():
                read.append(file)
                wrong += [audit_interface(where, interface, each) for each in seen(root, file, interface.include)]
    return ordered(each for each in wrong if each is not None), tuple(dict.fromkeys(read))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="include_audit", description="Audit of a graph's includes.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    graph = json.loads((options.out / "graph.json").read_text(encoding="utf-8"))
    wrong, read = audit(options.root, sorted({*graph["sources"], *graph["libraries"]}))
    if wrong:
        print("\n".join(each.render() for each in wrong), file=sys.stderr)
        return 1
    stamp = options.out / "include-audit.stamp"
    prerequisites = " ".join(str(options.root / file).replace(" ", "\\ ") for file in read)
    (options.out / "include-audit.d").write_text(f"{stamp}: {prerequisites}\n", encoding="utf-8")
    stamp.write_text("")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
