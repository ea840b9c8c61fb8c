"""Files of a joint session over HTTP: the minutes as .docx, and their annex as .xlsx."""

import io
import itertools
from typing import Any, Final
from urllib.parse import unquote

import httpx2
import pytest
from docx import Document
from openpyxl import load_workbook

from hub.domain.identity.audit_log import AccessRecord
from hub.domain.identity.viewer import Permission
from hub.store.database import Database
from hub.web.graphql.limits import MAX_COST
from hub.web.session_files import SESSION_FILE_QUERY
from tests.conftest import GraphQLApi
from tests.web.audit_log import list_audit_entries
from tests.web.closed_session import (
    FORMULA,
    HIDDEN_NAME,
    conclude_and_close,
    list_rows,
    list_tables,
    read_text,
)
from tests.web.graphql.negotiation import Negotiation
from tests.web.graphql.session_client import DelegationClient
from tests.web.graphql.test_sessions import talks as talks  # noqa: PLC0414 - a fixture

KINDS: Final = ("docx", "xlsx")
MINUTES: Final = """
query ($id: ID!) { session(id: $id) {
  title { th }
  minutes {
    digest markdown english: markdown(locale: EN)
    agreements { memorandum digest operations { text { th } } parties { name { th } } }
    objections { reason } conditions { text } open { title }
  }
  changes { changed {
    before { state projectCount } after { state projectCount row { label { th } } }
  } }
  matrix { table { state projectCount } }
  commitments(first: 100) { nodes { text dueOn agency { name { th } shortName { th } } } }
  agenda(first: 30) { nodes { proposals(first: 5) { nodes { summary
    positionHistory(first: 10) { nodes { stance reason inForce } }
  } } } }
} }
"""


@pytest.fixture
async def closed(talks: Negotiation) -> Negotiation:
    """Return a closed session with an agreement and an objection."""
    await conclude_and_close(talks)
    return talks


async def get_file(
    client: DelegationClient | None,
    talks: Negotiation,
    kind: str,
    key: str | None = None,
    **parameters: str,
) -> httpx2.Response:
    """Request a file of the session, or of another key, as a client; null: without a token."""
    key = key or talks.session["id"].rpartition("/")[2]
    headers = {} if client is None else {"Authorization": f"Bearer {client.token}"}
    return await talks.host.instance.http.get(
        f"/files/session/{key}.{kind}", params=parameters, headers=headers
    )


async def read_markdown(client: DelegationClient, talks: Negotiation) -> str:
    """Return the minutes over GraphQL."""
    query = "query ($id: ID!) { session(id: $id) { minutes { markdown } } }"
    data = await client.send(query, id=talks.session["id"])
    text: str = data["session"]["minutes"]["markdown"]
    return text


async def list_file_entries(database: Database) -> list[AccessRecord]:
    """Return the entries of the audit log about files of a session."""
    entries = await list_audit_entries(database)
    return [one for one in entries if str(one.operation) == "query SessionFile: session"]


async def fetch_session(talks: Negotiation) -> dict[str, Any]:
    """Return the session over GraphQL as its host sees it."""
    data = await talks.host.send(MINUTES, id=talks.session["id"])
    found: dict[str, Any] = data["session"]
    return found


async def test_the_document_has_what_the_minutes_have(closed: Negotiation) -> None:
    """Headings in their order, memoranda with digests, and each list as a table."""
    session = await fetch_session(closed)
    minutes = session["minutes"]
    response = await get_file(closed.host, closed, "docx")
    document = Document(io.BytesIO(response.content))
    headings = [
        one.text
        for one in document.paragraphs
        if one.style is not None and one.style.name in {"Title", "Heading 1"}
    ]
    lines = minutes["markdown"].split("\n")
    assert [*(one.lstrip("# ") for one in lines if one.startswith("#")), "ลงชื่อ"] == headings
    text = read_text(response)
    [agreement] = minutes["agreements"]
    assert agreement["memorandum"] in text
    assert f"SHA-256: {agreement['digest']}" in text
    tables = list_tables(response)
    assert (
        [row[1] for row in tables["เงื่อนไข"][1:]]
        == [FORMULA]
        == [one["text"] for one in minutes["conditions"]]
    )
    assert [row[1] for row in tables["ความเห็นแย้ง"][1:]] == ["@SUM(A1) ไม่ตรงกับแผน"]
    [commitment] = session["commitments"]["nodes"]
    assert [row[1:] for row in tables["ข้อผูกพัน"][1:]] == [[commitment["text"], "31 มกราคม 2570"]]
    titles = [row[0] for row in tables["วาระที่ไม่ได้ข้อยุติ"][1:]]
    assert titles == [one["title"] for one in minutes["open"]]
    counts = [(row[3], row[5]) for row in tables["เมทริกซ์ก่อนและหลัง"][1:]]
    assert counts == [
        (str(one["before"]["projectCount"]), str(one["after"]["projectCount"]))
        for one in session["changes"]["changed"]
    ]


async def test_the_document_is_set_in_a_thai_font_on_a4(closed: Negotiation) -> None:
    """The font is named for complex scripts too, or Word would take another for Thai."""
    response = await get_file(closed.host, closed, "docx")
    document = Document(io.BytesIO(response.content))
    for name in ("Normal", "Title", "Heading 1"):
        fonts = document.styles[name].element.rPr.rFonts
        values = {key.rpartition("}")[2]: text for key, text in fonts.attrib.items()}
        assert values == dict.fromkeys(("ascii", "hAnsi", "cs", "eastAsia"), "TH Sarabun New")
    [section] = document.sections
    assert section.page_width is not None
    assert (round(section.page_width.mm), round((section.page_height or 0) / 36_000)) == (210, 297)
    table = document.tables[0]
    assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")


