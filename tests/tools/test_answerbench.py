"""`phx bench answers`: the graph of many instances that it makes up is one that all its questions have an answer about."""

from __future__ import annotations

from pathlib import Path

import pytest
from phoenix.api import check, resolve
from phoenix_tools import answerbench
from phoenix_tools.cli import run


def test_the_big_graph_resolves(tmp_path: Path) -> None:
    answerbench.write_project(tmp_path, 60)
    assert check(tmp_path, []) == ()
    assert len(resolve(tmp_path, "big").instances) == 61 and len(resolve(tmp_path, "less").instances) == 60


@pytest.mark.parametrize("question", [big.replace("p500", "p5") for _, big in answerbench._QUESTIONS if big])
def test_all_questions_have_an_answer(tmp_path: Path, question: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answerbench.write_project(tmp_path, 60)
    answerbench.write_image(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path, question.split()) == 0, capsys.readouterr().err
