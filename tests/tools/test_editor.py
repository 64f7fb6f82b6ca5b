"""`phx editor`: settings merged into a person's own, and what the YAML language server then completes, explains and refuses."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from copies import Checkout, copy_tree
from hypothesis import given
from hypothesis import strategies as st
from phoenix.api import open_project
from phoenix_tools.editor import jsonc, npm, schemas, settings
from phoenix_tools.terminal import Stop
from phoenix_tools.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]


# --- settings


def test_settings_of_ones_own_and_comments_stay() -> None:
    own = '{\n    // mine\n    "editor.fontSize": 14, /* small */\n    "yaml.schemas": {"x.json": "*.x"}, // kept\n}\n'
    merge = settings.merged(own)
    assert merge.kept == ()
    for part in ("// mine", '"editor.fontSize": 14, /* small */', '"x.json": "*.x"', "// kept"):
        assert part in merge.text
    read = jsonc.plain(jsonc.read(merge.text))
    assert read["editor.fontSize"] == 14
    assert read["yaml.schemas"] == {"x.json": "*.x", **settings.associations()}
    assert settings.merged(merge.text) == settings.Merge(merge.text, ()), "a second time there is nothing to add"


def test_a_value_that_somebody_set_is_kept_and_told() -> None:
    schema = next(iter(settings.associations()))
    own = json.dumps({"yaml.schemas": {schema: ["mine/*.yaml"]}, "[yaml]": "odd"})
    merge = settings.merged(own)
    assert merge.kept == (f"yaml.schemas > {schema}", "[yaml]")
    assert jsonc.plain(jsonc.read(merge.text))["yaml.schemas"][schema] == ["mine/*.yaml"]


@pytest.mark.parametrize("text", ["", "{}", "// a comment alone", "{\n}\n", '{"a": 1}', '{"a": 1,}', '{"a": {}, // last\n}', '{"yaml.schemas": {}}'])
def test_any_object_can_be_added_to(text: str) -> None:
    read = jsonc.plain(jsonc.read(settings.merged(text).text))
    assert read["yaml.schemas"] == settings.associations()
    assert [key for key in ("a",) if f'"{key}"' in text and key not in read] == []


@pytest.mark.parametrize("text, place", [('{"a": }', ":1:7"), ('{\n "a": 1\n "b": 2}', ":3:2"), ("[1]", ":1:1"), ('{"a": "x', ":1:7"), ("{" * 300, ":1:2")])
def test_what_is_no_json_is_left_alone(text: str, place: str) -> None:
    with pytest.raises(Stop) as stop:
        settings.merged(text)
    assert f"{settings.VSCODE}{place}: error:" in stop.value.text and '"yaml.schemas"' in stop.value.text


VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
BLANKS = st.sampled_from(["", " ", "\n", "\t", " // a comment, {[\n", "/* another\n\" */"])


@given(st.dictionaries(st.text(), VALUES), st.lists(BLANKS, min_size=4, max_size=4), st.booleans(), st.booleans())
def test_whatever_is_there_is_there_afterwards(own: dict[str, Any], blanks: list[str], comma: bool, dos: bool) -> None:
    first, second, third, fourth = blanks
    body = f",{first}".join(f"{json.dumps(key)}{second}:{third}{json.dumps(value)}" for key, value in own.items())
    text = f"{first}{{{second}{body}{',' if comma and own else ''}{third}}}{fourth}"
    text = text.replace("\n", "\r\n") if dos else text
    merge = settings.merged(text)
    assert {key: value for key, value in jsonc.plain(jsonc.read(merge.text)).items() if key in own and own[key] == value} == own
    assert [part for part in blanks if part.strip() and part.replace("\n", "\r\n" if dos else "\n") not in merge.text and part.strip() in text] == []
    assert settings.merged(merge.text).text == merge.text


@given(st.text())
def test_no_text_is_too_odd_to_be_refused(text: str) -> None:
    try:
        settings.merged(text)
    except Stop as stop:
        assert stop.text.startswith(f"{settings.VSCODE}:")


@pytest.mark.parametrize("content", [b"\xff\xfe{}", None], ids=["not UTF-8", "a folder"])
def test_a_file_that_cannot_be_read_is_named(tree: Checkout, content: bytes | None) -> None:
    file = tree.root / settings.VSCODE
    file.parent.mkdir(exist_ok=True)
    file.mkdir() if content is None else file.write_bytes(content)
    done = tree.phx("editor")
    assert done.returncode == 2 and settings.VSCODE in done.stderr and "Traceback" not in done.stderr
    assert content is None or file.read_bytes() == content
    file.rmdir() if content is None else file.unlink()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return copy_tree(tmp_path_factory.mktemp("tree"))


def test_files_for_editors_are_written_once(tree: Checkout) -> None:
    for editor, file in settings.FILES.items():
        done = tree.phx("editor", editor, "--no-install")
        assert done.returncode == 0, done.stderr
        first = (tree.root / file).read_text(encoding="utf-8")
        assert (tree.root / schemas.FOLDER / "graph.json").as_uri() in first
        (tree.root / file).write_text(first + "\n", encoding="utf-8")
        again = tree.phx("editor", editor, "--no-install")
        assert again.returncode == 1 and "stays as it is" in again.stderr and again.stdout == first
        assert (tree.root / file).read_text(encoding="utf-8") == first + "\n"
    helix = tomllib.loads((tree.root / settings.FILES["helix"]).read_text(encoding="utf-8"))
    assert len(helix["language-server"]["phoenix-yaml"]["config"]["yaml"]["schemas"]) == len(schemas.FILES)


def test_an_unknown_editor_is_named(tree: Checkout) -> None:
    done = tree.phx("editor", "helx")
    assert done.returncode == 2 and "did you mean `helix`?" in done.stderr


def test_a_new_component_is_known_after_the_next_check(tree: Checkout) -> None:
    assert tree.phx("editor").returncode == 0
    assert tree.phx("new", "component", "time/stopwatch").returncode == 0
    assert tree.phx("check").returncode == 0
    graph = json.loads((tree.root / schemas.FOLDER / "graph.json").read_text(encoding="utf-8"))
    assert "stopwatch" in graph["properties"]["add"]["properties"]


# --- the schemas, by the validator's own library


def test_all_graphs_and_manifests_follow_the_stricter_schemas() -> None:
    import jsonschema
    import yaml

    project = open_project(ROOT)
    wrong = []
    for name, text in schemas.contents(project).items():
        schema = json.loads(text)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for glob in schemas.FILES[name]:
            for file in ROOT.glob(glob):
                wrong += [f"{file}: {error.message}" for error in validator.iter_errors(yaml.safe_load(file.read_text()))]
    assert wrong == []


# --- the language server itself


class Probe:
    """Texts with a `|` where the cursor is."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.count = 0

    def open(self, text: str, place: str) -> tuple[Path, int, int]:
        self.count += 1
        file = ROOT / place.format(self.count)
        lines = text.split("\n")
        at = next(((number, line.index("|")) for number, line in enumerate(lines) if "|" in line), (0, 0))
        self.client.open(file, text.replace("|", ""))
        return (file, *at)

    def labels(self, text: str, place: str = "graphs/probe{}.yaml") -> dict[str, dict[str, Any]]:
        return {each["label"]: each for each in self.client.complete(*self.open(text, place))}

    def hover(self, text: str, place: str = "graphs/probe{}.yaml") -> str:
        found: str = self.client.hover(*self.open(text, place))
        return found

    def says(self, text: str, place: str = "graphs/probe{}.yaml") -> list[tuple[int, str]]:
        file, _, _ = self.open(text, place)
        return sorted((each["range"]["start"]["line"], each["message"]) for each in self.client.diagnostics(file))


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    from phoenix_tools.editor.check import open_client

    workspace = Workspace(ROOT)
    schemas.write(workspace, open_project(ROOT))
    try:
        client = open_client(workspace)
    except npm.Unreachable as reason:
        pytest.skip(f"no language server: {reason.text}")
    with client:
        yield Probe(client)


