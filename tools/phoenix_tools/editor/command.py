"""`phx editor`: an editor set up for graphs and manifests, and the check that it would have nothing to complain of."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.markup import escape

from phoenix.api import open_project
from phoenix.diagnostics import did_you_mean
from phoenix_tools.editor import npm, schemas, settings
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace

_TEXTS: Mapping[str, Callable[[Path, list[str]], str]] = {
    "neovim": settings.neovim,
    "helix": settings.helix,
    "emacs": settings.emacs,
}
EDITORS = ("vscode", *_TEXTS, "modelines")


def editor(workspace: Workspace, name: str, *, may_fetch: bool) -> None:
    """Writes the schemas, and what the editor reads. What a person wrote stays."""
    if name not in EDITORS:
        raise Stop("\n    fix: ".join((f"`{name}` is none of {', '.join(EDITORS)}", *did_you_mean(name, EDITORS))), BAD_INPUT)
    schemas.write(workspace, open_project(workspace.root))
    err.print(f"{schemas.FOLDER}: schemas of graphs and manifests, which `phx check` keeps up to date.", style="dim")
    if name == "modelines":
        out.out(settings.modelines(), end="")
    elif name == "vscode":
        _vscode(workspace)
    else:
        _file(workspace, settings.FILES[name], _TEXTS[name](workspace.root, server_command(may_fetch=may_fetch)))


def server_command(*, may_fetch: bool) -> list[str]:
    """The pinned server where it is or can be had; otherwise whatever goes by that name."""
    program = npm.program()
    if may_fetch and not program.is_file():
        try:
            npm.installed()
        except npm.Unreachable as reason:
            err.print(f"{escape(reason.text)}\n    The settings name `yaml-language-server`, as PATH has it.", style="yellow")
    return ["node", str(program), "--stdio"] if program.is_file() else ["yaml-language-server", "--stdio"]


def _vscode(workspace: Workspace) -> None:
    file = workspace.root / settings.VSCODE
    old = _read(file, settings.VSCODE)
    merge = settings.merged(old)
    for key in merge.kept:
        err.print(f"{settings.VSCODE}: your own `{escape(key)}` stays; `phx editor` would have set it otherwise.", style="yellow")
    _write(file, settings.VSCODE, old, merge.text)
    err.print("VS Code asks for its YAML extension: code --install-extension redhat.vscode-yaml", style="dim")


def _file(workspace: Workspace, name: str, text: str) -> None:
    """A file of ours alone: one that somebody wrote otherwise is left, and what to add to it printed."""
    file = workspace.root / name
    old = _read(file, name)
    if old and old != text:
        out.out(text, end="")
        raise Stop(f"{name} is there already, and not as above; it stays as it is\n    fix: add to it what you need of the above, or move it away")
    _write(file, name, old, text)


def _read(file: Path, name: str) -> str:
    """Empty where there is none. The ends of its lines stay as they are."""
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise Stop(f"{name}: error: byte {error.start} is no UTF-8\n    Nothing was written there.\n    fix: save it as UTF-8 and repeat", BAD_INPUT) from None
    except OSError as error:
        raise Stop(f"{name}: it cannot be read: {(error.strerror or 'unknown').lower()}", BAD_INPUT) from None


def _write(file: Path, name: str, old: str, text: str) -> None:
    if old == text:
        out.print(f"{name}: nothing to add.")
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise Stop(f"{name}: it cannot be written: {(error.strerror or 'unknown').lower()}", BAD_INPUT) from None
    for line in difflib.unified_diff(old.splitlines(), text.splitlines(), name if old else "/dev/null", name, lineterm="", n=1):
        out.print(escape(line), style={"+": "green", "-": "red", "@": "dim"}.get(line[:1]))
    err.print(f"{name}: written.")
