"""Pass 1: finds the YAML files of a project by folder and reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .diagnostics import Diagnostic, Place
from .source import Document, read_yaml

TEST_ENDINGS = ("_test.cpp", "_property.cpp", "_fuzz.cpp")


@dataclass(frozen=True)
class Found:
    """A file that should be of one kind, for where it lies."""

    kind: str
    document: Document
    deep: tuple[tuple[Diagnostic, int], ...] | None = None  # what its schema says (Schemas.check_deep), where that was asked before
    digest: bytes = b""  # of its text, where that was remembered


@dataclass(frozen=True)
class Tree:
    """All that was read of a project, and the listing of every folder that was looked into."""

    root: Path
    files: tuple[Found, ...]
    listing: dict[str, tuple[str, ...]]  # folder: names of the files in it, sorted
    overlay: Overlay = field(default_factory=dict)

    def exists(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        names = self.listing.get(folder)
        return name in names if names is not None else (self.root / path).is_file()


Overlay = Mapping[str, str]  # a path relative to the root: the text that the file is taken to hold


class Reader(Protocol):
    """What makes of a file's text what it says."""

    def found(self, kind: str, path: str, data: bytes) -> Found: ...


class Afresh:
    def found(self, kind: str, path: str, data: bytes) -> Found:
        return Found(kind, read_yaml(path, data))


def read_file(root: Path, kind: str, path: str, overlay: Overlay = {}, reader: Reader = Afresh()) -> Found:
    try:
        data = overlay[path].encode() if path in overlay else (root / path).read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be opened").lower()
        problem = Diagnostic(Place(path, 1, 1), "unreadable-file", f"the file cannot be read: {reason}")
        return Found(kind, Document(path, None, (problem,)))
    return reader.found(kind, path, data)


def load(root: Path, overlay: Overlay = {}, reader: Reader = Afresh()) -> Tree:
    """Reads every manifest, interface, machine and graph below `root`, in a fixed order; some as they might be written."""
    listing: dict[str, tuple[str, ...]] = {}
    for top in ("arch", "components", "dts", "graphs", "tests/graphs"):
        for folder, folders, files in os.walk(root / top):
            folders[:] = sorted(name for name in folders if not name.startswith((".", "build")))
            name_of = Path(folder).relative_to(root).as_posix()
            new = (path.rpartition("/")[2] for path in overlay if path.rpartition("/")[0] == name_of)
            listing[name_of] = tuple(sorted({*files, *new}))
    found = []
    for folder, names in sorted(listing.items()):
        for name in names:
            kind = _kind(folder, name)
            if kind is not None:
                found.append(read_file(root, kind, f"{folder}/{name}", overlay, reader))
    return Tree(root, tuple(found), listing, overlay)


def _kind(folder: str, name: str) -> str | None:
    if not name.endswith(".yaml"):
        return None
    parts = folder.split("/")
    if folder == "dts":
        return "machine"
    if folder in ("graphs", "tests/graphs"):
        return "graph"
    if parts[0] not in ("components", "arch"):
        return None
    if name == "component.yaml":
        return "component"
    if name.endswith("_graph.yaml"):
        return "graph"
    if len(parts) == 3 and parts[0] == "components" and parts[2] == "interfaces":
        return "interface"
    return None
