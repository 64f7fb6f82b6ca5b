#!/usr/bin/python3
"""`phx bench core` or `phx bench user` against their limits. Instruction counts repeat to the digit, so this may fail a build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    sys.exit(subprocess.run([str(ROOT / "tools/phx"), "bench", *sys.argv[1:]]).returncode)
