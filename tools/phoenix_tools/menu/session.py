"""The menu's state, and what each key does to it; drawn by `screen`."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from enum import Enum

from phoenix_tools.answers import changes, writing
from phoenix_tools.menu.costs import Costs
from phoenix_tools.menu.plan import Edits, Plan, Refusal
from phoenix_tools.menu.rows import Choice, Row, choices, rows, valued
from phoenix_tools.terminal import Stop
from phoenix_tools.workspace import Workspace

HELP = """\
Up, Down, PgUp, PgDn   move
Enter                  choose another component, wire or value; add a component
/                      search; n goes to the next that is found
u                      undo the last change
s                      save as a graph of your own, which extends this one
q                      leave; asks if something is not saved
?                      this help; Escape closes whatever is open

A row that is marked * differs from the graph that was opened.
Whatever would keep the graph from resolving is refused, and the reason shown:
the checks are those of `phx set`.
`bytes` are those of an image that was built: `phx build GRAPH`."""


class Mode(Enum):
    LIST = "list"
    CHOICES = "choices"
    ENTRY = "entry"
    HELP = "help"
    LEAVING = "leaving"


class Session:
    def __init__(self, workspace: Workspace, plan: Plan, costs: Costs, name: str, summary: str) -> None:
        self.workspace, self.plan, self.costs = workspace, plan, costs
        self.summary = summary
        self.mode = Mode.LIST
        self.rows: list[Row] = []
        self.at = 0
        self.choices: list[Choice] = []
        self.choice = 0
        self.prompt, self.entry = "", ""
        self.message: tuple[str, ...] = ()  # what was refused, or done
        self.is_refusal = False
        self.written: str | None = None  # the name under which it was saved
        self.done = False
        self._name = name
        self._enter: Callable[[str], None] = self.search
        self._sought = ""
        self._before: list[Edits] = []
        self._build()

    # --- what is selected

    @property
    def row(self) -> Row:
        return self.rows[self.at]

    def refusal(self, choice: Choice) -> Refusal | None:
        result = self.plan.attempt(choice.edits)
        return result if isinstance(result, Refusal) else None

    def _build(self, name: str | None = None) -> None:
        """The rows anew; the one of this name selected, if it is still there."""
        self.rows = rows(self.plan)
        found = next((number for number, row in enumerate(self.rows) if row.name == name and row.kind != "domain"), None)
        self.at = found if found is not None else min(self.at, len(self.rows) - 1)
        if self.row.kind == "domain":
            self.move(1)

    # --- keys

    def move(self, by: int) -> None:
        self.message = ()
        if self.mode is Mode.CHOICES:
            self.choice = max(0, min(len(self.choices) - 1, self.choice + by))
            return
        at = max(0, min(len(self.rows) - 1, self.at + by))
        step = 1 if by > 0 else -1
        while 0 <= at < len(self.rows) and self.rows[at].kind == "domain":
            at += step
        if 0 <= at < len(self.rows):
            self.at = at

    def enter(self) -> None:
        if self.mode is Mode.ENTRY:
            self.mode = Mode.LIST
            self._enter(self.entry.strip())
        elif self.mode is Mode.CHOICES:
            self.choose(self.choices[self.choice].edits)
        elif self.mode is Mode.LIST:
            self.message = ()
            self.choices = choices(self.plan, self.row)
            if self.choices:
                self.choice = next((number for number, each in enumerate(self.choices) if each.is_current), 0)
                self.mode = Mode.CHOICES
            else:
                self.ask(f"{self.row.name} = ", self.row.value, self.set_value)

    def escape(self) -> None:
        self.mode, self.message = Mode.LIST, ()

    def ask(self, prompt: str, entry: str, then: Callable[[str], None]) -> None:
        self.mode, self.prompt, self.entry, self._enter = Mode.ENTRY, prompt, entry, then

    def type(self, text: str) -> None:
        self.entry += text

    def erase(self, everything: bool) -> None:
        self.entry = "" if everything else self.entry[:-1]

    def leave(self) -> None:
        """From where the graph is; from what is open above it, back there."""
        if self.mode in (Mode.CHOICES, Mode.HELP):
            self.escape()
        elif self.plan.is_saved:
            self.done = True
        else:
            self.mode = Mode.LEAVING

    # --- changes

    def choose(self, edits: Edits) -> None:
        before = self.plan.edits
        refusal = self.plan.choose(edits)
        if refusal is not None:
            self.say(("Refused:", *refusal.reasons), refusal=True)
            return
        if edits != before:
            self._before.append(before)
        name = self.choices[self.choice].component if self.row.kind == "absent" else self.row.name
        self.mode = Mode.LIST
        self._build(name)
        self.say(("Nothing changes.",) if edits == before else ("It resolves.",))

    def set_value(self, text: str) -> None:
        self.choose(valued(self.plan, self.row.name, text))

    def undo(self) -> None:
        if not self._before:
            self.say(("Nothing to undo.",))
            return
        self.plan.choose(self._before.pop())
        self._build(self.row.name)
        self.say(("Undone.",))

    def say(self, lines: tuple[str, ...], *, refusal: bool = False) -> None:
        self.message, self.is_refusal = lines, refusal

    # --- searching and saving

    def ask_search(self) -> None:
        self.ask("/", "", self.search)

    def search(self, text: str) -> None:
        self._sought = text or self._sought
        self.find_next()

    def find_next(self) -> None:
        """Goes round; names and values before texts would only be guessed at, so all of them count."""
        order = [*range(self.at + 1, len(self.rows)), *range(self.at + 1)]
        sought = self._sought.lower()
        for number in order:
            row = self.rows[number]
            if row.kind != "domain" and sought in f"{row.name} {row.value} {row.help}".lower():
                self.at = number
                self.message = ()
                return
        self.say((f"`{self._sought}` is nowhere here.",))

    def ask_save(self) -> None:
        self.ask("Save as graph: ", self._name, self.save)

    def save(self, name: str) -> None:
        self._name = name
        try:
            path = self._put(name)
        except Stop as stop:
            self.say(("Not saved:", *stop.text.splitlines()), refusal=True)
            return
        except OSError as error:
            self.say((f"Not saved: {error.filename}: {(error.strerror or 'it cannot be written').lower()}",), refusal=True)
            return
        self.written, self.plan.saved = name, self.plan.edits
        self.say((f"{path}: written. `phx run {name}` boots it.",))

    def _put(self, name: str) -> str:
        base, wish = self.plan.base, self.plan.edits.wish()
        before = None
        if name == self.written:  # our own, of a moment ago: checked by every choice since
            path = f"graphs/{name}.yaml"
            before = writing.read(self.workspace.root / path)
            text = changes.edited(base, changes.beginning(base.name, name, self.summary), base.spec.instances, wish)
        else:
            path, after = changes.forked(self.plan.project, base, name, self.summary, wish)
            text = after.text
        changes.put(self.workspace, path, text, before)
        return path


def explained(session: Session, width: int) -> list[tuple[str, str]]:
    """What the lower part of the screen says: lines with their style."""
    if session.message:
        style = "class:refused" if session.is_refusal else "class:done"
        return [(style, line) for text in session.message for line in textwrap.wrap(text, width, subsequent_indent="    ") or [""]]
    lines: list[tuple[str, str]] = []
    component = session.row.component
    text = session.row.help
    if session.mode is Mode.CHOICES:
        choice = session.choices[session.choice]
        component, text = choice.component, choice.help
        refusal = session.refusal(choice)
        if refusal is not None:
            lines = [("class:refused", line) for each in ("It cannot be:", *refusal.reasons) for line in textwrap.wrap(each, width, subsequent_indent="    ")]
    shown = [("", line) for each in text.split("\n") for line in textwrap.wrap(each, width)]
    cost = session.costs.of(component) if component else ""
    return [*shown, *([("class:cost", cost)] if cost else []), *lines]
