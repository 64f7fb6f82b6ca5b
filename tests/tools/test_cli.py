"""The commands of `tools/phx` as people type them."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest


def phx(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(root / "tools/phx"), *arguments], capture_output=True, text=True, cwd=root, timeout=120)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_the_shipped_graphs_are_without_errors(root: Path) -> None:
    done = phx(root, "check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["build", "run", "show", "qemu", "size", "debug", "check"])
def test_an_unknown_graph_is_bad_input_with_a_suggestion(root: Path, command: str) -> None:
    done = phx(root, command, "minimla")
    assert done.returncode == 2
    assert "there is no graph `minimla`" in done.stderr
    assert "did you mean `minimal`?" in done.stderr
    assert not (root / "build/minimla").exists()


@pytest.mark.parametrize("arguments", [["frobnicate"], ["build", "--frobnicate"], ["run", "minimal", "-m", "lots"], ["list", "pl01"]])
def test_wrong_usage_is_bad_input(root: Path, arguments: list[str]) -> None:
    assert phx(root, *arguments).returncode == 2


def test_a_graph_in_error_is_bad_input(root: Path, tmp_path: Path) -> None:
    graph = tmp_path / "broken.yaml"
    graph.write_text("graph: broken\nsummary: A graph with a part that nobody knows.\nextends: minimal\nadd: {x: no_such_part}\n")
    done = phx(root, "build", str(graph))
    assert done.returncode == 2
    assert "no_such_part" in done.stderr and "broken.yaml:4:" in done.stderr


def test_list_tells_parameters_with_type_range_default_and_text(root: Path) -> None:
    record = json.loads(phx(root, "list", "pl011", "--json").stdout)
    assert record["provides"] == ["Console", "SerialPort"]
    baud = record["parameters"]["baud"]
    assert {"type", "min", "max", "default", "summary"} <= baud.keys()
    text = phx(root, "list", "pl011").stdout
    assert f"baud: integer {baud['min']}..{baud['max']}, default {baud['default']}. {baud['summary']}" in text


@pytest.mark.parametrize("kind", ["components", "interfaces", "graphs", "machines"])
def test_list_of_a_kind(root: Path, kind: str) -> None:
    everything = json.loads(phx(root, "list", "--json").stdout)
    assert json.loads(phx(root, "list", kind, "--json").stdout) == {kind: everything[kind]}
    assert all(each["summary"] for each in everything[kind])


def test_show_tells_wires_order_and_claims(root: Path) -> None:
    graph = json.loads(phx(root, "show", "monitor", "--json").stdout)
    text = phx(root, "show", "monitor").stdout
    for instance in graph["instances"]:
        assert instance["name"] in text
        for port in instance["ports"].values():
            assert port["why"] in text
    assert "Order of start-up" in text and "Device tree: claimed" in text and "Device tree: unclaimed" in text


def test_show_draws_what_is_wired_but_for_what_everybody_has(root: Path) -> None:
    graph = json.loads(phx(root, "show", "minimal", "--json").stdout)
    drawn = phx(root, "show", "minimal", "--dot").stdout
    assert drawn.startswith("digraph")
    for instance in graph["instances"]:
        for port in instance["ports"].values():
            for provider in port["providers"]:
                everybodys = provider == "wiring" or port["interface"] == "Log"
                assert everybodys or f'"{instance["name"]}" -> "{provider}"' in drawn


def test_qemu_prints_one_line_that_a_shell_can_read(root: Path) -> None:
    done = phx(root, "qemu", "monitor", "--append", "two words", "-m", "1G", "--", "-d", "int")
    assert done.stdout.count("\n") == 1
    words = shlex.split(done.stdout)
    assert words[0] == "qemu-system-aarch64" and words[-2:] == ["-d", "int"]
    assert words[words.index("-m") + 1] == "1024M"
    assert words[words.index("-append") + 1] == "two words"
    assert words[words.index("-machine") + 1] == "virt,gic-version=3"


def test_run_boots_and_passes_on_the_guests_exit_code(root: Path) -> None:
    done = subprocess.run(
        [str(root / "tools/phx"), "run", "minimal"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
    )
    assert done.returncode == 0
    assert "Hello from Phoenix." in done.stdout


def test_run_passes_arguments_to_qemu(root: Path) -> None:
    done = phx(root, "run", "minimal", "--", "-version")
    assert done.returncode == 0
    assert "QEMU emulator version" in done.stdout


def test_sizes_add_up(root: Path) -> None:
    size = json.loads(phx(root, "size", "minimal", "--json").stdout)
    for usage, total in size["sections"].items():
        assert sum(row[usage] for row in size["components"].values()) == total
    assert size["components"]["pl011"]["text"] > 0
    assert "(other)" not in size["components"]


def test_debug_stops_where_it_is_told_to_and_knows_the_source(root: Path) -> None:
    done = phx(
        root, "debug", "minimal", "--batch", "-x", "break phx_boot_entry", "-x", "continue", "-x", "bt", "-x", "phx-instances"
    )
    assert "phx_boot_entry (" in done.stdout and "arch/aarch64/boot/boot.cpp:" in done.stdout
    assert "phx::console::Pl011 phx::wiring::uart" in done.stdout


def test_bench_counts_the_same_every_time(root: Path) -> None:
    first, second = (json.loads(phx(root, "bench", "boot", "minimal", "--json").stdout) for _ in range(2))
    assert first == second
    assert first[0]["until"] == "power-off" and first[0]["instructions"] > 1000


def test_presets_are_one_for_each_graph(root: Path) -> None:
    command = ["/usr/bin/python3", "-m", "phoenix_tools.presets", "--root", str(root), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(root / "tools")})
    assert done.returncode == 0, done.stderr


def test_a_graph_that_talks_by_semihosting_shares_its_console_with_no_serial_port(root: Path) -> None:
    assert "-serial" not in shlex.split(phx(root, "qemu", "monitor-semihosting").stdout)
    assert "-serial" in shlex.split(phx(root, "qemu", "monitor").stdout)
