"""Sources of libraries: what is asked of apt, and what becomes of what it gives."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from phoenix_tools import sources
from phoenix_tools.sources import Source


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(sources, "SOURCES", (Source("some", "lib/some.c", "a test"),))
    monkeypatch.setattr(sources.missing, "__defaults__", (sources.SOURCES,))
    return tmp_path / "phoenix" / "sources"


def _archive(folder: Path, member: str) -> bool:
    (folder / "some-1.0" / Path(member).parent).mkdir(parents=True)
    (folder / "some-1.0" / member).write_text("int some;\n")
    with tarfile.open(folder / "some_1.0.orig.tar.xz", "w:xz") as tar:
        tar.add(folder / "some-1.0", "some-1.0")
    (folder / "some_1.0.orig.tar.xz.asc").write_text("a signature")
    return True


def test_the_upstream_archive_is_unpacked_by_its_package_name(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_download", lambda wanted, folder: _archive(folder, "lib/some.c"))
    assert sources.ensure(may_fetch=True)
    assert (cache / "some" / "lib" / "some.c").read_text() == "int some;\n"
    assert sorted(path.name for path in cache.parent.iterdir()) == ["sources"]
    monkeypatch.setattr(sources, "_download", lambda wanted, folder: pytest.fail("fetched twice"))
    assert sources.ensure(may_fetch=True)


def test_an_archive_without_what_is_wanted_is_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sources, "_download", lambda wanted, folder: _archive(folder, "src/some.c"))
    assert not sources.ensure(may_fetch=True)
    assert not (cache / "some").exists()
    assert "some_1.0.orig.tar.xz has no lib/some.c" in capsys.readouterr().err


def test_nothing_is_fetched_where_that_is_not_wanted(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not sources.ensure(may_fetch=False)
    assert "some (for a test)" in capsys.readouterr().err
