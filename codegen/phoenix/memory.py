"""Files that were read before: their trees, and what their schemas say of them, by kind, path and text.

Within a command the same files are asked for again with a graph's text changed. Between commands they are kept in build/, where there is
one, with a digest of this generator: neither an edited file nor another generator meets what is not its own.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Iterable
from pathlib import Path

from .load import Found
from .schema import Schemas
from .source import read_yaml

_FILE = "build/.read-before"
_Key = tuple[str, str, bytes]  # kind, path, digest of the text


class Memory:
    def __init__(self, schemas: Schemas, file: Path | None = None) -> None:
        """`file`: where it is kept; None: nowhere."""
        self.schemas = schemas
        self._file = file
        self._known: dict[_Key, Found] = _read(file) if file is not None else {}
        self._kept = frozenset(self._known)

    def found(self, kind: str, path: str, data: bytes) -> Found:
        key = (kind, path, hashlib.sha256(data).digest())
        known = self._known.get(key)
        if known is None:
            document = read_yaml(path, data)
            deep = () if document.root is None else tuple(self.schemas.check_deep(kind, document.root))
            known = self._known[key] = Found(kind, document, deep, key[2])
        return known

    def keep(self, files: Iterable[Found]) -> None:
        """For later commands; nothing else of what is known."""
        known = {(found.kind, found.document.path, found.digest): found for found in files if found.digest}
        if self._file is None or known.keys() == self._kept:
            return
        partial = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            partial.write_bytes(_generator() + pickle.dumps(known, protocol=pickle.HIGHEST_PROTOCOL))
            partial.replace(self._file)
        except OSError:
            return  # a tree that is not ours to write to, or a full disk: it is read again then
        self._kept = frozenset(known)


def of_project(root: Path, schemas: Schemas) -> Memory:
    return Memory(schemas, root / _FILE if (root / "build").is_dir() else None)


def _read(file: Path) -> dict[_Key, Found]:
    generator = _generator()
    try:
        data = file.read_bytes()
        known: dict[_Key, Found] = pickle.loads(data[len(generator) :]) if data.startswith(generator) else {}
        return known
    except Exception:  # whatever pickle makes of a damaged file
        return {}


def _generator() -> bytes:
    """A digest of what makes of texts what is kept."""
    here = Path(__file__).parent
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted((*here.glob("*.py"), *here.glob("schemas/*.json"))):
        digest.update(path.read_bytes())
    return digest.digest()
