"""The graph that an image carries: `phx extract`, images as sides of `phx diff`, and files that are none."""

from __future__ import annotations

import gzip
import json
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phoenix_tools.answers.difference import difference
from phoenix_tools.costs import record
from phoenix_tools.elf import Elf
from phoenix_tools.embedded import codec, content

ROOT = Path(__file__).resolve().parents[2]
MONITOR = ROOT / "build/monitor"


def phx(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "tools/phx"), *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def image() -> bytes:
    done = phx("build", "monitor")
    assert done.returncode == 0, done.stderr
    return (MONITOR / "Image").read_bytes()


@pytest.fixture(scope="module")
def graph(image: bytes) -> dict[str, Any]:
    resolved: dict[str, Any] = json.loads((MONITOR / "graph.json").read_text())
    return resolved


def test_an_image_holds_what_a_difference_compares(image: bytes, graph: dict[str, Any]) -> None:
    found = content.checked(codec.find(image))
    assert difference(found, graph) == difference(graph, found) == ()
    assert found["machine"]["qemu"] == graph["machine"]["qemu"] and found["boot_test"] == graph["boot_test"]
    built = record.read(MONITOR, graph)
    carried = content.costs_of(found, len(image))
    assert (carried.components, carried.sections) == (built.components, built.sections)
    assert (carried.image_bytes, carried.static_ram_bytes) == (built.image_bytes, built.static_ram_bytes)


def test_the_elf_file_holds_all_of_graph_json(graph: dict[str, Any]) -> None:
    found = codec.find((MONITOR / "phoenix.elf").read_bytes())
    del found["costs"]
    assert found == graph


def test_the_kernel_clears_the_memory_that_it_is_loaded_to(image: bytes) -> None:
    elf = Elf((MONITOR / "phoenix.elf").read_bytes())
    start, end, cleared = (elf.symbol_value(name) for name in ("__image_start", "__image_end", "__boot_tables_end"))
    assert end - start < len(image) <= cleared - start


@pytest.mark.parametrize("shape", [bytes, gzip.compress, lambda image: image + bytes(4096), lambda image: b"loader" * 99 + image])
def test_it_is_found_in_other_wrappings(image: bytes, shape: Callable[[bytes], bytes], tmp_path: Path) -> None:
    file = tmp_path / "kernel"
    file.write_bytes(shape(image))
    done = phx("extract", file, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["graph"] == "monitor"
    assert phx("diff", file, MONITOR / "Image").returncode == 0


def test_images_are_compared_with_images_and_graphs(image: bytes, tmp_path: Path) -> None:
    other = codec.find(image)
    other["instances"] = [each for each in other["instances"] if each["name"] != "cmd_mem"]
    other["costs"]["components"]["uart"] = [100, 0, 0, 0]
    stream = codec.pack(other)
    file = tmp_path / "other"
    file.write_bytes(image[: -len(stream)] + stream + codec.trailer(stream))
    done = phx("diff", MONITOR / "Image", file, "--json")
    found = {title: {each["name"] for each in changes} for title, changes in json.loads(done.stdout)["differences"].items()}
    assert found["instances"] == {"cmd_mem"} and found["bytes"] == {"all", "uart"}
    assert "- cmd_mem" in phx("diff", "monitor", file).stdout


def test_a_graph_goes_before_a_file_of_its_name(image: bytes, tmp_path: Path) -> None:
    (tmp_path / "minimal").write_bytes(image)
    done = subprocess.run([str(ROOT / "tools/phx"), "diff", "minimal", "monitor"], capture_output=True, text=True, cwd=tmp_path)
    assert "monitor -> hello" not in done.stdout and "hello -> monitor" in done.stdout, done.stderr


def test_the_text_names_instances_wires_and_order() -> None:
    text = phx("extract", MONITOR / "Image").stdout
    for expected in ("monitor, aarch64", "debug/monitor", "history = 16", "/pl011@9000000", "Order of start-up:", "Libraries:"):
        assert expected in text, expected


def test_other_files_are_told_for_what_they_are(image: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    newer = zlib.compress(json.dumps({"format": 99}).encode())
    bare = zlib.compress(json.dumps({"format": codec.VERSION, "graph": "x"}).encode())
    for data, said in (
        (b"", "does not hold the graph of a kernel of Phoenix"),
        (b"\x1f\x8bno", "gzip data is damaged"),
        (b"\x7fELF", "a damaged ELF file"),
        ((MONITOR / "linked.elf").read_bytes(), "an ELF file without a section"),
        (image[-60:], "cut off at its start"),
        (image[:-60] + bytes(20) + image[-40:], "damaged"),
        (newer + codec.trailer(newer), "written in format 99"),
        (bare + codec.trailer(bare), "the graph in it is none: at `/`, 'version' is a required property"),
    ):
        file.write_bytes(data)
        done = phx("extract", file)
        assert (done.returncode, done.stdout) == (2, "") and said in done.stderr and "fix:" in done.stderr, done.stderr
        assert phx("diff", file, "monitor").returncode == 2
    assert "no such file" in phx("extract", tmp_path / "none").stderr


@given(st.data())
def test_damage_is_told_and_nothing_else_happens(image: bytes, data: st.DataObject) -> None:
    damaged = bytearray(image[-4000:])
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    kept = bytes(damaged[data.draw(st.integers(0, 3999)) :])
    try:
        content.checked(codec.find(kept))
    except codec.Unreadable:
        pass


def test_forged_content_is_refused(image: bytes) -> None:
    """Whatever is replaced by something of another kind, at any depth that is read."""
    good = codec.find(image)
    content.checked(good)
    for key in ("graph", "machine", "instances", "init_order", "claims", "locks", "costs", "interrupts", "libraries", "rootfs"):
        for wrong in (7, "text", [7], {"a": 7}, [{}], [[]]):
            if isinstance(wrong, str) and key == "graph":
                continue
            with pytest.raises(codec.Unreadable, match=f"/{key}"):
                content.checked({**good, key: wrong})
