"""`phx explore`: the page in a headless Chromium, with few instances and with many."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import browser, write_project
from phoenix.api import resolve, to_json
from phoenix_tools.explore.command import explore
from phoenix_tools.explore.page import as_script
from phoenix_tools.workspace import Workspace
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as driver:
        yield driver


class Page:
    """A page that is open; what its console said is looked at when it is left."""

    def __init__(self, driver: Any, file: Path, hash_: str = "") -> None:
        self.driver = driver
        driver.get("about:blank")
        driver.get(f"{file.as_uri()}#{hash_}")
        self.script("localStorage.clear()")
        assert self.script("return document.documentElement.dataset.ready") == "true"

    def script(self, text: str, *arguments: Any) -> Any:
        return self.driver.execute_script(text, *arguments)

    def one(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[Any]:
        found: list[Any] = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.script("return [...document.querySelectorAll(arguments[0])].map(each => each.textContent)", selector)
        return found

    def names(self, selector: str) -> list[str]:
        found: list[str] = self.script("return [...document.querySelectorAll(arguments[0])].map(each => each.dataset.name)", selector)
        return found

    def press(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def search(self, text: str) -> None:
        self.press("/")
        self.one("#search").send_keys(text)

    def chip(self, name: str) -> Any:
        return self.one(f'.chip[data-name="{name}"]')

    def is_quiet(self) -> bool:
        said = self.driver.get_log("browser")
        assert said == []
        return not said


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("small") / "minimal.html"
    return explore(Workspace(ROOT), "minimal", None, file, open_it=False)


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("monitor") / "monitor.html"
    return explore(Workspace(ROOT), "monitor", None, file, open_it=False)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("big")
    write_project(root, 500)
    return root


def test_every_instance_is_on_the_map(chromium: Any, small: Path) -> None:
    page = Page(chromium, small)
    graph = to_json(resolve(ROOT, "minimal"))
    assert sorted(page.names(".chip:not(.library)")) == [each["name"] for each in graph["instances"]]
    assert {each["domain"] for each in graph["instances"]} <= set(page.script("return [...document.querySelectorAll('.domain')].map(e => e.dataset.domain)"))
    assert page.is_quiet()


def test_a_click_tells_all_about_it(chromium: Any, monitor: Path) -> None:
    page = Page(chromium, monitor)
    page.chip("heap").click()
    graph = to_json(resolve(ROOT, "monitor"))
    heap = next(each for each in graph["instances"] if each["name"] == "heap")
    assert page.chip("heap").get_attribute("aria-pressed") == "true"
    assert page.texts("#details h2") == ["heap"]
    titles = page.texts("#details h3")
    assert titles[:4] == ["Why it is here", "What it costs", "Uses 2", "Used by 2"]
    assert set(page.names(".chip.provider")) == {"mmu", "pages"} and set(page.names(".chip.user")) == {"cmd_mem", "file_objects"}, "a command, and a library"
    details = page.one("#details").text
    for name, given in heap["parameters"].items():
        assert name in details and str(given["value"]) in details
    assert "Manifest: components/memory/slab/component.yaml" in "".join(page.texts("#details summary"))
    assert "component: slab" in page.texts("#details pre.file")[0]
    assert page.texts("#details .readme h1") == ["slab"]
    assert page.is_quiet()


def test_a_place_shows_its_line(chromium: Any, monitor: Path) -> None:
    page = Page(chromium, monitor, "select=heap")
    page.one("#details .chain .place").click()
    assert page.one("#source-name").text == "graphs/monitor.yaml"
    assert page.texts("#source-text li.at") == ["  heap: slab"]
    page.press(Keys.ESCAPE)
    assert not page.script("return document.getElementById('source').open")
    assert page.is_quiet()


@pytest.mark.parametrize(
    "text, name, hit",
    [("slab", "heap", ""), ("PageAlloc", "pages", "PageAllocator"), ("log.ring", "log", "ring_bytes"), ("/pl011", "uart", "/pl011@9000000"), ("irq 33", "uart", "irq 33"), ("gic_v3.cpp", "irq", "")],
)
def test_search_finds_every_kind_of_name(chromium: Any, monitor: Path, text: str, name: str, hit: str) -> None:
    page = Page(chromium, monitor)
    page.search(text)
    assert page.all("#results li[aria-selected=true]")
    page.press(Keys.ENTER)
    assert page.texts("#details h2") == [name]
    assert not hit or any(hit in each for each in page.texts("#details .hit"))
    assert page.is_quiet()


def test_search_says_when_there_is_nothing(chromium: Any, monitor: Path) -> None:
    page = Page(chromium, monitor)
    page.search("xyzzy")
    assert page.texts("#results li") == ["Nothing in this graph is called so."]


def test_the_chain_that_says_why_is_marked(chromium: Any, monitor: Path) -> None:
    page = Page(chromium, monitor, "select=heap")
    assert set(page.names(".chip.why")) == {"kernel", "application", "cmd_mem", "heap"}
    assert len(page.all("#overlay path.why")) == 3
    assert "named by the graph" in page.texts("#details .chain")[0]
    page = Page(chromium, monitor, "select=log")
    first = page.names(".chip.why")
    page.press("y")
    assert page.names(".chip.why") != first and len(page.all('.why-chain[aria-current="true"]')) == 1
    assert page.is_quiet()


def test_start_up_is_stepped_through(chromium: Any, monitor: Path) -> None:
    order = [step["instance"] for step in to_json(resolve(ROOT, "monitor"))["init_order"]]
    page = Page(chromium, monitor)
    for number, name in enumerate(order[:6]):
        page.press("]")
        assert page.names(".chip.starting") == [name] and set(page.names(".chip.started")) == set(order[:number])
    page.press("[")
    assert page.names(".chip.starting") == [order[4]]
    page.press(Keys.ESCAPE)
    assert page.names(".chip.starting") == []
    assert page.is_quiet()


def test_domains_are_filtered(chromium: Any, monitor: Path) -> None:
    page = Page(chromium, monitor)
    page.one("#domain-debug").click()
    assert not page.one('.domain[data-domain="debug"]').is_displayed() and page.one('.domain[data-domain="time"]').is_displayed()
    page.one('button[aria-label="Only time"]').click()
    assert [each.get_attribute("data-domain") for each in page.all(".domain") if each.is_displayed()] == ["time"]
    page.one("#all-domains").click()
    assert all(each.is_displayed() for each in page.all(".domain"))
    assert page.is_quiet()


def test_keys_alone_are_enough(chromium: Any, monitor: Path) -> None:
    page = Page(chromium, monitor)
    page.press("g")
    start = page.script("return document.activeElement.dataset.name")
    page.press(Keys.ARROW_RIGHT)
    there = page.script("return document.activeElement.dataset.name")
    assert there and there != start
    assert page.script("return getComputedStyle(document.activeElement).outlineStyle") == "solid", "focus is seen"
    page.press(Keys.ENTER)
    assert page.names('.chip[aria-pressed="true"]') == [there]
    page.press("?")
    assert "search" in page.one("#help").text
    page.press(Keys.ESCAPE)
    page.press("p")
    assert page.one("#picture").is_displayed() and len(page.all("#picture g.node.selected")) == 1
    assert page.script("return [...document.querySelectorAll('button, input, select, [role=button]')].filter(e => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).length") == 0
    assert page.is_quiet()


def test_light_and_dark(chromium: Any, small: Path) -> None:
    for scheme in ("dark", "light"):
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        page = Page(chromium, small)
        assert page.script("return document.documentElement.dataset.theme") == scheme, "as the system wants it"
    light = page.script("return getComputedStyle(document.body).backgroundColor")
    page.press("t")
    assert page.script("return getComputedStyle(document.body).backgroundColor") != light
    page.script("localStorage.clear()")
    assert page.is_quiet()


def test_the_difference_of_two_graphs(chromium: Any, tmp_path: Path) -> None:
    page = Page(chromium, explore(Workspace(ROOT), "monitor", "monitor-smp", tmp_path / "page.html", open_it=False))
    old, new = ({each["name"]: each for each in to_json(resolve(ROOT, name))["instances"]} for name in ("monitor", "monitor-smp"))
    assert set(page.names(".chip.added")) == set(new) - set(old)
    assert set(page.names(".chip.removed")) == set(old) - set(new)
    assert "pages" in page.names(".chip.changed") and "uart" not in page.names(".chip.changed")
    page.chip("pages").click()
    assert "buddy -> percpu_pages" in page.one("#details").text
    page = Page(chromium, explore(Workspace(ROOT), "monitor-smp", "monitor", tmp_path / "page.html", open_it=False), "select=threads")
    assert "threads" in page.names(".chip.removed") and "removed" in page.texts("#details h2")[0]
    assert page.is_quiet()


def costs_of(amounts: dict[str, int]) -> dict[str, Any]:
    kinds = [
        {"key": key, "title": title, "short": key, "unit": unit}
        for key, title, unit in (("image", "Bytes of the image", "bytes"), ("boot", "Boot instructions", "instructions"))
    ]
    rows = {name: {"image": amount, "boot": 1_000_000 - amount, "text": amount} for name, amount in amounts.items()}
    return {"kinds": kinds, "components": rows, "missing": "", "boot_missing": ""}


def test_components_are_coloured_by_what_they_cost(chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    costs = {"minimal": costs_of({"slab": 1, "klog": 500}), "monitor": costs_of({"slab": 40_000, "klog": 700})}
    monkeypatch.setattr("phoenix_tools.explore.content.costs", lambda workspace, side: costs[side.title])
    page = Page(chromium, explore(Workspace(ROOT), "minimal", "monitor", tmp_path / "page.html", open_it=False), "colour=image")

    def heat(name: str) -> int:
        found: str = page.script("return arguments[0].style.getPropertyValue('--amount')", page.chip(name))
        return int(found.removesuffix("%"))

    assert heat("heap") == 85 and 0 < heat("log") < 20 and heat("uart") == 0
    page.script("const colour = document.getElementById('colour'); colour.value = 'boot'; colour.dispatchEvent(new Event('change'))")
    assert heat("log") == 85 and "Boot instructions" in page.one("#legend").text
    page.chip("log").click()
    assert "700 B" in page.one("#cost").text and "+200" in page.one("#cost").text
    assert page.is_quiet()


def test_costs_that_are_missing_are_said_with_the_way_to_get_them(chromium: Any, big: Path, tmp_path: Path) -> None:
    page = Page(chromium, explore(Workspace(big), "big", None, tmp_path / "page.html", open_it=False))
    assert "costs are not known" in page.one("#missing-costs").text
    assert page.is_quiet()


@pytest.mark.parametrize("count", [20, 500])
def test_instances_by_the_number(chromium: Any, tmp_path: Path, count: int) -> None:
    write_project(tmp_path, count)
    page = Page(chromium, explore(Workspace(tmp_path), "less", "big", tmp_path / "page.html", open_it=False))
    assert len(page.all(".chip")) == count and page.names(".chip.added") == [f"p{count - 1}"]
    start = time.monotonic()
    page.search(f"p{count // 2}")
    page.press(Keys.ENTER)
    assert page.texts("#details h2")[0].startswith(f"p{count // 2}") and page.names(".chip.provider") == [f"p{count // 2 - 1}"]
    assert time.monotonic() - start < 3
    assert len(page.all("#overlay path.why")) > 0
    page.press("]", "]")
    assert page.names(".chip.starting") == ["p1"]
    assert chromium.title.startswith("less"), "no text of a manifest is run"
    assert page.is_quiet()


def test_a_thousand_instances_take_seconds(tmp_path: Path) -> None:
    write_project(tmp_path, 1000)
    start = time.process_time()
    explore(Workspace(tmp_path), "big", None, tmp_path / "page.html", open_it=False)
    assert time.process_time() - start < 5


def test_no_text_ends_the_element_that_holds_it() -> None:
    made = as_script({"name": "</script><!--&\u2028"})
    assert not set("<>&\u2028") & set(made)


def test_the_command_prints_where_the_page_is(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    done = subprocess.run([str(ROOT / "tools/phx"), "explore", "minimal", "--out", str(file)], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, str(file)) and file.is_file()


@pytest.mark.parametrize(
    "arguments, message",
    [(["nothing"], "there is no graph `nothing`"), (["minimal", "nothing"], "there is no graph `nothing`"), (["minimal", "--out", "/nowhere/x"], "no such file or directory")],
)
def test_bad_input(arguments: list[str], message: str) -> None:
    done = subprocess.run([str(ROOT / "tools/phx"), "explore", *arguments], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 2 and message in done.stderr
