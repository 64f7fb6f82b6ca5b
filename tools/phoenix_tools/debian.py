"""Debian packages for arm64, fetched by name and kept, without root and without a change to this machine's own packages."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from phoenix_tools.terminal import Stop, err

ARCHITECTURE = "arm64"
_URI = re.compile(r"^'(?P<uri>[^']+)' (?P<name>[a-z0-9+.-]+)_\S+ (?P<size>\d+)", re.MULTILINE)


def cache_directory() -> Path:
    """Where phx keeps what it can make or fetch again."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "phoenix"


@dataclass
class Debian:
    """Package lists and packages below one folder. Lists are fetched once; `refresh` fetches them again."""

    cache: Path = field(default_factory=cache_directory)
    refresh: bool = False
    _updated: bool = False

    def packages(self, names: tuple[str, ...], *, dependencies: bool = False) -> list[Path]:
        """The .deb files of `names`, in this order, or of these and all that they depend on, by name."""
        if dependencies:
            names = self.closure(names)
        return [self._package(name) for name in names]

    def _package(self, name: str) -> Path:
        folder = self.cache / "packages"
        kept = sorted(folder.glob(f"{name}_*.deb"), key=lambda path: path.stat().st_mtime)
        if kept and not self.refresh:
            return kept[-1]
        self._lists()
        folder.mkdir(parents=True, exist_ok=True)
        before = set(kept)
        err.print(f"fetching {name} for {ARCHITECTURE}")
        self._apt("apt-get", "-q", "download", name, cwd=folder)
        found = sorted(folder.glob(f"{name}_*.deb"), key=lambda path: (path not in before, path.stat().st_mtime))
        return found[-1]

    def closure(self, names: tuple[str, ...]) -> tuple[str, ...]:
        kept = self.cache / "dependencies" / "+".join(names)
        if kept.is_file() and not self.refresh:
            return tuple(kept.read_text(encoding="utf-8").split())
        self._lists()
        asked = ("apt-get", "-qq", "--print-uris", "--yes", "--no-install-recommends", "install", *names)
        found = sorted({match["name"] for match in _URI.finditer(self._apt(*asked))})
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("\n".join(found) + "\n", encoding="utf-8")
        return tuple(found)

    def _lists(self) -> None:
        lists = self.cache / "apt" / "lists"
        if (self.refresh and not self._updated) or not any(lists.glob("*_Packages*")):
            for folder in (lists / "partial", self.cache / "apt" / "archives" / "partial"):
                folder.mkdir(parents=True, exist_ok=True)
            (self.cache / "apt" / "status").touch()
            err.print(f"fetching Debian's package lists for {ARCHITECTURE}")
            self._apt("apt-get", "-q", "update")
            self._updated = True

    def _apt(self, program: str, *arguments: str, cwd: Path | None = None) -> str:
        home = self.cache.resolve() / "apt"
        options = {
            "APT::Architecture": ARCHITECTURE,
            "APT::Architectures": ARCHITECTURE,
            "APT::Sandbox::User": "root",
            "Dir::State::Lists": home / "lists",
            "Dir::State::status": home / "status",
            "Dir::Cache::archives": home / "archives",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            "Debug::NoLocking": "1",
        }
        command = [program, *(f"-o{key}={value}" for key, value in options.items()), *arguments]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
        if done.returncode != 0:
            raise Stop(f"{program} {' '.join(arguments)}:\n{done.stdout}{done.stderr}".rstrip())
        return done.stdout


def contents(package: Path) -> tarfile.TarFile:
    """The files of a package, with the owners and modes that they are to have."""
    done = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(package)], capture_output=True)
    if done.returncode != 0:
        raise Stop(f"{package}: {done.stderr.decode(errors='replace').strip()}")
    return tarfile.open(fileobj=io.BytesIO(done.stdout))


def extract(package: Path, member: str) -> bytes:
    """One file of a package, by its path from the root."""
    with contents(package) as tar:
        stream = tar.extractfile("./" + member.lstrip("/"))
        assert stream is not None
        return stream.read()
