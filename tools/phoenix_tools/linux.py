"""Debian's own kernel for arm64 in the same QEMU: what Phoenix is measured and judged against."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from phoenix_tools import qemu
from phoenix_tools.debian import Debian, contents
from phoenix_tools.terminal import Stop

META_PACKAGE = "linux-image-cloud-arm64"  # stands for the newest kernel package
_PREFIX = "linux-image-6."


@dataclass(frozen=True)
class Kernel:
    name: str  # the package and its version
    image: Path


def kernel(debian: Debian | None = None) -> Kernel:
    """The kernel of Debian's cloud images, fetched now or earlier."""
    debian = debian or Debian()
    name = next((each for each in debian.closure((META_PACKAGE,)) if each.startswith(_PREFIX)), None)
    if name is None:
        raise Stop(f"Debian's {META_PACKAGE} stands for no kernel")
    package = debian.packages((name,))[0]
    image = debian.cache / "linux" / f"{package.stem}.Image"
    if not image.is_file():
        with contents(package) as tar:
            found = next(member for member in tar if member.name.startswith("./boot/vmlinuz"))
            stream = tar.extractfile(found)
            assert stream is not None
            image.parent.mkdir(parents=True, exist_ok=True)
            image.write_bytes(stream.read())
    return Kernel(package.stem.replace("%3a", ":"), image)


def command_line(chosen: Kernel, initrd: Path, append: str, *, memory: int = 512 << 20, cpus: int = 1) -> list[str]:
    """The console is on standard input and output. Messages of the kernel are not shown."""
    # The seed gives the guest the same entropy each time; with none, each system call of Linux pays for its random stack offset.
    return [
        *(qemu.PROGRAM, "-machine", "virt,gic-version=3", "-cpu", "cortex-a57", "-smp", str(cpus), "-m", qemu.memory_argument(memory)),
        *("-nodefaults", "-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot"),
        *("-seed", "1", "-rtc", "base=2024-01-01,clock=vm"),
        *("-kernel", str(chosen.image), "-initrd", str(initrd), "-append", f"console=ttyAMA0 quiet {append}".rstrip()),
    ]
