#!/usr/bin/python3
"""`phx profile` over the torture test: the loads must be in its table with their callers, in the folded stacks, in the flame graph."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
GRAPH = "torture_up"


def main() -> int:
    command = [str(ROOT / "tools/phx"), "profile", GRAPH, "--json", "--seconds", "30", "--append", "seconds=4"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout, done.stderr)
        return 1
    found = json.loads(done.stdout)
    total = {each["name"]: each["total"] for each in found["functions"]}
    component = {each["name"]: each["component"] for each in found["functions"]}
    samples = sum(each["samples"] for each in found["cpus"])
    stacks = Path(found["folded"]).read_text(encoding="utf-8")
    texts = [each.text or "" for each in ElementTree.parse(found["flame_graph"]).iter("{http://www.w3.org/2000/svg}title")]
    problems = [
        *(["fewer than 250 samples"] if samples < 250 else []),
        *(["torture::spin takes less than 2%"] if total.get("debug::torture::spin", 0) < samples / 50 else []),
        *(["torture::spin is not torture's"] if component.get("debug::torture::spin") != "torture" else []),
        *(["threads begin in KernelThreads::begin"] if total.get("task::KernelThreads::begin", 0) < samples / 2 else []),
        *(["no stack of spin's"] if "\nspin;task::KernelThreads::begin;debug::torture::spin" not in stacks else []),
        *(["spin is not in the flame graph"] if not any(text.startswith("debug::torture::spin") for text in texts) else []),
        *(["a handler's frames are in"] if "Profiler::Ticker" in stacks else []),
    ]
    for problem in problems:
        print(problem)
    if problems:
        print(done.stdout)
        print(stacks)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
