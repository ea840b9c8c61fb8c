"""The answers of the example questions on the reference data equal the stored answers.

If an answer changes intentionally, check the difference, write it again with
`make test ARGS="--write-answers"`, and give the reason in the commit message.
"""

import json
from pathlib import Path

import pytest

from tests.conftest import GraphQLApi

QUESTIONS = sorted(Path(__file__).parent.glob("*.graphql"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
async def test_answer_equals_the_stored_answer(
    api: GraphQLApi, question: Path, request: pytest.FixtureRequest
) -> None:
    answer = await api(question.read_text(encoding="utf-8"))
    assert "errors" not in answer
    answer_file = question.with_suffix(".json")
    if request.config.getoption("--write-answers"):
        text = json.dumps(answer["data"], ensure_ascii=False, indent=1)
        answer_file.write_text(text + "\n", encoding="utf-8")
    assert answer["data"] == json.loads(answer_file.read_text(encoding="utf-8"))


def test_at_least_ten_questions_exist() -> None:
    assert len(QUESTIONS) >= 10
