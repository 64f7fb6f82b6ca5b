"""What `phx bench user` makes of what kbench prints, and what it compares with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from phoenix_tools import userbench
from phoenix_tools.terminal import Stop
from phoenix_tools.userbench import Row

CONSOLE = b"noise\r\nkbench start\r\ninsn100 100.00\r\ngetpid 61.25\r\npipe_rt unsupported pipe2 38\r\n[ 1.0] 12.00\r\nkbench done\r\n"


def guest(tmp_path: Path, text: bytes) -> list[str]:
    (tmp_path / "console").write_bytes(text)
    return ["cat", str(tmp_path / "console")]


def test_rows_of_the_console(tmp_path: Path) -> None:
    found = userbench._run(guest(tmp_path, CONSOLE))
    assert found == {"insn100": "100.00", "getpid": "61.25", "pipe_rt": "unsupported pipe2 38"}
    assert userbench._row("getpid", found.get("getpid"), 245.0) == Row("getpid", 61.25, 245.0)
    assert userbench._row("pipe_rt", found.get("pipe_rt"), 9.0) == Row("pipe_rt", None, 9.0, "unsupported pipe2 38")
    assert userbench._row("stat", found.get("stat"), 9.0) == Row("stat", None, 9.0, "not reached")


def test_guests_that_measure_nothing(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="(?s)did not start.*panic: at the disco"):
        userbench._run(guest(tmp_path, b"panic: at the disco\r\n"))
    with pytest.raises(Stop) as stop:
        userbench._run(guest(tmp_path, b"kbench: no test named getpit\r\n"))
    assert stop.value.code == 2


def test_the_mean_is_of_ratios() -> None:
    assert userbench.mean([Row("a", 1.0, 4.0), Row("b", 4.0, 4.0), Row("c", None, 1.0)]) == pytest.approx(0.5)
    assert userbench.mean([Row("c", None, 1.0)]) is None


def test_the_reference_has_every_row(root: Path) -> None:
    reference = json.loads((root / userbench.REFERENCE).read_text(encoding="utf-8"))
    assert {"getpid", "fork_exec_wait", "fault_anon", "pipe_rt", "file_read_64k"} <= reference["rows"].keys()
    assert not set(userbench.LEFT_OUT) & reference["rows"].keys()
    assert 100 <= reference["rows"]["insn100"] < 101  # the virtual clock counts instructions
    assert reference["kernel"].startswith("linux-image-6.")
