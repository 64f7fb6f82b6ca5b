"""Pass 2, components: from the located tree of a component.yaml to a Component, and what is wrong with it alone."""

from __future__ import annotations

from .crosscheck import join, no_such_file
from .cxx import KEYWORDS, identifier
from .diagnostics import Diagnostic, Place, did_you_mean
from .load import TEST_ENDINGS, Tree
from .model import (
    ARCHES,
    CallSpec,
    Component,
    DeviceSpec,
    InterruptSpec,
    IpiSpec,
    LockCall,
    LockSpec,
    Parameter,
    Port,
    RegisterSpec,
    Value,
)
from .reader import entries, items, key_place, mapping, number, optional_text, text, value, value_place, words
from .repair import Repair, Repairs, Reword, drop, put, respell, reword, uncertain, write, yaml_text
from .source import Mapping, Node, Scalar, Sequence
from .units import parse_size
from .values import NUMERIC, Bad, better_size, check, parse, show

RESERVED_COMPONENTS = frozenset({"std", "phx"})  # namespaces inside which these names mean something already
RESERVED_PARAMETERS = frozenset(
    {"registers", "interrupts", "ipis", "device_path", "clock_hz", "index", "name"}
)

_CALLS = ("system_calls", "other_system_calls")
_NOT_OF_LIBRARIES = ("class", "header", "instances", "provides", "device", "ipis", *_CALLS, "init", "init_cpu")


def read_component(tree: Tree, path: str, root: Mapping) -> tuple[Component, list[Diagnostic]]:
    folder = path.rpartition("/")[0]
    name = text(root, "component")
    library = text(root, "kind", "component") == "library"
    problems = _identity(folder, name, library, root) + _files(tree, folder, root)
    ports = _ports(root, library, problems)
    parameters = _parameters(root, problems)
    device = _device(root, parameters, problems)
    ipis = _ipis(root, problems)
    calls = _system_calls(root, problems)
    locks = _locks(root, library, problems)
    provides = words(root.get("provides"))
    _no_repeats(provides, "interface", problems)
    parts = folder.split("/")
    component = Component(
        name=name,
        summary=text(root, "summary"),
        folder=folder,
        include="/".join(parts[1:]),
        domain=parts[1] if len(parts) > 1 else name,
        library=library,
        cxx_class=text(root, "class"),
        header=text(root, "header"),
        sources=tuple(source for source, _ in words(root.get("sources"))),
        small=text(root, "optimize", "speed") == "size",
        arch=tuple(arch for arch, _ in words(root.get("arch"))) or ARCHES,
        many=text(root, "instances", "one") == "many",
        provides=provides,
        ports=ports,
        parameters=parameters,
        device=device,
        ipis=ipis,
        system_calls=calls,
        other_system_calls=(text(root, "other_system_calls"), value_place(root, "other_system_calls"))
        if "other_system_calls" in root.entries
        else None,
        locks=locks,
        passes_on=_calls(root.get("passes_on")),
        init=optional_text(root, "init"),
        init_cpu=optional_text(root, "init_cpu"),
        tests=tuple(file for file in tree.listing.get(folder, ()) if file.endswith(TEST_ENDINGS)),
        place=value_place(root, "component"),
    )
    return component, problems


def _identity(folder: str, name: str, library: bool, root: Mapping) -> list[Diagnostic]:
    problems = []
    place = value_place(root, "component")
    actual = folder.rpartition("/")[2]
    if name != actual:
        problems.append(
            Diagnostic(
                place,
                "folder-name",
                f"component `{name}` lies in a folder named `{actual}`",
                fix=(f"rename the folder to {name}, or the component to {actual}",),
                repairs=reword(place, actual),
            )
        )
    _check_word(name, place, "component", problems)
    if name in RESERVED_COMPONENTS:
        problems.append(
            Diagnostic(
                place,
                "reserved-name",
                f"the component `{name}` would hide the namespace `::{name}`",
                fix=("choose another name",),
            )
        )
    if library:
        has_class = "class" in root.entries and "header" in root.entries
        component = drop(key_place(root, "kind"), "`kind: library`", certain=has_class)
        for key in _NOT_OF_LIBRARIES:
            if key in root.entries:
                problems.append(
                    Diagnostic(
                        key_place(root, key),
                        "library-key",
                        f"a library has no `{key}:`",
                        reasons=("it is shared code: no class, no instances",),
                        fix=(f"remove `{key}:`, or `kind: library`",),
                        repairs=(*component, *drop(key_place(root, key), f"`{key}:`", certain=not has_class)),
                    )
                )
    else:
        guess = f"phx::{_domain(folder)}::{''.join(part.capitalize() for part in name.split('_'))}"
        for key, text_ in (("class", guess), ("header", f"{name}.hpp")):
            if key not in root.entries:
                problems.append(
                    Diagnostic(
                        key_place(root, "component"),
                        "missing-key",
                        f"the component has no `{key}:`",
                        fix=(f"add `{key}: ...`, or `kind: library` if it is code without a class",),
                        repairs=put(key_place(root, "component").file, (key,), text_, certain=key == "header"),
                    )
                )
    return problems


