"""The commands of `tools/phx`. Each imports what it needs when it runs, so that light ones stay light."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, List, Optional

import typer

from phoenix_tools.terminal import BAD_INPUT, Stop, err, out
from phoenix_tools.workspace import Workspace

if TYPE_CHECKING:
    from phoenix_tools.qemu import Shape

app = typer.Typer(
    help="Assembles AArch64 kernels from graphs, runs them, tests them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
bench_app = typer.Typer(help="Measures.", no_args_is_help=True)
new_app = typer.Typer(help="Starts something from a working example.", no_args_is_help=True)
app.add_typer(bench_app, name="bench")
app.add_typer(new_app, name="new")

DEFAULT_GRAPH = "shell"
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": False}
_GRAPH = typer.Argument(DEFAULT_GRAPH, help="A graph's name, or its file.", metavar="[GRAPH]")
_JSON = typer.Option(False, "--json", help="For programs.")
_NO_INSTALL = typer.Option(False, "--no-install", help="Do not install missing Debian packages; name them and stop.")
_VERBOSE = typer.Option(False, "--verbose", "-v", help="Show the commands that build.")
_CPU = typer.Option(None, "--cpu", help="Another CPU than the graph's machine has.")
_CPUS = typer.Option(None, "--smp", help="Another number of CPUs.")
_MEMORY = typer.Option(None, "--memory", "-m", help="Another amount of memory, such as 2G.")
_INITRD = typer.Option(None, "--initrd", help="A file that the loader places in memory.")
_APPEND = typer.Option(None, "--append", help="Boot arguments.")
_APPLY = typer.Option(False, "--apply", help="Write the change to the graph's file.")


def run(root: Path, arguments: list[str]) -> int:
    """Runs one command and returns its exit code: 0, 1 (failure), 2 (bad input), or the guest's."""
    import click

    try:
        command = typer.main.get_command(app)
        result = command.main(arguments, prog_name="phx", standalone_mode=False, obj=Workspace(root))
        return result if isinstance(result, int) else 0
    except Stop as stop:
        err.out(stop.text)
        return stop.code
    except click.UsageError as error:
        error.show()
        return BAD_INPUT
    except click.exceptions.Exit as exit_:
        return int(exit_.exit_code)
    except click.Abort:
        return 130
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


def _graph(ctx: typer.Context, graph: str) -> tuple[Workspace, str]:
    workspace: Workspace = ctx.obj
    return workspace, workspace.graph_name(graph)


@app.command("run", context_settings=_PASS_ON)
def run_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    cpu: Optional[str] = _CPU,
    cpus: Optional[int] = _CPUS,
    memory: Optional[str] = _MEMORY,
    initrd: Optional[Path] = _INITRD,
    append: Optional[str] = _APPEND,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Build a graph and boot it in QEMU, with its console on this terminal. Ctrl-A X leaves. `-- ARGS` go to QEMU."""
    from phoenix_tools import qemu
    from phoenix_tools.builder import build

    if graph.startswith("-"):
        ctx.args.insert(0, graph)
        graph = DEFAULT_GRAPH
    workspace, name = _graph(ctx, graph)
    shape = _shape(cpu, cpus, memory, initrd, append)
    build(workspace, graph)
    command = qemu.command_line(workspace.graph_json(name), workspace.image(name), shape) + ctx.args
    if err.is_terminal:
        err.print("Ctrl-A X leaves; Ctrl-A C is QEMU's monitor.")
    os.execvp(command[0], command)


@app.command("torture")
def torture_command(
    ctx: typer.Context,
    graph: str = typer.Argument("torture_smp", help="A graph that tortures itself, by name or file.", metavar="[GRAPH]"),
    calls: bool = typer.Option(False, "--calls", help="With whatever system calls: the graph `torture_calls`."),
    seed: Optional[int] = typer.Option(None, "--seed", min=0, help="With --calls: of the arguments. As a run says at its start."),
    seconds: int = typer.Option(60, "--seconds", min=1, max=86400, help="How long."),
    cpus: int = typer.Option(4, "--smp", min=1, max=8, help="How many CPUs."),
    no_install: bool = _NO_INSTALL,
) -> None:
    """Load the kernel's core, or its system calls, from all CPUs at once, and check that the books add up. Exit code 0: they do."""
    from phoenix_tools import qemu
    from phoenix_tools.builder import build

    graph = "torture_calls" if calls else graph
    workspace, name = _graph(ctx, graph)
    build(workspace, graph)
    shape = qemu.Shape(cpus=cpus, append=f"seconds={seconds}" + (f" seed={seed}" if seed is not None else ""))
    command = qemu.recordable_command_line(workspace.graph_json(name), workspace.image(name), shape)
    os.execvp(command[0], command)


