"""A precompiled header is made once for all graphs of a checkout, and again when what it holds changes."""

from __future__ import annotations

import sys
from pathlib import Path

from phoenix_tools.precompile import compile_once

# Writes different bytes in every directory, as clang does, and a note of each run.
_COMPILER = """
import os, sys
command = sys.argv[1:]
open(command[command.index("-o") + 1], "w").write(os.getcwd() + open(command[-1]).read())
open(command[command.index("-MF") + 1], "w").write("out: " + command[-1])
open(os.path.join(os.path.dirname(command[-1]), "runs"), "a").write("x")
"""


def _compile(tmp_path: Path, graph: str, *options: str) -> tuple[str, str, int]:
    """The header and its sum as `graph` gets them, and how often the compiler ran so far."""
    build = tmp_path / "build" / graph
    build.mkdir(parents=True, exist_ok=True)
    header = tmp_path / "all.hpp"
    out = str(build / "all.o")
    command = [sys.executable, "-c", _COMPILER, *options, "-MF", f"{build}/all.d", "-o", out, str(header)]
    assert compile_once(command, tmp_path / "kept", str(tmp_path), str(build)) == 0
    return Path(out).read_text(), Path(f"{out}.sum").read_text(), len((tmp_path / "runs").read_text())


def test_graphs_share_what_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "all.hpp").write_text("int a;")
    first = _compile(tmp_path, "one")
    assert _compile(tmp_path, "two") == first
    (tmp_path / "build/one/all.o").unlink()
    assert _compile(tmp_path, "one") == first
    assert _compile(tmp_path, "two", "-Os")[2] == 2, "other options, another header"
    (tmp_path / "all.hpp").write_text("int b;")
    again = _compile(tmp_path, "two")
    assert again[2] == 3 and "int b;" in again[0] and again[1] != first[1]


def test_what_is_half_kept_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "all.hpp").write_text("int a;")
    _compile(tmp_path, "one")
    (kept,) = [path for path in (tmp_path / "kept").glob("*/sum")]
    kept.unlink()
    assert _compile(tmp_path, "two")[2] == 2
    assert _compile(tmp_path, "three")[2] == 2
