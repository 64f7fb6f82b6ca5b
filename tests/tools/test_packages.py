"""Which packages a command needs, and what is said when they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from phoenix_tools import packages, start
from phoenix_tools.packages import For, Package


@pytest.fixture
def absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    package = Package("no-such-package", str(tmp_path / "absent"), For.BUILD, "testing what is missing")
    monkeypatch.setattr(packages, "missing", lambda uses, found=(package,): found if For.BUILD in set(uses) else ())
    return package


def test_light_commands_need_no_compiler() -> None:
    assert start.needs(["check"]) == {For.COMMAND}
    assert start.needs(["run", "--help"]) == {For.COMMAND}


def test_tests_need_test_packages_and_runs_do_not() -> None:
    assert For.TEST in start.needs(["test", "--host"])
    assert For.TEST not in start.needs(["run", "minimal"])
    assert {For.BUILD, For.EMULATOR} <= start.needs(["run", "minimal"])


def test_refusing_to_install_names_package_reason_and_command(
    absent: Package, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    assert start.main(root, ["run", "--no-install", "minimal"]) == 1
    said = capsys.readouterr().err
    assert absent.name in said and absent.why in said
    assert "apt-get install" in said


def test_arguments_after_two_dashes_are_not_ours(absent: Package, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(start, "ensure", lambda uses, *, may_install: bool(asked.append(may_install)))
    start.main(root, ["run", "minimal", "--", "--no-install"])
    assert asked == [True]


def test_evidence_is_what_decides(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    table = (
        Package("a", str(there), For.BUILD, ""),
        Package("b", str(tmp_path / "not"), For.BUILD, ""),
        Package("c", str(tmp_path / "not"), For.DEBUG, ""),
    )
    assert [package.name for package in packages.missing({For.BUILD}, table)] == ["b"]