def _domain(folder: str) -> str:
    parts = folder.split("/")
    return parts[1] if len(parts) > 1 else parts[0]


def _check_word(word: str, place: Place, what: str, problems: list[Diagnostic]) -> None:
    if word in KEYWORDS:
        problems.append(
            Diagnostic(
                place,
                "reserved-name",
                f"the {what} `{word}` is a word of C++",
                fix=(f"choose another name, such as `{word}_`",),
                repairs=uncertain(reword(place, f"{word}_")),
            )
        )


def _no_repeats(names: tuple[tuple[str, Place], ...], what: str, problems: list[Diagnostic]) -> None:
    seen: dict[str, Place] = {}
    for name, place in names:
        if name in seen:
            problems.append(
                Diagnostic(
                    place,
                    "named-twice",
                    f"the {what} `{name}` is named twice",
                    related=((seen[name], "first here"),),
                    fix=("remove one of them",),
                    repairs=drop(place, f"the second `{name}`"),
                )
            )
        seen.setdefault(name, place)


def _files(tree: Tree, folder: str, root: Mapping) -> list[Diagnostic]:
    named = list(words(root.get("sources")))
    if (header := optional_text(root, "header")) is not None:
        named.append((header, value_place(root, "header")))
    problems: list[Diagnostic] = []
    _no_repeats(tuple(named), "file", problems)
    return problems + [
        no_such_file(tree, place, folder, name)
        for name, place in named
        if not tree.exists(join(folder, name))
    ]


def _ports(root: Mapping, library: bool, problems: list[Diagnostic]) -> tuple[Port, ...]:
    ports = []
    for entry in entries(root.get("ports")):
        port = mapping(entry.value)
        cardinality = text(port, "cardinality", "one")
        _check_word(entry.key, entry.place, "port", problems)
        if library and cardinality == "one":
            problems.append(
                Diagnostic(
                    entry.place,
                    "library-need",
                    f"port `{entry.key}` of a library has cardinality `one`",
                    reasons=("a library is in every image, with or without a provider",),
                    fix=("write `cardinality: optional`",),
                    repairs=put(entry.place.file, ("ports", entry.key, "cardinality"), "optional"),
                )
            )
        ports.append(
            Port(
                entry.key,
                text(port, "interface"),
                cardinality,
                text(port, "use", "run"),
                text(port, "summary"),
                entry.place,
                value_place(port, "interface"),
            )
        )
    _functions_of_their_own(ports, problems)
    return tuple(sorted(ports, key=lambda port: port.name))


def _functions_of_their_own(ports: list[Port], problems: list[Diagnostic]) -> None:
    """Ports are functions of one namespace, beside those that are generated with them."""
    taken = {"self": "is the function that gives the instance itself"}
    for port in ports:
        for name in (
            f"for_each_{port.name}",
            f"{port.name}_count",
            f"{port.name}_table",
            f"{port.name}_tables",
        ):
            taken[name] = f"is generated for the port `{port.name}`"
    for port in ports:
        if port.name in taken:
            problems.append(
                Diagnostic(
                    port.place,
                    "reserved-name",
                    f"the port `{port.name}` cannot have this name: it {taken[port.name]}",
                    fix=("choose another name",),
                )
            )


def _parameters(root: Mapping, problems: list[Diagnostic]) -> tuple[Parameter, ...]:
    found = []
    for entry in entries(root.get("parameters")):
        _check_word(entry.key, entry.place, "parameter", problems)
        if entry.key in RESERVED_PARAMETERS:
            problems.append(
                Diagnostic(
                    entry.place,
                    "reserved-name",
                    f"`{entry.key}` is generated from the device tree, and so no parameter",
                    fix=("choose another name",),
                )
            )
        found.append(_parameter(entry.key, entry.place, mapping(entry.value), problems))
    return tuple(sorted(found, key=lambda parameter: parameter.name))


