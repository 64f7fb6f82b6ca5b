"""CMakePresets.json: one preset for each graph in graphs/, and `tests`, for people who never type `phx`.

    python3 -m phoenix_tools.presets --root .            rewrites the file
    python3 -m phoenix_tools.presets --root . --check    exit code 1 if it is not as it would be written
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from phoenix_tools.workspace import Workspace

FILE = "CMakePresets.json"


def content(workspace: Workspace) -> str:
    names = [*workspace.shipped_graphs(), "tests"]
    base: dict[str, Any] = {
        "name": "graph",
        "hidden": True,
        "generator": "Ninja",
        "binaryDir": "${sourceDir}/build/${presetName}",
        "cacheVariables": {"PHX_GRAPH": "${presetName}"},
    }
    presets: dict[str, Any] = {
        "version": 3,
        "cmakeMinimumRequired": {"major": 3, "minor": 25, "patch": 0},
        "configurePresets": [base, *({"name": name, "inherits": "graph"} for name in names)],
        "buildPresets": [{"name": name, "configurePreset": name} for name in names],
        "testPresets": [
            {"name": "tests", "configurePreset": "tests", "output": {"outputOnFailure": True}, "execution": {"jobs": 2}}
        ],
    }
    return json.dumps(presets, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="presets", description="CMake presets of the shipped graphs.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    file = options.root / FILE
    wanted = content(Workspace(options.root))
    if file.is_file() and file.read_text(encoding="utf-8") == wanted:
        return 0
    if options.check:
        print(f"{FILE}:1:1: error: not one preset for each graph", file=sys.stderr)
        print("    fix: PYTHONPATH=tools python3 -m phoenix_tools.presets --root .", file=sys.stderr)
        return 1
    file.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
