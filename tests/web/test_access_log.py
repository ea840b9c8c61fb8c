"""What others' drafts were read, what was changed and who was refused stands in the log, provably.

A party to a draft is made here by bending the one rule of `hub.store.visibility`: all else is the
hub's own.
"""

from typing import Any

import httpx2
import pytest

from hub.domain.identity.audit_log import AccessKind
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.database import Database
from tests.conftest import Asking
from tests.resolvers.test_quarantine import SETTLE, SINGBURI, SOURCE
from tests.services.test_who_sees_what import QUESTION, asked, plant
from tests.web.logged import (
    DRAFT,
    LOG,
    OPERATE,
    OTHER,
    OWNER,
    PARTY,
    READ,
    ROWS,
    STEWARD,
    links,
)

# ── reading ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("party")
async def test_a_read_of_anothers_draft_leaves_an_entry_with_its_id(
    asking: Asking, fresh_database: Database
) -> None:
    await plant(fresh_database, "PRIVATE")
    answer = await asking(READ, viewer=PARTY)
    assert answer["data"]["node"]["name"]["th"] == "โครงการลับสุดยอด"
    [one] = await links(fresh_database)
    assert (one.kind, one.records, one.record_count) == (AccessKind.READ, (DRAFT,), 1)
    assert (one.subject, one.agency_id, one.owner_id) == ("a party", "ministry:22", "ministry:05")
    assert (one.operation, one.purpose) == ("query Look: node", "จัดทำแผนจังหวัด")
    assert len(one.document or "") == 64
    assert len(one.trace_id or "") == 32


@pytest.mark.usefixtures("party")
@pytest.mark.parametrize(
    ("question", "variables", "known"),
    [
        ('{ project(by: {code: "secret"}) { id } }', None, {DRAFT}),
        ('{ projects(filter: {text: "ลับสุดยอด"}) { nodes { id } } }', None, {DRAFT}),
        ("{ linkages(first: 100) { nodes { id } } }", None, {"gid://hub/Linkage/secret"}),
        (QUESTION, asked(), {DRAFT, "gid://hub/Linkage/secret"}),
        (
            "query ($i: MatrixInput!) { matrix(input: $i) { total { projectCount } } }",
            asked(),
            {DRAFT, "gid://hub/Linkage/secret"},
        ),
        (
            '{ area(by: {code: "20"}) { projects(first: 100) { nodes { id } } } }',
            None,
            {DRAFT},
        ),
    ],
    ids=["code", "list", "linkages", "matrix", "total alone", "area"],
)
async def test_however_a_draft_is_reached_it_is_told(
    asking: Asking,
    fresh_database: Database,
    question: str,
    variables: dict[str, Any] | None,
    known: set[str],
) -> None:
    await plant(fresh_database, "PRIVATE")
    await fresh_database.pool.execute(
        "insert into project_area (project_id, area_id, basis) values ('secret', '20', 'UNKNOWN')"
    )
    answer = await asking(question, variables, viewer=PARTY)
    assert "errors" not in answer
    told = {record for one in await links(fresh_database) for record in one.records}
    assert told == known


@pytest.mark.usefixtures("party")
async def test_a_plan_that_is_no_more_than_a_draft_is_told(
    asking: Asking, fresh_database: Database
) -> None:
    plan = await fresh_database.pool.fetchval(
        "update plan_version set visibility = 'PRIVATE', owner_id = 'ministry:05' "
        "where plan_id = (select plan_id from plan_version order by plan_id limit 1) "
        "returning plan_id"
    )
    question = f'{{ plan(id: "gid://hub/Plan/{plan}") {{ title {{ th }} }} }}'
    assert (await asking(question))["data"]["plan"] is None
    assert (await asking(question, viewer=PARTY))["data"]["plan"]
    [one] = await links(fresh_database)
    assert one.records[0].startswith("gid://hub/PlanVersion/")
    assert (await asking(question, viewer=OWNER))["data"]["plan"]
    assert len(await links(fresh_database)) == 1


async def test_ones_own_drafts_leave_none(asking: Asking, fresh_database: Database) -> None:
    await plant(fresh_database, "PRIVATE")
    assert (await asking(READ, viewer=OWNER))["data"]["node"]
    assert "errors" not in await asking(QUESTION, asked(), viewer=OWNER)
    assert await links(fresh_database) == []


