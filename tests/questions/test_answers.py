"""Real users' questions, and the answers the reference data gives them.

An answer that changes is a decision: look at the difference, then write it anew with
`make test ARGS="--write-answers"` and say why in the commit.
"""

import json
from pathlib import Path

import pytest

from tests.conftest import Asking

QUESTIONS = sorted(Path(__file__).parent.glob("*.graphql"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
async def test_a_question_gets_the_answer_it_always_got(
    ask: Asking, question: Path, request: pytest.FixtureRequest
) -> None:
    answer = await ask(question.read_text(encoding="utf-8"))
    assert "errors" not in answer
    kept = question.with_suffix(".json")
    if request.config.getoption("--write-answers"):
        text = json.dumps(answer["data"], ensure_ascii=False, indent=1)
        kept.write_text(text + "\n", encoding="utf-8")
    assert answer["data"] == json.loads(kept.read_text(encoding="utf-8"))


def test_there_are_questions_to_ask() -> None:
    assert len(QUESTIONS) >= 10
