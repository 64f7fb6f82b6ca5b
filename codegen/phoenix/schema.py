"""Pass 1b: a document against the JSON Schema of its kind; what the schema rejects, said in words, at its place."""

from __future__ import annotations

import functools
import json
import posixpath
import re
from functools import cached_property
from importlib import resources
from typing import Any, Iterator

from .diagnostics import Diagnostic, Place, did_you_mean
from .repair import Drop, Edit, Put, Repair, Repairs, Reword, SetInGraph, drop, put, respell, reword, uncertain, write, yaml_text
from .source import Entry, Mapping, Node, Scalar, Sequence, plain

KINDS = ("graph", "component", "interface", "machine", "matrix")

_TYPE_WORDS = {
    "object": "a mapping (`key: value`)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


def load_schema(kind: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath("schemas", f"{kind}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


class Schemas:
    """The validators, each compiled when first needed."""

    @cached_property
    def _validators(self) -> dict[str, Any]:
        return {}

    def validator(self, kind: str) -> Any:
        if kind not in self._validators:
            import jsonschema  # type: ignore[import]

            self._validators[kind] = jsonschema.Draft7Validator(load_schema(kind))
        return self._validators[kind]

    def check(self, kind: str, root: Mapping) -> list[Diagnostic]:
        return [diagnostic for diagnostic, _ in self.check_deep(kind, root)]

    def check_deep(self, kind: str, root: Mapping) -> list[tuple[Diagnostic, int]]:
        """Each diagnostic with how deep in the document it sits: 0 for its keys, 1 for their values, and so on."""
        errors = self.validator(kind).iter_errors(plain(root))
        return [
            (diagnostic, len(error.absolute_path))
            for error in errors
            for diagnostic in _explain(error, root, kind)
        ]


def _walk(root: Node, path: list[str | int]) -> tuple[Node, Place, Entry | None]:
    """The node at a path, the place to point at (its key, where it has one), and its entry."""
    node, place, entry = root, root.place, None
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str):
            entry = node.entries[step]
            node, place = entry.value, entry.place
        elif isinstance(node, Sequence) and isinstance(step, int):
            node, entry = node.items[step], None
            place = node.place
    return node, place, entry


def _name(path: list[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return f"`{text}`" if text else "the file"


def _explain(error: Any, root: Mapping, kind: str) -> Iterator[Diagnostic]:
    path = list(error.absolute_path)
    node, key_place, entry = _walk(root, path)
    name = _name(path)
    keyword = error.validator
    if keyword == "additionalProperties":
        yield from _unknown_keys(error, node, name)
    elif keyword == "required":
        yield from _missing_keys(error, node, key_place, name, kind)
    elif keyword is None:
        yield _misplaced(error, key_place, path, root)
    elif keyword == "type":
        wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        words = " or ".join(_TYPE_WORDS[word] for word in wanted)
        hint = (
            ('quote it: `"..."`',)
            if "string" in wanted and isinstance(node, Scalar) and node.value is not None
            else ()
        )
        repairs = reword(node.place, str(node.value)) if hint and isinstance(node, Scalar) else ()
        if not hint:
            repairs = _in_form(node, wanted)
            hint = tuple(each.title for each in repairs) or _of_type(wanted, error.schema)
        message = f"{name} must be {words}, not {describe(node)}"
        yield Diagnostic(node.place, "wrong-type", message, fix=hint, repairs=repairs)
    elif keyword == "enum":
        values = [str(value) for value in error.validator_value]
        yield Diagnostic(
            node.place,
            "not-a-choice",
            f"{name} is {describe(node)}, which is not one of " + _listed(values),
            fix=did_you_mean(str(error.instance), values),
            repairs=respell(node.place, str(error.instance), values) if isinstance(node, Scalar) else (),
        )
    elif keyword == "pattern":
        yield _bad_pattern(error, node, key_place, path, name)
    elif keyword in ("minItems", "minProperties", "minLength"):
        repairs = drop(entry.place, f"`{entry.key}:`") if entry is not None and len(path) > 1 else ()
        yield Diagnostic(
            node.place,
            "empty-value",
            f"{name} is empty",
            fix=("give a value, or remove the key",),
            repairs=uncertain(repairs),
        )
    elif keyword in ("minimum", "maximum", "exclusiveMinimum"):
        words = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}[keyword]
        yield Diagnostic(
            node.place,
            "out-of-range",
            f"{name} is {describe(node)}; it must be {words} {error.validator_value}",
            fix=(f"use a value that is {words} {error.validator_value}",),
            repairs=reword(node.place, error.validator_value) if keyword != "exclusiveMinimum" else (),
        )
    else:
        yield Diagnostic(
            node.place, "schema", f"{name} does not follow the rule `{keyword}` of a {kind} file"
        )


def _listed(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def describe(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "empty"
    if isinstance(node.value, bool):
        return "`true`" if node.value else "`false`"
    text = str(node.value)
    return f"`{text[:60]}{'...' if len(text) > 60 else ''}`"


def _unknown_keys(error: Any, node: Node, name: str) -> Iterator[Diagnostic]:
    assert isinstance(node, Mapping)
    known = list(error.schema.get("properties", {}))
    where = "here" if name == "the file" else f"in {name}"
    for key, entry in node.entries.items():
        if key not in known:
            if " " in key and isinstance(entry.value, Scalar) and entry.value.value is None:
                yield Diagnostic(
                    entry.place,
                    "unknown-key",
                    f"unknown key `{key}` {where}",
                    reasons=("a comma inside { } or [ ] begins the next key",),
                    fix=('quote the text before it: `"..., ..."`',),
                    repairs=_joined(node, entry),
                )
                continue
            free = [other for other in known if other not in node.entries]
            yield Diagnostic(
                entry.place,
                "unknown-key",
                f"unknown key `{key}` {where}",
                fix=did_you_mean(key, free or known),
                repairs=respell(entry.place, key, free) or drop(entry.place, f"`{key}:`", certain=False),
            )


def _missing_keys(error: Any, node: Node, place: Place, name: str, kind: str) -> Iterator[Diagnostic]:
    assert isinstance(node, Mapping)
    for key in error.validator_value:
        if key not in node.entries and f"'{key}'" in error.message:
            text = error.schema.get("properties", {}).get(key, {}).get("description", "")
            where = f"the {kind} has no `{key}:`" if name == "the file" else f"{name} has no `{key}:`"
            repairs: Repairs = ()
            if name == "the file" and key == kind and place.file.endswith(".yaml"):
                parts = place.file.removesuffix(".yaml").split("/")
                named = parts[-2 if kind == "component" and len(parts) > 1 else -1]
                repairs = put(place.file, (key,), named, certain=kind != "interface")
            yield Diagnostic(
                place,
                "missing-key",
                where,
                reasons=(text,) if text else (),
                fix=(f"add `{key}: ...`",),
                repairs=repairs,
            )


def _misplaced(error: Any, place: Place, path: list[str | int], root: Mapping) -> Diagnostic:
    """A key that a `false` schema forbids: a base's keys in a variant, or a variant's in a base."""
    key = str(path[-1])
    if "then" not in error.absolute_schema_path:
        return Diagnostic(
            place,
            "key-without-extends",
            f"`{key}:` changes a base, but this graph extends none",
            fix=("add `extends: BASE`, or write the instances under `instances:`",),
            repairs=_in_a_base(place, key, root),
        )
    fix = (
        "add: {NAME: COMPONENT}"
        if key == "instances"
        else f"set: {{{key}{'' if key in ('arch', 'machine') else '.KEY'}: VALUE}}"
    )
    return Diagnostic(
        place,
        "key-beside-extends",
        f"`{key}:` stands beside `extends:`; a variant names only its differences",
        fix=(f"write `{fix}`",),
        repairs=_in_a_variant(place, key, root),
    )


def _in_a_base(place: Place, key: str, root: Mapping) -> Repairs:
    if key == "add" and "instances" not in root.entries:
        return write(place, "instances")
    moved = _moved(place, key, root)
    if moved is not None:
        return (Repair(f"write what `{key}:` says where a graph that extends none says it", moved),)
    return drop(place, f"`{key}:`", certain=False)


def _moved(place: Place, key: str, root: Mapping) -> tuple[Edit, ...] | None:
    """The words under `add:` or `set:` as a base has them; None: they are more than words, or change instances."""
    section = root.get(key)
    puts: list[Edit] = []
    for entry in section.entries.values() if isinstance(section, Mapping) and key in ("add", "set") else ():
        path = ("instances", entry.key) if key == "add" else tuple(entry.key.split("."))
        word = entry.value.value if isinstance(entry.value, Scalar) else None
        if not isinstance(word, (bool, int, str)) or (key == "set" and path[0] == "instances"):
            return None
        puts.append(Put(place.file, path, yaml_text(word)))
    return (Drop(place), *puts) if puts else None


def _in_a_variant(place: Place, key: str, root: Mapping) -> Repairs:
    """Moves a word to `set:`, and instances to `add:`, which the file does not have yet."""
    node = root.get(key)
    if key == "instances" and "add" not in root.entries:
        return write(place, "add")
    if isinstance(node, Scalar) and isinstance(node.value, str):
        edits = (Drop(place), SetInGraph(place.file, None, (key,), node.value))
        return (Repair(f"write `set: {{{key}: {node.value}}}`", edits),)
    return ()


def _of_type(wanted: list[str], schema: Any) -> tuple[str, ...]:
    known = [f"`{key}:`" for key in schema.get("properties", {})]
    if "object" in wanted:
        return ("write `KEY: VALUE` lines below it" + (f", such as {', '.join(known[:4])}" if known else ""),)
    return (f"write {_TYPE_WORDS[wanted[0]]}",)


def _in_form(node: Node, wanted: list[str]) -> Repairs:
    """A word where a list is wanted; a quoted number or truth; a list of `NAME: COMPONENT` where a mapping is wanted."""
    value = node.value if isinstance(node, Scalar) else None
    if value is not None and "array" in wanted:
        return write(node.place, f"[{yaml_text(value if not isinstance(value, float) else str(value))}]")
    if isinstance(value, str) and "boolean" in wanted and value.lower() in _TRUTHS:
        return write(node.place, _TRUTHS[value.lower()])
    if isinstance(value, str) and {"integer", "number"} & set(wanted) and value.isdecimal() and len(value) < 19:
        return write(node.place, str(int(value)))
    if isinstance(node, Sequence) and "string" in wanted and len(node.items) == 1:
        only = node.items[0]
        if isinstance(only, Scalar) and isinstance(only.value, str):
            return reword(node.place, only.value)
    if isinstance(node, Sequence) and wanted == ["object"]:
        return _as_mapping(node)
    return ()


def _as_mapping(node: Sequence) -> Repairs:
    """`[heap, log: klog]` as `{heap: heap, log: klog}`."""
    pairs = []
    for item in node.items:
        if isinstance(item, Scalar) and isinstance(item.value, str):
            pairs.append((item.value, item.value))
            continue
        held = list(item.entries.values()) if isinstance(item, Mapping) else []
        if len(held) != 1 or not isinstance(held[0].value, Scalar) or not isinstance(held[0].value.value, str):
            return ()
        pairs.append((held[0].key, held[0].value.value))
    text = ", ".join(f"{yaml_text(key)}: {yaml_text(value)}" for key, value in pairs)
    return write(node.place, f"{{{text}}}") if pairs else ()


_TRUTHS = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}


def _joined(node: Mapping, broken: Entry) -> Repairs:
    """The text before a comma and that behind it, in quotes."""
    keys = list(node.entries)
    at = keys.index(broken.key)
    before = node.entries[keys[at - 1]].value if at else None
    if not isinstance(before, Scalar) or not isinstance(before.value, str):
        return ()
    whole = yaml_text(f"{before.value}, {broken.key}")
    return (Repair(f"write `{whole}`", (Reword(before.place, whole), Drop(broken.place))),)


def _bad_pattern(error: Any, node: Node, key_place: Place, path: list[str | int], name: str) -> Diagnostic:
    pattern, text = error.validator_value, str(error.instance)
    is_key = "propertyNames" in error.absolute_schema_path
    place = node.place
    if is_key and isinstance(node, Mapping) and text in node.entries:
        place = node.entries[text].place
    better = functools.partial(_better, place, text, node if is_key else None)
    subject = f"the name `{text}` in {name}" if is_key else f"{name} is `{text}`, which"
    if pattern == "^[a-z][a-z0-9_]*$":
        return Diagnostic(
            place,
            "bad-name",
            f"{subject} is not a C++ name in lower case",
            fix=("use small letters, digits and `_`, a letter first",),
            repairs=better(re.sub(r"[^a-z0-9_]+", "_", _snake(text)).strip("_")),
        )
    if pattern == "^[a-z][a-z0-9_-]*$":
        return Diagnostic(
            place,
            "bad-name",
            f"{subject} is not a name",
            fix=("use small letters, digits, `-` and `_`, a letter first",),
            repairs=better(re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")),
        )
    if pattern.startswith("^[A-Z]"):
        return Diagnostic(
            place,
            "bad-name",
            f"{subject} is not an interface name",
            fix=("write it in PascalCase, as in `PageAllocator`",),
            repairs=better("".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))),
        )
    if pattern.startswith("^phx"):
        return Diagnostic(
            place,
            "bad-cxx-name",
            f"{subject} is not a qualified C++ name of this project",
            fix=("write it as `phx::domain::Name`",),
        )
    if pattern == "^[a-z0-9][a-z0-9+.-]+$":
        return Diagnostic(
            place,
            "bad-name",
            f"{subject} is not the name of a Debian package",
            fix=("use small letters, digits, `+`, `-` and `.`",),
            repairs=better(re.sub(r"[^a-z0-9+.-]+", "-", text.lower()).strip("-+.")),
        )
    if pattern == "^/":
        return Diagnostic(
            place,
            "bad-device-path",
            f"{subject} is not a device-tree path",
            fix=(f"begin with a slash: `/{text}`",),
            repairs=better(f"/{text}"),
        )
    if pattern.startswith("^[A-Za-z]["):
        return Diagnostic(
            place,
            "bad-name",
            f"{subject} names nothing that can be called",
            fix=("write a name, or a name and a function: `timers.arm`",),
        )
    suffixes = {"\\.(cpp|c|S)$": "`.cpp`, `.c` or `.S`", "\\.dts$": "`.dts`", "\\.dtso?$": "`.dts` or `.dtso`"}
    if pattern in suffixes:
        ending = _ENDINGS.get(pattern, "")
        named = posixpath.splitext(text)[0] + ending
        return Diagnostic(
            place,
            "bad-file-name",
            f"{subject} does not end in {suffixes[pattern]}",
            fix=(f"rename the file, as to `{named}`",),
            repairs=uncertain(better(named)),
        )
    return Diagnostic(
        place,
        "bad-file-name",
        f"{subject} is not a file name",
        fix=("use letters, digits, `.`, `/`, `_` and `-`",),
    )


_ENDINGS = {"\\.(cpp|c|S)$": ".cpp", "\\.dts$": ".dts", "\\.dtso?$": ".dtso"}


def _snake(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()


def _better(place: Place, word: str, beside: Mapping | None, better: str) -> Repairs:
    """Another spelling of a word, if it is none of the keys beside it."""
    if better in ("", word) or not better[0].isalnum() and better[0] != "/":
        return ()
    return reword(place, better) if beside is None or better not in beside.entries else ()
