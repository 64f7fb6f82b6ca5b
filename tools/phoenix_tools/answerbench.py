"""`phx bench answers`: how long the commands take that people ask a graph with, on the shipped graphs and on one of many instances."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from phoenix.api import resolve, to_json
from phoenix_tools import footprint
from phoenix_tools.builder import build
from phoenix_tools.costs.record import Costs
from phoenix_tools.embedded import codec, content
from phoenix_tools.stack.report import Stack, Stacks
from phoenix_tools.terminal import err, out
from phoenix_tools.workspace import Workspace

SHIPPED_SECONDS = 1.0
BIG_SECONDS = 5.0
_RUNS = 3
_COMPONENTS = 20
_IMAGE = "IMAGE"

# The second of each pair is asked of the big graph, which has no image but one that is made up. IMAGE: its file.
_QUESTIONS: tuple[tuple[str, str | None], ...] = (
    ("check", "check"),
    ("check shell", "check big"),
    ("check shell --fix", "check big --fix"),
    ("why shell heap", "why big p500"),
    ("why-not monitor gic_v2", "why-not big more"),
    ("set monitor heap=no_heap", "set big p5.size=7"),
    ("add app watch=cmd_mem", "add big q=lone"),
    ("remove app work", "remove big last"),
    ("diff monitor shell", "diff big less"),
    ("show shell", "show big"),
    ("show shell --json", "show big --json"),
    ("show shell --svg", "show big --svg"),
    ("explore shell", "explore big"),
    ("size shell", None),
    ("size shell --tree", None),
    ("size shell --stack", None),
    ("extract IMAGE", "extract IMAGE"),
    ("diff IMAGE monitor", "diff IMAGE less"),
    ("list", "list"),
    ("syscalls shell", "syscalls big"),
)
_START = "import sys; from pathlib import Path; sys.path[:0] = sys.argv[1:3]; from phoenix_tools.start import main; sys.exit(main(Path(sys.argv[3]), sys.argv[4:]))"


@dataclass(frozen=True)
class Answer:
    """One command: the seconds from its start to its end, the best of three."""

    question: str
    seconds: float
    limit: float
    code: int


def answers(workspace: Workspace, instances: int, *, as_json: bool) -> None:
    image = str(build(workspace, "shell", quiet=True) / "Image")
    shipped = [_ask(workspace.root, workspace.root, ours.replace(_IMAGE, image).split(), SHIPPED_SECONDS) for ours, _ in _QUESTIONS]
    with tempfile.TemporaryDirectory(prefix="phoenix-answers-") as folder:
        write_project(Path(folder), instances)
        write_image(Path(folder))
        big = [_ask(workspace.root, Path(folder), question.split(), BIG_SECONDS) for _, question in _QUESTIONS if question]
    if as_json:
        told = [{"command": each.question, "seconds": round(each.seconds, 3), "limit": each.limit, "exit_code": each.code} for each in (*shipped, *big)]
        out.out(json.dumps(told, indent=2))
        return
    for title, group in (("shipped graphs", shipped), (f"a graph of {instances} instances", big)):
        table = Table("phx", "seconds", "limit", title=title, title_justify="left", box=None)
        for each in group:
            style = "red" if each.seconds > each.limit or each.code else ""
            note = f"  exit code {each.code}" if each.code else ""
            table.add_row(each.question, f"{each.seconds:.2f}{note}", f"{each.limit:.0f}", style=style)
        out.print(table)


def _ask(checkout: Path, root: Path, arguments: Sequence[str], limit: float) -> Answer:
    err.print(f"phx {' '.join(arguments)}", style="dim")
    command = [sys.executable, "-c", _START, str(checkout / "tools"), str(checkout / "codegen"), str(root), *arguments]
    best, code = float("inf"), 0
    for _ in range(_RUNS):
        start = time.monotonic()
        code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=root, check=False).returncode
        best = min(best, time.monotonic() - start)
    return Answer(" ".join(arguments), best, limit, code)


def write_project(root: Path, count: int) -> None:
    """The graph `big` of `count` instances, each started after two others, and `less`, which lacks the last one.

    Of two further components, `lone` needs nothing, and `more` one of a twentieth of the instances.
    """
    faces = root / "components" / "x" / "interfaces"
    faces.mkdir(parents=True)
    for number in range(_COMPONENTS):
        text = f"interface: Face{number}\nsummary: A face.\nkind: family\ncxx: phx::x::Face{number}\nheader: h.hpp\n"
        (faces / f"face_{number}.yaml").write_text(text)
        before, after = (number - 1) % _COMPONENTS, (number + 1) % _COMPONENTS
        ports = (
            f"  first: {{interface: Face{before}, cardinality: optional, use: init}}\n"
            f"  second: {{interface: Face{(number - 2) % _COMPONENTS}, cardinality: optional, use: init}}\n"
            f"  others: {{interface: Face{after}, cardinality: many, use: run}}\n"
        )
        _component(root, f"part_{number}", f"Face{number}", ports)
    _component(root, "more", "Face0", "  first: {interface: Face1, cardinality: optional, use: init}\n")
    _component(root, "lone", "Face0", "")
    (faces / "h.hpp").touch()
    (root / "dts").mkdir()
    (root / "dts" / "board.dts").write_text('/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; memory@0 { device_type = "memory"; reg = <0 0x1000000>; }; };\n')
    (root / "dts" / "board.yaml").write_text("machine: board\nsummary: A board.\ndevice_tree: board.dts\nqemu: {machine: virt}\n")
    lines = ["graph: big", "summary: Many instances.", "arch: aarch64", "machine: board", "instances:"]
    for i in range(count):
        wires = f"{{first: {f'p{i - 1}' if i > 0 else 'none'}, second: {f'p{i - 2}' if i > 1 else 'none'}, others: none}}"
        lines.append(f"  p{i}: {{component: part_{i % _COMPONENTS}, parameters: {{size: {i % 1000 + 1}}}, wires: {wires}}}")
    lines.append(f"  last: {{component: part_0, wires: {{first: p{count - 1}, second: none, others: none}}}}")
    (root / "graphs").mkdir()
    (root / "graphs" / "big.yaml").write_text("\n".join(lines) + "\n")
    (root / "graphs" / "less.yaml").write_text("graph: less\nsummary: One less.\nextends: big\nremove: [last]\n")


def write_image(root: Path) -> None:
    """IMAGE, with the graph `big` in it."""
    graph = to_json(resolve(root, "big"))
    row = dict.fromkeys(footprint.USAGES, 100)
    nothing = Stack("nothing", 0, (), (), ())
    costs = Costs(
        graph="big",
        elf="",
        image_bytes=0,
        static_ram_bytes=1 << 20,
        sections=row,
        domains={},
        components={name: row for name in graph["components"]},
        instances={},
        sources={},
        stacks=Stacks((nothing,), nothing, nothing, {}, {}, {}),
    )
    stream = codec.pack(content.reduced(graph, costs))
    (root / _IMAGE).write_bytes(stream + codec.trailer(stream))


def _component(root: Path, name: str, face: str, ports: str) -> None:
    folder = root / "components" / "x" / name
    folder.mkdir()
    (folder / "h.hpp").touch()
    (folder / "component.yaml").write_text(
        f"component: {name}\nsummary: A part.\nclass: phx::x::{name.title().replace('_', '')}\nheader: h.hpp\ninstances: many\ninit: init\n"
        f"provides: [{face}]\nports:{chr(10) + ports if ports else ' {}' + chr(10)}parameters:\n  size: {{type: size, min: 1, max: 1 MiB, default: 4 KiB, summary: A size.}}\n"
    )
