"""Tests that every statement on a protected table filters by the viewer's predicate.

It checks the statements that were sent, not the code that built them.
"""

import re
from pathlib import Path

import pytest

from tests.conftest import GraphQLApi

QUESTIONS = sorted((Path(__file__).parents[1] / "questions").glob("*.graphql"))
READS_PROTECTED_TABLE = re.compile(
    r"\b(?:FROM|JOIN)\s+\(*(?:history\.)?(project|linkage|plan_version)\b"
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
async def test_statement_on_a_protected_table_filters_by_visibility(
    api: GraphQLApi, question: Path
) -> None:
    answer = await api(question.read_text(encoding="utf-8"))
    assert "errors" not in answer
    for statement in api.sent_statements:
        if READS_PROTECTED_TABLE.search(statement):
            assert "visibility" in statement, statement
