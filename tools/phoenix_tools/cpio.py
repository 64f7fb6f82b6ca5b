"""Writes initramfs archives: cpio in the format "newc", for files that need not exist on this machine, byte for byte the same every time.

The format is in Linux's Documentation/driver-api/early-userspace/buffer-format.rst. Two liberties that it allows:

- A name may be followed by more zeros than one. Large files get as many as it takes for their data to begin on a page's boundary, so that a
  kernel can use the pages of the archive as the file's own.
- Of files with several names (hard links), which share an inode number, the first entry has the data and the others have none.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass

PAGE = 4096
ALIGN_FROM = 4096  # smaller files are copied, so they are packed tightly
NAME_MAX = 4096  # Linux takes no longer names, zeros included (PATH_MAX)

_HEADER = 110
_TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """One name. `mode` has the file's type too; `data` is the text of a symbolic link; `links` are further names of a file."""

    path: str  # without a slash in front
    mode: int
    data: bytes = b""
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    device: tuple[int, int] = (0, 0)
    links: tuple[str, ...] = ()


def directory(path: str, mode: int = 0o755) -> Entry:
    return Entry(path, stat.S_IFDIR | mode)


def file(path: str, data: bytes, mode: int = 0o644, links: tuple[str, ...] = ()) -> Entry:
    return Entry(path, stat.S_IFREG | mode, data, links=links)


def link(path: str, target: str) -> Entry:
    return Entry(path, stat.S_IFLNK | 0o777, target.encode())


def character_device(path: str, major: int, minor: int, mode: int) -> Entry:
    return Entry(path, stat.S_IFCHR | mode, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive, in the order of `entries`: folders must come before what is in them, under any of its names."""
    out = bytearray()
    for number, entry in enumerate(entries, 1):
        _append(out, entry, number, entry.path, entry.data)
        for name in entry.links:
            _append(out, entry, number, name, b"")
    _append(out, Entry(_TRAILER, 0), 0, _TRAILER, b"")
    out.extend(bytes(-len(out) % 512))
    return bytes(out)


def _append(out: bytearray, entry: Entry, inode: int, path: str, data: bytes) -> None:
    name = path.encode() + b"\0"
    start = len(out) + _HEADER
    if stat.S_ISREG(entry.mode) and len(data) >= ALIGN_FROM:
        zeros = -(start + len(name)) % PAGE
        name += bytes(zeros if len(name) + zeros <= NAME_MAX else 0)
    if len(name) > NAME_MAX:
        raise ValueError(f"{path}: the name is too long")
    links = 2 if stat.S_ISDIR(entry.mode) else 1 + len(entry.links)
    numbers = (
        *(inode, entry.mode, entry.uid, entry.gid, links, entry.mtime, len(data)),
        *(0, 0, *entry.device, len(name), 0),
    )
    out += b"070701" + b"".join(b"%08X" % number for number in numbers) + name
    out += bytes(-len(out) % 4) + data
    out += bytes(-len(out) % 4)
