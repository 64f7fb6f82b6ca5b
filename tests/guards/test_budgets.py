"""Budgets, broken on purpose: a breach fails the build, at the line that sets the budget, with the ten biggest contributors."""

from __future__ import annotations

import re

import pytest
from copies import Checkout

GRAPH = "graphs/minimal.yaml"
CONTRIBUTOR = re.compile(r"^ +([\d,.]+) (KiB|instructions)  (\S.*)$", re.MULTILINE)


def tighten(checkout: Checkout, budget: str, limit: int) -> None:
    file = checkout.root / GRAPH
    text = re.sub(r"^budgets:.*$", f"budgets: {{{budget}: {limit}}}", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("budget", "limit"), [("image_kib", 2), ("static_ram_kib", 8), ("boot_instructions", 1000)])
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
