"""Initramfs archives: the format byte for byte, and what is put into them."""

from __future__ import annotations

import io
import stat
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from phoenix_tools import busybox, cpio, rootfs
from phoenix_tools.debian import Debian, contents
from phoenix_tools.terminal import Stop


@dataclass(frozen=True)
class Found:
    path: str
    inode: int
    mode: int
    links: int
    at: int
    data: bytes
    device: tuple[int, int]


def read(archive: bytes) -> list[Found]:
    """The format as Linux describes it, read independently of what writes it."""
    found, at = [], 0
    while True:
        assert archive[at : at + 6] == b"070701" and at % 4 == 0
        field = [int(archive[at + 6 + 8 * n : at + 14 + 8 * n], 16) for n in range(13)]
        name = archive[at + 110 : at + 110 + field[11]]
        assert name[-1] == 0 and len(name) <= 4096
        start = at + 110 + len(name)
        start += -start % 4
        path = name.split(b"\0")[0].decode()
        if path == "TRAILER!!!":
            assert not any(archive[start:]) and len(archive) % 512 == 0
            return found
        data = archive[start : start + field[6]]
        found.append(Found(path, field[0], field[1], field[4], start, data, (field[9], field[10])))
        at = start + len(data)
        at += -at % 4


def test_the_format() -> None:
    big = bytes(range(256)) * 40
    entries = [
        cpio.directory("bin"),
        cpio.file("bin/big", big, 0o755, links=("bin/other", "third")),
        cpio.link("bin/soft", "big"),
        cpio.character_device("null", 1, 3, 0o666),
        cpio.file("small", b"abc"),
        cpio.file("page", bytes(4096)),
        cpio.file("x" * 4000, big),
    ]
    found = {each.path: each for each in read(cpio.archive(entries))}
    assert list(found) == ["bin", "bin/big", "bin/other", "third", "bin/soft", "null", "small", "page", "x" * 4000]
    assert found["bin/big"].data == big and stat.S_IMODE(found["bin/big"].mode) == 0o755
    assert {found[name].inode for name in ("bin/big", "bin/other", "third")} == {found["bin/big"].inode}
    assert found["third"].links == 3 and found["third"].data == b""
    assert found["bin/soft"].data == b"big" and stat.S_ISLNK(found["bin/soft"].mode)
    assert found["null"].device == (1, 3) and stat.S_ISCHR(found["null"].mode)
    assert len({each.inode for each in found.values()}) == len(found) - 2
    for each in found.values():
        assert each.at % 4096 == 0 or len(each.data) < 4096 or len(each.path) == 4000


def test_names_that_linux_does_not_take() -> None:
    with pytest.raises(ValueError, match="too long"):
        cpio.archive([cpio.file("x" * 4096, b"")])


@pytest.fixture
def debian(tmp_path: Path) -> Debian:
    """A cache with packages in it that were made here."""
    folder = tmp_path / "cache" / "packages"
    folder.mkdir(parents=True)
    tree = tmp_path / "tree"
    for path, text in (("DEBIAN/control", CONTROL), ("usr/bin/tool", "#!/bin/sh\n"), ("usr/share/doc/tool/copyright", "none\n")):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    (tree / "usr/bin/tool").chmod(0o4755)
    (tree / "usr/bin/alias").symlink_to("tool")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(tree), str(folder / "tool_1_arm64.deb")], check=True, capture_output=True)
    return Debian(tmp_path / "cache")


CONTROL = "Package: tool\nVersion: 1\nArchitecture: arm64\nMaintainer: none <none@example.org>\nDescription: a tool\n"


