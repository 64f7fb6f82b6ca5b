"""Puts the resolved graph into an image; the step of a build behind the linker.

    python3 -m phoenix_tools.embedded.attach --root . --out build/GRAPH --objcopy llvm-objcopy

Makes phoenix.elf and Image of linked.elf, and costs.json, which is in them, too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from phoenix_tools.costs import record
from phoenix_tools.elf import Elf
from phoenix_tools.embedded import codec, content


class TooBig(Exception):
    pass


def attach(root: Path, directory: Path, objcopy: str) -> None:
    graph = json.loads((directory / "graph.json").read_text(encoding="utf-8"))
    linked, elf, image = directory / "linked.elf", directory / "phoenix.elf", directory / "Image"
    costs = record.count(directory, graph, root)
    with tempfile.NamedTemporaryFile(dir=directory, prefix="graph.") as stream:
        stream.write(codec.pack(content.whole(graph, costs)))
        stream.flush()
        subprocess.run([objcopy, f"--add-section={codec.SECTION}={stream.name}", linked, elf], check=True)
    subprocess.run([objcopy, "-O", "binary", linked, image], check=True)
    stream_of_image = codec.pack(content.reduced(graph, costs))
    carried = stream_of_image + codec.trailer(stream_of_image)
    room = _room(linked, image.stat().st_size)
    if len(carried) > room:
        raise TooBig(f"the graph of `{graph['graph']}` takes {len(carried):,} bytes, and behind its data there are {room:,} that the start clears")
    with image.open("ab") as file:
        file.write(carried)
    record.write(directory, costs)


def _room(linked: Path, file_size: int) -> int:
    """What lies behind the file's end and is cleared: from there on memory is the loader's (the kernel's Documentation/arm64/booting,
    `image_size`)."""
    elf = Elf(linked.read_bytes())
    start, end = (elf.symbol_value(name) for name in ("__image_start", "__boot_tables_end"))
    return max(0, end - start - file_size)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="attach", description="Puts the resolved graph into an image.")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--objcopy", required=True)
    options = parser.parse_args(arguments)
    try:
        attach(options.root, options.out, options.objcopy)
    except TooBig as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
