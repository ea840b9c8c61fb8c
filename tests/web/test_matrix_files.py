"""Files of a matrix over HTTP: admitted, limited, logged and refused as queries are."""

import csv
import io
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import httpx2
import pytest
from openpyxl import load_workbook

from hub.bootstrap.application import build_application
from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.domain.matrix.key import encode_matrix_key
from hub.domain.matrix.question import (
    AxisQuestion,
    DimensionKind,
    MatrixFilter,
    MatrixQuestion,
    MemberSelector,
)
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.settings import Settings
from hub.store.database import Database
from hub.web.files import MATRIX_CSV_PATH, MATRIX_WORKBOOK_PATH
from hub.web.graphql.allow_list import OperationAllowList, load_documents
from hub.web.graphql.limits import MAX_COST
from hub.web.graphql.slots import COSTLY
from hub.web.matrix_files import FILE_QUERY
from tests.conftest import GraphQLApi, StubAuthentication
from tests.services.matrix.test_hidden_projects import insert_secret_project
from tests.web.audit_log import CONSUMER, DRAFT_ID, OWNER, list_audit_entries
from tests.web.file_requests import request_file

EASTERN: Final = MatrixQuestion(
    AxisQuestion(DimensionKind.ACTOR_LEVEL),
    AxisQuestion(DimensionKind.STAGE),
    FiscalYearRange(FiscalYear(2011), FiscalYear(2011)),
    MatrixFilter(chains=("tourism-east",)),
)
KEY: Final = encode_matrix_key(EASTERN)
PATHS: Final = (MATRIX_CSV_PATH, MATRIX_WORKBOOK_PATH)
HIDDEN_NAME: Final = "โครงการลับสุดยอด"
TOO_LARGE: Final = (
    ("hub.web.matrix_files.MAX_CSV_LINES", MATRIX_CSV_PATH),
    ("hub.web.matrix_files.MAX_WORKBOOK_LINES", MATRIX_WORKBOOK_PATH),
)


def read_texts(response: httpx2.Response) -> str:
    """Return all texts of a file, one after the other."""
    assert response.status_code == 200, response.text
    if response.headers["content-type"].startswith("text/csv"):
        return response.content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO(response.content))
    return "\n".join(
        str(cell) for sheet in book.worksheets for row in sheet.values for cell in row if cell
    )


def only_error(response: httpx2.Response, status: int = 400) -> dict[str, Any]:
    """Return the error of a response, with the message in both languages."""
    assert response.status_code == status, response.text
    assert response.headers["cache-control"] == "no-store"
    [error] = response.json()["errors"]
    assert " · " in error["message"]
    found: dict[str, Any] = error
    return found


async def test_csv_of_a_key_has_the_lines_of_the_matrix(api: GraphQLApi) -> None:
    response = await request_file(api, MATRIX_CSV_PATH, key=KEY, phase="APPROPRIATED", lang="en")
    assert response.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(read_texts(response), newline="")))
    answer = await api(
        "query ($key: ID!) { savedMatrix(key: $key) { table { state projectCount } } }",
        {"key": KEY},
    )
    table = answer["data"]["savedMatrix"]["table"]
    by_cell: dict[tuple[str, str], list[dict[str, str]]] = {}
    for line in lines:
        by_cell.setdefault((line["row_key"], line["column_key"]), []).append(line)
    assert [found[0]["state_code"] for found in by_cell.values()] == table["state"]
    counts = [len({one["counted_as"] for one in found} - {""}) for found in by_cell.values()]
    assert counts == table["projectCount"]


@pytest.mark.parametrize("path", PATHS)
async def test_file_is_saved_under_a_name_in_ascii_and_in_its_language(
    api: GraphQLApi, path: str
) -> None:
    for lang, name in (("th", "เมทริกซ์ ผู้ดำเนินการ × ขั้นของห่วงโซ่"), ("en", "Matrix Actor × Stage")):
        response = await request_file(api, path, key=KEY, lang=lang)
        disposition = response.headers["content-disposition"]
        suffix = path.rpartition(".")[2]
        assert disposition.startswith(
            f'attachment; filename="matrix-actor-level-stage-2554-appropriated.{suffix}"; '
        )
        assert unquote(disposition.partition("UTF-8''")[2]).startswith(name)
        assert response.headers["cache-control"] == "no-store"


