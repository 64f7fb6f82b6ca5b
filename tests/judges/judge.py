#!/usr/bin/python3
"""Debian's unmodified programs on Phoenix, judged by what the same programs do on Debian's own kernel with the same initramfs.

    judge.py list
    judge.py record [NAME...]            runs them on Debian's kernel and writes expected/NAME.txt
    judge.py run NAME [--graph shell]    runs one on Phoenix and shows what differs
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import List, Optional

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "codegen"), str(HERE)]

from judges import JUDGES, Judge  # noqa: E402
from phoenix_tools import linux, qemu, rootfs  # noqa: E402
from phoenix_tools.workspace import Workspace  # noqa: E402
from terminal import Terminal, Unexpected  # noqa: E402


def archive(judge: Judge) -> Path:
    added = tuple(rootfs.Added(path, HERE / source) for path, source in judge.files.items())
    return rootfs.make(rootfs.Wish(judge.packages, added=added))


def transcript(judge: Judge, command: List[str], seconds: float, reference: Optional[str]) -> str:
    """What a guest shows; raises Unexpected with the whole console."""
    with Terminal(command, seconds) as terminal:
        try:
            return judge.play(terminal, reference)
        except Unexpected as reason:
            raise Unexpected(terminal.report(reason)) from None


def on_linux(judge: Judge) -> str:
    return transcript(judge, linux.command_line(linux.kernel(), archive(judge), ""), 4 * judge.seconds, None)


def on_phoenix(judge: Judge, graph: str, cpus: int) -> str:
    workspace = Workspace(ROOT)
    shape = qemu.Shape(initrd=archive(judge), cpus=cpus)
    command = qemu.recordable_command_line(workspace.graph_json(graph), workspace.image(graph), shape)
    return transcript(judge, [*command, "-seed", "1", "-rtc", "base=2024-01-01,clock=vm"], 2 * judge.seconds, expected(judge).read_text(encoding="utf-8"))


def expected(judge: Judge) -> Path:
    return HERE / "expected" / f"{judge.name}.txt"


def main() -> int:
    parser = argparse.ArgumentParser(description="Judges: Debian's programs, Debian's kernel as the reference.")
    parser.add_argument("what", choices=("list", "record", "run"))
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--graph", default="shell")
    parser.add_argument("--cpus", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what the guest did")
    options = parser.parse_args()
    if options.what == "list":
        print("\n".join(f"{judge.name:16}{judge.what}" for judge in JUDGES.values()))
        return 0
    unknown = set(options.names) - JUDGES.keys()
    if unknown:
        parser.error(f"no judge is named {', '.join(sorted(unknown))}")
    wrong = 0
    for name in options.names or list(JUDGES):
        judge = JUDGES[name]
        try:
            text = on_linux(judge) if options.what == "record" else on_phoenix(judge, options.graph, options.cpus)
        except Unexpected as reason:
            print(f"{name}: {reason}")
            wrong += 1
            continue
        if options.show:
            print(text)
        if options.what == "record":
            expected(judge).write_text(text, encoding="utf-8")
            print(f"{name}: {text.count(chr(10))} lines")
            continue
        wanted = expected(judge).read_text(encoding="utf-8")
        difference = list(difflib.unified_diff(wanted.splitlines(), text.splitlines(), "Linux", "Phoenix", lineterm="", n=4))
        print("\n".join(difference) or f"{name}: as on Linux")
        wrong += bool(difference)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
