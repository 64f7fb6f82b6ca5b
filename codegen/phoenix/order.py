"""Pass 4: start-up order from init edges, and the shortest loop where there is none."""

from __future__ import annotations

from typing import Mapping

from .diagnostics import Diagnostic, Place
from .repair import Put, Repair
from .model import WIRING, CpuStep, InitStep, Instance
from .sorting import shortest_loops, topological


def init_edges(instances: Mapping[str, Instance]) -> dict[str, tuple[str, ...]]:
    """For each instance: the instances that must be started before it, by name."""
    return {
        name: tuple(
            sorted(
                {
                    provider
                    for wire in instance.wires
                    if wire.port.use == "init"
                    for provider in wire.providers
                }
                - {WIRING}
            )
        )
        for name, instance in instances.items()
    }


def order(
    instances: Mapping[str, Instance], problems: list[Diagnostic]
) -> tuple[tuple[str, ...], tuple[InitStep, ...], tuple[CpuStep, ...]]:
    """All instances, providers first and ties by name; the steps of those that have an `init`; and of those that have an
    `init_cpu`."""
    edges = init_edges(instances)
    done, left = topological(edges)
    for loop in shortest_loops(left):
        problems.append(_cycle(loop, instances))
    steps = _steps(done, edges, instances, "init")
    return tuple(done), steps, _cpu_steps(steps, done, edges, instances)


def _steps(
    done: list[str], edges: Mapping[str, tuple[str, ...]], instances: Mapping[str, Instance], method: str
) -> tuple[InitStep, ...]:
    """An instance without the method passes on what it waits for itself."""
    behind: dict[str, frozenset[str]] = {}  # what a user of this instance waits for
    unsure: set[str] = set()
    steps = []
    for name in done:
        after = frozenset().union(*(behind.get(provider, frozenset()) for provider in edges[name]))
        if getattr(instances[name].component, method) is None:
            behind[name] = after
            continue
        behind[name] = frozenset({name})
        doubtful = tuple(sorted(after & unsure))
        if doubtful or instances[name].on_fail == "degrade":
            unsure.add(name)
        steps.append(InitStep(name, tuple(sorted(after)), doubtful))
    return tuple(steps)


def _cpu_steps(
    booted: tuple[InitStep, ...],
    done: list[str],
    edges: Mapping[str, tuple[str, ...]],
    instances: Mapping[str, Instance],
) -> tuple[CpuStep, ...]:
    """What was not started, or needs something that was not, has nothing to do on further CPUs."""
    doubtful = {
        step.instance for step in booted if step.unsure or instances[step.instance].on_fail == "degrade"
    }
    needs: dict[str, frozenset[str]] = {}
    for name in done:
        behind = frozenset().union(*(needs[provider] for provider in edges[name]))
        needs[name] = behind if instances[name].component.init is None else frozenset({name}) & doubtful
    return tuple(
        CpuStep(step.instance, tuple(sorted(needs[step.instance])), step.unsure)
        for step in _steps(done, edges, instances, "init_cpu")
    )


def _cycle(loop: list[str], instances: Mapping[str, Instance]) -> Diagnostic:
    related: list[tuple[Place, str]] = []
    repairs: list[Repair] = []
    for user, provider in zip(loop, loop[1:] + loop[:1]):
        wire = next(w for w in instances[user].wires if w.port.use == "init" and provider in w.providers)
        related.append(
            (
                wire.port.place,
                f"`{user}` ({instances[user].component.name}) needs `{provider}` at init: port `{wire.port.name}`",
            )
        )
        path = ("ports", wire.port.name, "use")
        title = f"write `use: run` at port `{wire.port.name}` of {instances[user].component.name}"
        repairs.append(Repair(title, (Put(wire.port.place.file, path, "run"),), certain=False))
    place, _ = related[0]
    names = " -> ".join(loop + loop[:1])
    return Diagnostic(
        place,
        "init-cycle",
        f"start-up runs in a loop: {names}",
        related=tuple(related),
        fix=("write `use: run` at one of these ports, where the provider is not yet needed during `init`",),
        repairs=tuple(repairs),
    )
