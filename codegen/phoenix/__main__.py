"""The command line: `python3 -m phoenix`. Errors go to standard error; the exit code is then 2."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .diagnostics import Diagnostic, Failed, ordered


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="phoenix", description="From graphs, manifests and device trees to C++."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, text: str, out: bool) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument(
            "--root", type=Path, default=Path("."), help="the project's folder (default: the current one)"
        )
        if out:
            sub.add_argument("--out", type=Path, required=True, help="folder to write into")
        return sub

    emit = command("emit", "Resolve a graph and write its wiring.", out=True)
    emit.add_argument("--graph", required=True, help="name of a graph, or path of its file")
    command("emit-tests", "Write the wiring of every host test, and tests.cmake.", out=True)
    command(
        "emit-archetypes",
        "Write headers that bind every component to archetypes, and archetypes.cmake.",
        out=True,
    )
    check = command("check", "Report everything that is wrong.", out=False)
    check.add_argument(
        "graphs", nargs="*", metavar="GRAPH", help="graphs by name or path (default: the whole project)"
    )
    schemas = commands.add_parser("schemas", help="Write the JSON Schemas of the four kinds of file.")
    schemas.add_argument("--out", type=Path, required=True, help="folder to write into")
    reference = command("reference", "Write the reference pages.", out=True)
    reference.add_argument("--check", action="store_true", help="write nothing; fail if a page is stale")
    return parser


def _report(diagnostics: tuple[Diagnostic, ...]) -> int:
    for diagnostic in diagnostics:
        print(diagnostic.render(), file=sys.stderr)
    if diagnostics:
        count = len(diagnostics)
        print(f"{count} error{'s' if count > 1 else ''}", file=sys.stderr)
    return 2 if diagnostics else 0


def _run(options: argparse.Namespace) -> int:
    from . import api

    if options.command == "schemas":
        from .reference import write_schemas

        write_schemas(options.out)
        return 0
    if options.command == "check":
        return _report(api.check(options.root, options.graphs))
    project = api.open_project(options.root.absolute())
    if options.command == "emit":
        api.emit_graph(project, project.resolve(options.graph), options.out)
        return 0
    if options.command == "reference":
        from .reference import stale_pages, write_pages

        return (
            _report(stale_pages(project, options.out)) if options.check else write_pages(project, options.out)
        )
    from .tests import emit_archetypes, emit_tests

    if options.command == "emit-archetypes":
        emit_archetypes(project, options.out)
        return 0
    _, problems = emit_tests(project, options.out)
    return _report(ordered(problems))


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if not options.__dict__.get("root", Path(".")).is_dir():
        print(f"phoenix: there is no folder `{options.root}`", file=sys.stderr)
        return 2
    try:
        return _run(options)
    except Failed as failed:
        return _report(failed.diagnostics)
    except OSError as error:
        print(
            f"phoenix: {error.filename or 'a file'}: {(error.strerror or 'cannot be written').lower()}",
            file=sys.stderr,
        )
        return 2


if __name__ == "__main__":
    sys.exit(main())