async def test_the_annex_has_operations_commitments_cells_and_positions(
    closed: Negotiation,
) -> None:
    """As many rows as GraphQL answers, and the same figures."""
    session = await fetch_session(closed)
    response = await get_file(closed.host, closed, "xlsx", lang="th")
    [agreement] = session["minutes"]["agreements"]
    [row] = list_rows(response, "ข้อตกลง")
    assert row["สิ่งที่ตกลง"] == agreement["operations"][0]["text"]["th"]
    assert row["ค่าแฮช SHA-256"] == agreement["digest"]
    [row] = list_rows(response, "ข้อผูกพัน")
    [commitment] = session["commitments"]["nodes"]
    assert (row["สิ่งที่จะทำ"], row["ภายใน"], row["ข้อตกลงที่"]) == (
        commitment["text"],
        commitment["dueOn"],
        1,
    )
    cells = list_rows(response, "เมทริกซ์")
    table = session["matrix"]["table"]
    assert [one["โครงการหลัง"] for one in cells] == table["projectCount"]
    assert [one["โครงการหลัง"] for one in cells if one["เปลี่ยน"] == "ใช่"] == [
        one["after"]["projectCount"] for one in session["changes"]["changed"]
    ]
    expected = [
        position
        for item in session["agenda"]["nodes"]
        for proposal in item["proposals"]["nodes"]
        for position in proposal["positionHistory"]["nodes"]
    ]
    positions = list_rows(response, "ท่าที")
    assert len(positions) == len(expected) == 4
    assert [one["ยังมีผล"] for one in positions].count("ไม่ใช่") == 1


async def test_a_text_of_the_annex_is_never_a_formula(closed: Negotiation) -> None:
    """Texts stay as delegates wrote them, without what XML cannot have."""
    response = await get_file(closed.host, closed, "xlsx")
    book = load_workbook(io.BytesIO(response.content))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    values = {str(cell.value) for cell in cells}
    assert {FORMULA, "@SUM(A1) ไม่ตรงกับแผน"} <= values


async def test_who_may_not_see_the_session_gets_404_as_for_one_that_is_not(
    closed: Negotiation,
) -> None:
    """The same answer, so that nobody learns of a session."""
    stranger = await DelegationClient.sign_in(closed.host.instance, "province:21")
    for kind, client in itertools.product(KINDS, (stranger, None)):
        hidden = await get_file(client, closed, kind)
        unknown = await get_file(client, closed, kind, key="nothing")
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        messages = [one.json()["errors"][0]["message"] for one in (hidden, unknown)]
        assert messages[0] == messages[1]


async def test_a_hidden_project_is_not_named_and_one_of_others_is_logged(
    closed: Negotiation,
) -> None:
    """A delegation that may not see a project gets files without it; who may is in the log."""
    instance = closed.host.instance
    scopes = frozenset({Permission.STEWARD.value})
    steward = DelegationClient(
        instance, (await DelegationClient.register(instance, "ministry:01", scopes)).token
    )
    for kind in KINDS:
        assert HIDDEN_NAME in read_text(await get_file(closed.other, closed, kind))
    await instance.database.pool.execute(
        "update project set visibility = 'PRIVATE' where id = 'p1'"
    )
    assert HIDDEN_NAME not in await read_markdown(closed.other, closed)
    assert HIDDEN_NAME in await read_markdown(closed.function, closed)
    for kind in KINDS:
        assert HIDDEN_NAME not in read_text(await get_file(closed.other, closed, kind))
        assert await list_file_entries(instance.database) == []
    for number, kind in enumerate(KINDS, start=1):
        assert HIDDEN_NAME in read_text(await get_file(steward, closed, kind))
        assert len(await list_file_entries(instance.database)) == number


async def test_a_file_is_named_in_its_language_and_not_cached(closed: Negotiation) -> None:
    """An unknown language is refused."""
    for kind in KINDS:
        for lang, part in (("th", "รายงานการประชุม"), ("en", "inutes")):
            response = await get_file(closed.host, closed, kind, lang=lang)
            disposition = response.headers["content-disposition"]
            assert 'filename="minutes-' in disposition
            assert part in unquote(disposition.partition("UTF-8''")[2])
            assert response.headers["cache-control"] == "no-store"
        response = await get_file(closed.host, closed, kind, lang="de")
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["field"] == "lang"
    assert "Minutes: " in read_text(await get_file(closed.host, closed, "docx", lang="en"))


async def test_too_large_a_file_is_refused(
    closed: Negotiation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is of rows."""
    monkeypatch.setattr("hub.services.session_files.read_answer.MAX_ROWS", 3)
    for kind in KINDS:
        response = await get_file(closed.host, closed, kind)
        assert response.status_code == 400
        assert response.json()["errors"][0]["extensions"]["code"] == "TOO_COSTLY"


async def test_a_session_that_was_not_closed_has_a_draft(talks: Negotiation) -> None:
    """The draft says so."""
    assert "ร่าง ณ วันที่" in read_text(await get_file(talks.host, talks, "docx"))
    cells = list_rows(await get_file(talks.host, talks, "xlsx"), "เมทริกซ์")
    assert {one["เปลี่ยน"] for one in cells} == {"ไม่ใช่"}


async def test_the_query_of_a_file_is_answered_and_costs_less_than_the_limit(
    api: GraphQLApi,
) -> None:
    """It is a query like others, so that lists of operations can have it."""
    answer = await api(SESSION_FILE_QUERY, {"id": "gid://hub/JointSession/none"})
    assert answer["data"] == {"session": None}
    assert 0 < api.cost < MAX_COST
