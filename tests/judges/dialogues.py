"""People at the serial line: what they type, and what of the screen counts.

Each session gives a transcript: a title for each thing that is done, and then the lines that it showed. Numbers that differ from run to run (of
processes, of times) are written as N. With a reference, the transcript that is hoped for, a screen is waited for until it is as there; without, until
nothing more comes for long.
"""

from __future__ import annotations

import re
import time
from typing import List, Optional, Sequence, Tuple

from terminal import Terminal, Unexpected, printable

PROMPT = r"^[^\n]*[#$] (?:\x1b\[6n)?$"
MORE = r"^> (?:\x1b\[6n)?$"
SHELL = r"^shell # (?:\x1b\[6n)?$"  # of scripts/init-shell
CTRL_C, CTRL_D, CTRL_Z, CTRL_U, ESCAPE = "\x03", "\x04", "\x1a", "\x15", "\x1b"
UP, LEFT = "\x1b[A", "\x1b[D"

Edit = Tuple[str, str]
NUMBERS: Edit = (r"\d+", "N")
BLANKS: Edit = (r"[ \t]+", " ")


def edited(text: str, edits: Sequence[Edit]) -> List[str]:
    """The lines that are not empty, without blanks at their ends."""
    for pattern, replacement in edits:
        text = re.sub(pattern, replacement, text)
    return [line.rstrip() for line in text.split("\n") if line.strip()]


class Session:
    """Types at a terminal and writes down what comes back."""

    def __init__(self, terminal: Terminal, reference: Optional[str], prompt: str = PROMPT) -> None:
        self.terminal = terminal
        self.prompt = prompt
        self.reference = reference
        self.lines: List[str] = []

    def title(self, text: str) -> None:
        self.lines.append(f"== {text}")

    def note(self, text: str, edits: Sequence[Edit] = ()) -> None:
        self.lines += edited(text, edits)

    def until(self, pattern: str, edits: Sequence[Edit] = (), timeout: float = 60.0) -> None:
        """What is shown up to the pattern."""
        self.note(printable(self.terminal.expect(pattern, timeout)), edits)

    def type(self, text: str) -> None:
        """With a pause behind an escape, which would else begin the sequence of a function key."""
        for part in re.split(r"(?<=\x1b)(?!\[)", text):
            self.terminal.send(part)
            if part.endswith(ESCAPE):
                self.terminal.quiet(0.6)

    def command(self, line: str, edits: Sequence[Edit] = (), timeout: float = 60.0) -> None:
        """A line at the shell's prompt, and all that it shows up to the next prompt."""
        self.title(line)
        self.type(line + "\r")
        self.until(self.prompt, edits, timeout)

    def start(self, line: str) -> None:
        """A command that runs until something is struck. Once it says `go`, the terminal is no longer the shell's."""
        self.type(f"echo go; {line}\r")
        self.terminal.expect(r"^go\r?\n")
        self.terminal.quiet()

    def interrupt(self) -> None:
        """^C until the shell is back: who waits for a command that it runs does not mind it."""
        for _ in range(9):
            self.type(CTRL_C)
            try:
                self.terminal.expect(self.prompt, 2.0)
                return
            except Unexpected:
                pass
        self.type(CTRL_C)
        self.terminal.expect(self.prompt)

    def screen(self, title: str, edits: Sequence[Edit] = (), lines: slice = slice(None)) -> None:
        """The screen as it stands in the end."""
        self.title(title)
        hoped = self.hoped_for()
        deadline = time.monotonic() + 20.0
        self.terminal.quiet(3.0 if hoped is None else 0.1, most=6.0)
        while True:
            shown = edited("\n".join(self.terminal.screen()[lines]), edits)
            if hoped in (None, shown) or time.monotonic() > deadline:
                break
            self.terminal.quiet(0.3, most=1.0)
        self.lines += shown

    def hoped_for(self) -> Optional[List[str]]:
        """What the reference has below the title that was just written."""
        if self.reference is None:
            return None
        number = sum(line.startswith("== ") for line in self.lines)
        blocks = re.split(r"^== .*\n", self.reference, flags=re.MULTILINE)
        return blocks[number].splitlines() if number < len(blocks) else []

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def log_in(terminal: Terminal, reference: Optional[str]) -> Session:
    """At the prompt of the shell that busybox init starts on the serial line, in a folder of its own."""
    session = Session(terminal, reference)
    terminal.expect(PROMPT, 120.0)
    for line in ("export TERM=vt100 TZ=UTC PS1='\\w # '", "mkdir -p /tmp/w; cd /tmp/w", "stty cols 80 rows 24"):
        session.type(line + "\r")
        terminal.expect(PROMPT)
    session.terminal.quiet()
    return session


