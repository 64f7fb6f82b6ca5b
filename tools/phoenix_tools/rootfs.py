"""Initramfs archives made of Debian's arm64 packages, kept by what they are made of."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from phoenix_tools import busybox, cpio
from phoenix_tools.debian import Debian, cache_directory, contents
from phoenix_tools.programs import compiled
from phoenix_tools.qemu import ROOTFS
from phoenix_tools.terminal import BAD_INPUT, Stop, err

COMPRESSIONS = ("none", "gz", "lz4", "zstd")

# What nobody reads there: documentation, translations, hooks of other programs.
_LEFT_OUT = tuple(f"usr/share/{name}/" for name in ("bug", "debianutils", "doc", "info", "initramfs-tools", "lintian", "locale", "man"))
_TIME = 1_700_000_000  # of what is in no package
_SOURCES = ("busybox.py", "cpio.py", "rootfs.py")  # that decide about the bytes

_DIRECTORIES = {".": 0o755, "dev": 0o755, "proc": 0o555, "sys": 0o555, "tmp": 0o1777}
_USER_DIRECTORIES = {"etc": 0o755, "mnt": 0o755, "root": 0o700, "run": 0o755, "var/log": 0o755, "var/run": 0o755, "var/tmp": 0o1777}
# Until a file system is mounted there. Numbers: Linux's Documentation/admin-guide/devices.txt.
_DEVICES = (
    cpio.character_device("dev/console", 5, 1, 0o600),
    cpio.character_device("dev/full", 1, 7, 0o666),
    cpio.character_device("dev/null", 1, 3, 0o666),
    cpio.character_device("dev/random", 1, 8, 0o666),
    cpio.character_device("dev/tty", 5, 0, 0o666),
    cpio.character_device("dev/ttyAMA0", 204, 64, 0o660),
    cpio.character_device("dev/urandom", 1, 9, 0o666),
    cpio.character_device("dev/zero", 1, 5, 0o666),
)
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
    "etc/group": "root:x:0:\ndaemon:x:1:\ntty:x:5:\nusers:x:100:\nnogroup:x:65534:\n",
    "etc/hostname": "phoenix\n",
    "etc/shells": "/bin/sh\n",
}
_BUSYBOX_FILES = {
    "etc/inittab": (
        "# Of busybox init: TTY::WHEN:COMMAND\n"
        "::sysinit:/bin/mount -a\n"
        "ttyAMA0::respawn:-/bin/sh\n"
        "::ctrlaltdel:/sbin/reboot\n"
        "::shutdown:/bin/umount -a -r\n"
    ),
    "etc/fstab": (
        "proc     /proc    proc     nofail 0 0\n"
        "devtmpfs /dev     devtmpfs nofail 0 0\n"
        "devpts   /dev/pts devpts   nofail 0 0\n"
        "tmpfs    /tmp     tmpfs    nofail 0 0\n"
    ),
}


@dataclass(frozen=True)
class Added:
    """A file that comes from this machine. One that ends in `.c` is compiled."""

    path: str  # in the archive, from its root
    source: Path


@dataclass(frozen=True)
class Wish:
    """What an archive is to be made of."""

    packages: tuple[str, ...] = ("busybox-static",)
    dependencies: bool = False
    added: tuple[Added, ...] = ()
    compress: str = "none"


def parse_added(text: str) -> Added:
    """FILE:PATH, as on the command line."""
    source, colon, path = text.rpartition(":")
    if not colon or not source or not path.startswith("/") or path.endswith("/"):
        raise Stop(f"`{text}` is not FILE:PATH, with PATH from the archive's root, as in hello.sh:/bin/hello", BAD_INPUT)
    if not Path(source).is_file():
        raise Stop(f"{source}: no such file", BAD_INPUT)
    return Added(path, Path(source))


def wish_of(root: Path, graph: Mapping[str, Any]) -> Wish | None:
    """What the graph of a graph.json asks for."""
    rootfs = graph.get("rootfs")
    if not rootfs:
        return None
    added = tuple(Added(path, root / source) for path, source in rootfs["files"].items())
    return Wish(tuple(rootfs["packages"]), bool(rootfs["dependencies"]), added, str(rootfs["compress"]))


def place(root: Path, directory: Path, graph: Mapping[str, Any]) -> Path | None:
    """Puts the archive of a graph, if it has one, into its build directory. `graph` is the content of graph.json."""
    wish = wish_of(root, graph)
    target = directory / ROOTFS
    if wish is None:
        target.unlink(missing_ok=True)
        return None
    made = make(wish)
    if not target.is_file() or target.read_bytes() != made.read_bytes():
        shutil.copyfile(made, target)
    return target


def make(wish: Wish, debian: Debian | None = None) -> Path:
    """The archive, made now or earlier from the same things."""
    debian = debian or Debian()
    debs = debian.packages(wish.packages, dependencies=wish.dependencies)
    added = [(each.path, _content(each.source, debian.cache)) for each in wish.added]
    folder = debian.cache / "rootfs"
    kept = folder / f"{_key(wish, debs, added)}.cpio{'' if wish.compress == 'none' else '.' + wish.compress}"
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{kept.name}.{os.getpid()}"
        partial.write_bytes(_compressed(cpio.archive(entries(debs, added)), wish.compress))
        partial.replace(kept)
    return kept


def _content(source: Path, cache: Path) -> tuple[bytes, int]:
    program = compiled(source, cache) if source.suffix == ".c" else source
    return program.read_bytes(), 0o755 if program.stat().st_mode & 0o100 else 0o644


def _key(wish: Wish, debs: list[Path], added: list[tuple[str, tuple[bytes, int]]]) -> str:
    here = Path(__file__).parent
    facts = [
        [path.name for path in debs],
        [(path, mode, hashlib.sha256(data).hexdigest()) for path, (data, mode) in added],
        wish.compress,
        [hashlib.sha256((here / name).read_bytes()).hexdigest() for name in _SOURCES],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _compressed(data: bytes, how: str) -> bytes:
    if how == "none":
        return data
    if how == "gz":
        return gzip.compress(data, mtime=0)
    # Linux reads lz4's older frame only: its scripts/Makefile.lib, cmd_lz4.
    command = {"lz4": ["lz4", "-l", "-9", "-q", "-c"], "zstd": ["zstd", "-19", "-q", "-c"]}[how]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


# --- what is in it --------------------------------------------------------------------------------------------------


def entries(debs: list[Path], added: list[tuple[str, tuple[bytes, int]]]) -> list[cpio.Entry]:
    """Every entry; folders first, for what has several names may have them anywhere."""
    found: dict[str, cpio.Entry] = {}
    for deb in debs:
        with contents(deb) as tar:
            _take(found, tar)
    applets = busybox.applets(found["bin/busybox"].data) if "bin/busybox" in found else ()
    for path, text in {**(_FILES if debs else {}), **(_BUSYBOX_FILES if applets else {})}.items():
        found.setdefault(path, cpio.file(path, text.encode()))
    for path, mode in {**_DIRECTORIES, **(_USER_DIRECTORIES if debs else {})}.items():
        found[path] = cpio.directory(path, mode)
    for device in _DEVICES if debs else _DEVICES[:1]:
        found[device.path] = device
    for path, (data, mode) in added:
        found[path.lstrip("/")] = cpio.file(path.lstrip("/"), data, mode)
    if applets:
        names = tuple(name for name in (*applets, "init") if name not in found)
        found["bin/busybox"] = replace(found["bin/busybox"], links=names)
        for name in names:
            _parents(found, name)
    if "init" not in found and not applets:
        err.print("the archive has no /init: add one with `--with FILE:/init`, or name a program by `rdinit=`")
    for path in list(found):
        _parents(found, path)
    return [
        each if each.mtime else replace(each, mtime=_TIME)
        for each in sorted(found.values(), key=lambda each: (not stat.S_ISDIR(each.mode), each.path.split("/")))
    ]


def _parents(found: dict[str, cpio.Entry], path: str) -> None:
    while "/" in path:
        path = path.rpartition("/")[0]
        found.setdefault(path, cpio.directory(path))


def _take(found: dict[str, cpio.Entry], tar: tarfile.TarFile) -> None:
    for member in tar:
        path = member.name.removeprefix("./").rstrip("/")
        if path in ("", ".") or f"{path}/".startswith(_LEFT_OUT):
            continue
        each = cpio.Entry(path, member.mode, b"", member.uid, member.gid, int(member.mtime))
        if member.isdir():
            if not (path in found and stat.S_ISLNK(found[path].mode)):
                found[path] = replace(each, mode=stat.S_IFDIR | member.mode)
        elif member.issym():
            found[path] = replace(each, mode=stat.S_IFLNK | 0o777, data=member.linkname.encode())
        elif member.islnk():
            first = member.linkname.removeprefix("./")
            found[first] = replace(found[first], links=(*found[first].links, path))
        elif member.isreg():
            stream = tar.extractfile(member)
            assert stream is not None
            found[path] = replace(each, mode=stat.S_IFREG | member.mode, data=stream.read())
    for path in [path for path in found if path.startswith("usr/share") and stat.S_ISDIR(found[path].mode)]:
        if not any(other.startswith(path + "/") for other in found):
            del found[path]
