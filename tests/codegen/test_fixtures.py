"""One wrong project a folder, and word for word what is said of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import trees


@pytest.mark.parametrize("name", trees.fixture_names())
def test_messages(name: str, tmp_path: Path) -> None:
    expected = (trees.FIXTURES / name / "expected.txt").read_text(encoding="utf-8")
    assert trees.messages(trees.lay_out(trees.FIXTURES / name, tmp_path)) == expected


def test_there_are_enough() -> None:
    codes = set()
    for name in trees.fixture_names():
        text = (trees.FIXTURES / name / "expected.txt").read_text(encoding="utf-8")
        found = {line.rpartition("[")[2].rstrip("]") for line in text.splitlines() if ": error: " in line}
        assert found, f"{name} expects no error"
        codes |= found
    assert len(trees.fixture_names()) >= 50 and len(codes) >= 40


def codes_in_source() -> set[str]:
    codes = set()
    for path in (trees.ROOT / "codegen" / "phoenix").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id in ("Diagnostic", "Bad")
            ):
                code = call.args[1 if call.func.id == "Diagnostic" else 0]
                if isinstance(code, ast.Constant):
                    codes.add(code.value)
    return codes


def test_every_code_has_a_fixture() -> None:
    """A diagnostic that no fixture shows is one that nobody has read."""
    shown = "".join(
        (trees.FIXTURES / name / "expected.txt").read_text(encoding="utf-8") for name in trees.fixture_names()
    )
    elsewhere = {
        "schema",
        "no-dtc",
        "no-call-numbers",
        "stale-reference",
    }  # a schema rule without words, a missing program, missing headers, a page on disk
    assert {code for code in codes_in_source() if f"[{code}]" not in shown} - elsewhere == set()


def test_base_is_right() -> None:
    assert trees.messages(trees.BASE) == ""


def test_exit_code_and_streams(tmp_path: Path) -> None:
    root = trees.lay_out(trees.FIXTURES / "many-errors", tmp_path)
    command = [sys.executable, "-m", "phoenix", "check", "--root", str(root)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(trees.ROOT / "codegen"), "PATH": "/usr/bin"},
    )
    assert done.returncode == 2 and done.stdout == ""
    expected = (trees.FIXTURES / "many-errors" / "expected.txt").read_text(encoding="utf-8")
    assert done.stderr == expected + f"{expected.count(': error: ')} errors\n"