@app.command("qemu", context_settings=_PASS_ON)
def qemu_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    cpu: Optional[str] = _CPU,
    cpus: Optional[int] = _CPUS,
    memory: Optional[str] = _MEMORY,
    initrd: Optional[Path] = _INITRD,
    append: Optional[str] = _APPEND,
) -> None:
    """Print QEMU's command line for a graph, ready to paste. The image is the one that `phx build` makes."""
    from phoenix.api import to_json
    from phoenix_tools import qemu
    from phoenix_tools.show import resolve_image

    workspace, name = _graph(ctx, graph)
    content = to_json(resolve_image(workspace, graph))
    image = workspace.image(name)
    shown = image.relative_to(Path.cwd()) if image.is_relative_to(Path.cwd()) else image
    out.out(shlex.join(qemu.command_line(content, shown, _shape(cpu, cpus, memory, initrd, append)) + ctx.args))


@app.command("build")
def build_command(
    ctx: typer.Context,
    graphs: List[str] = typer.Argument(None, help="Graphs, by name or file.", metavar="[GRAPH]..."),
    all_graphs: bool = typer.Option(False, "--all", help="Every graph that becomes an image, those of the tests too."),
    verbose: bool = _VERBOSE,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Build images: build/GRAPH/Image, its symbols in phoenix.elf, its resolved graph in graph.json."""
    from phoenix_tools.builder import build

    workspace: Workspace = ctx.obj
    for graph in workspace.image_graphs() if all_graphs else graphs or [DEFAULT_GRAPH]:
        build(workspace, graph, verbose=verbose)


@app.command("check")
def check_command(
    ctx: typer.Context,
    graphs: List[str] = typer.Argument(None, help="Graphs; all, and every manifest, if none is named.", metavar="[GRAPH]..."),
    fix: bool = typer.Option(False, "--fix", help="Show how the files would be mended."),
    apply: bool = typer.Option(False, "--apply", help="Write that to the files."),
    choose: List[int] = typer.Option([], "--choose", min=1, help="Of the numbered ways that --fix shows, take this one; may be repeated.", metavar="N"),
    as_json: bool = _JSON,
) -> None:
    """Resolve graphs without building, and report everything that is wrong; --fix mends it."""
    names = tuple(graphs or ())
    if fix or apply or choose or as_json:
        from phoenix_tools.answers.fix import report

        report(ctx.obj, names, tuple(choose), apply=apply, as_json=as_json)
        return
    from phoenix_tools.show import check

    check(ctx.obj, names)


@app.command("list")
def list_command(
    ctx: typer.Context,
    what: str = typer.Argument("", help="components, interfaces, graphs, machines, or the name of one.", metavar="[WHAT]"),
    as_json: bool = _JSON,
) -> None:
    """List what there is; of a component its parameters, ports and providers."""
    from phoenix_tools.listing import listing

    listing(ctx.obj, what, as_json)


@app.command("show")
def show_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    as_json: bool = _JSON,
    as_dot: bool = typer.Option(False, "--dot", help="A picture, for graphviz."),
    domains: bool = typer.Option(False, "--domains", help="With --dot: a box for each domain, for graphs of many instances."),
    as_svg: bool = typer.Option(False, "--svg", help="A sheet for paper: services and families, order of start-up, device tree."),
    file: Optional[Path] = typer.Option(None, "--out", "-o", help="With --dot or --svg: the file to write (default: standard output)."),
) -> None:
    """Show a resolved graph: instances, who is wired to whom and why, order of start-up, the device tree's nodes."""
    from phoenix_tools.show import Form, show

    if [as_json, as_dot, as_svg].count(True) > 1:
        raise Stop("--json, --dot and --svg exclude one another", BAD_INPUT)
    if file is not None and not (as_dot or as_svg):
        raise Stop("--out is for --dot and --svg", BAD_INPUT)
    form = Form.JSON if as_json else Form.SVG if as_svg else Form.TEXT
    if as_dot:
        form = Form.DOT_OF_DOMAINS if domains else Form.DOT
    show(ctx.obj, graph, form, file)


@app.command("explore")
def explore_command(
    ctx: typer.Context,
    graph: str = typer.Argument(DEFAULT_GRAPH, help="A graph, by name or file; NAME@REV: as a git revision has it.", metavar="[GRAPH]"),
    other: Optional[str] = typer.Argument(None, help="Another one: the page shows what differs in it.", metavar="[GRAPH2]"),
    file: Optional[Path] = typer.Option(None, "--out", "-o", help="The file to write (default: build/GRAPH/explore.html)."),
    open_it: bool = typer.Option(False, "--open", help="Show it in a browser."),
    boot: bool = typer.Option(False, "--boot", help="Boot the built image first, and count each component's instructions: takes seconds."),
    no_install: bool = _NO_INSTALL,
) -> None:
    """Write a page to look at a graph with: what is in it, why, who is wired to whom, what it costs; needs no network."""
    from phoenix_tools.explore.command import explore

    explore(ctx.obj, graph, other, file, open_it=open_it, boot=boot)


@app.command("diff")
def diff_command(
    ctx: typer.Context,
    before: str = typer.Argument(..., help="A graph, by name or file; NAME@REV: as a git revision has it; or an image's file.", metavar="A"),
    after: str = typer.Argument(..., help="Another one.", metavar="B"),
    build: bool = typer.Option(False, "--build", help="Build both first, so that bytes and stacks can be compared."),
    boot: bool = typer.Option(False, "--boot", help="Build and boot both first, so that boot instructions can be compared, too."),
    as_markdown: bool = typer.Option(False, "--markdown", help="For a pull request."),
    as_json: bool = _JSON,
) -> None:
    """Compare two resolved graphs: instances, wires, parameters, order of start-up, interrupts, devices, commands, calls, bytes, stacks, boots."""
    from phoenix_tools.answers.difference import diff

    diff(ctx.obj, before, after, built=build or boot, booted=boot, as_json=as_json, as_markdown=as_markdown)


@app.command("extract")
def extract_command(
    image: Path = typer.Argument(..., help="An Image, plain or compressed by gzip, or its phoenix.elf.", metavar="FILE"),
    as_json: bool = _JSON,
) -> None:
    """Read the resolved graph out of an image: instances, wires, parameters, order of start-up, bytes. The ELF file has all of graph.json."""
    from phoenix_tools.embedded.command import extract

    extract(image, as_json=as_json)


@app.command("set")
def set_command(
    ctx: typer.Context,
    graph: str = typer.Argument(..., help="A graph's name, or its file.", metavar="GRAPH"),
    changes: List[str] = typer.Argument(
        ...,
        help="INSTANCE=COMPONENT, INSTANCE.PORT=INSTANCE[,INSTANCE], INSTANCE.PARAMETER=VALUE, INTERFACE=INSTANCE, machine=NAME, budgets.NAME=VALUE, ...",
        metavar="NAME=VALUE...",
    ),
    apply: bool = _APPLY,
) -> None:
    """Change a graph: swap a component, wire a port, set a parameter. Shows what that comes to; --apply writes it."""
    from phoenix_tools.answers.changes import Wish, change

    change(ctx.obj, graph, Wish(sets=tuple(changes)), apply=apply)


@app.command("add")
def add_command(
    ctx: typer.Context,
    graph: str = typer.Argument(..., help="A graph's name, or its file.", metavar="GRAPH"),
    instances: List[str] = typer.Argument(..., help="A component, or INSTANCE=COMPONENT.", metavar="NAME..."),
    apply: bool = _APPLY,
) -> None:
    """Add instances to a graph. Shows what that comes to; --apply writes it."""
    from phoenix_tools.answers.changes import Wish, change

    change(ctx.obj, graph, Wish(adds=tuple(instances)), apply=apply)


@app.command("remove")
def remove_command(
    ctx: typer.Context,
    graph: str = typer.Argument(..., help="A graph's name, or its file.", metavar="GRAPH"),
    instances: List[str] = typer.Argument(..., help="Instances.", metavar="NAME..."),
    apply: bool = _APPLY,
) -> None:
    """Remove instances from a graph. Shows what that comes to; --apply writes it."""
    from phoenix_tools.answers.changes import Wish, change

    change(ctx.obj, graph, Wish(removes=tuple(instances)), apply=apply)


@app.command("fork")
def fork_command(
    ctx: typer.Context,
    graph: str = typer.Argument(..., help="The graph to start from.", metavar="GRAPH"),
    name: str = typer.Argument(..., help="The new graph's name.", metavar="NAME"),
    changes: List[str] = typer.Argument(None, help="As `phx set` takes them.", metavar="[NAME=VALUE]..."),
    add: List[str] = typer.Option([], "--add", help="An instance to add; may be repeated."),
    remove: List[str] = typer.Option([], "--remove", help="An instance to remove; may be repeated."),
    summary: str = typer.Option("", "--summary", help="What it is for, in a line."),
    apply: bool = _APPLY,
) -> None:
    """Start a graph of your own that extends another. Shows what that comes to; --apply writes it."""
    from phoenix_tools.answers.changes import Wish, fork

    fork(ctx.obj, graph, name, summary, Wish(tuple(changes or ()), tuple(add), tuple(remove)), apply=apply)


@app.command("why")
def why_command(
    ctx: typer.Context,
    graph: str = typer.Argument(..., help="A graph's name, or its file.", metavar="GRAPH"),
    name: str = typer.Argument(
        ...,
        help="An instance, INSTANCE.PARAMETER, INSTANCE.PORT, component, interface, system call, source file, device-tree node, "
        "interrupt line, lock, or a symbol of the built image.",
        metavar="NAME",
    ),
    as_json: bool = _JSON,
) -> None:
    """Tell how something came to be in an image: each step with its place."""
    from phoenix_tools.answers.why import why

    why(ctx.obj, graph, name, as_json=as_json)


@app.command("why-not")
def why_not_command(
    ctx: typer.Context,
    graph: str = typer.Argument(..., help="A graph's name, or its file.", metavar="GRAPH"),
    name: str = typer.Argument(..., help="A component, interface, system call, source file or device-tree node.", metavar="NAME"),
    apply: bool = _APPLY,
    as_json: bool = _JSON,
) -> None:
    """Tell what keeps something out of an image, and the smallest change that lets it in; --apply writes that."""
    from phoenix_tools.answers.why_not import why_not

    why_not(ctx.obj, graph, name, apply=apply, as_json=as_json)


@app.command("menu")
def menu_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    name: str = typer.Option("", "--name", help="What to call the graph that is saved (default: GRAPH-mine); can be changed then."),
    summary: str = typer.Option("", "--summary", help="What it is for, in a line."),
) -> None:
    """Change a graph by choosing: components, wires, parameters, with help and cost. Saves a graph that extends it."""
    from phoenix_tools.menu.command import menu

    menu(ctx.obj, graph, name, summary)


