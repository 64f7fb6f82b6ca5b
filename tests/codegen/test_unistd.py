"""The numbers of system calls: as the compiler reads them, and what is said of headers that cannot be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from phoenix.unistd import INCLUDE, Unreadable, read_numbers

CLANG = shutil.which("clang-19")


@pytest.mark.skipif(CLANG is None, reason="clang-19 is not installed")
def test_as_the_compiler_reads_them() -> None:
    numbers = read_numbers().numbers
    source = "#include <asm/unistd.h>\n" + "".join(f'"{name}" __NR_{name}\n' for name in numbers)
    command = [str(CLANG), "--target=aarch64-linux-gnu", "-nostdinc", f"-isystem{INCLUDE}", "-E", "-dD", "-"]
    text = subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
    assert {name: int(number) for name, number in re.findall(r'"(\w+)" (\d+)', text)} == numbers
    defined = set(re.findall(r"#define __NR_(\w+)", text))
    assert defined - set(numbers) == {"syscalls", "arch_specific_syscall"}


def test_those_that_everybody_knows() -> None:
    calls = read_numbers()
    known = {"getcwd": 17, "fcntl": 25, "openat": 56, "read": 63, "newfstatat": 79, "exit_group": 94, "clone3": 435}
    assert known.items() <= calls.numbers.items()
    assert list(calls.numbers.values()) == sorted(calls.numbers.values()) and calls.numbers["io_setup"] == 0
    assert str(INCLUDE / "asm-generic/unistd.h") in calls.files


def read(folder: Path, text: str) -> dict[str, int]:
    (folder / "asm").mkdir(exist_ok=True)
    (folder / "asm" / "unistd.h").write_text(text, encoding="utf-8")
    return dict(read_numbers(folder).numbers)


def test_conditions(tmp_path: Path) -> None:
    text = """
        #define WORDS 64 /* not 32 */
        #define __NR3264_seek 7
        #if WORDS == 32 || defined(UNKNOWN)
        #define __NR_wrong 1
        #elif WORDS != 32 && !defined UNKNOWN
        # define __NR_seek __NR3264_seek
        #ifndef WORDS
        #define __NR_inside 2
        #else
        #define __NR_next (__NR_seek + 1) // after it
        #endif
        #else
        #define __NR_other 3
        #endif
        #ifdef GONE
        #else
        #define __NR_last \\
            9
        #undef __NR_seek
        #define __NR_seek 6
        #endif
    """
    assert read(tmp_path, text) == {"seek": 6, "next": 7, "last": 9}


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no such file"):
        read_numbers(tmp_path)
    with pytest.raises(Unreadable, match="not understood"):
        read(tmp_path, "#define __NR_odd sizeof(int)\n")
