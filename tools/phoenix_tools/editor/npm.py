"""The YAML language server, of the version that `server/package-lock.json` pins, fetched with npm and kept in a cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from phoenix_tools.terminal import Stop, err

_PINNED = Path(__file__).parent / "server"
_FILES = ("package.json", "package-lock.json")
_PROGRAM = "node_modules/yaml-language-server/bin/yaml-language-server"
_TIMEOUT = 300


class Unreachable(Stop):
    """npm or its registry cannot be had here."""


def program() -> Path:
    """Where the server is, or would be; a folder for each set of pinned versions."""
    pinned = hashlib.sha256(b"".join((_PINNED / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "phoenix" / "yaml-language-server" / pinned / _PROGRAM


def installed() -> Path:
    """The server, after fetching it if need be; npm holds each package against the lock's SHA-512. Unreachable if that fails."""
    found = program()
    if found.is_file():
        return found
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise Unreachable(f"`{tool}` is missing, which the YAML language server needs\n    fix: sudo apt-get install nodejs npm")
    home = found.parents[3]
    home.parent.mkdir(parents=True, exist_ok=True)
    err.print(f"Fetching the YAML language server from npm into {home}")
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        for name in _FILES:
            shutil.copy(_PINNED / name, folder)
        _npm(Path(folder))
        try:
            Path(folder).rename(home)  # it appears whole or not at all
        except OSError:
            if not found.is_file():  # somebody else was not faster
                raise
        Path(folder).mkdir(exist_ok=True)  # which the end of this block removes
    return found


def _npm(folder: Path) -> None:
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise Unreachable(f"npm did not answer within {_TIMEOUT} s") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("npm error     at ")]
        said = "\n".join(f"    {line}" for line in lines[:6])
        failure = Stop if "EINTEGRITY" in done.stderr else Unreachable  # what came is not what is pinned: that is no matter of reach
        raise failure(f"npm cannot fetch the YAML language server:\n{said}")
