"""`phx new component DOMAIN/NAME`: a folder that builds and has a passing test."""

from __future__ import annotations

import re
from pathlib import Path

from phoenix_tools.terminal import BAD_INPUT, Stop
from phoenix_tools.workspace import Workspace

_WORD = re.compile(r"[a-z][a-z0-9_]*")

_MANIFEST = """\
component: {name}
summary: Counts what it is told to count.
class: phx::{domain}::{cls}
header: {name}.hpp
sources: [{name}.cpp]
parameters:
  limit: {{type: integer, min: 1, max: 1000000, default: 100, summary: The count stays at this.}}
"""

_README = """\
# {name}

Counts what it is told to count, up to `limit`. Replace this by what the component is for, which interface it provides,
and what it needs.

    tools/phx list {name}          its ports and parameters
    tools/phx test --host {name}   its tests
"""

_HEADER = """\
#pragma once

#include <cstdint>

namespace phx::{domain} {{

/// Counts up to the parameter `limit`. Any context; neither sleeps nor allocates.
class {cls} {{
public:
    constexpr {cls}() = default;

    /// Adds one, unless the limit is reached. True if it counted.
    bool count();

    [[nodiscard]] constexpr std::int64_t value() const {{ return value_; }}

private:
    std::int64_t value_ = 0;
}};

}}  // namespace phx::{domain}
"""

_SOURCE = """\
#include <{domain}/{name}/{name}.hpp>

#include <params/{name}.hpp>

namespace phx::{domain} {{

bool {cls}::count() {{
    if (value_ == params::{name}::limit) {{
        return false;
    }}
    ++value_;
    return true;
}}

}}  // namespace phx::{domain}
"""

_TEST = """\
#include <{domain}/{name}/{name}.hpp>

#include <gtest/gtest.h>
#include <params/{name}.hpp>

namespace phx::{domain} {{
namespace {{

TEST({cls}, StartsAtZero) {{
    {cls} counter;
    EXPECT_EQ(counter.value(), 0);
    EXPECT_TRUE(counter.count());
    EXPECT_EQ(counter.value(), 1);
}}

TEST({cls}, StaysAtItsLimit) {{
    {cls} counter;
    while (counter.count()) {{
    }}
    EXPECT_EQ(counter.value(), params::{name}::limit);
    EXPECT_FALSE(counter.count());
}}

}}  // namespace
}}  // namespace phx::{domain}
"""


def component(workspace: Workspace, place: str) -> list[Path]:
    """Writes the folder; the files, relative to the checkout."""
    domain, name = _words(place)
    folder = workspace.root / "components" / domain / name
    taken = [path.parent for path in sorted(workspace.root.glob(f"components/**/{name}/component.yaml"))]
    if folder.exists() or taken:
        where = (taken or [folder])[0].relative_to(workspace.root)
        raise Stop(f"there is a component `{name}` already, in {where}; names are unique", BAD_INPUT)
    words = {"domain": domain, "name": name, "cls": "".join(part.capitalize() for part in name.split("_"))}
    files = {
        "component.yaml": _MANIFEST,
        "README.md": _README,
        f"{name}.hpp": _HEADER,
        f"{name}.cpp": _SOURCE,
        f"{name}_test.cpp": _TEST,
    }
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text.format(**words), encoding="utf-8")
    return [(folder / file).relative_to(workspace.root) for file in files]


def _words(place: str) -> tuple[str, str]:
    parts = place.removeprefix("components/").strip("/").split("/")
    if len(parts) != 2 or not all(_WORD.fullmatch(part) for part in parts):
        raise Stop(f"`{place}` is not DOMAIN/NAME in lower-case words, such as time/stopwatch", BAD_INPUT)
    if parts[1] == "interfaces":
        raise Stop("`interfaces` is where a domain's contracts are; name the component otherwise", BAD_INPUT)
    return parts[0], parts[1]
