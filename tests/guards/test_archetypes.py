"""The archetype build, broken on purpose: a component that uses more of a provider than its interface promises must not
compile, though it would in a graph whose provider happens to have it."""

from __future__ import annotations

import re
import subprocess

from conftest import Checkout



def compile_against_archetypes(checkout: Checkout, component: str) -> subprocess.CompletedProcess[str]:
    """As the tests' build does, with its own compile command."""
    configured = subprocess.run(
        ["cmake", "-S", str(checkout.root), "-B", str(checkout.root / "build/tests"), "-G", "Ninja", "-DPHX_GRAPH=tests"],
        capture_output=True,
        text=True,
    )
    assert configured.returncode == 0, configured.stderr
    command = ["ninja", "-C", str(checkout.root / "build/tests"), f"archetype.aarch64.{component}"]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_component_compiles_as_it_is(checkout: Checkout) -> None:
    built = compile_against_archetypes(checkout, "klog")
    assert built.returncode == 0, built.stdout


def test_more_than_the_interface_promises_does_not_compile(checkout: Checkout) -> None:
    source = checkout.root / "components/log/klog/klog.cpp"
    header = checkout.root / "components/console/pl011/pl011.hpp"
    extra = "    static constexpr int only_the_pl011_has_this() { return 1; }\n"
    header.write_text(header.read_text(encoding="utf-8").replace("public:\n", f"public:\n{extra}", 1), encoding="utf-8")
    text = source.read_text(encoding="utf-8")
    assert "#include <ports/klog.hpp>" in text
    source.write_text(
        text + "\nnamespace phx::log {\nint leans_on_more() {\n"
        "    return ports::klog::console().only_the_pl011_has_this();\n}\n}  // namespace phx::log\n",
        encoding="utf-8",
    )
    image = checkout.phx("build", "minimal")
    assert "only_the_pl011_has_this" not in image.stderr, "in the graph, the provider has it"
    built = compile_against_archetypes(checkout, "klog")
    assert built.returncode != 0
    assert re.search(r"klog\.cpp:\d+:\d+: error: no member named 'only_the_pl011_has_this'", built.stdout), built.stdout
    assert "archetype" in built.stdout
