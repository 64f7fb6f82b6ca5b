"""`phx why`: every kind of thing that can be asked about, with places that hold what is said."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from phoenix.api import resolve, to_json
from phoenix_tools.answers.why import Answer, Reasons

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def monitor() -> Reasons:
    return Reasons(to_json(resolve(ROOT, "monitor")))


@pytest.fixture(scope="module")
def shell() -> Reasons:
    return Reasons(to_json(resolve(ROOT, "shell")))


def only(reasons: Reasons, name: str) -> Answer:
    (answer,) = reasons.of(name)
    return answer


def line(place: str) -> str:
    file, number, _ = place.split(":")
    return (ROOT / file).read_text(encoding="utf-8").splitlines()[int(number) - 1]


def test_an_instance_is_named_along_extends_and_used_along_wires(shell: Reasons) -> None:
    chains = only(shell, "log").chains
    for chain in chains:
        assert [step.text for step in chain[:2]] == ["graph shell extends app", "graph app extends minimal"]
        assert "extends: app" in line(chain[0].place) and "extends: minimal" in line(chain[1].place)
        assert line(chain[2].place).strip() == "log: klog"
        assert re.match(r"\w+ uses log through its port `log` \(Log\)", chain[-1].text) and "log:" in line(chain[-1].place)
    assert len({len(chain) for chain in chains}) == 1, "the shortest ones, and all of them"
    assert len(set(chains)) == len(chains) > 1


def test_the_way_leads_through_each_user(monitor: Reasons) -> None:
    (chain,) = only(monitor, "heap").chains
    users = [re.match(r"(\w+) uses (\w+)", step.text) for step in chain[1:]]
    assert [found.groups() for found in users if found] == [("kernel", "application"), ("application", "cmd_mem"), ("cmd_mem", "heap")]


def test_a_component_is_told_by_its_instances(monitor: Reasons) -> None:
    assert only(monitor, "slab") == only(monitor, "heap")
    assert only(monitor, "base").what == "base: a library"


@pytest.mark.parametrize(
    "name, last, place_holds",
    [
        ("fdt.max_cpus", "`max_cpus` is 8: its default", "max_cpus:"),
        ("application.commands", "all 7 providers of MonitorCommands", "application: monitor"),
        ("IrqController", "gic_v3 provides IrqController, for interrupts.controller, timer.irq, uart.irq", "IrqController"),
        ("/pl011@9000000", "uart drives /pl011@9000000 (arm,pl011): named by the graph", "uart:"),
        ("33", "its interrupt `uart` is line 33, level-triggered", "uart"),
        ("gic_v3.cpp", "gic_v3 is made of components/irq/gic_v3/gic_v3.cpp", "component: gic_v3"),
        ("components/irq/gic_v3/gic_v3.cpp", "gic_v3 is made of components/irq/gic_v3/gic_v3.cpp", "component: gic_v3"),
        ("slab.depot", "slab.depot: The slabs of a class.", "depot:"),
    ],
)
def test_each_kind_of_thing(monitor: Reasons, name: str, last: str, place_holds: str) -> None:
    (chain,) = only(monitor, name).chains
    assert last in chain[-1].text
    assert place_holds in line(chain[-1].place)


def test_what_a_graph_sets_is_told_where_it_does() -> None:
    reasons = Reasons(to_json(resolve(ROOT, "app")))
    (chain,) = only(reasons, "stacks.size").chains
    assert chain[-1].text.startswith("`size` is 16384: ") and "instances.stacks.parameters.size" in line(chain[-1].place)


def test_a_system_call(shell: Reasons) -> None:
    (chain,) = only(shell, "read").chains
    assert chain[-1].text == "file_calls implements system call 63, read" and "read" in line(chain[-1].place)


def test_a_node_that_nobody_drives(monitor: Reasons) -> None:
    answer = only(monitor, monitor.graph["unclaimed"][0]["path"])
    assert "driven by nobody" in answer.what


def test_every_name_in_the_graph_has_an_answer(shell: Reasons) -> None:
    names = [each["name"] for each in shell.graph["instances"]] + list(shell.graph["components"])
    names += [f"{each['name']}.{key}" for each in shell.graph["instances"] for key in (*each["ports"], *each["parameters"])]
    names += [each["name"] for each in shell.graph["locks"]] + [str(each["line"]) for each in shell.graph["interrupts"]]
    for name in names:
        for answer in shell.of(name):
            assert answer.chains and all(chain for chain in answer.chains), name
            for chain in answer.chains:
                for step in chain:
                    line(step.place)
        assert list(shell.of(name)), name


def test_more_chains_than_can_be_told_are_counted() -> None:
    def instance(name: str, providers: list[str]) -> dict[str, Any]:
        ports = {f"to_{each}": {"interface": "Layer", "providers": [each], "declared": "c.yaml:1:1", "why": "the graph says so"} for each in providers}
        return {"name": name, "component": "layer", "place": "g.yaml:1:1", "why": "named by the graph", "ports": ports}

    layers = [[f"l{depth}_{i}" for i in range(10)] for depth in range(100)]
    instances = [instance("start", layers[0])]
    for above, below in zip(layers, [*layers[1:], ["end"]]):
        instances += [instance(name, below) for name in above]
    instances.append(instance("end", []))
    answer = Reasons({"instances": instances, "chain": [{"graph": "g", "place": "", "file": "g.yaml"}]}).instance("end")
    assert len(set(answer.chains)) == 1000
    assert answer.left_out == 10**100 - 1000


@pytest.mark.parametrize(
    "name",
    ["memory::Buddy::init", "phx::memory::Buddy::init", "phx::memory::Buddy::init()", "Buddy::init", "_ZN3phx6memory5Buddy4initEv"],
)
def test_a_symbol_is_known_as_tools_write_it(name: str) -> None:
    phx = str(ROOT / "tools/phx")
    assert subprocess.run([phx, "build", "monitor"], capture_output=True).returncode == 0
    done = subprocess.run([phx, "why", "monitor", name], capture_output=True, text=True)
    assert done.stdout.startswith("memory::Buddy::init: code or data of buddy\n"), done.stderr
    assert "graph monitor names `pages: buddy`" in done.stdout
