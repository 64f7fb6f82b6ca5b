"""`phx check --fix`: what is wrong, how it would be mended, and what would be left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.markup import escape

from phoenix.diagnostics import Diagnostic
from phoenix_tools.answers import changes, writing
from phoenix_tools.answers.mending import Made, Mended, alternatives, mend
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace


def report(workspace: Workspace, graphs: Sequence[str], choose: Sequence[int], *, apply: bool, as_json: bool) -> None:
    """Stop with exit code 2 as long as something is wrong with the files as they stand, or as they were written."""
    mended = mend(workspace.root, graphs, [number - 1 for number in choose])
    ways = alternatives(mended.found)
    if (unknown := [number for number in choose if number > len(ways)]) != []:
        known = f"--choose takes 1 to {len(ways)} here" if ways else "there is nothing to choose"
        raise Stop(f"there is no way {unknown[0]}: {known}\n    fix: phx check {' '.join(graphs)} --fix", BAD_INPUT)
    files = mended.texts.files()
    if apply:
        writing.write(workspace.root, files)
    if as_json:
        out.out(json.dumps(_record(mended, ways, apply), indent=2))
    else:
        _show(mended, ways, graphs, apply)
    if mended.left if apply else mended.found:
        raise Stop("" if as_json else _count(mended, apply), BAD_INPUT)


def _show(mended: Mended, ways: Sequence[Made], graphs: Sequence[str], apply: bool) -> None:
    if not mended.found:
        out.print(f"No errors in {', '.join(graphs) if graphs else 'any graph or manifest'}.")
        return
    for problem in mended.found:
        out.out(problem.render())
        for number, (of, repair) in enumerate(ways, 1):
            if of == problem:
                out.print(f"    [bold]{number:2}[/]  {escape(repair.title)}")
    for name, file in mended.texts.files().items():
        out.print()
        changes.show_patch(_text(file.before), _text(file.after), name)
    if mended.texts.files():
        out.print()
        if mended.left:
            out.print("[bold]What remains then:[/]" if not apply else "[bold]What remains:[/]")
            out.out("\n".join(each.render() for each in mended.left))
        else:
            out.print("Nothing is wrong any more." if apply else "Nothing would be wrong any more.")


def _count(mended: Mended, apply: bool) -> str:
    names = ", ".join(mended.texts.files())
    errors = len(mended.left if apply else mended.found)
    text = f"{errors} error{'' if errors == 1 else 's'}"
    if apply:
        return f"{names}: written.\n{text}" if names else f"{text}; nothing was written: --choose N takes one of the numbered ways"
    hints = [f"--apply writes {names}"] if names else []
    hints += ["--choose N takes one of the numbered ways"] if alternatives(mended.found) else []
    return "; ".join([f"{text}. Nothing was written", *(hints or ["this is for you to mend"])]) + "."


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")


def _record(mended: Mended, ways: Sequence[Made], apply: bool) -> dict[str, Any]:
    numbers = {(problem, repair): number for number, (problem, repair) in enumerate(ways, 1)}
    return {
        "errors": [_error(each, numbers) for each in mended.found],
        "repairs": [{"of": str(problem.place), "code": problem.code, "title": repair.title} for problem, repair in mended.made],
        "patch": "".join(
            line + "\n"
            for name, file in mended.texts.files().items()
            for line in changes.patch(_text(file.before), _text(file.after), name)
        ),
        "left": [_error(each, {}) for each in mended.left],
        "written": apply,
    }


def _error(problem: Diagnostic, numbers: dict[Made, int]) -> dict[str, Any]:
    return {
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
        "code": problem.code,
        "message": problem.message,
        "reasons": problem.reasons,
        "related": [{"place": str(place), "text": text} for place, text in problem.related],
        "fix": problem.fix,
        "repairs": [
            {"title": each.title, "certain": each.certain, **({"choose": numbers[problem, each]} if (problem, each) in numbers else {})}
            for each in problem.repairs
        ],
    }