async def test_what_is_published_is_read_without_a_statement_more(
    asking: Asking, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many statements for a ministry as for anybody, and the log is not even opened."""
    cost = []
    monkeypatch.setattr("hub.store.identity.audit_log.AuditLogWriter._append_batch", None)
    for viewer in (ANONYMOUS, PARTY, STEWARD):
        answer = await asking(QUESTION, asked(), viewer=viewer)
        assert "errors" not in answer
        cost.append(asking.statements)
    assert len(set(cost)) == 1
    assert await links(fresh_database) == []


@pytest.mark.usefixtures("party")
async def test_where_the_log_cannot_be_written_the_answer_does_not_leave(
    asking: Asking, fresh_database: Database
) -> None:
    await plant(fresh_database, "PRIVATE")
    await fresh_database.pool.execute("alter table access_head rename to access_head_away")
    asking.viewer = PARTY
    response = await asking.post(READ)
    assert response.status_code == 503
    assert "retry-after" in response.headers
    assert "ลับ" not in response.text
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "UNREADY"
    assert "withheld" in error["message"]
    published = await asking(QUESTION, asked(), viewer=PARTY)
    assert published["errors"][0]["extensions"]["code"] == "UNREADY"  # its figures count the draft
    assert "errors" not in await asking(QUESTION, asked())
    await fresh_database.pool.execute("alter table access_head_away rename to access_head")
    assert (await asking(READ, viewer=PARTY))["data"]["node"]


@pytest.mark.usefixtures("party")
async def test_a_purpose_is_the_requests_else_the_registers_and_one_line(
    asking: Asking, fresh_database: Database
) -> None:
    await plant(fresh_database, "PRIVATE")
    asking.viewer = PARTY

    async def posted(purpose: bytes) -> httpx2.Response:
        return await asking.post(READ, headers=[(b"X-Purpose", purpose)])

    for purpose in ("ติดตามงบประมาณ".encode(), b"%E0%B8%81", b" "):
        assert (await posted(purpose)).status_code == 200
    found = [one.purpose for one in await links(fresh_database)]
    assert found == ["ติดตามงบประมาณ", "ก", "จัดทำแผนจังหวัด"]
    for purpose in (b"x" * 201, b"%00", b"a%0Ab"):
        refused = await posted(purpose)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["extensions"]["field"] == "X-Purpose"


# ── what waits at sources, and rulings ──────────────────────────────────────────────────────────


async def test_a_stewards_look_at_an_agencys_rows_is_told_to_that_agency(
    asking: Asking, waiting: Database
) -> None:
    answer = await asking(ROWS, viewer=STEWARD)
    ids = [one["id"] for one in answer["data"]["source"]["quarantine"]["nodes"]]
    own = Viewer("a steward", "ministry:15", STEWARD.scopes)
    assert "errors" not in await asking(ROWS, viewer=own)
    [one] = await links(waiting)
    assert (sorted(one.records), one.owner_id, one.source_id) == (ids, "ministry:15", "made_up")
    seen = (await asking(LOG, {"source": SOURCE}, viewer=own))["data"]["accessLog"]["nodes"]
    assert [(n["subject"], n["source"]["id"]) for n in seen] == [("a steward", SOURCE)]


async def test_a_ruling_is_logged_with_what_it_settled_and_a_refused_one_too(
    asking: Asking, waiting: Database
) -> None:
    own = Viewer("an officer", "ministry:15", frozenset({OPERATE}))
    sent = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    for viewer in (own, own, OTHER, ANONYMOUS):
        await asking(SETTLE, {"input": sent}, viewer=viewer)
    done, again, strange, nobody = await links(waiting)
    assert (done.kind, done.records, done.record_count) == (AccessKind.WRITE, (SOURCE,), 3)
    assert (done.subject, done.owner_id, done.source_id) == ("an officer", "ministry:15", "made_up")
    assert (again.kind, again.records, again.record_count) == (AccessKind.WRITE, (), 0)
    assert (strange.kind, strange.reason, strange.subject) == (
        AccessKind.DENIED, "FORBIDDEN", "another",
    )  # fmt: skip
    assert (nobody.reason, nobody.subject) == ("UNAUTHENTICATED", None)
    for one in (done, again, strange, nobody):
        assert one.operation == "mutation: quarantineSettle"


async def test_what_is_rolled_back_was_never_logged(
    asking: Asking, waiting: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await waiting.pool.execute("alter function append_access rename to append_access_away")
    own = Viewer("an officer", "ministry:15", frozenset({OPERATE}))
    sent = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    await asking(SETTLE, {"input": sent}, viewer=own)
    left = "select count(*) from quarantine where status = 'WAITING'"
    assert await waiting.pool.fetchval(left) == 3
    await waiting.pool.execute("alter function append_access_away rename to append_access")
    assert await links(waiting) == []


# ── reading the log ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("party")
async def test_an_agency_reads_of_its_own_data_and_calls_and_a_steward_reads_all(
    asking: Asking, fresh_database: Database
) -> None:
    await plant(fresh_database, "PRIVATE")
    for _ in range(3):
        await asking(READ, viewer=PARTY)

    async def read_by(viewer: Viewer, **more: Any) -> Any:
        return (await asking(LOG, more, viewer=viewer))["data"]["accessLog"]

    for viewer, count in ((OWNER, 3), (PARTY, 3), (OTHER, 0), (STEWARD, 3)):
        assert len((await read_by(viewer))["nodes"]) == count, viewer
    page = await read_by(OWNER, first=2)
    numbers = [one["id"] for one in page["nodes"]]
    assert numbers == ["gid://hub/AccessRecord/3", "gid://hub/AccessRecord/2"]
    rest = await read_by(OWNER, after=page["pageInfo"]["endCursor"])
    assert [one["id"] for one in rest["nodes"]] == ["gid://hub/AccessRecord/1"]
    assert page["nodes"][0]["previousDigest"] == page["nodes"][1]["digest"]
    assert rest["nodes"][0]["previousDigest"] == "00" * 32
    late = page["nodes"][0]["at"]
    assert len((await read_by(OWNER, since=late))["nodes"]) == 1
    node = '{ node(id: "gid://hub/AccessRecord/2") { id ... on AccessRecord { digest } } }'
    assert (await asking(node, viewer=OWNER))["data"]["node"]["digest"] == page["nodes"][1][
        "digest"
    ]
    assert (await asking(node, viewer=OTHER))["data"]["node"] is None
    assert (await asking(node))["data"]["node"] is None


async def test_the_log_is_for_who_may_read_it(asking: Asking) -> None:
    answer = await asking(LOG)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    reader = Viewer("a reader", "ministry:05")
    answer = await asking(LOG, viewer=reader)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
