"""The text of a graph, changed so that its comments and the order of its lines stay."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.tokens import CommentToken


def _yaml() -> Any:
    yaml: Any = YAML()
    yaml.width = 1 << 20
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


@lru_cache(maxsize=8)
def _parsed(text: str) -> bytes:
    """Pickled: to make it again of that takes a hundredth of the time that the text takes, and everybody changes a tree of their own."""
    return pickle.dumps(_yaml().load(text))


class GraphText:
    """One graph's file. `inherited`: the components of the graph that it extends, by instance."""

    def __init__(self, text: str, inherited: Mapping[str, str]) -> None:
        self._line_end = "\r\n" if "\r\n" in text else "\n"
        self._root: CommentedMap = pickle.loads(_parsed(text.replace("\r\n", "\n")))
        self._inherited = inherited
        self._variant = "extends" in self._root

    def text(self) -> str:
        stream = io.StringIO()
        _yaml().dump(self._root, stream)
        return stream.getvalue().replace("\n", self._line_end)

    def add(self, name: str, component: str) -> None:
        if self._variant and name in self._removed():
            self._take_back_removal(name)
            if component != self._inherited.get(name):
                self._section("replace")[name] = component
        else:
            _append(self._section("add" if self._variant else "instances"), name, component)

    def removed_name_of(self, component: str) -> str | None:
        """What an instance of the component was called that this file takes out of what it inherits."""
        return next((name for name in self._removed() if self._inherited.get(name) == component), None)

    def remove(self, name: str) -> None:
        own = self._own_section(name)
        if own is not None and own != "replace":
            self._delete(own, name)
            return
        if own == "replace":
            self._delete(own, name)
        for key in [key for key in self._root.get("set", {}) if key.startswith(f"instances.{name}.")]:
            self._delete("set", key)
        if "remove" not in self._root:
            self._insert("remove", _flow([]))
        self._root["remove"].append(name)

    def replace(self, name: str, component: str, kept: Mapping[str, Any]) -> None:
        """`kept`: what of the instance fits the new component."""
        value: Any = _flow({"component": component, **{key: _flow(part) for key, part in kept.items()}}) if kept else component
        section = self._section(self._own_section(name) or "replace")
        if name in section:
            section[name] = value
        else:
            _append(section, name, value)

    def set_of_instance(self, name: str, path: Sequence[str], value: Any) -> None:
        """`path`: such as ("parameters", "size")."""
        own = self._own_section(name)
        if own is None:
            _append(self._section("set"), ".".join(("instances", name, *path)), _flow(value))
            return
        section = self._root[own]
        if not isinstance(section[name], Mapping):
            section[name] = _flow({"component": section[name]})
        _put(section[name], path, value)

    def set_of_graph(self, path: Sequence[str], value: Any) -> None:
        """A variant states its own `graph:` and `summary:` at the top, and all else under `set:`."""
        if not self._variant or path[0] in ("graph", "summary"):
            _put(self._root, path, value)
            return
        section = self._section("set")
        for length in range(len(path), 0, -1):  # the longest key that is there already
            key = ".".join(path[:length])
            if key in section and (length == len(path) or isinstance(section[key], Mapping)):
                _put(section, (key, *path[length:]), value)
                return
        _append(section, ".".join(path), _flow(value))

    # --- where things stand

    def _own_section(self, name: str) -> str | None:
        """The section of this file that describes the instance; None: a graph that it extends does."""
        keys = ("add", "replace") if self._variant else ("instances",)
        return next((key for key in keys if name in self._root.get(key, {})), None)

    def _removed(self) -> Sequence[str]:
        removed: Sequence[str] = self._root.get("remove", ())
        return removed

    def _take_back_removal(self, name: str) -> None:
        self._root["remove"].remove(name)
        if not self._root["remove"]:
            _remove(self._root, "remove")

    def _section(self, key: str) -> CommentedMap:
        if key not in self._root:
            self._insert(key, CommentedMap())
        section: CommentedMap = self._root[key]
        return section

    def _insert(self, key: str, value: Any) -> None:
        """In the order in which graphs are written."""
        order = ("graph", "summary", "extends", "arch", "machine", "instances", "add", "remove", "replace", "set", "choose")
        behind = order[: order.index(key)]
        at = max((number for number, each in enumerate(self._root) if each in behind), default=len(self._root) - 1)
        self._root.insert(at + 1, key, value)

    def _delete(self, section: str, key: str) -> None:
        _remove(self._root[section], key)
        if self._root[section]:
            return
        if section == "instances":
            self._root[section].fa.set_flow_style()  # a graph has the key even if it is empty
        else:
            _remove(self._root, section)


def _flow(value: Any) -> Any:
    """In brackets, on one line."""
    if isinstance(value, Mapping):
        made: Any = CommentedMap(value)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        made = CommentedSeq(value)
    else:
        return value
    made.fa.set_flow_style()
    return made


def _put(node: CommentedMap, path: Sequence[str], value: Any) -> None:
    *outer, last = path
    for key in outer:
        if not isinstance(node.get(key), Mapping):
            _append(node, key, _flow({}))
        node = node[key]
    _append(node, last, _flow(value))


# Comments on lines of their own hang on the key before them, behind the end of its line.


def _append(node: CommentedMap, key: str, value: Any) -> None:
    """Sets a key; a new one comes last, and before the comment that stands behind what was last."""
    if key in node or not node:
        node[key] = value
        return
    comment = _cut_comment(node, list(node)[-1])
    node[key] = value
    _hang_comment(node, key, comment)


def _remove(node: CommentedMap, key: str) -> None:
    """With the comment on its line, not with those that follow."""
    keys = list(node)
    comment = _cut_comment(node, key)
    at = keys.index(key)
    del node[key]
    if at > 0:
        _hang_comment(node, keys[at - 1], comment)


def _cut_comment(node: CommentedMap, key: str) -> str:
    found = node.ca.items.get(key)
    if found is None or found[2] is None:
        return ""
    own, _, comment = found[2].value.partition("\n")
    if own:
        found[2].value = own + "\n"
    else:
        del node.ca.items[key]
    return str(comment)


def _hang_comment(node: CommentedMap, key: str, comment: str) -> None:
    if not comment:
        return
    if key in node.ca.items and node.ca.items[key][2] is not None:
        node.ca.items[key][2].value += comment
    else:
        node.ca.items[key] = [None, None, CommentToken("\n" + comment, CommentMark(0), None), None]