VARIANT = "graph: probe\nsummary: A probe.\nextends: monitor\n"
COMPONENT = "components/sched/probe{}/component.yaml"
HEAP = VARIANT + "replace:\n  heap:\n    component: slab\n"


def test_names_of_components_are_completed(probe: Probe) -> None:
    found = probe.labels(VARIANT + "replace:\n  scheduler: |")
    assert {"cfs", "eevdf", "round_robin", "slab"} <= found.keys()
    assert found["eevdf"]["documentation"].startswith("Earliest eligible virtual deadline first")
    assert "fake_log" not in found and "fair" not in found, "neither stand-ins for tests nor libraries"
    assert "fake_log" in probe.labels("graph: p\nsummary: p\narch: host\ninstances:\n  log: |", "components/sched/x/probe{}_graph.yaml")
    assert {"heap", "pages"} <= probe.labels(VARIANT + "replace:\n  |").keys()
    assert "cmd_date" in probe.labels(VARIANT + "remove:\n  - |")
    assert "monitor-smp" in probe.labels("graph: probe\nsummary: A probe.\nextends: |")


def test_names_of_interfaces_are_completed(probe: Probe) -> None:
    assert {"Scheduler", "PageAllocator"} <= probe.labels("component: probe\nsummary: x\nports:\n  p:\n    interface: |", COMPONENT).keys()
    assert {"Scheduler", "Heap"} <= probe.labels("component: probe\nsummary: x\nprovides:\n  - |", COMPONENT).keys()
    assert {"Heap", "Console"} <= probe.labels("graph: p\nsummary: p\narch: aarch64\ninstances: {}\nchoose:\n  |").keys()
    assert {"openat", "clone"} <= probe.labels("component: probe\nsummary: x\nsystem_calls:\n  - |", COMPONENT).keys()


