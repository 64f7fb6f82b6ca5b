"""What was read before is the same as what is read afresh, whatever happens to the files and to what is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import trees
from phoenix import api, memory

KEPT = "build/.read-before"
MANIFEST = "components/core/ramdisk/component.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(trees.BASE, tmp_path / "tree")
    (tmp_path / "tree/build").mkdir()
    return tmp_path / "tree"


def resolved(root: Path) -> list[object]:
    project = api.open_project(root)
    return [[each.render() for each in project.catalog.diagnostics], *(api.to_json(project.resolve(name)) for name in ("small", "tiny"))]


def test_what_is_kept_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = resolved(root)
    assert (root / KEPT).is_file()

    def read(path: str, data: bytes) -> None:
        raise AssertionError(f"{path} is read again")

    monkeypatch.setattr(memory, "read_yaml", read)
    assert resolved(root) == first


def test_an_edit_is_seen_and_what_was_before_it_too(root: Path) -> None:
    first = resolved(root)
    file = root / MANIFEST
    before = file.read_text()
    file.write_text(before.replace("summary:", "sumary:"))
    problems = [each.render() for each in api.open_project(root).catalog.diagnostics]
    assert any(each.startswith(f"{MANIFEST}:") and "`sumary`" in each for each in problems)
    assert problems == [each.render() for each in api.open_project(root).catalog.diagnostics]
    file.write_text(before)
    assert resolved(root) == first
    file.rename(file.with_name("gone.yaml"))
    assert "ramdisk" not in api.open_project(root).catalog.components


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_what_is_damaged_is_made_again(root: Path, damage: bytes | None) -> None:
    first = resolved(root)
    kept = (root / KEPT).read_bytes()
    (root / KEPT).write_bytes(kept[: len(kept) // 2] if damage is None else damage)
    assert resolved(root) == first
    assert (root / KEPT).read_bytes() == kept


def test_another_generator_reads_afresh(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = resolved(root)
    kept = (root / KEPT).read_bytes()
    monkeypatch.setattr(memory, "_generator", lambda: b"another" * 5)
    assert resolved(root) == first
    assert (root / KEPT).read_bytes() != kept


def test_nothing_is_written_where_nothing_is_built(root: Path) -> None:
    (root / "build").rmdir()
    resolved(root)
    assert not (root / "build").exists()
    (root / "build").mkdir()
    (root / KEPT).mkdir()  # it cannot be written
    resolved(root)


def test_a_change_is_as_if_it_was_written(root: Path) -> None:
    project = api.open_project(root)
    file = root / "graphs/tiny.yaml"
    text = file.read_text().replace("budgets.image_kib: 32", "budgets.image_kib: 31").replace("tiny", "tinier")
    changed = project.changed({"graphs/tiny.yaml": text})
    found = api.to_json(changed.resolve("tinier"))
    assert found["budgets"]["image_kib"] == 31 and "tiny" not in changed.catalog.graphs
    assert api.to_json(project.resolve("tiny"))["budgets"]["image_kib"] == 32
    file.write_text(text)
    assert api.to_json(api.open_project(root).resolve("tinier")) == found
