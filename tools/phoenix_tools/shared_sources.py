"""Which sources of the host tests compile to the same object: those for which every generated header that they reach says
the same, whatever graph it is of.

    python3 -m phoenix_tools.shared_sources --root . --tests FILE --out build/tests/shared.cmake     also writes shared.d

Each line of FILE is `NAME;GEN;SOURCE;SOURCE...`. For each test, the result names an object for each source, in that order;
where two names are the same, one compilation serves both.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path

from phoenix_tools.includes import Include, includes

_ROOTS = ("components", "arch", "arch/host/include")


@dataclass
class Scan:
    """The includes of a checkout's files, each file read once."""

    root: Path
    read: dict[str, list[Include]] = field(default_factory=dict)
    found: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def generated(self, source: str, gen: Path) -> list[Path]:
        """The headers below `gen`/include that a source reaches through any include."""
        reached: set[Path] = set()
        seen = {source}
        todo = [source]
        while todo:
            file = todo.pop()
            for each in self._includes(file):
                candidate = gen / "include" / each.target
                target = str(candidate) if candidate.is_file() else self._find(file, each.target)
                if target is not None and target not in seen:
                    seen.add(target)
                    todo.append(target)
                    reached |= {candidate} if target == str(candidate) else set()
        return sorted(reached)

    def _includes(self, file: str) -> list[Include]:
        if file not in self.read:
            # One that has gone since CMake ran: it runs again, as the manifest has changed, once this has.
            self.read[file] = list(includes(self.root, file)) if (self.root / file).is_file() else []
        return self.read[file]

    def _find(self, includer: str, target: str) -> str | None:
        folder = str(Path(includer).parent)
        key = (folder, target)
        if key not in self.found:
            places = (f"{folder}/{target}", *(f"{self.root}/{base}/{target}" for base in _ROOTS))
            self.found[key] = next((place for place in places if (self.root / place).is_file()), None)
        return self.found[key]


def object_name(scan: Scan, source: str, gen: Path) -> str:
    """Readable, and the same for what compiles to the same."""
    digest = hashlib.sha1(source.encode())
    for header in scan.generated(source, gen):
        lines = header.read_text(encoding="utf-8").splitlines()
        said = "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("//"))
        digest.update(f"{header.relative_to(gen)}\n{said}\n".encode())
    return f"{Path(source).stem}.{digest.hexdigest()[:10]}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="shared_sources", description="Sources that host tests share.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--tests", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    scan = Scan(options.root)
    lines = []
    for test in options.tests.read_text(encoding="utf-8").splitlines():
        name, gen, *sources = test.split(";")
        lines.append(f"set(PHX_OBJECTS_{name} {' '.join(object_name(scan, source, Path(gen)) for source in sources)})\n")
    text = "".join(lines)
    if not options.out.is_file() or options.out.read_text(encoding="utf-8") != text:
        options.out.write_text(text, encoding="utf-8")
    own = (file for file in sorted(scan.read) if not file.startswith(str(options.out.parent)))
    options.out.with_suffix(".d").write_text(f"{options.out}: {' '.join(own)}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