def test_keys_and_values_of_parameters_are_completed(probe: Probe) -> None:
    assert probe.labels(HEAP + "    parameters:\n      |").keys() == {"magazine", "max_size"}
    assert probe.labels(VARIANT + "replace:\n  heap: {component: slab, parameters: {m|}}").keys() == {"magazine", "max_size"}
    assert {"pages", "map"} <= probe.labels(HEAP + "    wires:\n      |").keys()
    assert "buddy" in probe.labels(HEAP + "    wires:\n      pages: |")
    paths = probe.labels(VARIANT + "set:\n  |")
    assert {"instances.log.parameters.ring_bytes", "instances.heap.wires.pages", "machine", "budgets.image_kib"} <= paths.keys()
    assert probe.labels(HEAP + "    parameters:\n      magazine: |").keys() == {"14"}


def test_budgets_are_completed_by_what_there_is(probe: Probe) -> None:
    set_budgets = VARIANT + "set:\n  budgets:\n    "
    assert {"image_kib", "stack_bytes", "components", "steps"} <= probe.labels(set_budgets + "|").keys()
    assert {"fdt", "slab", "sync"} <= probe.labels(set_budgets + "components:\n      |").keys(), "libraries, too"
    assert {"memory", "boot"} <= probe.labels(set_budgets + "domains:\n      |").keys()
    assert {"text_kib", "frame_bytes"} <= probe.labels(set_budgets + "components:\n      fdt:\n        |").keys()
    assert "deepest stack" in probe.hover(set_budgets + "stack|_bytes: 4096")


def test_snippets_begin_files_and_parts(probe: Probe) -> None:
    assert "extends: ${3:monitor}" in probe.labels("|")["variant"]["insertText"]
    assert {"component", "driver", "library"} <= probe.labels("|", COMPONENT).keys()
    assert "duration parameter" in probe.labels("component: probe\nsummary: x\nparameters:\n  p: |", COMPONENT)


