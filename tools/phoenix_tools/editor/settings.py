"""What each editor is told: which schema is for which files, and which language server to start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix_tools.editor import jsonc, schemas
from phoenix_tools.terminal import BAD_INPUT, Stop

VSCODE = ".vscode/settings.json"
_QUICK = {"other": True, "comments": False, "strings": True}  # strings: YAML's words, which are what is completed


@dataclass(frozen=True)
class Merge:
    """VS Code's settings with ours, and what of ours the person has set otherwise."""

    text: str
    kept: tuple[str, ...]


def associations(root: Path | None = None) -> dict[str, list[str]]:
    """Schemas, relative to the checkout or by their URI, and the files that each is for."""
    place = "./" + schemas.FOLDER if root is None else (root / schemas.FOLDER).as_uri()
    return {f"{place}/{name}": list(globs) for name, globs in schemas.FILES.items()}


def merged(text: str) -> Merge:
    """Adds our keys to VS Code's settings; a key that is there keeps its value. Stop where the file cannot be read."""
    wanted: dict[tuple[str, ...], Any] = {("yaml.schemas", schema): globs for schema, globs in associations().items()}
    wanted[("[yaml]", "editor.quickSuggestions")] = _QUICK
    kept = []
    try:
        for path, value in wanted.items():
            root = jsonc.read(text)
            own = jsonc.find(root, path)
            outer = jsonc.find(root, path[:1])
            if own is not None:
                if jsonc.plain(own) != value:
                    kept.append(" > ".join(path))
            elif outer is not None and not isinstance(outer.value, dict):
                kept.append(path[0])
            else:
                text = jsonc.add(text, path, value)
    except jsonc.Malformed as bad:
        lines = "\n".join(f"    {line}" for line in json.dumps({"yaml.schemas": associations()}, indent=4).splitlines()[1:-1])
        where = f"{VSCODE}:{bad.line}:{bad.column}"
        raise Stop(f"{where}: error: {bad.message}\n    Nothing was written there.\n    fix: mend it and repeat, or add\n{lines}", BAD_INPUT) from None
    return Merge(text, tuple(dict.fromkeys(kept)))


def server_settings(root: Path) -> dict[str, Any]:
    """For the language server itself, under `yaml`."""
    return {
        "schemas": associations(root),
        "schemaStore": {"enable": False, "url": ""},
        "validate": True,
        "hover": True,
        "completion": True,
    }


def neovim(root: Path, command: list[str]) -> str:
    return f"""\
-- Neovim 0.9 and later read this file with `vim.o.exrc = true`, once it is trusted (`:trust`).
vim.api.nvim_create_autocmd("FileType", {{
  pattern = "yaml",
  callback = function()
    vim.lsp.start({{
      name = "phoenix-yaml",
      cmd = {{ {", ".join(json.dumps(word) for word in command)} }},
      root_dir = {json.dumps(str(root))},
      settings = {{ yaml = vim.json.decode([==[{json.dumps(server_settings(root))}]==]) }},
    }})
  end,
}})
"""


def helix(root: Path, command: list[str]) -> str:
    associated = ", ".join(f"{json.dumps(schema)} = {json.dumps(globs)}" for schema, globs in associations(root).items())
    return f"""\
# Helix reads this file in the folder that it is started in.
[language-server.phoenix-yaml]
command = {json.dumps(command[0])}
args = {json.dumps(command[1:])}

[language-server.phoenix-yaml.config.yaml]
validate = true
hover = true
completion = true
schemaStore = {{ enable = false, url = "" }}
schemas = {{ {associated} }}

[[language]]
name = "yaml"
language-servers = ["phoenix-yaml"]
"""


def emacs(root: Path, command: list[str]) -> str:
    pairs = "\n      ".join(f":{schema} [{' '.join(json.dumps(each) for each in globs)}]" for schema, globs in associations(root).items())
    program = " ".join(json.dumps(word) for word in command)
    return f"""\
;; Emacs 29 and later read this file in its folder; `M-x eglot` starts the server, which the line below names to it in your own init file:
;; (with-eval-after-load 'eglot (add-to-list 'eglot-server-programs '((yaml-mode yaml-ts-mode) {program})))
((nil . ((eglot-workspace-configuration
  . (:yaml (:validate t :hover t :completion t
     :schemaStore (:enable :json-false)
     :schemas
     ({pairs})))))))
"""


def modelines() -> str:
    """What a file in each folder begins with for editors that are told nothing else: all YAML language servers heed it."""
    lines = []
    for name, globs in schemas.FILES.items():
        place = globs[0].replace("**", "DOMAIN/NAME")
        lines.append(f"{place}:\n# yaml-language-server: $schema={'../' * place.count('/')}{schemas.FOLDER}/{name}\n")
    return "\n".join(lines)


FILES: Mapping[str, str] = {"neovim": ".nvim.lua", "helix": ".helix/languages.toml", "emacs": ".dir-locals.el"}
