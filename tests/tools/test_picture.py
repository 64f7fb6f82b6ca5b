"""`phx show --svg`: everything that the graph holds is on the sheet, once."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from phoenix.api import resolve, to_json
from phoenix_tools import picture

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
A4_ACROSS = (842.0, 595.0)  # points


def phx(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "tools/phx"), *arguments], capture_output=True, text=True, cwd=ROOT)


def words(svg: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("graph", ["minimal", "monitor", "shell-smp"])
def test_the_sheet_shows_instances_start_up_and_devices(graph: str) -> None:
    done = phx("show", graph, "--svg")
    assert done.returncode == 0, done.stderr
    svg = ElementTree.fromstring(done.stdout)
    content = to_json(resolve(ROOT, graph))
    boxes = [each.get("id") for each in svg.iter(f"{SVG}g") if (each.get("id") or "").startswith("instance-")]
    assert sorted(map(str, boxes)) == [picture.id_of(each["name"]) for each in content["instances"]]
    shown = words(svg)
    assert {each["domain"] for each in content["instances"]} <= set(shown)
    at = [shown.index(title) for title in ("Order of start-up", "Device tree")]
    order = shown[at[0] : at[1]]
    assert [order.index(str(number)) for number in range(1, len(content["init_order"]) + 1)] == sorted(
        order.index(str(number)) for number in range(1, len(content["init_order"]) + 1)
    )
    assert {claim["path"] for claim in content["claims"]} <= set(shown[at[1] :])


def test_thirty_instances_fit_a_page() -> None:
    svg = ElementTree.fromstring(phx("show", "monitor", "--svg").stdout)
    size = [float((svg.get(key) or "").removesuffix("pt")) for key in ("width", "height")]
    assert size[0] <= A4_ACROSS[0] and size[1] <= A4_ACROSS[1]
    smaller = size[0] / float((svg.get("viewBox") or "").split()[2])
    fonts = [float(each.get("font-size") or 0) for each in svg.iter(f"{SVG}text")]
    assert min(fonts) * smaller >= 5, "points, as printed"


def test_arrows_tell_kinds_of_wires() -> None:
    resolved = resolve(ROOT, "monitor")
    found = {(each.user, each.provider): each for each in picture.arrows(to_json(resolved), picture.families(resolved))}
    assert found["pages", "memory"].orders and not found["application", "cmd_log"].orders
    assert found["application", "cmd_log"].family and not found["pages", "memory"].family


def test_it_is_written_where_one_says(tmp_path: Path) -> None:
    file = tmp_path / "monitor.svg"
    assert phx("show", "monitor", "--svg", "--out", str(file)).stdout == ""
    assert file.read_text(encoding="utf-8") == phx("show", "monitor", "--svg").stdout


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--svg", "--json"], "exclude one another"),
        (["--json", "--out", "x"], "--out is for --dot and --svg"),
        (["--svg", "--out", "/nowhere/x.svg"], "/nowhere/x.svg: no such file or directory"),
    ],
)
def test_bad_input(arguments: list[str], message: str) -> None:
    done = phx("show", "monitor", *arguments)
    assert done.returncode == 2 and message in done.stderr