def _parameter(name: str, place: Place, node: Mapping, problems: list[Diagnostic]) -> Parameter:
    kind = text(node, "type")
    for key, kinds in (("min", NUMERIC), ("max", NUMERIC), ("values", ("choice",))):
        if key in node.entries and kind not in kinds:
            problems.append(
                Diagnostic(
                    key_place(node, key),
                    "parameter-key",
                    f"`{key}:` has no meaning for a parameter of type {kind}",
                    fix=(f"remove `{key}:`",),
                    repairs=drop(key_place(node, key), f"`{key}:`"),
                )
            )
    bounds = [_bound(node, key, kind, problems) for key in ("min", "max")]
    values = words(node.get("values"))
    _no_repeats(values, "value", problems)
    _distinct_enumerators(values, problems)
    if kind == "choice" and not values:
        problems.append(
            Diagnostic(
                place, "missing-key", f"the choice `{name}` has no `values:`", fix=("add `values: [...]`",)
            )
        )
    parameter = Parameter(
        name,
        kind,
        text(node, "summary"),
        bounds[0],
        bounds[1],
        tuple(word for word, _ in values),
        None,
        place,
    )
    if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
        problems.append(
            Diagnostic(
                value_place(node, "min"),
                "empty-range",
                f"`min` of `{name}`, {show(parameter, bounds[0])}, is above its "
                f"`max`, {show(parameter, bounds[1])}",
                fix=("exchange the two",),
                repairs=_exchanged(node),
            )
        )
        return parameter
    default = _default(parameter, node, problems)
    return Parameter(name, kind, parameter.summary, bounds[0], bounds[1], parameter.values, default, place)


def _exchanged(node: Mapping) -> Repairs:
    low, high = node.get("min"), node.get("max")
    if not isinstance(low, Scalar) or not isinstance(high, Scalar):
        return ()
    texts = [yaml_text(each.value) for each in (low, high) if isinstance(each.value, (int, str))]
    edits = tuple(Reword(place, text) for place, text in zip((high.place, low.place), texts))
    return (Repair("exchange the two", edits),) if len(texts) == 2 else ()


def _distinct_enumerators(values: tuple[tuple[str, Place], ...], problems: list[Diagnostic]) -> None:
    seen: dict[str, str] = {}
    for word, place in values:
        other = seen.setdefault(identifier(word), word)
        if other != word:
            problems.append(
                Diagnostic(
                    place,
                    "same-enumerator",
                    f"the values `{other}` and `{word}` are both `{identifier(word)}` in C++",
                    fix=("rename one of them",),
                )
            )


def _bound(node: Mapping, key: str, kind: str, problems: list[Diagnostic]) -> int | None:
    if key not in node.entries or kind not in NUMERIC:
        return None
    bound = parse(kind, value(node.get(key)))
    if isinstance(bound, Bad):
        problems.append(
            Diagnostic(
                value_place(node, key),
                bound.code,
                f"`{key}`: {bound.message}",
                fix=bound.fix,
                repairs=reword(value_place(node, key), *bound.better),
            )
        )
        return None
    assert isinstance(bound, int)
    return bound


def _default(parameter: Parameter, node: Mapping, problems: list[Diagnostic]) -> Value | None:
    if "default" not in node.entries:
        return None
    default = check(parameter, value(node.get("default")))
    if isinstance(default, Bad):
        if parameter.type != "choice" or parameter.values:
            problems.append(
                Diagnostic(
                    value_place(node, "default"),
                    default.code,
                    f"the default of `{parameter.name}`: {default.message}",
                    fix=default.fix,
                    repairs=reword(value_place(node, "default"), *default.better),
                )
            )
        return None
    return default


def _device(
    root: Mapping, parameters: tuple[Parameter, ...], problems: list[Diagnostic]
) -> DeviceSpec | None:
    if "device" not in root.entries:
        return None
    device = mapping(root.get("device"))
    compatible = _compatible(device.get("compatible"), problems)
    registers = tuple(
        _register(index, item, problems) for index, item in enumerate(items(device.get("registers")))
    )
    interrupts = tuple(
        _interrupt(index, item, parameters, problems)
        for index, item in enumerate(items(device.get("interrupts")))
    )
    _no_repeats(tuple((register.name, register.place) for register in registers), "register window", problems)
    _no_repeats(tuple((interrupt.name, interrupt.place) for interrupt in interrupts), "interrupt", problems)
    return DeviceSpec(compatible, registers, interrupts, key_place(root, "device"))


def _compatible(node: Node | None, problems: list[Diagnostic]) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return (str(node.value),)
    if isinstance(node, Sequence) and node.glued:
        written = ",".join(word for word, _ in words(node))
        problems.append(
            Diagnostic(
                node.place,
                "compatible-comma",
                f"YAML reads `[{written}]` as {len(node.items)} entries, not one",
                reasons=("a comma inside [ ] separates, with or without a space after it",),
                fix=(f'write `compatible: ["{written}"]`',),
                repairs=write(node.place, f'["{written}"]'),
            )
        )
    return tuple(word for word, _ in words(node))


