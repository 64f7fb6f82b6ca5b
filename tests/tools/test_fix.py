"""`phx check --fix`: planted mistakes are found at their place, and mended where that is certain or chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from copies import Checkout, copy_tree
from phoenix import api
from phoenix.repair import Put, Reword, nearest, slips, yaml_text
from phoenix.diagnostics import Place
from phoenix.source import plain, read_yaml
from phoenix_tools.answers import writing
from phoenix_tools.answers.mending import alternatives, mend
from phoenix_tools.answers.yaml_text import YamlText
from phoenix_tools.terminal import Stop
from planted import APPLY, BY_HAND, GICV2, MONITOR, PLANTED, SLAB, Planted


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return copy_tree(tmp_path_factory.mktemp("tree"))


@dataclass(frozen=True)
class Wrong:
    """A tree with a mistake in it, and where the message must point."""

    root: Path
    graphs: list[str]
    place: str


@pytest.fixture
def wrong(tree: Checkout, request: pytest.FixtureRequest) -> Iterator[Wrong]:
    mistake: Planted = request.param
    path = tree.root / mistake.file
    before = path.read_bytes()
    text = before.decode()
    assert mistake.old in text, f"{mistake.file} has changed: no {mistake.old!r}"
    start = text.index(mistake.old)
    text = text.replace(mistake.old, mistake.new.replace("^", "", 1), 1)
    path.write_text(text, encoding="utf-8")
    yield Wrong(tree.root, [mistake.graph] if mistake.graph else [], _place(tree.root, mistake, text, start))
    path.write_bytes(before)


def _place(root: Path, mistake: Planted, text: str, start: int) -> str:
    file, at = mistake.file, start + mistake.new.find("^")
    if mistake.at is not None:
        file = mistake.at[0]
        text = (root / file).read_text(encoding="utf-8")
        at = text.index(mistake.at[1])
    return f"{file}:{text[:at].count(chr(10)) + 1}:{at - text.rfind(chr(10), 0, at)}"


def _named(mistake: Planted) -> str:
    return mistake.name


@pytest.mark.parametrize("mistake, wrong", [(each, each) for each in PLANTED], indirect=["wrong"], ids=map(_named, PLANTED))
def test_a_mistake_is_found_and_mended(mistake: Planted, wrong: Wrong) -> None:
    found = mend(wrong.root, wrong.graphs, [])
    messages = [each for each in found.found if (str(each.place), each.code) == (wrong.place, mistake.code)]
    assert messages, f"nothing at {wrong.place}: " + "\n".join(each.render() for each in found.found)
    assert mistake.fix in "\n".join(messages[0].fix)
    if mistake.way == BY_HAND:
        return
    if mistake.way != APPLY:
        ways = [number for number, (_, repair) in enumerate(alternatives(found.found)) if repair.title == mistake.way]
        found = mend(wrong.root, wrong.graphs, ways)
    assert found.left == ()
    files = found.texts.files()
    kept = {name: (wrong.root / name).read_bytes() for name in files}
    writing.write(wrong.root, files)
    try:
        assert api.check(wrong.root, wrong.graphs) == ()
        for name, before in kept.items():
            after = (wrong.root / name).read_bytes().splitlines()
            assert sum(line not in after for line in before.splitlines()) <= 1, "no other line is touched"
    finally:
        for name, before in kept.items():
            (wrong.root / name).write_bytes(before)


def test_there_are_enough() -> None:
    assert len(PLANTED) >= 60 and len({each.name for each in PLANTED}) == len(PLANTED)
    assert sum(each.way != BY_HAND for each in PLANTED) >= 40
    assert len({each.code for each in PLANTED}) >= 35


# --- the command


@pytest.fixture
def own(tmp_path: Path) -> Checkout:
    """A tree in which `monitor` has three mistakes: one that is certain, one to choose about, one for a person."""
    tree = copy_tree(tmp_path)
    tree.replace(MONITOR, "  heap: slab\n", "  # a heap\n  heap: slabb   # of slabs\n")
    return tree


def test_nothing_is_written_unless_asked(own: Checkout) -> None:
    before = (own.root / MONITOR).read_bytes()
    done = own.phx("check", "monitor", "--fix")
    assert done.returncode == 2
    assert f"{MONITOR}:11:9: error: there is no component `slabb`" in done.stdout
    assert "-  heap: slabb   # of slabs\n+  heap: slab   # of slabs\n" in done.stdout
    assert f"1 error. Nothing was written; --apply writes {MONITOR}." in done.stderr
    assert (own.root / MONITOR).read_bytes() == before


def test_comments_stay(own: Checkout) -> None:
    done = own.phx("check", "monitor", "--apply")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing is wrong any more." in done.stdout
    assert "  # a heap\n  heap: slab   # of slabs\n" in (own.root / MONITOR).read_text()
    assert own.phx("check", "monitor", "--fix").stdout == "No errors in monitor.\n"


def test_one_of_several_ways_is_chosen(own: Checkout) -> None:
    own.replace(MONITOR, "  pages: buddy\n", "  pages: buddy\n  more: bump\n")
    done = own.phx("check", "monitor", "--fix")
    assert "     1  choose `more` for PageAllocator\n     2  choose `pages` for PageAllocator\n" in done.stdout
    assert "What remains then:" in done.stdout
    assert own.phx("check", "monitor", "--choose", "99").returncode == 2
    done = own.phx("check", "monitor", "--choose", "2", "--apply")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (own.root / MONITOR).read_text()
    assert "choose.PageAllocator: pages" in text and "heap: slab   #" in text


def test_what_remains_is_said(own: Checkout) -> None:
    own.replace(GICV2, "replace: {irq: gic_v2}", "replace: {irq: gic_v2}\nadd: {x: nothing_like_it}")
    done = own.phx("check", "monitor-gicv2", "--apply")
    assert done.returncode == 2
    assert "What remains:" in done.stdout and "there is no component `nothing_like_it`" in done.stdout
    assert f"{MONITOR}: written.\n1 error" in done.stderr


def test_json(own: Checkout) -> None:
    done = own.phx("check", "monitor", "--json")
    assert done.returncode == 2
    content = json.loads(done.stdout)
    (error,) = content["errors"]
    assert (error["file"], error["line"], error["column"], error["code"]) == (MONITOR, 11, 9, "unknown-component")
    assert error["repairs"] == [{"title": "write `slab`", "certain": True}]
    assert content["left"] == [] and "+  heap: slab   # of slabs" in content["patch"] and not content["written"]
    assert json.loads(own.phx("check", "monitor-up", "--json", "--apply").stdout)["written"]
    assert own.phx("check", "monitor").returncode == 0


def test_line_ends_stay(own: Checkout) -> None:
    path = own.root / MONITOR
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    own.replace(MONITOR, "slabb", "slab")
    own.replace(MONITOR, "  pages: buddy", "  more: slabb")
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    done = own.phx("check", "monitor", "--apply")
    assert "Traceback" not in done.stderr
    data = path.read_bytes()
    assert b"more: slab\r\n" in data and data.count(b"\n") == data.count(b"\r\n")


# --- its parts


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("old")
    (tmp_path / "b").write_text("new")
    files = {name: writing.Rewritten(b"old", b"mended") for name in ("a", "b")}
    with pytest.raises(Stop, match="b has been changed meanwhile"):
        writing.write(tmp_path, files)
    assert sorted((path.name, path.read_text()) for path in tmp_path.iterdir()) == [("a", "old"), ("b", "new")]


def test_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    writing.write(tmp_path, {"a": writing.Rewritten(b"old", b"new")})
    assert path.read_text() == "new" and path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "word, known, meant",
    [
        ("slabb", ["slab", "slub", "buddy"], ("slab",)),
        ("painc", ["panic", "pane"], ("panic",)),
        ("dup2", ["dup", "dup3", "fcntl"], ("dup", "dup3")),  # equally near
        ("lock", ["clocks"], ("clocks",)),
        ("quux", ["one", "two"], ("one", "two")),
    ],
)
def test_the_nearest_word(word: str, known: list[str], meant: tuple[str, ...]) -> None:
    assert nearest(word, known) == meant


def test_slips() -> None:
    assert [slips(a, b) for a, b in (("a", "a"), ("ab", "ba"), ("abc", "ac"), ("", "xy"), ("inti", "init"))] == [0, 1, 1, 2, 1]


@pytest.mark.parametrize("value", ["x", "16 KiB", "no", "true", "12", "0x10", "a: b", "a #b", "[x", "-", "~", "", "a\nb", 'q"\\', "ü", 5, True])
def test_text_of_yaml_is_read_back(value: str | int) -> None:
    document = read_yaml("f", f"k: [{yaml_text(value)}]".encode())
    assert document.root is not None and plain(document.root) == {"k": [value]}


@pytest.mark.parametrize(
    "text, edit, after",
    [
        ("a: {b: 1}\n", Put("f", ("a", "c"), "2"), "a: {b: 1, c: 2}\n"),
        ("a:\n  b: 1  # one\n\nd: 1\n", Put("f", ("a", "c"), "2"), "a:\n  b: 1  # one\n  c: 2\n\nd: 1\n"),
        ("a: 1", Put("f", ("b", "c"), "2"), "a: 1\nb: {c: 2}\n"),
        ("a: 1\n", Put("f", ("a", "c"), "2"), None),
        ("\ufeffa: one\n", Reword(Place("f", 1, 4), "two"), "\ufeffa: two\n"),
        ("a:\n  - b\n  - c\nd: 1\n", Reword(Place("f", 2, 3), "x"), "a: x\nd: 1\n"),
        ("a: one\n", Reword(Place("f", 9, 1), "two"), None),
    ],
)
def test_edits_of_text(text: str, edit: Put | Reword, after: str | None) -> None:
    file = YamlText(text)
    splices = file.splices(edit)
    assert (None if splices is None else file.with_splices(splices)) == after


def test_a_manifest_of_several_lines_keeps_them(tree: Checkout) -> None:
    text = (tree.root / SLAB).read_text(encoding="utf-8")
    assert YamlText(text).with_splices(()) == text
