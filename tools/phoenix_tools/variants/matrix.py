"""`phx matrix`: resolves, builds and boots the product of named choices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from phoenix.diagnostics import did_you_mean
from phoenix_tools.qemu import parse_memory
from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.variants import report
from phoenix_tools.variants.matrix_file import names, read
from phoenix_tools.variants.plan import Axis, Matrix, Shape, Variant, folder, plan, write
from phoenix_tools.variants.runner import FAILED, KEPT, Result, Runner, log_file
from phoenix_tools.variants.state import State, alone
from phoenix_tools.workspace import Workspace

INTERRUPTED = 130


@dataclass(frozen=True)
class Wish:
    """As people type it; lists with commas."""

    what: str  # a graph, or a matrix
    file: Path | None = None
    vary: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    levels: str = ""
    cpu_models: str = ""
    memories: str = ""
    cpus: str = ""
    budgets: bool = False


@dataclass(frozen=True)
class Options:
    jobs: int
    list_only: bool = False
    no_boot: bool = False
    again: bool = False
    as_json: bool = False
    directory: Path | None = None


def matrix_of(workspace: Workspace, wish: Wish) -> Matrix:
    """From a file, or from the command line; what the latter says goes before what the file says."""
    matrices, graphs = names(workspace), workspace.image_graphs()
    named = wish.file is not None or wish.what in matrices
    if wish.file is None and named and wish.what in graphs:
        raise Stop(f"`{wish.what}` is a graph and a matrix; rename the matrix", BAD_INPUT)
    if not named and wish.what not in graphs and not Path(wish.what).is_file():
        message = f"error: there is no graph and no matrix `{wish.what}`"
        raise Stop("\n    fix: ".join((message, *did_you_mean(wish.what, {*matrices, *graphs}))), BAD_INPUT)
    base = read(workspace, wish.file, wish.what) if named else Matrix(wish.what)
    return Matrix(
        graph=base.graph,
        axes=(*base.axes, *(_axis(word) for word in wish.vary), *(Axis(word, ()) for word in wish.every)),
        levels=_numbers(wish.levels, "--el", (1, 2)) or base.levels,
        cpu_models=_words(wish.cpu_models) or base.cpu_models,
        memories=tuple(_memory(word) for word in _words(wish.memories)) or base.memories,
        cpus=_numbers(wish.cpus, "--cpus", range(1, 513)) or base.cpus,
        budgets=wish.budgets or base.budgets,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _axis(word: str) -> Axis:
    name, equals, values = word.partition("=")
    if not equals or not _words(values):
        raise Stop(f"error: `--vary {word}` names no values\n    fix: write `--vary {name}=ONE,TWO`, or `--all {name}`", BAD_INPUT)
    return Axis(name, tuple((value, None) for value in _words(values)))


def _numbers(text: str, option: str, known: Sequence[int]) -> tuple[int, ...]:
    for word in _words(text):
        if not word.isdecimal() or int(word) not in known:
            raise Stop(f"error: `{option} {text}`: `{word}` is no number from {known[0]} to {known[-1]}", BAD_INPUT)
    return tuple(int(word) for word in _words(text))


def _memory(word: str) -> str:
    try:
        parse_memory(word)
    except ValueError as error:
        raise Stop(f"error: {error}", BAD_INPUT) from None
    return word


def matrix(workspace: Workspace, wish: Wish, options: Options) -> int:
    """The exit code: 0, 1 if anything failed, 130 if it was interrupted. Stop for what is wrong with the wish."""
    wanted = matrix_of(workspace, wish)
    place = folder(workspace, wanted.graph)
    with alone(place, f"`phx matrix` of {wanted.graph}"):
        variants = plan(workspace, wanted)
        if options.no_boot:
            variants = [replace(each, boots=False) for each in variants]
        good = [each for each in variants if not each.problems]
        if options.list_only:
            _list(wanted, variants, options.as_json)
        if not good:
            raise Stop("\n".join(["No variant resolves.", *_why_skipped(variants)]), BAD_INPUT)
        return 0 if options.list_only else _run(workspace, wanted, variants, options, options.directory or place)


def _run(workspace: Workspace, wanted: Matrix, variants: Sequence[Variant], options: Options, place: Path) -> int:
    good = [each for each in variants if not each.problems]
    shapes = wanted.shapes()
    if not options.as_json:
        for line in _why_skipped(variants):
            err.print(line, style="dim", markup=False)
    results: list[Result] = []
    runner = Runner(workspace, State(folder(workspace, wanted.graph) / "state.json"), options.jobs, again=options.again)
    interrupted = False
    total = sum(1 + (len(shapes) if each.boots else 0) for each in good)
    try:
        with _progress(wanted.graph, total) as advance:

            def tell(result: Result) -> None:
                results.append(result)
                missed = len(shapes) if result.shape is None and result.outcome == FAILED and result.variant.boots else 0
                advance(1 + missed)
                _say(place, result)

            runner.run(good, shapes, tell)
    except KeyboardInterrupt:
        interrupted = True
    order = {each.name: number for number, each in enumerate(variants)}
    results.sort(key=lambda each: (order[each.variant.name], each.shape is not None, str(each.shape)))
    record = report.Record(wanted, variants, results)
    write(place / "report.html", report.html(record))
    write(place / "junit.xml", report.junit(record))
    if options.as_json:
        out.out(json.dumps(_as_json(record), indent=2))
    else:
        out.print(report.counts(record) + ".", markup=False)
        out.print(f"{_shown(workspace, place / 'report.html')}, {_shown(workspace, place / 'junit.xml')}", markup=False)
    if interrupted:
        err.print(f"Interrupted after {len(results)} of {total}; the same command goes on from here.")
        return INTERRUPTED
    return 1 if record.failed else 0


def _shown(workspace: Workspace, path: Path) -> str:
    return str(path.relative_to(workspace.root) if path.is_relative_to(workspace.root) else path)


def _say(place: Path, result: Result) -> None:
    """One line; the whole log of what failed, which is kept in a file too."""
    file = log_file(place, result)
    if result.outcome == FAILED:
        write(file, result.log + "\n")
        err.print(f"[red]failed[/]  {result.title}")
        err.out(result.log)
    else:
        file.unlink(missing_ok=True)
        size = f", {result.image_bytes / 1024:.1f} KiB" if result.image_bytes else ""
        what = "as before" if result.outcome == KEPT else f"{result.seconds:.1f} s{size}"
        err.print(f"[green]ok[/]      {result.title}  [dim]{what}[/]")


def _why_skipped(variants: Sequence[Variant]) -> list[str]:
    """Those that are wrong in the same way together, with what is wrong with the first of them."""
    groups: dict[tuple[str, ...], list[Variant]] = {}
    for variant in variants:
        if variant.problems:
            groups.setdefault(tuple(each.message.replace(variant.name, "") for each in variant.problems), []).append(variant)
    lines = []
    for group in groups.values():
        lines += [f"skipped {variant.name}" for variant in group]
        lines += [f"    {line}" for problem in group[0].problems for line in problem.render().splitlines()]
    return lines


def _list(wanted: Matrix, variants: Sequence[Variant], as_json: bool) -> None:
    if as_json:
        out.out(json.dumps(_as_json(report.Record(wanted, variants, ())), indent=2))
        return
    shapes = wanted.shapes()
    for variant in variants:
        if not variant.problems:
            out.print(f"{variant.name}  [dim]{variant.chosen or 'as it is'}; {_boots(variant, shapes)}[/]")
    for line in _why_skipped(variants):
        out.print(line, style="dim", markup=False)


def _boots(variant: Variant, shapes: Sequence[Shape]) -> str:
    if not variant.boots:
        return "only built"
    return ", ".join(str(each) for each in shapes)


def _as_json(record: report.Record) -> dict[str, object]:
    return {
        "graph": record.matrix.graph,
        "shapes": [str(each) for each in record.matrix.shapes()],
        "variants": [
            {
                "name": variant.name,
                "choices": {each.name: each.value for each in variant.choices},
                "problems": [each.render() for each in variant.problems],
                "results": [
                    {"what": str(each.shape or "build"), "outcome": each.outcome, "seconds": round(each.seconds, 3), "log": each.log}
                    | ({"image_bytes": each.image_bytes} if each.image_bytes else {})
                    for each in record.results
                    if each.variant is variant
                ],
            }
            for variant in record.variants
        ],
    }


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    if not err.is_terminal:
        yield lambda steps: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda steps: progress.advance(task, steps)