def _register(index: int, node: Node, problems: list[Diagnostic]) -> RegisterSpec:
    register = mapping(node)
    name = text(register, "name")
    _check_word(name, value_place(register, "name"), "register window", problems)
    limit = None
    if "map_at_most" in register.entries:
        limit = parse_size(value(register.get("map_at_most")))
        if limit is None or limit <= 0:
            problems.append(
                Diagnostic(
                    value_place(register, "map_at_most"),
                    "bad-size",
                    f"`{value(register.get('map_at_most'))}` is not a size",
                    fix=("write bytes, or a number with KiB or MiB: `1 MiB`",),
                    repairs=reword(
                        value_place(register, "map_at_most"),
                        *better_size(value(register.get("map_at_most"))),
                    ),
                )
            )
            limit = None
    return RegisterSpec(
        name,
        number(register, "index", index),
        limit,
        text(register, "summary"),
        value_place(register, "name"),
    )


def _interrupt(
    index: int, node: Node, parameters: tuple[Parameter, ...], problems: list[Diagnostic]
) -> InterruptSpec:
    interrupt = mapping(node)
    name = text(interrupt, "name")
    _check_word(name, value_place(interrupt, "name"), "interrupt", problems)
    by_parameter: str | None = None
    by_value: tuple[tuple[str, int], ...] = ()
    if "index_by" in interrupt.entries:
        if "index" in interrupt.entries:
            problems.append(
                Diagnostic(
                    key_place(interrupt, "index"),
                    "index-twice",
                    f"interrupt `{name}` has both `index` and `index_by`",
                    fix=("remove one of them",),
                    repairs=tuple(
                        repair
                        for key in ("index", "index_by")
                        for repair in drop(key_place(interrupt, key), f"`{key}:`", certain=False)
                    ),
                )
            )
        rule = mapping(interrupt.get("index_by"))
        by_parameter = text(rule, "parameter")
        by_value = _index_by(rule, parameters, problems)
    return InterruptSpec(
        name,
        number(interrupt, "index", index),
        by_parameter,
        by_value,
        optional_text(interrupt, "handler"),
        text(interrupt, "summary"),
        value_place(interrupt, "name"),
    )


def _ipis(root: Mapping, problems: list[Diagnostic]) -> tuple[IpiSpec, ...]:
    """Software interrupts have no device that tells whose they are: so only one instance may have them."""
    if "ipis" not in root.entries:
        return ()
    if text(root, "instances", "one") == "many":
        problems.append(
            Diagnostic(
                key_place(root, "ipis"),
                "ipis-of-many",
                "a component with `instances: many` has no software interrupts",
                reasons=("each is a line of its own, and the lines are few",),
                fix=("remove `ipis:`, or `instances: many`",),
                repairs=_either(root, "ipis", "instances"),
            )
        )
    found = []
    for node in items(root.get("ipis")):
        ipi = mapping(node)
        name, place = text(ipi, "name"), value_place(ipi, "name")
        _check_word(name, place, "software interrupt", problems)
        found.append(IpiSpec(name, text(ipi, "handler"), text(ipi, "summary"), place))
    _no_repeats(tuple((ipi.name, ipi.place) for ipi in found), "software interrupt", problems)
    return tuple(found)


def _system_calls(root: Mapping, problems: list[Diagnostic]) -> tuple[CallSpec, ...]:
    """Whether their names are Linux's is checked with the whole catalog."""
    for key in _CALLS:
        if key in root.entries and text(root, "instances", "one") == "many":
            problems.append(
                Diagnostic(
                    key_place(root, key),
                    "calls-of-many",
                    f"a component with `instances: many` has no `{key}:`",
                    reasons=("a system call leads to one instance",),
                    fix=(f"remove `{key}:`, or `instances: many`",),
                    repairs=_either(root, key, "instances"),
                )
            )
    found = []
    for node in items(root.get("system_calls")):
        if isinstance(node, Mapping):
            found.append(CallSpec(text(node, "name"), text(node, "gaps"), value_place(node, "name")))
        elif isinstance(node, Scalar):
            found.append(CallSpec(str(node.value), "", node.place))
    _no_repeats(tuple((call.name, call.place) for call in found), "system call", problems)
    return tuple(found)


def _either(root: Mapping, *keys: str) -> Repairs:
    found = [drop(key_place(root, key), f"`{key}:`", certain=False) for key in keys]
    return tuple(repair for repairs in found for repair in repairs)


