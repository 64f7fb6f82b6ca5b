"""Which sources compile to the same object in every host test: those of components to which a graph gives nothing.

A component without ports, parameters and device includes no generated header. Prints a CMake list.

    python3 -m phoenix_tools.shared_sources --root . --out build/tests/shared.cmake
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from phoenix.api import catalog as load_catalog
from phoenix.model import Catalog, Component


def is_shared(component: Component) -> bool:
    return not (component.ports or component.parameters or component.device)


def shared_sources(catalog: Catalog) -> list[str]:
    """Relative to the root. None at all if a library's headers could bring generated ones into others' files."""
    if not all(is_shared(component) for component in catalog.components.values() if component.library):
        return []
    shared = (component for component in catalog.components.values() if is_shared(component) and "host" in component.arch)
    return sorted(f"{component.folder}/{source}" for component in shared for source in component.sources)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="shared_sources", description="Sources that host tests share.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    sources = [f'    "{options.root / source}"' for source in shared_sources(load_catalog(options.root))]
    text = "\n".join(["set(PHX_SHARED_SOURCES", *sources]) + ")\n"
    options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
