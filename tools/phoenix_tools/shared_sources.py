"""Which sources compile to the same object in every host test: those that reach no generated header by any include.

    python3 -m phoenix_tools.shared_sources --root . --out build/tests/shared.cmake      and shared.d, the files read
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

from phoenix_tools.includes import includes

_GENERATED = ("params/", "ports/", "generated/", "wiring.hpp")
_ROOTS = ("components", "arch", "arch/host/include")


@dataclass
class Scan:
    """The includes of a checkout's files, each file read once."""

    root: Path
    reaches: dict[str, bool] = field(default_factory=dict)

    def reaches_generated(self, file: str) -> bool:
        """Whether `file`, relative to the root, includes a generated header, or includes one that does."""
        if file not in self.reaches:
            self.reaches[file] = False  # ends a cycle of includes
            self.reaches[file] = any(
                each.target.startswith(_GENERATED) or any(self.reaches_generated(found) for found in self._find(file, each.target))
                for each in includes(self.root, file)
            )
        return self.reaches[file]

    def _find(self, includer: str, target: str) -> list[str]:
        places = (f"{Path(includer).parent}/{target}", *(f"{base}/{target}" for base in _ROOTS))
        return [place for place in places if (self.root / place).is_file()][:1]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="shared_sources", description="Sources that host tests share.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    scan = Scan(options.root)
    sources = sorted(str(path.relative_to(options.root)) for path in (options.root / "components").rglob("*.cpp"))
    shared = [source for source in sources if not scan.reaches_generated(source)]
    text = "\n".join(["set(PHX_SHARED_SOURCES", *(f'    "{options.root / source}"' for source in shared)]) + ")\n"
    if not options.out.is_file() or options.out.read_text(encoding="utf-8") != text:
        options.out.write_text(text, encoding="utf-8")
    read = " ".join(str(options.root / file) for file in sorted(scan.reaches))
    options.out.with_suffix(".d").write_text(f"{options.out}: {read}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
