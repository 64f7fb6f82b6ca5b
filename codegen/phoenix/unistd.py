"""The numbers of Linux's system calls on arm64, read from Debian's headers (package linux-libc-dev-arm64-cross).

Only what <asm/unistd.h> needs of the preprocessor: includes, definitions, and conditions over defined names and numbers.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, Mapping

INCLUDE = Path("/usr/aarch64-linux-gnu/include")
PACKAGE = "linux-libc-dev-arm64-cross"

_PREFIX = "__NR_"
_NO_CALLS = frozenset({"syscalls", "arch_specific_syscall"})  # how many there are; where an architecture's own would begin
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w+)[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_DEFINITION = re.compile(r"(\w+)(\([^)]*\))?[ \t]*(.*)")
_DEFINED = re.compile(r"\bdefined\s*(?:\(\s*(\w+)\s*\)|(\w+))")


class Unreadable(Exception):
    """The headers are not there, or say something that is not understood here."""


@dataclass(frozen=True)
class CallNumbers:
    numbers: Mapping[str, int]
    files: tuple[str, ...]  # that were read


def read_numbers(include: Path = INCLUDE) -> CallNumbers:
    """Name and number of every call. Raises Unreadable."""
    reader = _Reader(include)
    reader.read("asm/unistd.h")
    names = [name for name in reader.macros if name.startswith(_PREFIX)]
    numbers = {
        name.removeprefix(_PREFIX): reader.number(name)
        for name in names
        if name.removeprefix(_PREFIX) not in _NO_CALLS
    }
    in_order = sorted(numbers.items(), key=lambda item: (item[1], item[0]))
    return CallNumbers(dict(in_order), tuple(str(path) for path in reader.files))


@dataclass
class _Reader:
    include: Path
    macros: dict[str, str] = field(default_factory=lambda: {"__aarch64__": "1"})
    files: list[Path] = field(default_factory=list)

    def read(self, name: str) -> None:
        path = self.include / name
        if path in self.files:
            return
        self.files.append(path)
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise Unreadable(f"{path}: {(error.strerror or 'it cannot be opened').lower()}") from error
        for keyword, rest in self.live(_COMMENT.sub(" ", text).replace("\\\n", " ")):
            if keyword == "include":
                self.read(rest.strip('<>"'))
            elif keyword == "define":
                definition = _DEFINITION.fullmatch(rest)
                if definition is not None:
                    self.macros[definition[1]] = definition[3]
            elif keyword == "undef":
                self.macros.pop(rest, None)

    def live(self, text: str) -> Iterator[tuple[str, str]]:
        """The directives that no condition excludes."""
        taken: list[bool] = []  # for each open condition: whether its present part counts
        done: list[bool] = []  # and whether one of its parts has
        for line in _DIRECTIVE.finditer(text):
            keyword, rest = line[1], line[2]
            outside = all(taken[:-1])
            if keyword in ("if", "ifdef", "ifndef"):
                holds = all(taken) and self.condition(keyword, rest)
                taken.append(holds)
                done.append(holds)
            elif keyword == "elif":
                taken[-1] = outside and not done[-1] and self.condition("if", rest)
                done[-1] |= taken[-1]
            elif keyword == "else":
                taken[-1] = not done[-1]
            elif keyword == "endif":
                taken.pop()
                done.pop()
            elif all(taken):
                yield keyword, rest

    def condition(self, keyword: str, rest: str) -> bool:
        if keyword != "if":
            return (rest in self.macros) == (keyword == "ifdef")
        text = _DEFINED.sub(lambda found: str(int((found[1] or found[2]) in self.macros)), rest)
        return bool(self.evaluate(text))

    def number(self, name: str) -> int:
        return self.evaluate(self.macros[name])

    def evaluate(self, text: str) -> int:
        words = text.replace("&&", " and ").replace("||", " or ")
        words = re.sub(r"!(?!=)", " not ", words).strip()
        try:
            return self.value(ast.parse(words, mode="eval").body)
        except (SyntaxError, ValueError) as error:
            raise Unreadable(f"`{text}` in <asm/unistd.h> is not understood") from error

    def value(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name):  # a name that is not defined counts as 0
            return self.number(node.id) if node.id in self.macros else 0
        if isinstance(node, ast.BoolOp):
            values = [self.value(each) != 0 for each in node.values]
            return int(all(values) if isinstance(node.op, ast.And) else any(values))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return int(not self.value(node.operand))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult)):
            left, right = self.value(node.left), self.value(node.right)
            return left + right if isinstance(node.op, ast.Add) else left * right
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = self.value(node.left), self.value(node.comparators[0])
            known = {ast.Eq: left == right, ast.NotEq: left != right, ast.Lt: left < right, ast.Gt: left > right}
            if type(node.ops[0]) in known:
                return int(known[type(node.ops[0])])
        raise ValueError(ast.dump(node))
