"""The menu on a terminal, from 80 columns and 24 lines upwards."""

from __future__ import annotations

from prompt_toolkit.application import Application
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.styles import Style

from phoenix_tools.menu.rows import Choice, Row
from phoenix_tools.menu.session import HELP, Mode, Session, explained

_EXPLAINED = 8  # lines
_LEFT = 34  # columns
_STYLE = Style.from_dict(
    {
        "title": "reverse",
        "selected": "reverse",
        "domain": "bold",
        "changed": "ansigreen",
        "refused": "ansired",
        "done": "ansigreen",
        "cost": "ansicyan",
        "keys": "reverse",
        "impossible": "ansibrightblack",
    }
)
_KEYS = {
    Mode.LIST: "Enter choose  / search  n next  u undo  s save  ? help  q leave",
    Mode.CHOICES: "Enter take it  Up, Down move  Escape back",
    Mode.ENTRY: "Enter take it  Ctrl-U empty  Escape back",
    Mode.HELP: "Escape back",
    Mode.LEAVING: "",
}
_LEAVING = "Not saved. Leave all the same?  y leave  s save  Escape stay"


def run(session: Session) -> None:
    """Until the person leaves."""
    control = FormattedTextControl(lambda: _draw(session, application), focusable=True, show_cursor=False)
    application: Application[None] = Application(
        Layout(Window(control, wrap_lines=False, always_hide_cursor=True)), key_bindings=_bindings(session), style=_STYLE, full_screen=True
    )
    application.ttimeoutlen = 0.1  # how long Escape waits for the rest of a sequence
    application.run()


def _bindings(session: Session) -> KeyBindings:
    keys = KeyBindings()
    lists = Condition(lambda: session.mode in (Mode.LIST, Mode.CHOICES))
    plain = Condition(lambda: session.mode is Mode.LIST)
    typing = Condition(lambda: session.mode is Mode.ENTRY)
    leaving = Condition(lambda: session.mode is Mode.LEAVING)

    for key, by in (("up", -1), ("down", 1), ("k", -1), ("j", 1), ("pageup", -10), ("pagedown", 10), ("home", -(10**6)), ("end", 10**6)):
        keys.add(key, filter=lists)(lambda event, by=by: session.move(by))
    for key, act in (("/", session.ask_search), ("n", session.find_next), ("u", session.undo), ("s", session.ask_save)):
        keys.add(key, filter=plain)(lambda event, act=act: act())
    keys.add("enter")(lambda event: session.enter())
    keys.add("escape", eager=True)(lambda event: session.escape())
    keys.add("c-u", filter=typing)(lambda event: session.erase(True))
    keys.add("backspace", filter=typing)(lambda event: session.erase(False))
    keys.add(Keys.BracketedPaste, filter=typing)(lambda event: session.type(event.data.replace("\n", " ")))
    keys.add("s", filter=leaving)(lambda event: session.ask_save())

    @keys.add("?", filter=lists)
    def _(event: KeyPressEvent) -> None:
        session.mode = Mode.HELP

    @keys.add(Keys.Any, filter=typing)
    def _(event: KeyPressEvent) -> None:
        if event.data.isprintable():
            session.type(event.data)

    @keys.add("q", filter=~typing & ~leaving)
    @keys.add("c-c")
    def _(event: KeyPressEvent) -> None:
        session.leave()
        if session.done:
            event.app.exit()

    @keys.add("y", filter=leaving)
    def _(event: KeyPressEvent) -> None:
        event.app.exit()

    return keys


# --- drawing


def _draw(session: Session, application: Application[None]) -> StyleAndTextTuples:
    size = application.output.get_size()
    width, height = max(40, size.columns), max(16, size.rows)
    plan = session.plan
    count = plan.edits.count
    state = "" if plan.is_saved else " (not saved)"
    title = f" {plan.base.name}: {plan.base.spec.summary}"
    right = f"{len(plan.graph.instances)} instances, {count} change{'' if count == 1 else 's'}{state} "
    space = max(1, width - len(right))
    body = height - 3 - _EXPLAINED
    lines: StyleAndTextTuples = [("class:title", f"{title[: space - 1]:{space}}{right}"[:width]), ("", "\n")]
    if session.mode is Mode.HELP:
        text = HELP.split("\n")
        lines += [("", _fit(line, width) + "\n") for line in [*text, *[""] * (height - 2 - len(text))][: height - 2]]
    else:
        lines += _choices(session, width, body) if session.mode is Mode.CHOICES else _rows(session, width, body)
        lines.append(("", "-" * width + "\n"))
        shown = explained(session, width - 1)[:_EXPLAINED]
        lines += [(style, _fit(text, width) + "\n") for style, text in [*shown, *[("", "")] * (_EXPLAINED - len(shown))]]
    lines.append(_bottom(session, width))
    return lines


def _bottom(session: Session, width: int) -> tuple[str, str]:
    if session.mode is Mode.ENTRY:
        return "", _fit(f"{session.prompt}{session.entry}_", width)
    return "class:keys", _fit(" " + (_LEAVING if session.mode is Mode.LEAVING else _KEYS[session.mode]), width)


def _fit(text: str, width: int) -> str:
    return f"{text[:width]:{width}}"


def _first(at: int, count: int, height: int) -> int:
    """The first line shown, so that the selected one is in the middle where it can be."""
    return max(0, min(at - height // 2, count - height))


def _rows(session: Session, width: int, height: int) -> StyleAndTextTuples:
    first = _first(session.at, len(session.rows), height)
    lines: StyleAndTextTuples = []
    for number in range(first, first + height):
        if number >= len(session.rows):
            lines.append(("", " " * width + "\n"))
            continue
        row = session.rows[number]
        style = "class:selected" if number == session.at else "class:domain" if row.kind == "domain" else "class:changed" if row.changed else ""
        lines.append((style, _fit(_row_text(row), width) + "\n"))
    return lines


def _row_text(row: Row) -> str:
    mark = "*" if row.changed else " "
    margin = {"domain": "", "instance": " ", "absent": " "}.get(row.kind, "     ")
    return f"{mark}{margin}{row.label:{_LEFT - len(margin)}} {row.value}" if row.kind != "domain" else row.label


def _choices(session: Session, width: int, height: int) -> StyleAndTextTuples:
    heading = f"{session.row.name}: now {session.row.value}" if session.row.kind != "absent" else f"{session.row.name} is not in the graph"
    lines: StyleAndTextTuples = [("class:domain", _fit(heading, width) + "\n")]
    first = _first(session.choice, len(session.choices), height - 1)
    for number in range(first, first + height - 1):
        if number >= len(session.choices):
            lines.append(("", " " * width + "\n"))
            continue
        choice = session.choices[number]
        impossible = session.refusal(choice) is not None
        style = "class:selected" if number == session.choice else "class:impossible" if impossible else ""
        lines.append((style, _fit(_choice_text(session, choice, impossible), width) + "\n"))
    return lines


def _choice_text(session: Session, choice: Choice, impossible: bool) -> str:
    mark = ">" if choice.is_current else " "
    cost = session.costs.of(choice.component) if choice.component else ""
    return f" {mark} {choice.label:{_LEFT - 2}} {'cannot be' if impossible else cost}"
