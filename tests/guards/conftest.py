"""Copies of the tree that a test may break."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from copies import Checkout, copy_tree  # noqa: E402


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return copy_tree(tmp_path)
