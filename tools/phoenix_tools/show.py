"""`phx check` and `phx show`: what the generator makes of a graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from rich.table import Table

from phoenix import api as generator
from phoenix.diagnostics import Failed
from phoenix.model import ResolvedGraph
from phoenix_tools.costs.limits import budgets_of
from phoenix_tools.editor import schemas
from phoenix_tools.terminal import BAD_INPUT, Stop, out
from phoenix_tools.workspace import Workspace


def resolve_image(workspace: Workspace, graph: str) -> ResolvedGraph:
    """A graph that becomes an image; Stop with what is wrong."""
    resolved = resolve_or_stop(workspace, graph)
    if resolved.arch == "host":
        raise Stop(f"`{resolved.name}` is a host test (`arch: host`): `phx test --host {resolved.name}` runs it", BAD_INPUT)
    return resolved


def resolve_or_stop(workspace: Workspace, graph: str) -> ResolvedGraph:
    try:
        return generator.resolve(workspace.root, graph)
    except Failed as failed:
        raise Stop(failed.render(), BAD_INPUT) from None


def check(workspace: Workspace, graphs: tuple[str, ...]) -> None:
    """Resolves the graphs named, or all; prints every diagnostic of the run at once."""
    project = generator.open_project(workspace.root.absolute())
    found = generator.check_project(project, list(graphs))
    schemas.refresh(workspace, project)
    if found:
        raise Stop("\n".join(each.render() for each in found) + f"\n{_count(len(found), 'error')}", BAD_INPUT)
    out.print(f"No errors in {', '.join(graphs) if graphs else 'any graph or manifest'}.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


class Form(Enum):
    TEXT = "text"
    JSON = "json"
    DOT = "dot"
    DOT_OF_DOMAINS = "dot of domains"
    SVG = "svg"


def show(workspace: Workspace, graph: str, form: Form, file: Path | None) -> None:
    """To standard output; a picture to `file`, if one is named."""
    resolved = resolve_or_stop(workspace, graph)
    content: Mapping[str, Any] = generator.to_json(resolved)
    if form is Form.TEXT:
        _text(content)
    elif form is Form.JSON:
        out.out(json.dumps(content, indent=2))
    else:
        _deliver(_picture(resolved, content, form), file)


def _picture(resolved: ResolvedGraph, content: Mapping[str, Any], form: Form) -> str:
    if form is Form.SVG:
        from phoenix_tools import picture

        return picture.svg(picture.dot(content, picture.families(resolved)))
    return dot_of_domains(content) if form is Form.DOT_OF_DOMAINS else dot(content)


def _deliver(text: str, file: Path | None) -> None:
    if file is None:
        out.out(text.rstrip("\n"))
        return
    try:
        file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    except OSError as error:
        raise Stop(f"{file}: {(error.strerror or 'it cannot be written').lower()}", BAD_INPUT) from None


def _text(graph: Mapping[str, Any]) -> None:
    out.print(f"[bold]{graph['graph']}[/]: {graph['summary']}")
    chain = "".join(f", extends {name}" for name in graph.get("extends") or ())
    out.print(f"{graph['place']}, {graph['arch']}{chain}")
    _machine(graph.get("machine"))
    out.print()
    out.print(_instances(graph))
    out.print(_wires(graph))
    _order(graph)
    _locks(graph)
    _interrupts(graph)
    _device_tree(graph)
    _figures(graph)


def _machine(machine: Mapping[str, Any] | None) -> None:
    if machine:
        wanted = machine["qemu"]
        out.print(
            f"machine {machine['name']} ({machine['device_tree']}): QEMU {wanted['machine']}, {wanted['cpu']}, "
            f"{_count(wanted['cpus'], 'cpu')}, {wanted['memory'] >> 20} MiB, memory at {machine['memory_base']:#x}"
        )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _instances(graph: Mapping[str, Any]) -> Table:
    table = _table("Instances", "name", "component", "parameters", "device", "here because")
    for each in graph["instances"]:
        values = (
            f"{name} = {given['value']}" + ("" if given["from"] == "default" else f" ({given['from']})")
            for name, given in each["parameters"].items()
        )
        device = each.get("device")
        on_fail = "" if each["on_fail"] == "panic" else f" (on_fail: {each['on_fail']})"
        table.add_row(
            f"[bold]{each['name']}[/]{on_fail}",
            f"{each['domain']}/{each['component']}",
            "\n".join(values),
            device["path"] if device else "",
            f"{each['why']}, {each['place']}",
        )
    return table


def _wires(graph: Mapping[str, Any]) -> Table:
    table = _table("\nWires", "from", "port", "to", "through", "use", "because")
    for each in graph["instances"]:
        for index, (name, port) in enumerate(each["ports"].items()):
            table.add_row(
                f"[bold]{each['name']}[/]" if index == 0 else "",
                name,
                ", ".join(port["providers"]) or "-",
                f"{port['interface']} ({port['cardinality']})",
                port["use"],
                port["why"] + ("" if port["place"] == each["place"] else f", {port['place']}"),
            )
    return table


def _order(graph: Mapping[str, Any]) -> None:
    out.print("\nOrder of start-up")
    for number, step in enumerate(graph["init_order"], 1):
        after = f"  after {', '.join(step['after'])}" if step["after"] else ""
        out.print(f"{number:4}  {step['instance']}{after}")


def _locks(graph: Mapping[str, Any]) -> None:
    """By rank: the outermost first."""
    if graph["locks"]:
        out.print("\nLocks")
    for each in graph["locks"]:
        inside = ", ".join(outer["lock"] for outer in each["inside"])
        kind = " (mutex)" if each["kind"] == "mutex" else ""
        out.print(f"{each['rank']:4}  {each['name']}{kind}" + (f"  inside {inside}" if inside else ""))


def _interrupts(graph: Mapping[str, Any]) -> None:
    if graph["interrupts"]:
        out.print("\nInterrupts")
    for each in graph["interrupts"]:
        out.print(f"{each['line']:4}  {each['instance']}.{each['handler']}  {each['path']}")


def _device_tree(graph: Mapping[str, Any]) -> None:
    claimed = [each for each in graph["instances"] if each.get("device")]
    if claimed:
        out.print("\nDevice tree: claimed")
    for each in claimed:
        windows = ", ".join(_window(window) for window in each["device"]["registers"])
        out.print(f"    {each['device']['path']} ({each['device']['compatible']}) by {each['name']}  {windows}".rstrip())
    if graph["unclaimed"]:
        out.print("Device tree: unclaimed")
    for compatible, paths in _by_compatible(graph["unclaimed"]).items():
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        out.print(f"    {compatible}: {', '.join(paths[:3])}{more}")


def _window(window: Mapping[str, Any]) -> str:
    return f"{window['name']} {window['phys']:#x}+{window['size']:#x}"


def _by_compatible(nodes: list[Mapping[str, str]]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for node in nodes:
        table.setdefault(node["compatible"], []).append(node["path"])
    return table


def _figures(graph: Mapping[str, Any]) -> None:
    out.print(f"\nLibraries: {', '.join(graph['libraries'])}")
    budgets = budgets_of(graph)
    if budgets:
        out.print("Budgets: " + ", ".join(f"{'.'.join(path)} {limit}" for path, limit in budgets.items()))


_DOT_STYLE = """    rankdir=LR; newrank=true; nodesep=0.18; ranksep=0.7; fontname=Helvetica;
    node [shape=box, style="rounded,filled", fillcolor=white, fontname=Helvetica, fontsize=11];
    edge [color="#777777", arrowsize=0.6];"""


def dot(graph: Mapping[str, Any]) -> str:
    """Instances by domain; solid arrows order start-up, dashed ones do not. What everybody has, the log and the wiring, is left out."""
    lines = [f'digraph "{graph["graph"]}" {{', _DOT_STYLE]
    domains: dict[str, list[str]] = {}
    for each in graph["instances"]:
        text = each["name"] if each["name"] == each["component"] else f"{each['name']}\\n({each['component']})"
        domains.setdefault(each["domain"], []).append(f'"{each["name"]}" [label="{text}"];')
    for domain, nodes in sorted(domains.items()):
        head = f'    subgraph "cluster_{domain}" {{ label="{domain}"; style="rounded,filled"; color="#dddddd"; fillcolor="#f4f6f8";'
        lines += [head, *(f"        {node}" for node in nodes), "    }"]
    for each in graph["instances"]:
        styles: dict[str, str] = {}
        for port in each["ports"].values():
            for provider in port["providers"]:
                if provider != "wiring" and port["interface"] != "Log" and styles.get(provider) != "solid":
                    styles[provider] = "solid" if port["use"] == "init" else "dashed"
        lines += [f'    "{each["name"]}" -> "{provider}" [style={style}];' for provider, style in styles.items()]
    return "\n".join([*lines, "}"])


_NAMES_A_ROW = 3


def dot_of_domains(graph: Mapping[str, Any]) -> str:
    """A box for each domain with its instances in it, for graphs of many; arrows go to the domains whose services it uses."""
    domain_of = {each["name"]: each["domain"] for each in graph["instances"]}
    lines = [f'digraph "{graph["graph"]}" {{', _DOT_STYLE]
    for domain in sorted(set(domain_of.values())):
        names = [name for name, its in domain_of.items() if its == domain]
        rows = (names[at : at + _NAMES_A_ROW] for at in range(0, len(names), _NAMES_A_ROW))
        cells = "".join(f"<tr>{''.join(f'<td>{name}</td>' for name in row)}</tr>" for row in rows)
        table = f'<table border="0" cellspacing="2"><tr><td colspan="{_NAMES_A_ROW}"><b>{domain}</b></td></tr>{cells}</table>'
        lines.append(f'    "{domain}" [label=<{table}>, fillcolor="#f4f6f8"];')
    uses = {
        (each["domain"], domain_of[provider])
        for each in graph["instances"]
        for port in each["ports"].values()
        for provider in port["providers"]
        if provider in domain_of
    }
    lines += [f'    "{user}" -> "{used}";' for user, used in sorted(uses) if user != used and used != "log"]
    return "\n".join([*lines, "}"])