def test_packages_and_files(debian: Debian, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "start"
    script.write_text("#!/bin/tool\n", encoding="utf-8")
    script.chmod(0o755)
    wish = rootfs.Wish(("tool",), added=(rootfs.Added("/init", script), rootfs.Added("/etc/passwd", script)))
    made = rootfs.make(wish, debian)
    found = {each.path: each for each in read(made.read_bytes())}
    assert found["usr/bin/tool"].mode == stat.S_IFREG | 0o4755
    assert found["usr/bin/alias"].data == b"tool"
    assert found["init"].data == b"#!/bin/tool\n" and found["etc/passwd"].data == found["init"].data
    assert found["tmp"].mode == stat.S_IFDIR | 0o1777 and found["dev/console"].device == (5, 1)
    assert not [path for path in found if path.startswith("usr/share")] and "etc/inittab" not in found
    assert not capsys.readouterr().err
    assert rootfs.make(wish, debian) == made
    script.write_text("#!/bin/other\n", encoding="utf-8")
    assert rootfs.make(wish, debian) != made


def test_nothing_but_a_program(debian: Debian, tmp_path: Path) -> None:
    program = tmp_path / "init"
    program.write_bytes(b"program")
    made = rootfs.make(rootfs.Wish((), added=(rootfs.Added("/init", program),)), debian)
    assert {each.path for each in read(made.read_bytes())} == {".", "dev", "proc", "sys", "tmp", "dev/console", "init"}


def test_what_lacks_an_init(debian: Debian, capsys: pytest.CaptureFixture[str]) -> None:
    rootfs.make(rootfs.Wish(("tool",)), debian)
    assert "no /init" in capsys.readouterr().err


@pytest.mark.parametrize(("how", "unpack"), [("gz", ["gzip", "-dc"]), ("lz4", ["lz4", "-dc"]), ("zstd", ["zstd", "-dc"])])
def test_packed(debian: Debian, how: str, unpack: list[str]) -> None:
    plain = rootfs.make(rootfs.Wish(("tool",)), debian).read_bytes()
    packed = rootfs.make(rootfs.Wish(("tool",), compress=how), debian).read_bytes()
    assert subprocess.run(unpack, input=packed, stdout=subprocess.PIPE, check=True).stdout == plain


def test_what_is_added() -> None:
    assert rootfs.parse_added(f"{__file__}:/bin/x") == rootfs.Added("/bin/x", Path(__file__))
    for wrong in ("x", f"{__file__}:bin", f"{__file__}:/bin/", ":/x", "/no/such/file:/x"):
        with pytest.raises(Stop):
            rootfs.parse_added(wrong)


# --- busybox


NAMES = ["[", "[[", "ash", "awk", "busybox", "cat", "chroot", "env", "ifconfig", "init", "linuxrc", "ls", "mount", "sh"]
FOLDERS = [3, 3, 1, 3, 1, 1, 4, 3, 2, 2, 0, 1, 1, 1]


def program(names: list[str], folders: list[int]) -> bytes:
    halves = [*folders, 0]
    table = bytes(halves[at] | halves[at + 1] << 4 for at in range(0, len(folders), 2))
    return bytes(range(256)) + table + b"\xff" * 40 + b"\0" + b"".join(name.encode() + b"\0" for name in names) + b"\0/etc"


def test_applets() -> None:
    found = busybox.applets(program(NAMES, FOLDERS))
    assert found == (
        *("usr/bin/[", "usr/bin/[[", "bin/ash", "usr/bin/awk", "bin/cat", "usr/sbin/chroot", "usr/bin/env"),
        *("sbin/ifconfig", "sbin/init", "linuxrc", "bin/ls", "bin/mount", "bin/sh"),
    )


@pytest.mark.parametrize("data", [b"", b"\x7fELF" * 1000, program(NAMES, [9] * len(NAMES)), program(NAMES[:3], FOLDERS[:3])])
def test_what_is_no_busybox(data: bytes) -> None:
    with pytest.raises(Stop, match="not a busybox"):
        busybox.applets(data)


# --- Debian's


def test_hard_links_of_a_package() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        first = tarfile.TarInfo("./bin/one")
        first.size = 3
        tar.addfile(first, io.BytesIO(b"abc"))
        second = tarfile.TarInfo("./bin/two")
        second.type, second.linkname = tarfile.LNKTYPE, "./bin/one"
        tar.addfile(second)
    stream.seek(0)
    found: dict[str, cpio.Entry] = {}
    with tarfile.open(fileobj=stream) as tar:
        rootfs._take(found, tar)
    assert found["bin/one"].data == b"abc" and found["bin/one"].links == ("bin/two",)


def test_the_default_archive() -> None:
    """Of the package that people get, which may have to be fetched."""
    made = rootfs.make(rootfs.Wish())
    found = {each.path: each for each in read(made.read_bytes())}
    with contents(Debian().packages(("busybox-static",))[0]) as tar:
        stream = tar.extractfile("./bin/busybox")
        assert stream is not None and found["bin/busybox"].data == stream.read()
    for path in ("init", "bin/sh", "sbin/init", "usr/bin/env", "bin/vi", "usr/sbin/chroot"):
        assert found[path].inode == found["bin/busybox"].inode, path
    assert found["bin/busybox"].links >= 200
    folders = {each.path for each in found.values() if stat.S_ISDIR(each.mode)}
    assert all(path.rpartition("/")[0] in folders | {""} for path in found)