def power_off(session: Session) -> str:
    session.type("poweroff -f\r")
    session.terminal.exit_code()
    return session.text()


def shell(terminal: Terminal, reference: Optional[str]) -> str:
    """sh as people use it: pipes, here-documents, job control, editing and completing what is typed."""
    session = log_in(terminal, reference)
    run = session.command
    run("echo hello world")
    run("ls / | grep -c .")
    run("seq 20 | grep 1 | tr '\\n' ' '; echo")
    run("echo one >a; echo two >>a; cat a; wc -l <a")
    session.title("here-document")
    for line in ("cat <<END", "first $((1 + 1))", "second `echo deep`"):
        session.type(line + "\r")
        session.terminal.expect(MORE)
    session.type("END\r")
    session.until(PROMPT)
    run("for i in 1 2 3; do echo $i; done | tac")
    run("false; echo $?")
    run("nosuchcommand")
    run("tty; [ -t 0 ] && echo a terminal")
    run("stty -a | head -n 1")

    session.title("^C ends what runs")
    session.start("sleep 100")
    session.type(CTRL_C)
    session.until(PROMPT)
    run("echo $?")
    session.title("^C drops what was typed")
    session.type("echo not run")
    session.terminal.quiet()
    session.type(CTRL_C)
    session.until(PROMPT)
    session.title("^C ends a pipe")
    session.start("cat | cat | cat")
    session.type("through\r")
    session.terminal.expect(r"through\r?\nthrough\r?\n")
    session.type(CTRL_C)
    session.until(PROMPT)
    session.title("^D is the end of what is typed")
    session.start("cat >typed")
    session.type("a line\r")
    session.terminal.quiet()
    session.type(CTRL_D)
    session.until(PROMPT)
    run("cat typed")
    session.title("erase and kill")
    session.start("cat")
    session.type("abcX\x7fd\x15only this\r")
    session.until(r"only this\r?\nonly this\r?\n")
    session.type(CTRL_D)
    session.terminal.expect(PROMPT)

    session.title("^Z stops, fg and bg go on")
    session.start("sleep 101")
    session.type(CTRL_Z)
    session.until(PROMPT)
    run("jobs")
    run("bg")
    run("jobs")
    session.title("fg")
    session.start("fg")
    session.type(CTRL_C)
    session.until(PROMPT)
    run("jobs")
    run("sleep 102 & sleep 103 & jobs", [(r"^\d+$", "N")])
    run("kill %1; kill %2; wait; jobs")
    session.title("a reader in the background stops")
    session.type("cat &\r")
    session.until(PROMPT)
    session.terminal.quiet()
    run("")
    run("jobs")
    run("kill %1; kill -CONT %1; sleep 0.5; jobs")
    session.title("^\\ ends with a core signal")
    session.start("sleep 104")
    session.type("\x1c")
    session.until(PROMPT)
    run("echo $?")
    session.title("^S holds, ^Q lets go")
    session.type("\x13")
    session.terminal.quiet()
    session.type("echo held\r")
    session.terminal.quiet()
    session.note(f"shown while held: {'held' in terminal.shown[terminal.seen:]}")
    session.type("\x11")
    session.until(PROMPT)

    session.title("a name is completed")
    session.type("touch longfilename longerfilename\r")
    session.terminal.expect(PROMPT)
    session.type("ls longe\t")
    session.terminal.quiet()
    session.type("\r")
    session.until(PROMPT)
    session.title("names are listed")
    session.type("ls lon\t\t")
    session.terminal.quiet()
    session.type(CTRL_C)
    session.until(PROMPT)
    session.title("a command is completed")
    session.type("basen\t /a/b\r")
    session.until(PROMPT)
    session.title("the line before comes back and is changed")
    session.type("echo first\r")
    session.terminal.expect(PROMPT)
    session.type(UP)
    session.terminal.quiet()
    session.type(LEFT * 5 + "very \r")
    session.until(PROMPT)
    session.title("UTF-8")
    session.type("echo grüße | wc -c\r")
    session.until(PROMPT)
    session.title("trap of a terminal's signal")
    run("trap 'echo trapped' INT")
    session.start("sleep 0.5")
    session.type(CTRL_C)
    session.until(PROMPT)
    run("trap - INT")
    run("sh -c 'sleep 0.2; echo from a child'")
    run("(sleep 0.3; echo from behind) & sleep 0.6", [(r"^\d+$", "N")])
    run("exec sh")
    run("echo $0")
    return power_off(session)