async def test_phase_and_language_have_defaults(api: GraphQLApi) -> None:
    short = await request_file(api, MATRIX_CSV_PATH, key=KEY)
    assert (
        short.content
        == (
            await request_file(api, MATRIX_CSV_PATH, key=KEY, phase="APPROPRIATED", lang="th")
        ).content
    )
    assert "งบเบิกจ่าย" in read_texts(
        await request_file(api, MATRIX_CSV_PATH, key=KEY, phase="DISBURSED")
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "key"),
        ({"key": KEY[:-1]}, "key"),
        ({"key": KEY[1:]}, "key"),
        ({"key": "ก"}, "key"),
        ({"key": KEY, "phase": "SPENT"}, "phase"),
        ({"key": KEY, "phase": "appropriated"}, "phase"),
        ({"key": KEY, "lang": "de"}, "lang"),
    ],
)
async def test_wrong_parameter_is_named_in_both_languages(
    api: GraphQLApi, path: str, parameters: dict[str, Any], field: str
) -> None:
    error = only_error(await request_file(api, path, **parameters))
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["field"] == field
    assert error["extensions"]["th"]
    assert error["extensions"]["en"]


@pytest.mark.parametrize("path", PATHS)
async def test_key_of_an_unknown_area_is_rejected_as_in_a_query(api: GraphQLApi, path: str) -> None:
    rows = AxisQuestion(DimensionKind.AREA, MemberSelector(ids=("nowhere",)))
    question = MatrixQuestion(rows, EASTERN.columns, EASTERN.fiscal_years, EASTERN.filter)
    error = only_error(await request_file(api, path, key=encode_matrix_key(question)))
    assert error["extensions"]["code"] == "INVALID"
    assert error["extensions"]["field"] == "rows.members"


