"""Libraries whose sources Debian keeps, which components compile for themselves: fetched from Debian's archive and kept unpacked.

apt checks what it fetches against the archive's signatures. Imports the standard library only, as `packages` does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True)
class Source:
    """A source package, a file in it that is compiled, and for which component."""

    name: str
    evidence: str
    why: str


SOURCES = (
    Source("lz4", "lib/lz4.c", "component `lz4`"),
    Source("zlib", "infback.c", "component `gzip`"),
    Source("libzstd", "lib/decompress/zstd_decompress.c", "component `zstd`"),
)


def sources_directory() -> Path:
    """A folder for each source package, by its name; CMake looks here too (cmake/PhxFlags.cmake)."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "phoenix" / "sources"


def missing(sources: Iterable[Source] = SOURCES) -> tuple[Source, ...]:
    return tuple(source for source in sources if not (sources_directory() / source.name / source.evidence).is_file())


def ensure(*, may_fetch: bool) -> bool:
    """Whether all of them are there, after fetching what is missing if that is allowed."""
    absent = missing()
    if not absent:
        return True
    names = ", ".join(f"{source.name} (for {source.why})" for source in absent)
    if not may_fetch:
        print(f"Missing sources of libraries: {names}. They are fetched by `phx` without --no-install.", file=sys.stderr)
        return False
    print(f"Fetching Debian's sources of {names}", file=sys.stderr)
    home = sources_directory()
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        fetched = _download(absent, Path(folder))
        return all([_unpack(source, Path(folder), home) for source in absent]) if fetched else False


def _download(sources: Iterable[Source], folder: Path) -> bool:
    """Without a change to this machine's own lists, which may have no sources in them."""
    lists = folder / "lists"
    (lists / "partial").mkdir(parents=True)
    entries = folder / "sources.list"
    keys = f"[signed-by={_KEYS}] " if Path(_KEYS).is_file() else ""  # else those that apt trusts for all
    entries.write_text("".join(f"deb-src {keys}{uri} {release} main\n" for uri, release in _archives()))
    options = {
        "APT::Sandbox::User": "root",
        "Dir::Etc::sourcelist": entries,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": lists,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "Debug::NoLocking": "1",
    }
    apt = ["apt-get", "-q", *(f"-o{key}={value}" for key, value in options.items())]
    names = [source.name for source in sources]
    for command in ([*apt, "update"], [*apt, "source", "--download-only", "--only-source", *names]):
        if subprocess.run(command, cwd=folder, stdout=sys.stderr).returncode != 0:
            return False
    return True


def _archives() -> list[tuple[str, str]]:
    """Debian's archives that this machine's packages come from: address and release."""
    filters = ("Created-By: Packages", "Origin: Debian", "Component: main")
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", *filters]
    said = subprocess.run(command, capture_output=True, text=True).stdout
    return [(uri, release) for uri, release in (line.split() for line in dict.fromkeys(said.splitlines()))]


def _unpack(source: Source, folder: Path, home: Path) -> bool:
    """The upstream archive, whose one folder becomes the source's: all at once, or not at all."""
    archives = [path for path in sorted(folder.glob(f"{source.name}_*.orig.tar.*")) if path.suffix in (".gz", ".bz2", ".xz")]
    if not archives:
        print(f"{source.name}: apt-get gave no upstream archive", file=sys.stderr)
        return False
    inside = folder / source.name
    with tarfile.open(archives[-1]) as tar:
        tar.extractall(inside, members=[member for member in tar if member.isfile() or member.isdir()])
    top = list(inside.iterdir())
    unpacked = top[0] if len(top) == 1 else inside
    if not (unpacked / source.evidence).is_file():
        print(f"{source.name}: {archives[-1].name} has no {source.evidence}", file=sys.stderr)
        return False
    target = home / source.name
    if source not in missing([source]):
        return True  # somebody else was faster
    shutil.rmtree(target, ignore_errors=True)
    unpacked.replace(target)
    return True
