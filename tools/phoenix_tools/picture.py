"""A picture of a graph for paper: services and families by domain, the order of start-up and the device tree side by side."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from phoenix.model import ResolvedGraph
from phoenix_tools.packages import For, ensure_now
from phoenix_tools.terminal import Stop

Graph = Mapping[str, Any]
_WIRING = "wiring"
_MOST_USERS = 6  # whoever has more, and more than a quarter of all instances, gets no arrows
_MOST_NODES = 24  # of the device tree that nobody drives, by `compatible`
_FIT_A4 = 40  # instances; more would be too small to read
_A4 = "11.2,7.8"  # inches, across, without the margins
_SHEETS = '"the tables"'
_STYLE = """    graph [rankdir=LR, newrank=true, nodesep=0.12, ranksep=0.45, fontname=Helvetica, fontsize=12, pad=0.2,
        labelloc=t, labeljust=l, remincross=true];
    node [shape=box, style="rounded,filled", fillcolor=white, color="#5b6770", fontname=Helvetica, fontsize=11, height=0.28, margin="0.08,0.03"];
    edge [color="#8a949c", arrowsize=0.55, penwidth=0.9];"""
_CLUSTER = 'style="rounded,filled"; color="#cfd6dc"; fillcolor="#f3f6f8"; fontsize=12; margin=7'


@dataclass(frozen=True)
class Arrow:
    user: str
    provider: str
    orders: bool  # start-up
    family: bool  # called through an abstract class


def id_of(instance: str) -> str:
    """What the picture's box of an instance is called in the SVG."""
    return f"instance-{instance}"


