"""`phx editor --check`: every graph and manifest as the language server sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from phoenix.api import open_project
from phoenix_tools.editor import npm, schemas, settings
from phoenix_tools.editor.client import Client
from phoenix_tools.terminal import Stop, out
from phoenix_tools.workspace import Workspace


def open_client(workspace: Workspace) -> Client:
    """The pinned server, told what editors are told. Unreachable where it is not here and cannot be fetched."""
    program = npm.installed()
    return Client(["node", str(program), "--stdio"], workspace.root, {"yaml": settings.server_settings(workspace.root)})


def files(root: Path) -> Iterator[Path]:
    """What the schemas are for, each once."""
    yield from sorted({file for globs in schemas.FILES.values() for pattern in globs for file in root.glob(pattern)})


def check(workspace: Workspace, *, as_json: bool) -> None:
    """Stop with what the server says of them; exit code 0: nothing."""
    schemas.write(workspace, open_project(workspace.root))
    found = []
    paths = list(files(workspace.root))
    with open_client(workspace) as client:
        for file in paths:
            client.open(file, file.read_text(encoding="utf-8"))
        for file in paths:
            for each in client.diagnostics(file):
                at = each["range"]["start"]
                place = f"{file.relative_to(workspace.root)}:{at['line'] + 1}:{at['character'] + 1}"
                found.append({"place": place, "message": str(each["message"])})
    if as_json:
        out.out(json.dumps({"files": len(paths), "diagnostics": found}, indent=2))
    if found:
        raise Stop("" if as_json else "\n".join(f"{each['place']}: error: {each['message']}" for each in found))
    if not as_json:
        out.print(f"The YAML language server has nothing to say of {len(paths)} graphs and manifests.")
