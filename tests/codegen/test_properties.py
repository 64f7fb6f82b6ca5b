"""Random projects resolve to the same bytes whatever the order of files and keys; orders respect their edges; nonsense is refused in words."""

from __future__ import annotations

import random
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import trees
import yaml  # type: ignore[import]
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from phoenix import api, load
from phoenix.diagnostics import Failed
from phoenix.model import ResolvedGraph
from phoenix.schema import Schemas
from phoenix.source import read_yaml
from phoenix.validate import validate

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

Files = dict[str, Any]


# --- random valid projects ------------------------------------------------------------------------------------------


@st.composite
def projects(draw: st.DrawFn) -> Files:
    """YAML files (as plain data) of a project with one host graph, `any`. Init ports only lead to components drawn before."""
    kinds = draw(st.lists(st.booleans(), min_size=1, max_size=3))
    files: Files = {
        f"components/x/interfaces/face_{k}.yaml": interface(k, family) for k, family in enumerate(kinds)
    }
    count = draw(st.integers(2, 10))
    provides = [draw(st.sets(st.integers(0, len(kinds) - 1), max_size=2)) for _ in range(count)]
    instances: dict[str, Any] = {}
    for i in range(count):
        component, instance = draw(component_of(i, count, provides, len(kinds)))
        files[f"components/x/part_{i}/component.yaml"] = component
        instances[f"p{i}"] = instance
    files["graphs/any.yaml"] = {"graph": "any", "summary": "Any.", "arch": "host", "instances": instances}
    return files


def interface(k: int, family: bool) -> dict[str, Any]:
    data = {
        "interface": f"Face{k}",
        "summary": "A face.",
        "kind": "family" if family else "service",
        "cxx": f"phx::x::Face{k}",
        "header": "h.hpp",
    }
    return (
        data if family else {**data, "archetype": f"phx::x::archetype::Face{k}", "archetype_header": "h.hpp"}
    )


