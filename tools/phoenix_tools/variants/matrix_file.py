"""Named matrices, from a YAML file."""

from __future__ import annotations

from pathlib import Path

from phoenix.diagnostics import Diagnostic, Place, did_you_mean
from phoenix.reader import entries, flag, items, key_place, mapping, optional_text, value
from phoenix.schema import Schemas
from phoenix.source import Mapping, Sequence, read_yaml
from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.variants.plan import Axis, Matrix
from phoenix_tools.workspace import Workspace

FILE = "tests/matrices.yaml"
_ALL = "all"


def read(workspace: Workspace, file: Path | None, name: str) -> Matrix:
    """The matrix of that name; Stop with everything that is wrong with the file, or if it has none of that name."""
    path = file or workspace.root / FILE
    shown = str(path.relative_to(workspace.root)) if path.is_relative_to(workspace.root) else str(path)
    try:
        document = read_yaml(shown, path.read_bytes())
    except OSError as error:
        raise Stop(f"{shown}: {error.strerror}", BAD_INPUT) from None
    problems = list(document.diagnostics)
    if document.root is not None:
        problems += Schemas().check("matrix", document.root)
    if problems or document.root is None:
        raise Stop("\n".join(each.render() for each in problems), BAD_INPUT)
    known = {entry.key: mapping(entry.value) for entry in entries(document.root.get("matrices"))}
    if name not in known:
        place = key_place(document.root, "matrices", Place(shown, 1, 1))
        raise Stop(Diagnostic(place, "unknown-matrix", f"there is no matrix `{name}`", fix=did_you_mean(name, known)).render(), BAD_INPUT)
    return _matrix(known[name])


def names(workspace: Workspace) -> set[str]:
    """Of the checkout's own file, as far as it can be read."""
    path = workspace.root / FILE
    root = read_yaml(FILE, path.read_bytes()).root if path.is_file() else None
    return {entry.key for entry in entries(root.get("matrices"))} if root is not None else set()


def _matrix(root: Mapping) -> Matrix:
    axes = []
    for entry in entries(root.get("vary")):
        values = tuple((_word(each), each.place) for each in items(entry.value)) if isinstance(entry.value, Sequence) else ()
        axes.append(Axis(entry.key, values, entry.place))
    return Matrix(
        graph=optional_text(root, "graph") or "",
        axes=tuple(axes),
        levels=tuple(int(word) for word in _words(root, "el")) or (1,),
        cpu_models=_words(root, "cpu") or (None,),
        memories=_words(root, "memory") or (None,),
        cpus=tuple(int(word) for word in _words(root, "cpus")) or (None,),
        budgets=flag(root, "budgets"),
    )


def _words(root: Mapping, key: str) -> tuple[str, ...]:
    return tuple(_word(each) for each in items(root.get(key)))


def _word(node: object) -> str:
    found = value(node)  # type: ignore[arg-type]
    return str(found).lower() if isinstance(found, bool) else str(found)