def everybodys(graph: Graph) -> dict[str, int]:
    """Providers that so many use that arrows to them would hide all others, with how many those are."""
    users = Counter(provider for each in graph["instances"] for provider in _providers(each))
    limit = max(_MOST_USERS, len(graph["instances"]) // 4)
    return {name: number for name, number in users.most_common() if number > limit}


def dot(graph: Graph, families: frozenset[str]) -> str:
    """The whole sheet, for graphviz. `families`: interfaces that are abstract classes; the others are bound statically."""
    lines = [f"digraph {quoted(graph['graph'])} {{", _STYLE, f"    label={_title(graph)};"]
    if len(graph["instances"]) <= _FIT_A4:
        lines.append(f"    size={quoted(_A4)};")
    lines += wires(graph, families)
    sheets = [table for table in (_start_up(graph), _device_tree(graph)) if table]
    if sheets:
        rows = '<tr><td height="14"></td></tr>'.join(f'<tr><td align="left">{table}</td></tr>' for table in sheets)
        lines.append(f'    {_SHEETS} [shape=plain, style="", label=<<table border="0" cellborder="0" cellspacing="0">{rows}</table>>];')
        common = everybodys(graph)
        users = {arrow.user for arrow in arrows(graph, families) if arrow.provider not in common}
        last = [each["name"] for each in graph["instances"] if each["name"] not in users]
        lines += [f"    {quoted(name)} -> {_SHEETS} [style=invis, weight=0];" for name in last]  # to the right of all
    return "\n".join([*lines, "}"])


def families(resolved: ResolvedGraph) -> frozenset[str]:
    return frozenset(name for name, interface in resolved.catalog.interfaces.items() if interface.family)


def svg(source: str) -> str:
    """What graphviz makes of it."""
    if not ensure_now(For.PICTURES):
        raise Stop("pictures need graphviz")
    done = subprocess.run(["/usr/bin/dot", "-Tsvg"], input=source, capture_output=True, text=True)
    if done.returncode != 0:
        raise Stop(f"dot: {done.stderr.rstrip()}")
    return done.stdout


def wires(graph: Graph, families: frozenset[str]) -> list[str]:
    """Instances in their domains, and arrows from users to providers."""
    lines: list[str] = []
    common = everybodys(graph)
    for domain in sorted({each["domain"] for each in graph["instances"]}):
        lines.append(f"    subgraph {quoted(f'cluster_{domain}')} {{ label={quoted(domain)}; {_CLUSTER};")
        lines += [f"        {_node(each, common)}" for each in graph["instances"] if each["domain"] == domain]
        lines.append("    }")
    for arrow in arrows(graph, families):
        if arrow.provider not in common:
            lines.append(f"    {quoted(arrow.user)} -> {quoted(arrow.provider)} [{_look(arrow)}];")
    return lines


def arrows(graph: Graph, families: frozenset[str]) -> Iterator[Arrow]:
    """One for each user and provider, whatever number of wires there is between them."""
    for each in graph["instances"]:
        found: dict[str, Arrow] = {}
        for port in each["ports"].values():
            for provider in port["providers"]:
                if provider == _WIRING:
                    continue
                known = found.get(provider, Arrow(each["name"], provider, False, True))
                orders, family = known.orders or port["use"] == "init", known.family and port["interface"] in families
                found[provider] = Arrow(each["name"], provider, orders, family)
        yield from found.values()


def _providers(instance: Mapping[str, Any]) -> set[str]:
    return {provider for port in instance["ports"].values() for provider in port["providers"]} - {_WIRING}


def _look(arrow: Arrow) -> str:
    line = 'style=solid, color="#35424c"' if arrow.orders else "style=dashed"
    return f"{line}, arrowhead={'onormal' if arrow.family else 'normal'}"


def _node(each: Mapping[str, Any], common: Mapping[str, int]) -> str:
    title = f"<b>{escape(each['name'])}</b>"
    if each["name"] != each["component"]:
        title += f'<br/><font point-size="9" color="#5b6770">{escape(each["component"])}</font>'
    if each["name"] in common:
        title += f'<br/><font point-size="9" color="#9a5b00">used by {common[each["name"]]}</font>'
    fill = ', fillcolor="#fff4dc"' if each["name"] in common else ', fillcolor="#e3f0fb"' if each["device"] else ""
    return f"{quoted(each['name'])} [label=<{title}>, id={quoted(id_of(each['name']))}{fill}];"


def _title(graph: Graph) -> str:
    machine = f", for {graph['machine']['name']}" if graph["machine"] else ""
    names = ", ".join(everybodys(graph))
    notes = ["solid: orders start-up; dashed: used when running; hollow head: through an abstract class; blue: drives a device"]
    notes += [f"no arrows are drawn to what everybody uses: {names}"] if names else []
    small = "".join(f'<br align="left"/><font point-size="10" color="#5b6770">{escape(note)}</font>' for note in notes)
    about = f"{graph['summary'].rstrip('.')}; {len(graph['instances'])} instances{machine}"
    return f'<<font point-size="17"><b>{escape(graph["graph"])}</b></font>  {escape(about)}{small}<br align="left"/>>'


def _start_up(graph: Graph) -> str:
    rows = [
        (str(number), step["instance"], ", ".join(step["after"]))
        for number, step in enumerate(graph["init_order"], 1)
    ]
    return _table("Order of start-up", ("", "instance", "after"), rows)


def _device_tree(graph: Graph) -> str:
    rows = []
    for each in graph["instances"]:
        device = each["device"]
        if device:
            where = [f"{window['phys']:#x}+{window['size']:#x}" for window in device["registers"]]
            lines = [f"irq {line['line']}" for line in device["interrupts"]]
            rows.append((device["path"], each["name"], "  ".join((*where, *lines))))
    free = Counter(node["compatible"] for node in graph["unclaimed"])
    rows += [(f"{compatible}{f' ({number})' if number > 1 else ''}", "nobody", "") for compatible, number in list(free.items())[:_MOST_NODES]]
    return _table("Device tree", ("node", "driven by", "registers, interrupts"), rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    span = len(columns)
    head = "".join(f'<td align="left"><font color="#5b6770">{escape(column) or " "}</font></td>' for column in columns)
    body = "".join(f"<tr>{''.join(_cell(text) for text in row)}</tr>" for row in rows)
    return (
        '<table border="1" color="#cfd6dc" cellborder="0" cellspacing="0" cellpadding="2" style="rounded">'
        f'<tr><td colspan="{span}" align="left"><b>{title}</b></td></tr><tr>{head}</tr>{body}</table>'
    )


_LONGEST = 44


def _cell(text: str) -> str:
    words, lines = text.split(" "), [""]
    for word in words:
        if len(lines[-1]) + len(word) > _LONGEST and lines[-1]:
            lines.append("")
        lines[-1] += f"{word} "
    shown = "".join(f'{escape(line.rstrip())}<br align="left"/>' for line in lines) if len(lines) > 1 else escape(text)
    return f'<td align="left" balign="left"><font point-size="9.5">{shown or " "}</font></td>'


def quoted(text: str) -> str:
    """As an identifier of graphviz."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
