"""An editor's side of the language server protocol (3.17), as far as it takes to see what people would see."""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from pylsp_jsonrpc.endpoint import Endpoint  # type: ignore[import]
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter  # type: ignore[import]

_SECONDS = 60.0
_CAPABILITIES = {
    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {},
    },
}


class Client:
    """One server that serves one folder. `settings`: as an editor's user would set them, by section."""

    def __init__(self, command: list[str], root: Path, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._published: dict[str, queue.Queue[list[dict[str, Any]]]] = {}
        self._configured = threading.Event()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._endpoint = Endpoint(self._handlers(), JsonRpcStreamWriter(self._process.stdin).write)
        reader = JsonRpcStreamReader(self._process.stdout)
        threading.Thread(target=reader.listen, args=(self._endpoint.consume,), daemon=True).start()
        folder = {"uri": root.as_uri(), "name": root.name}
        self._ask("initialize", {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [folder], "capabilities": _CAPABILITIES})
        self._tell("initialized", {})
        self._configured.wait(_SECONDS)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._ask("shutdown", None)
            self._tell("exit", None)
            self._process.wait(5)
        except Exception:  # it has ended, or does not want to; either way nothing is left of it below
            pass
        finally:
            self._process.kill()
            self._process.wait()
            self._endpoint.shutdown()

    def open(self, file: Path, text: str) -> None:
        """Shows it a file that holds this text."""
        self._published[file.as_uri()] = queue.Queue()
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})

    def diagnostics(self, file: Path) -> list[dict[str, Any]]:
        """What it says of a file since that was opened. Once for each file, which is opened once."""
        return self._published[file.as_uri()].get(timeout=_SECONDS)

    def complete(self, file: Path, line: int, column: int) -> list[dict[str, Any]]:
        """What it offers at a place of an open file; both count from 0."""
        answer = self._ask("textDocument/completion", _at(file, line, column))
        items: list[dict[str, Any]] = answer["items"] if isinstance(answer, dict) else answer or []
        return items

    def hover(self, file: Path, line: int, column: int) -> str:
        """What it explains there; Markdown."""
        answer = self._ask("textDocument/hover", _at(file, line, column))
        return str(answer["contents"]["value"]) if answer else ""

    def _ask(self, method: str, parameters: Any) -> Any:
        return self._endpoint.request(method, parameters).result(_SECONDS)

    def _tell(self, method: str, parameters: Any) -> None:
        self._endpoint.notify(method, parameters)

    def _handlers(self) -> dict[str, Any]:
        return {
            "client/registerCapability": lambda parameters: None,
            "workspace/configuration": self._configuration,
            "textDocument/publishDiagnostics": self._publish,
        }

    def _configuration(self, parameters: dict[str, Any]) -> list[Any]:
        self._configured.set()
        return [self._settings.get(item.get("section")) for item in parameters["items"]]

    def _publish(self, parameters: dict[str, Any]) -> None:
        if parameters["uri"] in self._published:
            self._published[parameters["uri"]].put(parameters["diagnostics"])


def _at(file: Path, line: int, column: int) -> dict[str, Any]:
    return {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": column}}
