"""What a boot takes, by step and by component: `phx size --boot`, `phx diff --boot`, and what of it is kept in costs.json."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from phoenix_tools import bootcount
from phoenix_tools.bootcount import AFTER, BEFORE

ROOT = Path(__file__).resolve().parents[2]
MONITOR = ROOT / "build/monitor"


def phx(*arguments: str) -> str:
    done = subprocess.run([str(ROOT / "tools/phx"), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def measured() -> bootcount.Boot:
    phx("build", "monitor")
    return bootcount.profile(json.loads((MONITOR / "graph.json").read_text()), MONITOR)


def test_steps_are_those_of_the_graph_and_add_up(measured: bootcount.Boot) -> None:
    order = [step["instance"] for step in json.loads((MONITOR / "graph.json").read_text())["init_order"]]
    assert list(measured.steps) == [BEFORE, *order, AFTER]
    assert sum(measured.steps.values()) == sum(measured.components.values()) == measured.instructions


def test_a_step_has_what_it_calls(measured: bootcount.Boot) -> None:
    """The tree is read by fdt alone, with help of libraries; a device's driver does little."""
    steps, components = measured.steps, measured.components
    assert steps["fdt"] > components["fdt"] > 20_000
    assert 0 < steps["rtc"] < 1_000 and 0 < steps["uart"] < 1_000
    assert components["pl011"] > steps["uart"]  # it prints what others say


def test_it_repeats_to_the_digit_and_is_kept(measured: bootcount.Boot) -> None:
    shown = json.loads(phx("size", "monitor", "--boot", "--json"))["boot"]
    assert shown == {"instructions": measured.instructions, "steps": dict(measured.steps), "components": dict(measured.components), "initramfs": ""}
    assert json.loads((MONITOR / "costs.json").read_text())["boot"] == shown
    assert json.loads(phx("size", "monitor", "--json"))["boot"] == shown  # without booting again
    text = phx("size", "monitor", "--boot")
    assert "monitor, by step" in text and f"To boot {measured.instructions:,} instructions" in text


def test_a_difference_tells_the_steps(measured: bootcount.Boot) -> None:
    sections = json.loads(phx("diff", "minimal", "monitor", "--boot", "--json"))["differences"]
    changes = {each["name"]: (each["before"], each["after"]) for each in sections["boot instructions"]}
    assert changes["all"][1].startswith(f"{measured.instructions:,} (+")
    assert changes["timer"] == ("0", f"{measured.steps['timer']:,} (+{measured.steps['timer']:,})")
    assert {"bytes", "stack"} <= set(sections)


def test_another_initramfs_is_another_boot(tmp_path: Path) -> None:
    """What was measured with one is not told of the other."""
    file = tmp_path / bootcount.qemu.ROOTFS
    file.write_bytes(b"one")
    first = bootcount.initramfs({"rootfs": {"packages": []}}, tmp_path)
    file.write_bytes(b"other")
    assert first != bootcount.initramfs({"rootfs": {"packages": []}}, tmp_path) != ""
    assert bootcount.initramfs({"rootfs": None}, tmp_path) == ""