@st.composite
def component_of(
    draw: st.DrawFn, i: int, count: int, provides: list[set[int]], faces: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    ports: dict[str, Any] = {}
    wires: dict[str, Any] = {}
    for number in range(draw(st.integers(0, 4))):
        face, use = draw(st.integers(0, faces - 1)), draw(st.sampled_from(["init", "init", "run"]))
        able = [f"p{j}" for j in range(i if use == "init" else count) if face in provides[j] and j != i]
        cardinality = draw(st.sampled_from(["one", "optional", "many"] if able else ["optional", "many"]))
        name = f"port_{number}"
        ports[name] = {"interface": f"Face{face}", "cardinality": cardinality, "use": use}
        if cardinality == "many":
            wires[name] = draw(st.lists(st.sampled_from(able), unique=True, max_size=3)) if able else "none"
        else:
            wires[name] = draw(st.sampled_from(able)) if able else "none"
    component: dict[str, Any] = {
        "component": f"part_{i}",
        "summary": "A part.",
        "class": f"phx::x::Part{i}",
        "header": "h.hpp",
        "ports": ports,
        "provides": [f"Face{face}" for face in sorted(provides[i])],
        "parameters": {
            "size": {"type": "size", "min": 1, "max": "1 MiB", "default": 7, "summary": "A size."}
        },
    }
    instance: dict[str, Any] = {
        "component": f"part_{i}",
        "wires": wires,
        "parameters": {"size": draw(st.integers(1, 1 << 20))},
    }
    if draw(st.sampled_from([True, True, False])):
        component["init"] = "init"
        instance["on_fail"] = draw(st.sampled_from(["panic", "degrade"]))
    if draw(st.booleans()):
        component["device"] = {
            "compatible": ["x,y"],
            "registers": [{"name": "regs"}],
            "interrupts": [{"name": "line", "handler": "on"}],
        }
    return component, instance


def shuffled(data: Any, chance: random.Random) -> Any:
    if isinstance(data, dict):
        keys = list(data)
        chance.shuffle(keys)
        return {key: shuffled(data[key], chance) for key in keys}
    return [shuffled(item, chance) for item in data] if isinstance(data, list) else data


def write(files: Files, root: Path, seed: int) -> None:
    chance = random.Random(seed)
    for path in chance.sample(sorted(files), len(files)):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        first = next(iter(files[path]))
        rest = shuffled({key: value for key, value in files[path].items() if key != first}, chance)
        target.write_text(yaml.safe_dump({first: files[path][first], **rest}, sort_keys=False))
        (target.parent / "h.hpp").touch()


def without_lines(data: bytes) -> str:
    """Which line of a file a thing stands on is all that the order of keys may change."""
    return re.sub(r"(\.yaml):\d+(:\d+)?", r"\1", data.decode())


@QUICK
@given(projects(), st.integers(0, 1 << 30))
def test_order_of_files_and_keys_does_not_matter(files: Files, seed: int) -> None:
    outcomes = []
    for number in (seed, seed + 1):
        with tempfile.TemporaryDirectory() as folder:
            write(files, Path(folder) / "tree", number)
            found = trees.emitted(Path(folder) / "tree", "any", Path(folder) / "out")
            outcomes.append({path: without_lines(data) for path, data in found.items()})
    assert outcomes[0] == outcomes[1]


@QUICK
@given(projects(), st.integers(0, 1 << 30))
def test_order_respects_its_edges(files: Files, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(files, Path(folder), seed)
        check_order(api.resolve(Path(folder), "any"))


def check_order(graph: ResolvedGraph) -> None:
    place = {instance.name: at for at, instance in enumerate(graph.instances)}
    assert len(place) == len(graph.instances) == len(graph.spec.instances)
    started = {step.instance: at for at, step in enumerate(graph.init_order)}
    assert len(started) == len(graph.init_order)
    assert set(started) == {instance.name for instance in graph.instances if instance.component.init}
    for instance in graph.instances:
        for wire in instance.wires:
            if wire.port.use == "init":
                assert all(place[provider] < place[instance.name] for provider in wire.providers)
    doubtful: set[str] = set()
    for step in graph.init_order:
        assert all(started[name] < started[step.instance] for name in step.after)
        assert set(step.unsure) == set(step.after) & doubtful
        if step.unsure or graph.instance(step.instance).on_fail == "degrade":
            doubtful.add(step.instance)


# --- nonsense -------------------------------------------------------------------------------------------------------


@cache
def sound_tree() -> load.Tree:
    with tempfile.TemporaryDirectory() as folder:
        root = trees.lay_out(trees.SHAPES, Path(folder))
        return load.load(root)


@cache
def sound_texts() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        root = trees.lay_out(trees.SHAPES, Path(folder))
        return {found.document.path: (root / found.document.path).read_text() for found in sound_tree().files}


SCHEMAS = Schemas()


def say(path: str, data: bytes) -> None:
    """Checks the whole project with one file replaced. Everything that is wrong must come out as a diagnostic."""
    tree = sound_tree()
    files = tuple(
        load.Found(found.kind, read_yaml(path, data)) if found.document.path == path else found
        for found in tree.files
    )
    changed = load.Tree(trees.BASE, files, tree.listing)
    project = api.Project(trees.BASE, changed, validate(changed, SCHEMAS), SCHEMAS)
    for diagnostic in api.check_project(project, []):
        assert diagnostic.place.line >= 1 and diagnostic.place.column >= 1 and diagnostic.message
        assert "Traceback" not in diagnostic.render()


def paths() -> list[str]:
    return sorted(sound_texts())


@QUICK
@given(st.data())
def test_mutated_text_is_refused_in_words(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths()))
    text = sound_texts()[path]
    words = sorted(
        {word for other in sound_texts().values() for word in re.findall(r"[\w.-]+|[{}\[\]:,]", other)}
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        until = data.draw(st.integers(at, min(len(text), at + 12)))
        insert = data.draw(
            st.one_of(
                st.sampled_from(words),
                st.text(max_size=4),
                st.sampled_from(["\n", "  ", "\t", "&a ", "*a ", "!x ", "- ", "? "]),
            )
        )
        text = text[:at] + insert + text[until:]
    say(path, text.encode("utf-8", "surrogatepass"))


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(data, dict):
        for key in data:
            found += places(data[key], (*path, key))
    elif isinstance(data, list):
        for at, item in enumerate(data):
            found += places(item, (*path, at))
    return found


def replaced(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = replaced(data[path[0]], path[1:], value)
    return copy


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(1 << 70), 1 << 70),
        st.floats(),
        st.text(max_size=6),
        st.sampled_from(
            ["none", "wiring", "log", "klog", "Log", "16 KiB", "/timer", "small", "shell", "one", "choice"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["log", "name", "component", "min", "x y"]), inner, max_size=3),
    ),
    max_leaves=5,
)


@settings(QUICK, max_examples=80)
@given(st.data())
def test_mutated_values_are_refused_in_words(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(paths()))
    document = yaml.safe_load(sound_texts()[path])
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.sampled_from(places(document)))
        document = replaced(document, where, data.draw(VALUES))
    say(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode("utf-8", "surrogatepass"))


@QUICK
@given(st.data())
def test_mutated_device_trees_are_refused_in_words(data: st.DataObject) -> None:
    text = (trees.BASE / "dts" / "board.dts").read_text()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        until = data.draw(st.integers(at, min(len(text), at + 10)))
        text = (
            text[:at]
            + data.draw(
                st.sampled_from(["", "0", "<", ">", "0xffffffff", ";", "{", "}", '"', "&gic", "#", "\0"])
            )
            + text[until:]
        )
    with tempfile.TemporaryDirectory() as folder:
        root = trees.lay_out(trees.SHAPES, Path(folder))
        (root / "dts" / "board.dts").write_text(text)
        try:
            check_order(api.resolve(root, "small"))
        except Failed as failed:
            assert failed.diagnostics