@app.command("editor")
def editor_command(
    ctx: typer.Context,
    editor: str = typer.Argument("vscode", help="vscode, neovim, helix, emacs; modelines: what to begin files with.", metavar="[EDITOR]"),
    check: bool = typer.Option(False, "--check", help="Have the YAML language server read every graph and manifest. Exit code 1: it complains."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Set an editor up: completion, help and checks for graphs and manifests, from what exists. Your own settings stay."""
    from phoenix_tools.packages import For, ensure_now

    if not check:
        from phoenix_tools.editor import command

        command.editor(ctx.obj, editor, may_fetch=not no_install)
        return
    if not ensure_now(For.EDITOR):
        raise typer.Exit(1)
    from phoenix_tools.editor import check as checks

    checks.check(ctx.obj, as_json=as_json)


@app.command("syscalls")
def syscalls_command(ctx: typer.Context, graph: str = _GRAPH, as_json: bool = _JSON) -> None:
    """List Linux's system calls: number, name, and the component of a graph that implements it, or ENOSYS."""
    from phoenix_tools.syscalls import syscalls

    syscalls(ctx.obj, graph, as_json=as_json)


@app.command("size")
def size_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    as_tree: bool = typer.Option(False, "--tree", help="Domains, their components, and of those the sources and the instances' objects."),
    compare: str = typer.Option("", "--compare", metavar="REV", help="What each takes more than in a git revision, or in another graph; both are built."),
    treemap: Optional[Path] = typer.Option(None, "--treemap", metavar="FILE", help="Write a picture too: an SVG of areas as big as the bytes of the image."),
    symbols: bool = typer.Option(False, "--symbols", help="The biggest functions and objects too."),
    stack: bool = typer.Option(False, "--stack", help="Instead: how deep the stack gets at worst, of each thread and interrupt."),
    boot: bool = typer.Option(False, "--boot", help="Instead: the instructions of each step of the start-up, and of each component. Boots it, which takes seconds."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Show the bytes of text, rodata, data and bss of each component in the linked image; the worst of its stacks; what its boot takes."""
    from phoenix_tools.size import Wish, size

    size(ctx.obj, graph, Wish(symbols, as_tree, compare, treemap, as_json, stack, boot))


@app.command("test")
def test_command(
    ctx: typer.Context,
    pattern: str = typer.Argument("", help="Only tests whose name matches this regular expression.", metavar="[FILTER]"),
    host: bool = typer.Option(False, "--host", help="Components on this machine: unit, property and fuzz tests."),
    in_qemu: bool = typer.Option(False, "--qemu", help="Whole images in QEMU."),
    codegen: bool = typer.Option(False, "--codegen", help="The generator, the tools and the two guards."),
    everything: bool = typer.Option(False, "--all", help="All of it, fuzzers for a minute each."),
    jobs: int = typer.Option(os.cpu_count() or 1, "--jobs", "-j", help="Tests at a time."),
    no_install: bool = _NO_INSTALL,
) -> None:
    """Build what the tests need and run them with ctest."""
    from phoenix_tools.testing import Selection, test

    selection = Selection(host=host, qemu=in_qemu, codegen=codegen, everything=everything, pattern=pattern)
    raise typer.Exit(test(ctx.obj, selection, jobs))


@app.command("matrix")
def matrix_command(
    ctx: typer.Context,
    what: str = typer.Argument(..., help="A graph, or a matrix of tests/matrices.yaml.", metavar="GRAPH|MATRIX"),
    vary: List[str] = typer.Option(
        [],
        "--vary",
        metavar="NAME=VALUE,VALUE",
        help="An instance and components for it, an interface and its providers, INSTANCE.PARAMETER and values, machine and machines. "
        "VALUE+NAME=VALUE brings more along; `none` leaves it out. May be repeated.",
    ),
    every: List[str] = typer.Option([], "--all", metavar="NAME", help="An instance or interface, with every provider. May be repeated."),
    levels: str = typer.Option("", "--el", metavar="1,2", help="Exception levels to boot at (default: 1)."),
    cpu_models: str = typer.Option("", "--cpu", metavar="CPU,CPU", help="CPU models to boot on (default: the machine's)."),
    memories: str = typer.Option("", "--memory", "-m", metavar="SIZE,SIZE", help="Amounts of memory to boot with (default: the machine's)."),
    cpus: str = typer.Option("", "--cpus", metavar="N,N", help="Numbers of CPUs to boot on (default: the machine's)."),
    file: Optional[Path] = typer.Option(None, "--file", help="A file of matrices, which MATRIX is then one of."),
    budgets: bool = typer.Option(False, "--budgets", help="Hold the variants to the graph's budgets."),
    list_only: bool = typer.Option(False, "--list", help="Say what there is to do, and what does not resolve; do nothing."),
    no_boot: bool = typer.Option(False, "--no-boot", help="Build only."),
    again: bool = typer.Option(False, "--again", help="Boot what passed before, too."),
    jobs: int = typer.Option(os.cpu_count() or 1, "--jobs", "-j", min=1, help="Builds and boots at a time."),
    directory: Optional[Path] = typer.Option(None, "--out", help="Where report.html, junit.xml and logs/ go (default: build/.matrix/GRAPH)."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Resolve, build and boot the product of choices: variants of a graph, each in every shape. Goes on where it was stopped."""
    from phoenix_tools.variants import matrix

    wish = matrix.Wish(what, file, tuple(vary), tuple(every), levels, cpu_models, memories, cpus, budgets)
    options = matrix.Options(jobs, list_only, no_boot, again, as_json, directory)
    raise typer.Exit(matrix.matrix(ctx.obj, wish, options))


@app.command("minimize")
def minimize_command(
    ctx: typer.Context,
    graph: str = typer.Argument(..., help="A graph's name, or its file.", metavar="GRAPH"),
    test: Optional[str] = typer.Option(
        None, "--keep-passing", metavar="TEST", help="`boot`, or a test of ctest's for this graph, such as boot.monitor.el1.a57.128M.1cpu."
    ),
    command: Optional[str] = typer.Option(None, "--run", metavar="COMMAND", help="A command that says by its exit code; {graph} is the graph's name."),
    name: Optional[str] = typer.Option(None, "--name", help="What the result is called (default: GRAPH-minimal)."),
    timeout: Optional[float] = typer.Option(None, "--timeout", min=0.1, help="Seconds for a test (default: five times what it takes first)."),
    apply: bool = typer.Option(False, "--apply", help="Write the result to graphs/."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Remove from a graph what it does not need to pass a test, biggest first, and say what each removal saves."""
    from phoenix_tools.variants import minimize

    options = minimize.Options(test, command, name, timeout, apply, as_json)
    raise typer.Exit(minimize.minimize(ctx.obj, graph, options))


@app.command("debug")
def debug_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    batch: bool = typer.Option(False, "--batch", help="Run the commands and leave."),
    commands: List[str] = typer.Option([], "--command", "-x", help="A gdb command to begin with."),
    no_install: bool = _NO_INSTALL,
) -> None:
    """Boot a graph in QEMU under gdb, stopped at its first instruction, with symbols and pretty-printers loaded."""
    from phoenix_tools.builder import build
    from phoenix_tools.debugger import debug

    workspace, name = _graph(ctx, graph)
    build(workspace, graph)
    raise typer.Exit(debug(workspace, name, list(commands), batch=batch))


@app.command("profile")
def profile_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    seconds: float = typer.Option(10.0, "--seconds", "-s", min=0.1, help="Stop the kernel then, if it has not ended."),
    period: int = typer.Option(1000, "--period", min=10, max=10_000_000, help="Microseconds between two samples of a CPU."),
    cpu: Optional[str] = _CPU,
    cpus: Optional[int] = _CPUS,
    memory: Optional[str] = _MEMORY,
    append: Optional[str] = _APPEND,
    send: List[str] = typer.Option([], "--send", help="Type a line at the monitor's prompt; may be repeated."),
    directory: Optional[Path] = typer.Option(None, "--out", help="Where flame.svg and stacks.folded go (default: the build directory)."),
    top: int = typer.Option(25, "--top", min=1, help="How many functions the table shows."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Run a graph with a sampling profiler added: a table of functions, a flame graph, folded stacks."""
    from phoenix_tools import profile

    shape = _shape(cpu, cpus, memory, None, append)
    profile.run(ctx.obj, graph, profile.Wish(seconds, period, shape, tuple(send), directory, top, as_json))


@app.command("trace")
def trace_command(
    ctx: typer.Context,
    graph: str = _GRAPH,
    seconds: float = typer.Option(10.0, "--seconds", "-s", min=0.1, help="Stop the kernel then, if it has not ended."),
    records: int = typer.Option(20_000, "--records", min=16, max=400_000, help="Events that each CPU keeps; the oldest go first."),
    off: bool = typer.Option(False, "--off", help="Begin with tracing off; the monitor's `trace on` turns it on."),
    cpu: Optional[str] = _CPU,
    cpus: Optional[int] = _CPUS,
    memory: Optional[str] = _MEMORY,
    append: Optional[str] = _APPEND,
    send: List[str] = typer.Option([], "--send", help="Type a line at the monitor's prompt; may be repeated."),
    file: Optional[Path] = typer.Option(None, "--out", help="The file to write (default: trace.json in the build directory)."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Run a graph with its trace points on, and write what Perfetto opens: threads on CPUs, wake-ups, interrupts."""
    from phoenix_tools import trace

    shape = _shape(cpu, cpus, memory, None, append)
    trace.run(ctx.obj, graph, trace.Wish(seconds, shape, tuple(send), records, not off, file, as_json))


@bench_app.command("boot")
def bench_boot(
    ctx: typer.Context,
    graphs: List[str] = typer.Argument(None, help="Graphs; minimal and monitor if none is named.", metavar="[GRAPH]..."),
    memory: Optional[str] = typer.Option(None, "--memory", "-m", help="Memory of the machine (default: 512M, for monitor also 8G)."),
    by_component: bool = typer.Option(False, "--by-component", help="Which component spends them."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Count the guest instructions from the first one to the prompt, or to power-off, exactly."""
    from phoenix_tools.bench import boot

    size = None if memory is None else _bytes(memory)
    boot(ctx.obj, tuple(graphs or ()), size, by_component=by_component, as_json=as_json)


@bench_app.command("core")
def bench_core(
    ctx: typer.Context,
    figures: List[str] = typer.Argument(None, help="Figures; all of tests/bench/core.yaml if none is named.", metavar="[FIGURE]..."),
    plot: bool = typer.Option(False, "--plot", help="Show how waking and switching grow from 10 to 10,000 threads."),
    as_json: bool = _JSON,
) -> None:
    """Count what locks, switches, allocations and timers cost in guest instructions, and hold each against its limit."""
    from phoenix_tools import corebench

    if plot:
        corebench.plot(ctx.obj)
    elif not corebench.core(ctx.obj, tuple(figures or ()), as_json=as_json):
        raise typer.Exit(1)


@bench_app.command("user")
def bench_user(
    ctx: typer.Context,
    tests: List[str] = typer.Argument(None, help="Tests of tests/bench/user/kbench.c; all but those of sockets if none is named.", metavar="[TEST]..."),
    graph: str = typer.Option("shell", "--graph", help="A graph that runs programs."),
    reference: bool = typer.Option(False, "--reference", help="Measure Debian's kernel again, and keep its figures in the checkout."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Count what system calls and faults cost programs in guest instructions, beside Debian's kernel."""
    from phoenix_tools import userbench

    if reference:
        userbench.measure_reference(ctx.obj)
    elif not userbench.user(ctx.obj, graph, tuple(tests or ()), as_json=as_json):
        raise typer.Exit(1)


@bench_app.command("answers")
def bench_answers(
    ctx: typer.Context,
    instances: int = typer.Option(1000, "--instances", min=1000, max=100_000, help="Of the big graph that is made up."),
    as_json: bool = _JSON,
) -> None:
    """Time the commands that ask and change graphs: on the shipped ones, and on one of many instances."""
    from phoenix_tools.answerbench import answers

    answers(ctx.obj, instances, as_json=as_json)


@bench_app.command("variants")
def bench_variants(
    ctx: typer.Context,
    jobs: int = typer.Option(os.cpu_count() or 1, "--jobs", "-j", min=1, help="Builds at a time."),
    as_json: bool = _JSON,
    no_install: bool = _NO_INSTALL,
) -> None:
    """Build ten variants of monitor, and one, from empty caches and from full ones; ten may take four times what one takes."""
    from phoenix_tools.variants import bench

    if not bench.variants(ctx.obj, jobs, as_json=as_json):
        raise typer.Exit(1)


@app.command("rootfs")
def rootfs_command(
    ctx: typer.Context,
    packages: List[str] = typer.Argument(None, help="Debian packages for arm64; busybox-static if none is named.", metavar="[PACKAGE]..."),
    file: Path = typer.Option(Path("initramfs.cpio"), "--out", "-o", help="The archive to write."),
    added: List[str] = typer.Option([], "--with", help="A file of this machine and its path there; a .c file is compiled.", metavar="FILE:PATH"),
    dependencies: bool = typer.Option(False, "--dependencies", help="What the packages depend on, too."),
    compress: str = typer.Option("none", "--compress", help="none, gz, lz4 or zstd."),
    refresh: bool = typer.Option(False, "--refresh", help="Ask Debian for newer packages."),
    no_install: bool = _NO_INSTALL,
) -> None:
    """Make an initramfs of Debian packages, without root: `phx run GRAPH --initrd FILE` boots with it."""
    import shutil

    from phoenix_tools import rootfs
    from phoenix_tools.debian import Debian

    if compress not in rootfs.COMPRESSIONS:
        raise Stop(f"`{compress}` is none of {', '.join(rootfs.COMPRESSIONS)}", BAD_INPUT)
    names = tuple(packages or ("busybox-static",))
    wish = rootfs.Wish(names, dependencies, tuple(rootfs.parse_added(each) for each in added), compress)
    made = rootfs.make(wish, Debian(refresh=refresh))
    shutil.copyfile(made, file)
    err.print(f"{file}: {file.stat().st_size / 1024:.0f} KiB, of {', '.join(names)}")


@new_app.command("component")
def new_component(
    ctx: typer.Context,
    name: str = typer.Argument(..., help="Folder below components/, such as time/stopwatch.", metavar="DOMAIN/NAME"),
) -> None:
    """Make a component that builds and has a passing test."""
    from phoenix_tools.scaffold import component

    for path in component(ctx.obj, name):
        out.out(str(path))


def _shape(
    cpu: Optional[str], cpus: Optional[int], memory: Optional[str], initrd: Optional[Path], append: Optional[str]
) -> Shape:
    from phoenix_tools.qemu import Shape

    if initrd is not None and not initrd.is_file():
        raise Stop(f"{initrd}: no such file", BAD_INPUT)
    return Shape(cpu=cpu, cpus=cpus, memory=None if memory is None else _bytes(memory), initrd=initrd, append=append)


def _bytes(text: str) -> int:
    from phoenix_tools.qemu import parse_memory

    try:
        return parse_memory(text)
    except ValueError as error:
        raise Stop(str(error), BAD_INPUT) from None