def test_what_the_pointer_rests_on_is_explained(probe: Probe) -> None:
    assert probe.hover(VARIANT + "replace:\n  scheduler: ee|vdf").startswith("Earliest eligible virtual deadline first")
    text = probe.hover(HEAP + "    parameters:\n      maga|zine: 3")
    assert "integer of " in text and "default 14" in text
    assert "the log" in probe.hover(VARIANT + "set:\n  instances.log.parameters.ring|_bytes: 64 KiB").lower()
    assert "interfaces that it fulfils" in probe.hover("component: probe\nsummary: x\nprov|ides: [Heap]", COMPONENT)


@pytest.mark.parametrize(
    "text, line, part",
    [
        (VARIANT + "what: 3", 3, "what is not allowed"),
        (HEAP + "    parameters: {magazin: 3}", 6, "magazin is not allowed"),
        (HEAP + "    parameters: {magazine: 1000000}", 6, "above the maximum"),
        (HEAP + "    wires: {page: pages}", 6, "page is not allowed"),
        (HEAP + "    wires: {pages: none}", 6, "cannot be `none`"),
        (VARIANT + "replace: {heap: slap}", 3, '"slab"'),
        (VARIANT + "replace: {hep: slab}", 3, "hep is not allowed"),
        (VARIANT + "remove: [cmd_dat]", 3, '"cmd_date"'),
        (VARIANT + "set: {instances.log.parameters.ring_bytes: 64 Kib}", 3, "KiB"),
        (VARIANT + "set: {instances.log.ring_bytes: 64 KiB}", 3, "dotted paths"),
        (VARIANT + "set: {budgets: {components: {fdtt: {text_kib: 3}}}}", 3, "fdtt is not allowed"),
        (VARIANT + "set: {budgets: {stack_bytes: many}}", 3, "integer"),
        (VARIANT.replace("monitor", "monitro"), 2, '"monitor"'),
    ],
    ids=lambda value: value.split("\n")[-1] if isinstance(value, str) and "\n" in value else "",
)
def test_mistakes_are_marked(probe: Probe, text: str, line: int, part: str) -> None:
    found = probe.says(text)
    assert [message for at, message in found if at == line and part in message] != [], found


def test_an_unknown_interface_is_marked(probe: Probe) -> None:
    found = probe.says("component: probe\nsummary: x\nprovides: [Schedular]", COMPONENT)
    assert len(found) == 1 and found[0][0] == 2 and '"Scheduler"' in found[0][1]


def test_the_server_has_nothing_to_say_of_what_ships(probe: Probe) -> None:
    from phoenix_tools.editor.check import files

    paths = list(files(ROOT))
    for file in paths:
        probe.client.open(file, file.read_text(encoding="utf-8"))
    assert [(file, found) for file in paths for found in [probe.client.diagnostics(file)] if found] == []
    assert len(paths) > 300


def served(probe: Probe, schemas_of_settings: dict[str, list[str]]) -> Iterator[Probe]:
    """Another server of the same kind, told of schemas as a person might."""
    from phoenix_tools.editor.client import Client

    told = {**settings.server_settings(ROOT), "schemas": schemas_of_settings}
    with Client(["node", str(npm.program()), "--stdio"], ROOT, {"yaml": told}) as client:
        yield Probe(client)


def test_the_settings_of_vs_code_lead_to_the_schemas(probe: Probe) -> None:
    read = jsonc.plain(jsonc.read(settings.merged("").text))
    for other in served(probe, read["yaml.schemas"]):
        assert [message for _, message in other.says(VARIANT + "what: 3", "graphs/vscode{}.yaml")] == ["Property what is not allowed."]
        assert other.says("component: x\nsummary: x\nwhat: 3", "components/sched/vscode{}/component.yaml") != []
        assert other.says("what: 3", "docs/vscode{}.yaml") == []


def test_modelines_lead_to_the_schemas(probe: Probe) -> None:
    lines = settings.modelines().split("\n")
    places = {line.rstrip(":"): lines[number + 1] for number, line in enumerate(lines) if line.endswith(":")}
    assert len(places) == len(schemas.FILES)
    for other in served(probe, {}):
        for place, modeline in places.items():
            found = other.says(f"{modeline}\nwhat: 3", place.replace("*", "modeline{0}"))
            assert "Property what is not allowed." in [message for _, message in found], (place, found)