def vi(terminal: Terminal, reference: Optional[str]) -> str:
    """vi: a file is written, changed, saved and read again."""
    session = log_in(terminal, reference)
    type_ = session.type
    session.command("clear")
    type_("vi letter\r")
    session.screen("vi of a new file")
    type_("iDear reader,\r\rthis line has a mistke in it.\rThis one goes.\rThe end.")
    session.screen("typed")
    type_(ESCAPE)
    session.screen("escape")
    type_("/mistke\r")
    session.screen("found")
    type_("fkia" + ESCAPE)
    session.screen("corrected")
    type_("jdd")
    session.screen("a line is gone")
    type_("u")
    session.screen("and back")
    type_("dd")
    type_("ggyyGp")
    session.screen("copied")
    type_("x" * 5)
    type_("3.")
    session.screen("letters go")
    type_(":s/ader/NDER/\r")
    session.screen("replaced in a line")
    type_(":%s/e/E/g\r")
    session.screen("replaced everywhere")
    type_("u")
    session.screen("undone")
    type_("Onew above" + ESCAPE + "Alast" + ESCAPE + "0iFirst " + ESCAPE)
    session.screen("inserted before and behind")
    type_("ma" + "gg" + "'a" + "J")
    session.screen("joined")
    type_("o" + "\r".join(30 * ["a line among many"]) + ESCAPE)
    session.screen("scrolled")
    type_("gg")
    session.screen("at the top")
    type_("\x06")
    session.screen("a page further")
    type_(":set number\r")
    session.screen("numbered")
    type_(":w\r")
    session.screen("written")
    type_(":q\r")
    session.terminal.expect(PROMPT)
    session.terminal.quiet()
    session.command("clear")
    session.command("wc letter; md5sum letter; head -n 6 letter")
    type_("clear; vi +3 letter\r")
    session.screen("opened again")
    type_("ddx:q\r")
    session.screen("not without saving")
    type_(":q!\r")
    session.terminal.expect(PROMPT)
    session.terminal.quiet()
    session.command("md5sum letter")
    return power_off(session)


def watchers(terminal: Terminal, reference: Optional[str]) -> str:
    """top, ps, less, more and watch, which draw and wait for keys."""
    session = log_in(terminal, reference)
    session.command("sleep 300 &", [NUMBERS])
    session.command("ps | grep 'slee[p] 300'", [NUMBERS, BLANKS])
    session.command("ps -o user,comm,args | grep 'slee[p]'", [BLANKS])
    session.command("clear")
    session.type("top -d 1\r")
    session.screen("top", [(r"[\d.]+[mg]?", "N"), BLANKS], slice(0, 4))
    session.type("q")
    session.terminal.expect(PROMPT)
    session.terminal.quiet()
    session.command("clear")
    session.type("seq 100 | less\r")
    session.screen("less")
    session.type(" ")
    session.screen("a page further")
    session.type("/77\r")
    session.screen("found")
    session.type("G")
    session.screen("at the end")
    session.type("q")
    session.terminal.expect(PROMPT)
    session.terminal.quiet()
    session.command("clear")
    session.type("seq 100 | more\r")
    session.screen("more")
    session.type(" ")
    session.screen("a page further")
    session.type("q")
    session.terminal.expect(PROMPT)
    session.terminal.quiet()
    session.command("clear")
    session.type("watch -t -n 1 'echo watched'\r")
    session.title("watch")
    session.terminal.expect("watched")
    session.terminal.expect("watched")
    session.interrupt()
    session.command("kill %1; wait; jobs", [NUMBERS])
    return power_off(session)


def init(terminal: Terminal, reference: Optional[str]) -> str:
    """busybox init: what its inittab says, in order, and what happens at the end."""
    session = Session(terminal, reference, SHELL)
    run = session.command
    session.title("from boot to the shell")
    terminal.expect(r"^first sysinit\r?\n", 120.0)
    session.until(r"^once is done\r?\n")
    terminal.expect(SHELL)
    run("echo $PPID; cat /proc/1/comm")
    run("ps -o pid,comm | awk '$1 == 1'")
    session.title("a shell that ends comes again")
    session.type("exit 3\r")
    terminal.expect(SHELL)
    run("tty; echo $TERM")
    session.title("an orphan goes to init")
    run("(sh -c 'sleep 0.3; cut -d\" \" -f4 /proc/self/stat >parent' &); sleep 0.8; cat parent")
    run("kill -HUP 1; sleep 0.5; cat /etc/inittab | wc -l")
    session.title("the respawned are started again")
    run("cat /tmp/count | wc -l; kill $(cat /tmp/last); sleep 1.5; cat /tmp/count | wc -l")
    session.title("the end")
    session.type("reboot\r")
    session.until(r"shutdown runs", timeout=60.0)
    session.terminal.exit_code()
    return session.text()
