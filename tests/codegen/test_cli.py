"""The command line: exit codes, what is written, and the pages that must not be stale."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trees
from phoenix import api
from phoenix.__main__ import main


def test_emit_and_graph_json(tmp_path: Path) -> None:
    assert main(["emit", "--root", str(trees.BASE), "--graph", "small", "--out", str(tmp_path)]) == 0
    graph = json.loads((tmp_path / "graph.json").read_text())
    assert graph == api.to_json(api.resolve(trees.BASE, "small"))
    pages = next(instance for instance in graph["instances"] if instance["name"] == "pages")
    assert (
        pages["parameters"]["orders"]["value"] == 12
        and "required by `shell`" in pages["parameters"]["orders"]["why"]
    )
    assert {"path": "/soc@40000000/serial@4000", "compatible": "test,uart"} in graph["unclaimed"]
    cmake = (tmp_path / "gen" / "graph.cmake").read_text()
    assert 'set(PHX_RAM_BASE "0x80000000")' in cmake and 'set(PHX_BOOT_CPU_MPIDR "0x100")' in cmake
    assert str(trees.BASE / "dts" / "board.dts") in cmake


def test_graph_by_path(tmp_path: Path) -> None:
    graph = tmp_path / "mine.yaml"
    graph.write_text("graph: mine\nsummary: Mine.\nextends: tiny\n")
    assert api.resolve(trees.BASE, graph).name == "mine"
    assert api.resolve(trees.BASE, trees.BASE / "graphs" / "tiny.yaml").name == "tiny"


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["emit", "--graph", "smal", "--out", "OUT"], "did you mean `small`?"),
        (
            ["emit", "--graph", "nowhere.yaml", "--out", "OUT"],
            "nowhere.yaml:1:1: error: the file cannot be read",
        ),
        (["check", "smal"], "did you mean `small`?"),
        (["check", "tiny", "small.yml"], "there is no graph `small.yml`"),
    ],
)
def test_wrong_arguments(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [str(tmp_path / "out") if word == "OUT" else word for word in arguments]
    assert main([filled[0], "--root", str(trees.BASE), *filled[1:]]) == 2
    assert says in capsys.readouterr().err


def test_no_such_root_and_unwritable_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--root", str(tmp_path / "none")]) == 2
    (tmp_path / "file").write_text("")
    assert main(["emit", "--root", str(trees.BASE), "--graph", "tiny", "--out", str(tmp_path / "file")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_without_dtc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["check", "--root", str(trees.BASE), "small"]) == 2
    assert "fix: apt-get install device-tree-compiler" in capsys.readouterr().err


def test_schemas(tmp_path: Path) -> None:
    import jsonschema  # type: ignore[import]

    assert main(["schemas", "--out", str(tmp_path)]) == 0
    for kind in ("graph", "component", "interface", "machine"):
        jsonschema.Draft7Validator.check_schema(json.loads((tmp_path / f"{kind}.json").read_text()))


def test_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["reference", "--root", str(trees.BASE), "--out", str(tmp_path)]
    assert main([*arguments, "--check"]) == 2 and "missing" in capsys.readouterr().err
    assert main(arguments) == 0 and main([*arguments, "--check"]) == 0
    page = tmp_path / "components.md"
    page.write_text(page.read_text().replace("A serial port", "A parallel port"))
    assert main([*arguments, "--check"]) == 2 and "stale" in capsys.readouterr().err
    (tmp_path / "old.md").write_text("")
    assert main(arguments) == 0 and not (tmp_path / "old.md").exists()


def test_reference_of_the_project() -> None:
    assert (
        main(
            [
                "reference",
                "--root",
                str(trees.ROOT),
                "--out",
                str(trees.ROOT / "docs" / "reference"),
                "--check",
            ]
        )
        == 0
    )


def test_tests_that_fail_do_not_stop_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = trees.lay_out(trees.SHAPES, tmp_path)
    (root / "components/core/gic/gic_test.cpp").touch()
    (root / "components/core/bump/bump_test.cpp").touch()
    (root / "components/core/ramdisk/ramdisk_test.cpp").touch()
    assert main(["emit-tests", "--root", str(root), "--out", str(tmp_path / "out")]) == 2
    assert "needs Pages" in capsys.readouterr().err
    calls = (tmp_path / "out" / "tests.cmake").read_text()
    assert "test-bump" in calls and "test-gic" in calls and "test-ramdisk" not in calls
