"""Second half of the edge audit: every symbol that a component's objects leave undefined must be defined by itself, by a
library, by a provider that it is wired to, or be the wiring's object for such a provider.

    python3 -m phoenix_tools.symbol_audit --root . --out build/GRAPH
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_tools.symbol_table import LLVM, demangle, readable

GENERATED = "(generated)"
_LOCK = re.compile(r"^phx::locks::(\w+)::\w+$")
_WIRED = re.compile(r"^(?:phx::)?wiring::(\w+)$")


@dataclass(frozen=True)
class Symbols:
    """What one object file defines and needs."""

    source: str
    defined: frozenset[str]
    undefined: frozenset[str]


@dataclass(frozen=True)
class Crossing:
    """A reference without an edge."""

    source: str
    user: str
    owner: str
    symbol: str


def source_of(object_file: str) -> str:
    """The source that CMake compiled into an object, relative to the checkout; generated ones start with gen/."""
    path = object_file.split("/kernel.dir/", 1)[-1]
    return path.removeprefix("./").removesuffix(".o")


def read_symbols(objects: Sequence[str], directory: Path) -> list[Symbols]:
    """Runs llvm-nm, which reads bitcode and ELF alike, once over all objects."""
    command = [str(LLVM / "llvm-nm"), "--print-file-name", "--format=posix", *objects]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=directory)
    defined: dict[str, set[str]] = {name: set() for name in objects}
    undefined: dict[str, set[str]] = {name: set() for name in objects}
    for line in done.stdout.splitlines():
        file, _, rest = line.partition(": ")
        name, kind, *_ = rest.split(" ")
        (undefined if kind in "Uwv" else defined)[file].add(name)
    return [Symbols(source_of(name), frozenset(defined[name]), frozenset(undefined[name])) for name in objects]


def crossings(graph: Mapping[str, Any], objects: Sequence[Symbols], arch_names: frozenset[str]) -> list[Crossing]:
    """References that no edge of the graph covers. Symbols that nobody defines are the linker's to report.

    `arch_names` are words of the <arch/...> headers: a plain symbol among them is declared there, for all.
    """
    component = {source: name for name, sources in graph["sources"].items() for source in sources}
    owners: dict[str, set[str]] = defaultdict(set)
    for each in objects:
        for symbol in each.defined:
            owners[symbol].add(component.get(each.source, GENERATED))
    libraries = set(graph["libraries"])
    candidates: list[Crossing] = []
    for each in objects:
        user = component.get(each.source)
        if user is None:
            continue
        allowed = {user, *libraries, *graph["allowed_edges"].get(user, ())}
        for symbol in sorted(each.undefined - arch_names):
            defining = owners.get(symbol, set())
            if defining and not defining & allowed:
                candidates.append(Crossing(each.source, user, sorted(defining)[0], symbol))
    wired = {user: wired_names(graph, user) for user in {each.user for each in candidates}}
    names = [re.sub(r"^(phx::wiring::\w+)::\w+$", r"\1", name) for name in demangle(each.symbol for each in candidates)]
    return [each for each, name in zip(candidates, names) if name not in wired[each.user] and not _own_lock(graph, each.user, name)]


def _own_lock(graph: Mapping[str, Any], user: str, name: str) -> bool:
    """A lock's class, which the wiring defines: the user's, or that of somebody whose inline code it has."""
    lock = _LOCK.match(name)
    return lock is not None and lock[1] in {user, *graph["libraries"], *graph["allowed_edges"].get(user, ())}


def wired_names(graph: Mapping[str, Any], user: str) -> set[str]:
    """What of the wiring a component's object may refer to, by demangled name: itself, the objects that its ports lead to,
    and the classes with which the wiring fulfils interfaces itself."""
    own = [each for each in graph["instances"] if each["component"] == user]
    ports = [port for each in own for port in each["ports"].values()]
    ports += graph["library_ports"].get(user, {}).values()
    names = {each["name"] for each in own} | {provider for port in ports for provider in port["providers"]}
    names |= {port["interface"] for port in ports if "wiring" in port["providers"]}
    return {f"phx::wiring::{name}" for name in names}


def arch_words(root: Path, arch: str) -> frozenset[str]:
    """Every word of the architecture's own headers."""
    headers = (root / "arch" / arch / "include").rglob("*.hpp")
    return frozenset(word for header in headers for word in re.findall(r"\w+", header.read_text(encoding="utf-8")))


def report(root: Path, found: Sequence[Crossing], graph: Mapping[str, Any]) -> str:
    """The messages. Only now is the catalog read, which a clean build need not pay for."""
    from phoenix.api import catalog as load_catalog
    from phoenix.diagnostics import ordered
    from phoenix_tools.edges import crossing, offered

    catalog = load_catalog(root)
    instances = {each["name"]: each["component"] for each in graph["instances"]}
    names = demangle(each.symbol for each in found)
    wrong = []
    for each, full in zip(found, names):
        wired = _WIRED.match(full)
        owner = instances.get(wired[1], each.owner) if wired else each.owner
        component = catalog.components.get(owner)
        interfaces = offered(catalog, component) if component else ()
        what = f"component `{owner}`" if component else "the generated wiring"
        place = locate(root, graph["sources"][each.user], each.source, readable(full))
        wrong.append(crossing(catalog.components[each.user], place, "call", readable(full), what, interfaces))
    return "\n".join(each.render() for each in ordered(wrong))


def locate(root: Path, sources: Sequence[str], source: str, name: str) -> Any:
    """Where the symbol's last word stands in the object's source, else at the source's start."""
    from phoenix.diagnostics import Place

    word = re.compile(r"(?<!\w)" + re.escape(re.split(r"::", name)[-1]) + r"(?!\w)")
    for file in dict.fromkeys((source, *sources)):
        for number, line in enumerate((root / file).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            hit = word.search(line.split("//")[0])
            if hit:
                return Place(file, number, hit.start() + 1)
    return Place(source, 1, 1)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="symbol_audit", description="Audit of what a graph's objects reference.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    graph = json.loads((options.out / "graph.json").read_text(encoding="utf-8"))
    lines = (options.out / "objects.rsp").read_text(encoding="utf-8").splitlines()
    symbols = read_symbols([line.strip('"') for line in lines if line], options.out)
    found = crossings(graph, symbols, arch_words(options.root, graph["arch"]))
    if found:
        print(report(options.root, found, graph), file=sys.stderr)
        return 1
    (options.out / "symbol-audit.stamp").write_text("")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
