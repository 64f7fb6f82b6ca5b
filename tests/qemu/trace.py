#!/usr/bin/python3
"""`phx trace` over the torture test on two CPUs: a viewer must accept the file, and what the loads do must be in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).resolve().parent))

from trace_format import problems  # noqa: E402

KINDS = ("thread_switch", "thread_wake", "irq_entry", "irq_exit", "timer_expiry", "mutex_wait", "mutex_got")


def main() -> int:
    command = [str(ROOT / "tools/phx"), "trace", "torture_smp", "--smp", "2", "--json", "--seconds", "30", "--append", "seconds=1"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout, done.stderr)
        return 1
    summary = json.loads(done.stdout)
    trace = json.loads(Path(summary["file"]).read_text(encoding="utf-8"))
    events = trace["traceEvents"]
    tracks = {(each["pid"], each["args"]["name"]) for each in events if each["ph"] == "M"}
    running = {(each["tid"], each["name"]) for each in events if each["ph"] == "X" and each["pid"] == 1}
    wrong = problems(trace)[:20]
    wrong += [f"no event {kind}" for kind in KINDS if summary["events"].get(kind, 0) < 10]
    wrong += [f"no track of CPU {cpu}" for cpu in (0, 1) if (1, f"CPU {cpu}") not in tracks]
    wrong += [f"CPU {cpu} runs nothing" for cpu in (0, 1) if not any(track == cpu for track, _ in running)]
    wrong += [f"no thread {name}" for name in ("mutex", "timers") if name not in {each for _, each in running}]
    wrong += [] if any(each["ph"] == "s" for each in events) else ["no arrow from a wake-up to the thread that was woken"]
    wrong += [] if any(each["ph"] == "b" for each in events) else ["no wait for a mutex"]
    for line in wrong:
        print(line)
    if wrong:
        print(done.stdout)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
