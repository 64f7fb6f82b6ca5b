"""Which Debian packages each command needs, and getting those that are missing.

Imports the standard library only: what it installs includes the libraries that the rest of `phx` is written with.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

NO_INSTALL = "PHX_NO_INSTALL"  # in the environment: nothing is to be installed
_MODULES = "/usr/lib/python3/dist-packages"
_LLVM = "/usr/lib/llvm-19"


class For(Enum):
    """What a package is needed for."""

    COMMAND = "every command"
    BUILD = "building images"
    EMULATOR = "running images"
    PICTURES = "pictures of graphs"
    ROOTFS = "making initramfs archives"
    PROGRAMS = "programs for images"
    TEST = "the tests"
    DEBUG = "debugging"
    MENU = "choosing in a terminal"
    EDITOR = "checking what editors see"


@dataclass(frozen=True)
class Package:
    """A Debian package, a file that tells that it is there, and what Phoenix uses it for."""

    name: str
    evidence: str
    use: For
    why: str


PACKAGES = (
    Package("python3-typer", f"{_MODULES}/typer/__init__.py", For.COMMAND, "phx's command line"),
    Package("python3-rich", f"{_MODULES}/rich/__init__.py", For.COMMAND, "phx's tables and progress"),
    Package("python3-yaml", f"{_MODULES}/yaml/__init__.py", For.COMMAND, "reading graphs and manifests"),
    Package("python3-ruamel.yaml", f"{_MODULES}/ruamel/yaml/__init__.py", For.COMMAND, "changing graphs, comments kept"),
    Package("python3-jsonschema", f"{_MODULES}/jsonschema/__init__.py", For.COMMAND, "validating graphs and manifests"),
    Package("python3-jinja2", f"{_MODULES}/jinja2/__init__.py", For.COMMAND, "printing the generated C++"),
    Package("python3-markdown-it", f"{_MODULES}/markdown_it/__init__.py", For.COMMAND, "components' READMEs in `phx explore`"),
    Package("python3-libfdt", f"{_MODULES}/libfdt.py", For.COMMAND, "reading device trees"),
    Package("device-tree-compiler", "/usr/bin/dtc", For.COMMAND, "compiling device trees"),
    Package("cmake", "/usr/bin/cmake", For.BUILD, "configuring the build"),
    Package("ninja-build", "/usr/bin/ninja", For.BUILD, "running the build"),
    Package("ccache", "/usr/bin/ccache", For.BUILD, "not compiling twice what graphs share"),
    Package("clang-19", f"{_LLVM}/bin/clang++", For.BUILD, "the compiler"),
    Package("lld-19", f"{_LLVM}/bin/ld.lld", For.BUILD, "the linker"),
    Package("llvm-19", f"{_LLVM}/bin/llvm-nm", For.BUILD, "the edge audit and the symbol table"),
    Package("libc++-19-dev", f"{_LLVM}/include/c++/v1/__config", For.BUILD, "the standard library's headers"),
    Package("linux-libc-dev-arm64-cross", "/usr/aarch64-linux-gnu/include/asm/unistd.h", For.BUILD, "Linux's numbers"),
    Package("libboost-dev", "/usr/include/boost/intrusive/rbtree_algorithms.hpp", For.BUILD, "red-black trees"),
    Package("qemu-system-arm", "/usr/bin/qemu-system-aarch64", For.EMULATOR, "the machine that images run on"),
    Package("graphviz", "/usr/bin/dot", For.PICTURES, "placing boxes and arrows"),
    Package("apt", "/usr/bin/apt-get", For.ROOTFS, "fetching Debian's arm64 packages"),
    Package("dpkg", "/usr/bin/dpkg-deb", For.ROOTFS, "unpacking them"),
    Package("lz4", "/usr/bin/lz4", For.ROOTFS, "archives packed with lz4"),
    Package("zstd", "/usr/bin/zstd", For.ROOTFS, "archives packed with zstd"),
    Package("gcc-12-aarch64-linux-gnu", "/usr/bin/aarch64-linux-gnu-gcc-12", For.PROGRAMS, "compiling test programs"),
    Package("libc6-dev-arm64-cross", "/usr/aarch64-linux-gnu/lib/libc.a", For.PROGRAMS, "linking them statically"),
    Package("libc++abi-19-dev", f"{_LLVM}/lib/libc++abi.a", For.TEST, "host tests"),
    Package("libclang-rt-19-dev", f"{_LLVM}/lib/clang/19/lib/linux", For.TEST, "sanitizers and libFuzzer"),
    Package("googletest", "/usr/src/googletest/googletest/src/gtest-all.cc", For.TEST, "host tests"),
    Package("libgtest-dev", "/usr/include/gtest/gtest.h", For.TEST, "property tests"),
    Package("g++", "/usr/bin/g++", For.TEST, "the standard library that rapidcheck is built with"),
    Package("librapidcheck-dev", "/usr/include/rapidcheck.h", For.TEST, "property tests"),
    Package("python3-pytest", f"{_MODULES}/pytest/__init__.py", For.TEST, "tests of generator and tools"),
    Package("python3-hypothesis", f"{_MODULES}/hypothesis/__init__.py", For.TEST, "property tests of the generator"),
    Package("mypy", "/usr/bin/mypy", For.TEST, "type-checking the Python code"),
    Package("python3-pyte", f"{_MODULES}/pyte/__init__.py", For.TEST, "a terminal that judges look at"),
    Package("chromium", "/usr/bin/chromium", For.TEST, "a browser that looks at `phx explore`'s pages"),
    Package("chromium-driver", "/usr/bin/chromedriver", For.TEST, "driving it"),
    Package("python3-selenium", f"{_MODULES}/selenium/__init__.py", For.TEST, "driving it from Python"),
    Package("python3-pexpect", f"{_MODULES}/pexpect/__init__.py", For.TEST, "typing into a terminal"),
    Package("python3-prompt-toolkit", f"{_MODULES}/prompt_toolkit/__init__.py", For.MENU, "the screen of `phx menu`"),
    Package("nodejs", "/usr/bin/node", For.EDITOR, "the YAML language server"),
    Package("npm", "/usr/bin/npm", For.EDITOR, "fetching the YAML language server"),
    Package("python3-pylsp-jsonrpc", f"{_MODULES}/pylsp_jsonrpc/__init__.py", For.EDITOR, "talking to it"),
    Package("git", "/usr/bin/git", For.TEST, "copies of the tree that tests may break"),
    Package("gdb-multiarch", "/usr/bin/gdb-multiarch", For.DEBUG, "the debugger"),
)


def missing(uses: Iterable[For], packages: Iterable[Package] = PACKAGES) -> tuple[Package, ...]:
    """The packages for `uses` whose evidence is not there."""
    wanted = set(uses)
    return tuple(package for package in packages if package.use in wanted and not Path(package.evidence).exists())


def apt_command(packages: Iterable[Package]) -> list[str]:
    """The command that installs them, through sudo for anyone but root."""
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    names = [package.name for package in packages]
    return [*prefix, "apt-get", "install", "--yes", "--no-install-recommends", *names]


def ensure(uses: Iterable[For], *, may_install: bool) -> bool:
    """Whether all packages for `uses` are there, after installing what is missing if that is allowed."""
    absent = missing(uses)
    if not absent:
        return True
    command = apt_command(absent)
    print("Missing Debian packages:", file=sys.stderr)
    width = max(len(package.name) for package in absent)
    for package in absent:
        print(f"    {package.name:{width}}  {package.why} (for {package.use.value})", file=sys.stderr)
    if not may_install or shutil.which(command[0]) is None:
        print(f"Install them with:\n    {shlex.join(command)}", file=sys.stderr)
        return False
    print(f"Installing them: {shlex.join(command)}", file=sys.stderr)
    return _install(command) and not missing(uses)


def ensure_now(use: For) -> bool:
    """Like `ensure`, where it turns out late what is needed."""
    return ensure({use}, may_install=NO_INSTALL not in os.environ)


def _install(command: list[str]) -> bool:
    """Runs apt-get, and once more after fetching package lists if the first try finds none."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if subprocess.run(command, env=environment, stdout=sys.stderr).returncode == 0:
        return True
    update = [*command[: command.index("apt-get") + 1], "update"]
    print(f"Fetching package lists first: {shlex.join(update)}", file=sys.stderr)
    return (
        subprocess.run(update, env=environment, stdout=sys.stderr).returncode == 0
        and subprocess.run(command, env=environment, stdout=sys.stderr).returncode == 0
    )
