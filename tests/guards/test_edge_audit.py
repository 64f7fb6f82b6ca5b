"""The edge audit, broken on purpose: code that crosses components without an edge must fail an image's build, and the message
must give the manifest line that would allow it."""

from __future__ import annotations

import re

from copies import Checkout

LOG = "components/log/klog/klog.cpp"


def test_an_include_without_an_edge_fails_the_build(checkout: Checkout) -> None:
    checkout.prepend(LOG, "#include <power/psci/psci.hpp>\n")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1, built.stderr
    assert (
        f"{LOG}:1:10: error: component `klog` includes `power/psci/psci.hpp` of component `psci` without a declared edge"
        in built.stderr
    )
    assert "components/log/klog/component.yaml: add under `ports:`" in built.stderr
    assert "power: {interface: Power, use: run}" in built.stderr


def test_a_symbol_without_an_edge_fails_the_build(checkout: Checkout) -> None:
    checkout.append(
        LOG,
        """
namespace phx::power {
class Psci {
public:
    [[noreturn]] void off();
};
}  // namespace phx::power
namespace phx::wiring {
extern ::phx::power::Psci power;
}
namespace phx::log {
[[gnu::used]] void cut_the_line() {
    ::phx::wiring::power.off();
}
}  // namespace phx::log
""",
    )
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1, built.stderr
    calls = re.findall(rf"{LOG}:\d+:\d+: error: component `klog` calls `([\w:]+)` of component `psci`", built.stderr)
    assert "wiring::power" in calls
    assert "power: {interface: Power, use: run}" in built.stderr


def test_an_interface_without_a_port_is_no_edge(checkout: Checkout) -> None:
    checkout.prepend(LOG, "#include <power/interfaces/power.hpp>\n")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    assert "of interface `Power` without a declared edge" in built.stderr


def test_the_wiring_is_for_host_tests_only(checkout: Checkout) -> None:
    checkout.prepend(LOG, "#include <wiring.hpp>\n")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    assert "component `klog` includes `wiring.hpp`, which only host tests may" in built.stderr


def test_others_generated_headers_are_closed(checkout: Checkout) -> None:
    checkout.prepend(LOG, "#include <ports/psci.hpp>\n")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    assert "`ports/psci.hpp`, the generated header of another component" in built.stderr


def test_a_lock_that_no_manifest_declares_fails_the_build(checkout: Checkout) -> None:
    checkout.prepend(LOG, "#include <sync/interfaces/test_lock_class.hpp>\n")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    assert f"{LOG}:1:10: error: component `klog` makes classes of locks that its manifest does not declare" in built.stderr
    assert "fix: components/log/klog/component.yaml: add under `locks:`" in built.stderr


def test_a_lock_of_another_component_fails_the_build(checkout: Checkout) -> None:
    checkout.prepend(LOG, "#include <locks/pl011.hpp>\n")
    built = checkout.phx("build", "minimal")
    assert built.returncode == 1
    assert "`locks/pl011.hpp`, the generated header of another component" in built.stderr


def test_a_declared_edge_is_allowed(checkout: Checkout) -> None:
    manifest = checkout.root / "components/log/klog/component.yaml"
    text = manifest.read_text(encoding="utf-8")
    port = "  power: {interface: Power, use: run}\n"
    text = text.replace("ports:\n", f"ports:\n{port}", 1) if "\nports:\n" in text else f"{text}ports:\n{port}"
    manifest.write_text(text, encoding="utf-8")
    checkout.prepend(LOG, "#include <power/interfaces/power.hpp>\n")
    built = checkout.phx("build", "minimal")
    assert "without a declared edge" not in built.stderr
