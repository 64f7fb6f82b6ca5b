"""Holds a trace against what the "Trace Event Format" says of the JSON object form and of each phase that is used."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Dict, List, Tuple

PHASES = {"X", "i", "s", "f", "b", "e", "M"}


def _nanoseconds(microseconds: float) -> int:
    return round(microseconds * 1000)


def problems(trace: Dict[str, Any]) -> List[str]:
    """What is wrong; nothing, if a viewer shows all of it."""
    events = trace.get("traceEvents")
    if not isinstance(events, list) or trace.get("displayTimeUnit") not in ("ms", "ns"):
        return ["no list of events, or an unknown unit"]
    found = [f"{text}: {event}" for event in events for text in _wrong_with(event)]
    return found or _slices(events) + _arrows(events) + _waits(events)


def _wrong_with(event: Dict[str, Any]) -> List[str]:
    phase = event.get("ph")
    wrong = [] if phase in PHASES else [f"phase {phase}"]
    wrong += [f"no {key}" for key in ("pid", "tid") if not isinstance(event.get(key), int)]
    wrong += [] if isinstance(event.get("name"), str) and event["name"] else ["no name"]
    if phase == "M":
        known = event["name"] in ("process_name", "thread_name") and isinstance(event["args"].get("name"), str)
        return wrong + ([] if known else ["unknown metadata"])
    wrong += [] if isinstance(event.get("ts"), (int, float)) and event["ts"] >= 0 else ["no time"]
    if phase == "X" and not (isinstance(event.get("dur"), (int, float)) and event["dur"] >= 0):
        wrong.append("no duration")
    if phase == "i" and event.get("s") not in ("g", "p", "t"):
        wrong.append("no scope")
    if phase in ("s", "f", "b", "e") and not ("id" in event and event.get("cat")):
        wrong.append("no id or category")
    return wrong


def _by_track(events: List[Dict[str, Any]]) -> Dict[Tuple[int, int], List[Tuple[int, int]]]:
    tracks: Dict[Tuple[int, int], List[Tuple[int, int]]] = defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            start = _nanoseconds(event["ts"])
            tracks[event["pid"], event["tid"]].append((start, start + _nanoseconds(event["dur"])))
    return tracks


def _slices(events: List[Dict[str, Any]]) -> List[str]:
    """Slices of a track lie within one another or apart."""
    wrong = []
    for track, slices in _by_track(events).items():
        around: List[int] = []
        for start, end in sorted(slices, key=lambda each: (each[0], -each[1])):
            while around and around[-1] <= start:
                around.pop()
            if around and end > around[-1]:
                wrong.append(f"slices of track {track} overlap at {start} ns")
            around.append(end)
    return wrong


def _arrows(events: List[Dict[str, Any]]) -> List[str]:
    """Each begins once and ends once, not before, and has a slice at both ends to be drawn from and to."""
    tracks = _by_track(events)
    ends: Dict[Tuple[str, Any], Dict[str, List[Dict[str, Any]]]] = defaultdict(lambda: {"s": [], "f": []})
    for event in events:
        if event["ph"] in ("s", "f"):
            ends[event["cat"], event["id"]][event["ph"]].append(event)
    wrong = []
    for key, each in ends.items():
        if len(each["s"]) != 1 or len(each["f"]) != 1 or each["s"][0]["ts"] > each["f"][0]["ts"]:
            wrong.append(f"arrow {key} has {len(each['s'])} beginnings and {len(each['f'])} ends, or goes back")
        for event in (*each["s"], *each["f"]):
            at = _nanoseconds(event["ts"])
            if not any(start <= at <= end for start, end in tracks[event["pid"], event["tid"]]):
                wrong.append(f"arrow {key} has no slice at {at} ns")
    return wrong


def _waits(events: List[Dict[str, Any]]) -> List[str]:
    """Asynchronous pairs."""
    under_way: Dict[Tuple[str, Any, str], int] = defaultdict(int)
    for event in events:
        if event["ph"] in ("b", "e"):
            under_way[event["cat"], event["id"], event["name"]] += 1 if event["ph"] == "b" else -1
    return [f"{key} has not as many ends as beginnings" for key, count in under_way.items() if count != 0]
