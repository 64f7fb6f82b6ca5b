"""The archetype build, broken on purpose: a component that uses more of a provider than its interface promises must not
compile, though it would in a graph whose provider happens to have it."""

from __future__ import annotations

import re

from copies import Checkout

TARGET = "archetype.aarch64.klog"
SOURCE = "components/log/klog/klog.cpp"


def test_a_component_compiles_against_archetypes(checkout: Checkout) -> None:
    built = checkout.build_tests(TARGET)
    assert built.returncode == 0, built.stdout


def test_more_than_the_interface_promises_does_not_compile(checkout: Checkout) -> None:
    extra = "    static constexpr bool only_the_pl011_has_this() { return true; }\n"
    checkout.replace("components/console/pl011/pl011.hpp", "public:\n", f"public:\n{extra}")
    checkout.append(
        SOURCE,
        """
namespace phx::log {
bool leans_on_more() {
    auto* console = ports::klog::console();
    return console->only_the_pl011_has_this();
}
}  // namespace phx::log
""",
    )
    image = checkout.phx("build", "minimal")
    assert "only_the_pl011_has_this" not in image.stderr, "in the graph, the provider has it"
    built = checkout.build_tests(TARGET)
    assert built.returncode != 0
    assert re.search(r"klog\.cpp:\d+:\d+: error: no member named 'only_the_pl011_has_this' in '[\w:]*archetype", built.stdout)
