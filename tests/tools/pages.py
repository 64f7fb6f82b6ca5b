"""A headless browser that looks at pages, and projects of many instances to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

_DOMAINS = 10
_COMPONENTS = 20
HOSTILE = "Ends </script><script>document.title='broken'</script> & <b>bold</b>."


@contextmanager
def browser() -> Iterator[Any]:
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    try:
        yield driver
    finally:
        driver.quit()


def write_project(root: Path, count: int) -> None:
    """The graph `big` of `count` instances in ten domains, each started after the one before, and `less`, which lacks the last one."""
    for number in range(_COMPONENTS):
        domain = root / "components" / f"domain_{number % _DOMAINS}"
        folder = domain / f"part_{number}"
        folder.mkdir(parents=True)
        (domain / "interfaces").mkdir(exist_ok=True)
        for file in (folder / "h.hpp", domain / "interfaces" / "h.hpp"):
            file.touch()
        (domain / "interfaces" / f"face_{number}.yaml").write_text(
            f"interface: Face{number}\nsummary: A face.\nkind: family\ncxx: phx::Face{number}\nheader: h.hpp\n"
        )
        (folder / "README.md").write_text(f"# part_{number}\n\n{HOSTILE}\n")
        (folder / "component.yaml").write_text(
            f'component: part_{number}\nsummary: "{HOSTILE}"\nclass: phx::Part{number}\nheader: h.hpp\ninstances: many\ninit: init\n'
            f"provides: [Face{number}]\nports:\n"
            f"  before: {{interface: Face{(number - 1) % _COMPONENTS}, cardinality: optional, use: init}}\n"
            f"  peer: {{interface: Face{(number + 1) % _COMPONENTS}, cardinality: optional, use: run}}\n"
            "parameters:\n  size: {type: size, min: 1, max: 1 MiB, default: 4 KiB, summary: A size.}\n"
        )
    lines = ["graph: big", "summary: Many instances.", "arch: host", "instances:"]
    for i in range(count):
        before, peer = (f"p{i - 1}" if i else "none"), (f"p{i + 1}" if i + 1 < count and i % 7 == 0 else "none")
        lines.append(f"  p{i}: {{component: part_{i % _COMPONENTS}, parameters: {{size: {i + 1}}}, wires: {{before: {before}, peer: {peer}}}}}")
    (root / "graphs").mkdir()
    (root / "graphs" / "big.yaml").write_text("\n".join(lines) + "\n")
    (root / "graphs" / "less.yaml").write_text(f"graph: less\nsummary: One less.\nextends: big\nremove: [p{count - 1}]\n")