@pytest.mark.parametrize(("limit", "path"), TOO_LARGE)
async def test_too_large_a_file_names_the_limit_and_what_to_do_instead(
    api: GraphQLApi, monkeypatch: pytest.MonkeyPatch, limit: str, path: str
) -> None:
    monkeypatch.setattr(limit, 30)
    error = only_error(await request_file(api, path, key=KEY))
    assert error["extensions"]["code"] == "TOO_COSTLY"
    assert error["extensions"]["limit"] == 30
    for part in (
        "30",
        "บรรทัดในไฟล์",
        "lines of the file",
        "ถามให้แคบลง",
        "a smaller question",
        "table",
    ):
        assert part in error["message"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_other_methods_are_not_allowed(api: GraphQLApi, path: str, method: str) -> None:
    response = await request_file(api, path, key=KEY, method=method)
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize("path", PATHS)
async def test_head_has_the_headers_of_get(api: GraphQLApi, path: str) -> None:
    found = await request_file(api, path, key=KEY, method="GET")
    head = await request_file(api, path, key=KEY, method="HEAD")
    assert head.status_code == 200
    for name in ("content-type", "content-disposition", "cache-control"):
        assert head.headers[name] == found.headers[name]
    assert (await request_file(api, path, key="x", method="HEAD")).status_code == 400


@pytest.mark.parametrize("path", PATHS)
async def test_a_draft_is_in_the_file_of_its_owner_alone(
    api: GraphQLApi, fresh_database: Database, path: str
) -> None:
    before = await request_file(api, path, key=KEY, database=fresh_database)
    await insert_secret_project(fresh_database, "PRIVATE")
    assert HIDDEN_NAME in read_texts(
        await request_file(api, path, key=KEY, viewer=OWNER, database=fresh_database)
    )
    for viewer in (ANONYMOUS, Viewer("a reader", "ministry:09", frozenset())):
        after = await request_file(api, path, key=KEY, viewer=viewer, database=fresh_database)
        assert HIDDEN_NAME not in read_texts(after)
        if path == MATRIX_CSV_PATH:
            assert after.content == before.content


@pytest.mark.usefixtures("agreement")
@pytest.mark.parametrize("path", PATHS)
async def test_a_file_with_anothers_draft_is_logged_as_its_query(
    fresh_api: GraphQLApi, fresh_database: Database, path: str
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    await request_file(fresh_api, path, key=KEY, viewer=CONSUMER)
    [entry] = await list_audit_entries(fresh_database)
    assert set(entry.records) == {DRAFT_ID, "gid://hub/Linkage/secret"}
    assert str(entry.operation) == "query MatrixFile: savedMatrix"
    await request_file(fresh_api, path, key=KEY, viewer=OWNER)
    await request_file(fresh_api, path, key=KEY)
    assert len(await list_audit_entries(fresh_database)) == 1


@pytest.mark.usefixtures("agreement")
@pytest.mark.parametrize("path", PATHS)
async def test_a_file_is_withheld_when_the_audit_log_cannot_be_written(
    fresh_api: GraphQLApi, fresh_database: Database, path: str
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    await fresh_database.pool.execute("alter table access_head rename to access_head_away")
    response = await request_file(fresh_api, path, key=KEY, viewer=CONSUMER)
    assert only_error(response, 503)["extensions"]["code"] == "UNREADY"
    assert "retry-after" in response.headers
    assert (await request_file(fresh_api, path, key=KEY)).status_code == 200


async def test_a_file_costs_as_much_as_a_costly_query(api: GraphQLApi) -> None:
    answer = await api(FILE_QUERY, {"key": KEY})
    assert "errors" not in answer
    assert COSTLY <= api.cost < MAX_COST


async def test_files_count_towards_the_rate_of_their_client(database: Database) -> None:
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=1)
    hub = build_application(
        settings, database, authentication=StubAuthentication(), monotonic=lambda: 0.0
    )
    transport = httpx2.ASGITransport(hub.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        statuses = []
        for _ in range(8):
            response = await client.get(MATRIX_CSV_PATH, params={"key": KEY})
            statuses.append(response.status_code)
        refused = await client.post(
            "/graphql", json={"query": FILE_QUERY, "variables": {"key": KEY}}
        )
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert only_error(response, 429)["extensions"]["code"] == "RATE_LIMITED"
    assert "retry-after" in response.headers
    assert refused.status_code == 429


async def test_only_a_client_that_may_send_the_query_gets_files(
    database: Database, tmp_path: Path
) -> None:
    document = tmp_path / "anonymous" / "matrix-file.graphql"
    document.parent.mkdir()
    settings = Settings("127.0.0.1", 0, Path("unused"), False, None, 1, rate=0)
    for text, status in (("{ __typename }", 403), (FILE_QUERY, 200)):
        document.write_text(text, "utf-8")
        hub = build_application(
            settings,
            database,
            authentication=StubAuthentication(),
            operations=OperationAllowList(load_documents(tmp_path)),
        )
        transport = httpx2.ASGITransport(hub.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            for path in PATHS:
                assert (await client.get(path, params={"key": KEY})).status_code == status


async def test_statements_of_a_file_filter_by_visibility_and_mark_drafts(
    api: GraphQLApi, database: Database
) -> None:
    officer = Viewer("an officer", "ministry:05", frozenset({Permission.OPERATE_SOURCES.value}))
    assert (await request_file(api, MATRIX_CSV_PATH, key=KEY, viewer=officer)).status_code == 200
    lines = [one for one in api.sent_statements if "ranked_lines" in one]
    projects = [one for one in api.sent_statements if "wanted(id) JOIN project" in one]
    assert (len(lines), len(projects)) == (1, 1)
    assert len(api.sent_statements) < 40
    async with database.pool.acquire() as connection:
        for statement, marks in (
            (lines[0], {"group_r", "group_c"}),
            (projects[0], {"unpublished"}),
        ):
            assert "visibility" in statement
            prepared = await connection.prepare(statement)
            assert marks <= {column.name for column in prepared.get_attributes()}
