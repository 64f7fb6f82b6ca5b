"""Makes the tools and the generator importable, and says where the checkout is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "codegen"), str(ROOT / "tests" / "qemu")]


@pytest.fixture
def root() -> Path:
    return ROOT
