"""Budgets, broken on purpose: a breach fails the build, at the line that sets the budget, with the ten biggest contributors."""

from __future__ import annotations

import json
import re

import pytest
from copies import Checkout

GRAPH = "graphs/minimal.yaml"
CONTRIBUTOR = re.compile(r"^ +([\d,.]+) (KiB|instructions|bytes)  (\S.*)$", re.MULTILINE)


def tighten(checkout: Checkout, budget: str, limit: object) -> None:
    write(checkout, f"{{{budget}: {limit}}}")


def write(checkout: Checkout, budgets: str) -> None:
    file = checkout.root / GRAPH
    text = re.sub(r"^budgets:.*$", f"budgets: {budgets}", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("budget", "limit"), [("image_kib", 2), ("static_ram_kib", 8), ("text_kib", 2), ("boot_instructions", 1000), ("stack_bytes", 100)])
def test_a_breach_fails_the_build_and_names_who_is_biggest(checkout: Checkout, budget: str, limit: int) -> None:
    tighten(checkout, budget, limit)
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    code = f"[budget-{budget.replace('_', '-')}]"
    assert re.search(rf"^{GRAPH}:\d+:\d+: error: `minimal` needs .*, over its budget of .* {re.escape(code)}$", built.stderr, re.MULTILINE)
    amounts = [float(found[1].replace(",", "")) for found in CONTRIBUTOR.finditer(built.stderr)]
    assert 5 <= len(amounts) <= 10
    assert amounts == sorted(amounts, reverse=True)


def test_a_boot_that_cannot_be_counted_is_no_pass(checkout: Checkout) -> None:
    tighten(checkout, "boot_instructions", 1000)
    file = checkout.root / GRAPH
    text = re.sub(r"^boot_test:.*$", "boot_test: {send: [x], expect: [never shown], exit: 0}", file.read_text(), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    assert "[budget-unmeasured]" in built.stderr and "Hello from Phoenix." in built.stderr


def test_every_cost_has_a_budget_of_a_graph_a_domain_or_a_component(checkout: Checkout) -> None:
    """Each is broken alone, at its own place, and all of them are told in one go."""
    parts = {
        "text_kib: 20, rodata_kib: 9, data_kib: 2, bss_kib: 199": [],
        "domains: {boot: {text_kib: 0.5, boot_instructions: 900}, console: {static_ram_kib: 99}}": [
            "in domain `boot`, over its budget of 0.5 KiB [budget-text-kib]",
            "in domain `boot`, over its budget of 900 instructions [budget-boot-instructions]",
        ],
        "components: {fdt: {image_kib: 1, frame_bytes: 99, rodata_kib: 50}}": [
            "in component `fdt`, over its budget of 1.0 KiB [budget-image-kib]",
            "in component `fdt`, over its budget of 99 bytes [budget-frame-bytes]",
        ],
        "threads: {start-up: 1000}": ["in thread `start-up`, over its budget of 1,000 bytes [budget-threads]"],
        "steps: {fdt: 700, uart: 9999}": ["in step `fdt`, over its budget of 700 instructions [budget-steps]"],
    }
    write(checkout, f"{{{', '.join(parts)}}}")
    built = checkout.phx("build", "minimal")
    errors = [line for line in built.stderr.splitlines() if ": error: " in line]
    line = next(n for n, text in enumerate((checkout.root / GRAPH).read_text().splitlines(), 1) if text.startswith("budgets:"))
    assert built.returncode == 1 and all(error.startswith(f"{GRAPH}:{line}:") for error in errors)
    wanted = [each for group in parts.values() for each in group]
    assert len(errors) == len(wanted) == len({error.split(": ")[0] for error in errors}), errors
    for each in wanted:
        assert any(error.endswith(each) for error in errors), each


def test_a_breach_names_who_grew_since_the_budget_was_kept(checkout: Checkout) -> None:
    write(checkout, "{components: {hello: {text_kib: 0.15}}, image_kib: 32}")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 0, built.stderr
    kept = json.loads((checkout.root / "build/minimal/budgets.json").read_text())
    assert kept["components.hello.text_kib"]["value"] < 0.15 and kept["image_kib"]["limit"] == 32
    checkout.append("components/boot/hello/hello.cpp", WEIGHT)
    broken = checkout.phx("build", "minimal")
    assert broken.returncode == 1
    report = broken.stderr.partition("since the last build within its budgets, these grew:")[2]
    assert re.match(r"\s+\+\d+\.\d KiB  components/boot/hello/hello\.cpp\n", report), broken.stderr


# Kept by the linker, as assembly's functions are.
WEIGHT = """
extern "C" [[gnu::used, gnu::retain, gnu::section(".head.text")]] void weight() {
    asm volatile(".skip 512");
}
"""


def test_a_thread_that_there_is_not_is_told_with_those_that_are(checkout: Checkout) -> None:
    tighten(checkout, "threads", "{startup: 9000}")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    assert "no thread of the image begins with `startup`; did you mean `start-up`? [unknown-budget]" in built.stderr
