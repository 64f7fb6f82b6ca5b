"""What a matrix came to, as one page that needs nothing else, and as JUnit XML for whoever runs tests."""

from __future__ import annotations

import xml.etree.ElementTree as xml
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, StrictUndefined

from phoenix_tools.variants.plan import Matrix, Shape, Variant
from phoenix_tools.variants.runner import FAILED, PASSED, Result


@dataclass(frozen=True)
class Record:
    """All there is to report. Variants without a result had none when the run ended."""

    matrix: Matrix
    variants: Sequence[Variant]
    results: Sequence[Result]

    def of(self, variant: Variant, shape: Shape | None) -> Result | None:
        return next((each for each in self.results if each.variant is variant and each.shape == shape), None)

    @property
    def failed(self) -> list[Result]:
        return [each for each in self.results if each.outcome == FAILED]

    @property
    def skipped(self) -> list[Variant]:
        return [each for each in self.variants if each.problems]


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title><style>
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --dim: #6e7781; --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --dim: #8b949e; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid var(--line); }
td.number { text-align: right; } .passed, .kept { color: var(--good); } .failed { color: var(--bad); font-weight: 600; }
.skipped, .dim { color: var(--dim); } pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); }
a { color: inherit; }
</style></head><body>
<h1>{{ title }}</h1>
<p>{{ counts }}</p>
<table><thead><tr>{% for axis in axes %}<th scope="col">{{ axis }}</th>{% endfor %}<th scope="col">image, KiB</th><th scope="col">build</th>
{%- for shape in shapes %}<th scope="col">{{ shape }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr title="{{ row.name }}">{% for value in row["values"] %}<td>{{ value }}</td>{% endfor %}<td class="number">{{ row.size }}</td>
{%- for cell in row.cells %}<td class="{{ cell.outcome }}">{% if cell.link %}<a href="#{{ cell.link }}">{{ cell.text }}</a>{% else %}{{ cell.text }}{% endif %}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% if failures %}<h2>What failed</h2>
{% for each in failures %}<details open id="{{ each.link }}"><summary>{{ each.title }}</summary><pre>{{ each.log }}</pre></details>
{% endfor %}{% endif %}{% if skipped %}<h2>What does not resolve</h2>
{% for each in skipped %}<details id="{{ each.link }}"><summary>{{ each.title }}</summary><pre>{{ each.log }}</pre></details>
{% endfor %}{% endif %}</body></html>
"""


def counts(record: Record) -> str:
    boots = [each for each in record.results if each.shape is not None]
    builds = [each for each in record.results if each.shape is None]
    kept = sum(each.outcome not in (PASSED, FAILED) for each in boots)
    words = [
        f"{len(record.variants)} variants",
        f"{sum(each.outcome == PASSED for each in builds)} built",
        f"{sum(each.outcome != FAILED for each in boots)} good boots" + (f" ({kept} from before)" if kept else ""),
        f"{len(record.failed)} failed",
        f"{len(record.skipped)} skipped as they do not resolve",
    ]
    unbooted = sum(not each.boots and not each.problems for each in record.variants)
    return ", ".join([*words, *([f"{unbooted} only built"] if unbooted else [])])


def html(record: Record) -> str:
    shapes = record.matrix.shapes()
    axes = [each.name for each in record.variants[0].choices] if record.variants else []
    rows: list[dict[str, Any]] = []
    for variant in record.variants:
        build = record.of(variant, None)
        size = f"{build.image_bytes / 1024:.1f}" if build is not None and build.image_bytes else ""
        columns: list[Shape | None] = [None, *shapes]
        cells = [_cell(record, variant, shape) for shape in columns]
        rows.append({"name": variant.name, "values": [each.value for each in variant.choices], "size": size, "cells": cells})
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)
    return template.render(
        title=f"Variants of {record.matrix.graph}",
        counts=counts(record) + ".",
        axes=axes or ["variant"],
        shapes=[str(each) for each in shapes],
        rows=rows if axes else [{**row, "values": [row["name"]]} for row in rows],
        failures=[{"link": _link(each.variant, each.shape), "title": each.title, "log": each.log} for each in record.failed],
        skipped=[
            {"link": _link(each, None), "title": each.chosen, "log": "\n".join(problem.render() for problem in each.problems)}
            for each in record.skipped
        ],
    )


def _cell(record: Record, variant: Variant, shape: Shape | None) -> dict[str, str]:
    result = record.of(variant, shape)
    if variant.problems:
        return {"outcome": "skipped", "text": "skipped" if shape is None else "", "link": _link(variant, None) if shape is None else ""}
    if result is None:
        return {"outcome": "dim", "text": "", "link": ""}
    if result.outcome == FAILED:
        return {"outcome": FAILED, "text": FAILED, "link": _link(variant, shape)}
    return {"outcome": result.outcome, "text": f"{result.seconds:.1f} s", "link": ""}


def _link(variant: Variant, shape: Shape | None) -> str:
    return f"{variant.name}.{shape or 'build'}"


def junit(record: Record) -> str:
    """A test for each build and each boot; one for what does not resolve."""
    suite = xml.Element("testsuite", name=f"matrix.{record.matrix.graph}")
    for variant in record.skipped:
        case = xml.SubElement(suite, "testcase", classname=variant.name, name="build", time="0")
        xml.SubElement(case, "skipped", message=variant.problems[0].message).text = "\n".join(each.render() for each in variant.problems)
    for result in record.results:
        case = xml.SubElement(suite, "testcase", classname=result.variant.name, name=str(result.shape or "build"), time=f"{result.seconds:.3f}")
        if result.outcome == FAILED:
            lines = result.log.splitlines() or [""]
            xml.SubElement(case, "failure", message=lines[0]).text = _printable(result.log)
    suite.set("tests", str(len(record.skipped) + len(record.results)))
    suite.set("failures", str(len(record.failed)))
    suite.set("skipped", str(len(record.skipped)))
    suite.set("time", f"{sum(each.seconds for each in record.results):.3f}")
    xml.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(suite, encoding="unicode") + "\n"


def _printable(text: str) -> str:
    """Without what XML 1.0 (2.2) has no way to say, such as a console's escape sequences."""
    return "".join(each for each in text if each in "\t\n" or ord(each) >= 0x20)