def _locks(root: Mapping, library: bool, problems: list[Diagnostic]) -> tuple[LockSpec, ...]:
    found = []
    for entry in entries(root.get("locks")):
        _check_word(entry.key, entry.place, "lock", problems)
        node = mapping(entry.value)
        if library and "taken_by" in node.entries:
            problems.append(
                Diagnostic(
                    key_place(node, "taken_by"),
                    "library-key",
                    "a lock of a library has no `taken_by:`",
                    reasons=("a library provides no interface: whoever calls it may take any of its locks",),
                    fix=("remove `taken_by:`",),
                    repairs=drop(key_place(node, "taken_by"), "`taken_by:`"),
                )
            )
        found.append(
            LockSpec(
                entry.key,
                text(node, "summary"),
                text(node, "kind", "spin") == "mutex",
                words(node.get("before")),
                _calls(node.get("calls")),
                _calls(node.get("taken_by")) if "taken_by" in node.entries else None,
                entry.place,
            )
        )
    known = {lock.name: lock for lock in found}
    for lock in found:
        for name, place in lock.before:
            problems += _before(lock, name, place, known)
    return tuple(sorted(found, key=lambda lock: lock.name))


def _before(lock: LockSpec, name: str, place: Place, known: dict[str, LockSpec]) -> list[Diagnostic]:
    """What is wrong with a lock that another one names in its `before:`."""
    if name == lock.name:
        return [
            Diagnostic(
                place,
                "lock-before-itself",
                f"the lock `{name}` is named in its own `before:`",
                reasons=("several locks of one class are taken in the order of their addresses",),
                fix=("remove it; or, if one of them is always the outer one, give that a class of its own",),
                repairs=drop(place, f"`{name}`"),
            )
        ]
    if name not in known:
        return [
            Diagnostic(
                place,
                "unknown-lock",
                f"`{name}` is no lock of this component",
                reasons=("locks of others are taken by calling them: `calls:` names a port",),
                fix=did_you_mean(name, known.keys() - {lock.name}) or ("declare it under `locks:`, or remove it",),
                repairs=respell(place, name, known.keys() - {lock.name}) or drop(place, f"`{name}`", certain=False),
            )
        ]
    if known[name].mutex and not lock.mutex:
        return [
            Diagnostic(
                place,
                "mutex-under-spinlock",
                f"`{name}` is a mutex, and `{lock.name}` a spinlock: it cannot be taken inside that",
                reasons=("who waits for a mutex sleeps, and nobody may sleep who holds a spinlock",),
                related=((known[name].place, f"`{name}` is declared here"),),
                fix=(f"name `{lock.name}` in the `before:` of `{name}`, or let both be of one kind",),
            )
        ]
    return []


def _calls(node: Node | None) -> tuple[LockCall, ...]:
    """Words like `timers` and `timers.arm`."""
    found = []
    for word, place in words(node):
        target, _, function = word.partition(".")
        found.append(LockCall(target, function or None, place))
    return tuple(found)


def _index_by(
    rule: Mapping, parameters: tuple[Parameter, ...], problems: list[Diagnostic]
) -> tuple[tuple[str, int], ...]:
    name, place = text(rule, "parameter"), value_place(rule, "parameter")
    choices = {parameter.name: parameter for parameter in parameters if parameter.type == "choice"}
    table = tuple(
        (entry.key, number(mapping(rule.get("values")), entry.key, 0))
        for entry in entries(rule.get("values"))
    )
    if name not in choices:
        problems.append(
            Diagnostic(
                place,
                "unknown-parameter",
                f"`{name}` is not a choice parameter of this component",
                fix=did_you_mean(name, choices) or ("declare it under `parameters:` with `type: choice`",),
                repairs=respell(place, name, choices),
            )
        )
        return table
    wanted, given = set(choices[name].values), {key for key, _ in table}
    for missing in sorted(wanted - given):
        problems.append(
            Diagnostic(
                key_place(rule, "values"),
                "missing-key",
                f"no interrupt entry is given for `{name}: {missing}`",
                fix=(f"add `{missing}: INDEX`",),
            )
        )
    for entry in entries(rule.get("values")):
        if entry.key not in wanted:
            problems.append(
                Diagnostic(
                    entry.place,
                    "not-a-choice",
                    f"`{entry.key}` is not a value of `{name}`",
                    fix=did_you_mean(entry.key, wanted),
                    repairs=respell(entry.place, entry.key, wanted - given)
                    or drop(entry.place, f"`{entry.key}`", certain=wanted <= given),
                )
            )
    return table
