"""Tests that a statement that returns unpublished rows marks them for the audit log.

Like `test_visibility_filter`, it checks the statements that were sent; the server describes the
columns that each statement returns.
"""

import re
from pathlib import Path

import pytest

from hub.domain.identity.viewer import Permission, Viewer
from hub.store.database import Database
from tests.conftest import GraphQLApi

QUESTIONS = sorted((Path(__file__).parents[1] / "questions").glob("*.graphql"))
READS_PROTECTED_TABLE = re.compile(
    r"\b(?:FROM|JOIN)\s+\(*(?:history\.)?(project|linkage|plan_version)\b"
)
OFFICER = Viewer("an officer", "ministry:05", frozenset({Permission.OPERATE_SOURCES.value}))
EXEMPT_COLUMNS = {
    ("r", "c", "n"): "hidden projects: that so many are listed is everybody's to know",
    ("group_r", "group_c"): "parts of figures: drawing the figures has told of them",
}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
async def test_statement_that_returns_unpublished_rows_marks_them(
    api: GraphQLApi, database: Database, question: Path
) -> None:
    answer = await api(question.read_text(encoding="utf-8"), viewer=OFFICER)
    assert "errors" not in answer
    async with database.pool.acquire() as connection:
        for statement in filter(READS_PROTECTED_TABLE.search, api.sent_statements):
            prepared = await connection.prepare(statement)
            columns = {column.name for column in prepared.get_attributes()}
            is_exempt = any(columns.issuperset(exempt) for exempt in EXEMPT_COLUMNS)
            assert "unpublished" in columns or is_exempt, statement
