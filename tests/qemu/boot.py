#!/usr/bin/python3
"""Boots build/GRAPH/Image in one shape and holds it to the graph's boot_test.

    boot.py GRAPH --el 1 --cpu cortex-a57 --memory 128M --cpus 1
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(Path(__file__).resolve().parent)]

from console import Console, Unexpected, converse  # noqa: E402
from phoenix_tools.qemu import Shape, command_line, parse_memory  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description="One boot of an image.")
    parser.add_argument("graph")
    parser.add_argument("--el", type=int, choices=(1, 2), default=1)
    parser.add_argument("--cpu")
    parser.add_argument("--memory", type=parse_memory)
    parser.add_argument("--cpus", type=int)
    parser.add_argument("--append", help="boot arguments")
    parser.add_argument("--timeout", type=float, default=30.0)
    options = parser.parse_args()
    workspace = Workspace(ROOT)
    graph = workspace.graph_json(options.graph)
    shape = Shape(
        machine_options="virtualization=on" if options.el == 2 else "",
        cpu=options.cpu,
        cpus=options.cpus,
        memory=options.memory,
        append=options.append,
    )
    test = graph["boot_test"]
    with Console([*command_line(graph, workspace.image(options.graph), shape), "-no-reboot"], options.timeout) as console:
        try:
            converse(console, list(test["send"]), list(test["expect"]), int(test["exit"]))
        except Unexpected as reason:
            print(console.report(reason))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
