"""Files of a matrix do not depend on drafts that the viewer may not read."""

import io
from dataclasses import replace
from typing import Any, Final

import pytest
from openpyxl import load_workbook

from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.question import (
    AxisQuestion,
    Counting,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
)
from hub.web.files import MATRIX_CSV_PATH, MATRIX_WORKBOOK_PATH
from tests.conftest import GraphQLApi
from tests.questions.planted_drafts import MARK, MINISTERIAL
from tests.questions.probes import EAST_MATRIX, MARKS
from tests.questions.test_hidden_drafts import (
    BUNDLES_BY_DATABASE,
    VIEWERS,
    DraftDatabases,
    draft_databases,
)
from tests.web.file_requests import request_file

FIXTURES = (draft_databases,)
QUESTIONS: Final[tuple[MatrixQuestion, ...]] = (
    EAST_MATRIX,
    replace(EAST_MATRIX, counting=Counting.MENTIONS),
    MatrixQuestion(
        AxisQuestion(DimensionKind.AREA),
        AxisQuestion(DimensionKind.FUNDING),
        EAST_MATRIX.fiscal_years,
    ),
    MatrixQuestion(
        AxisQuestion(DimensionKind.ISSUE),
        AxisQuestion(DimensionKind.LINKAGE_STATUS),
        EAST_MATRIX.fiscal_years,
        MatrixFilter(areas=("C2552-09",)),
    ),
)
PATHS: Final = (MATRIX_CSV_PATH, MATRIX_WORKBOOK_PATH)


async def read_file(
    api: GraphQLApi, databases: DraftDatabases, viewer: Viewer, name: str, path: str, key: str
) -> Any:
    """Return the status and content of a file: of a workbook the values of its sheets."""
    response = await request_file(
        api, path, key=key, viewer=viewer, database=databases.databases[name], now=databases.now
    )
    assert response.status_code == 200, response.text
    if path == MATRIX_CSV_PATH:
        return response.content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(response.content))
    return str([[list(row) for row in sheet.values] for sheet in book.worksheets])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("viewer_name", VIEWERS)
async def test_file_is_the_file_without_hidden_drafts(
    api: GraphQLApi, draft_databases: DraftDatabases, viewer_name: str, path: str
) -> None:
    viewer, database_name = VIEWERS[viewer_name]
    visible = {bundle.mark for bundle in BUNDLES_BY_DATABASE[database_name]}
    hidden = [mark for mark in MARKS if mark not in visible] + ([] if visible else [MARK])
    for question in QUESTIONS:
        key = encode_matrix_key(question)
        found = await read_file(api, draft_databases, viewer, "both", path, key)
        assert found == await read_file(api, draft_databases, viewer, database_name, path, key)
        assert [mark for mark in hidden if mark in found] == []


@pytest.mark.parametrize("path", PATHS)
async def test_draft_is_in_the_file_of_its_owner(
    api: GraphQLApi, draft_databases: DraftDatabases, path: str
) -> None:
    owner, _ = VIEWERS["the owning department"]
    key = encode_matrix_key(EAST_MATRIX)
    assert MINISTERIAL.mark in await read_file(api, draft_databases, owner, "both", path, key)
