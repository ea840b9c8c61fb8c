"""Tests the audit log: reads of other agencies' drafts, changes and denied access, in a chain.

The fixture `agreement` gives a viewer access to another agency's draft.
"""

from typing import Any

import httpx2
import pytest

from hub.domain.identity.audit_log import AccessKind
from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.store.database import Database
from tests.conftest import GraphQLApi
from tests.resolvers.test_quarantine import SETTLE_MUTATION, SINGBURI, SOURCE
from tests.services.matrix.test_hidden_projects import (
    MATRIX_QUERY,
    build_variables,
    insert_secret_project,
)
from tests.web.audit_log import (
    AUDIT_LOG_QUERY,
    CONSUMER,
    DRAFT_ID,
    DRAFT_QUERY,
    OPERATE,
    OTHER,
    OWNER,
    QUARANTINE_QUERY,
    STEWARD,
    list_audit_entries,
)

# ── reading drafts ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("agreement")
async def test_reading_another_agencys_draft_logs_an_entry_with_its_id(
    fresh_api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    answer = await fresh_api(DRAFT_QUERY, viewer=CONSUMER)
    assert answer["data"]["node"]["name"]["th"] == "โครงการลับสุดยอด"
    [entry] = await list_audit_entries(fresh_database)
    assert (entry.kind, entry.records, entry.record_count) == (AccessKind.READ, (DRAFT_ID,), 1)
    assert (entry.subject, entry.agency_id, entry.owner_id) == (
        "a party",
        "ministry:22",
        "ministry:05",
    )
    assert (entry.operation, entry.purpose) == ("query Look: node", "จัดทำแผนจังหวัด")
    assert len(entry.document or "") == 64
    assert len(entry.trace_id or "") == 32


@pytest.mark.usefixtures("agreement")
@pytest.mark.parametrize(
    ("question", "variables", "expected"),
    [
        ('{ project(by: {code: "secret"}) { id } }', None, {DRAFT_ID}),
        ('{ projects(filter: {text: "ลับสุดยอด"}) { nodes { id } } }', None, {DRAFT_ID}),
        ("{ linkages(first: 100) { nodes { id } } }", None, {"gid://hub/Linkage/secret"}),
        (MATRIX_QUERY, build_variables(), {DRAFT_ID, "gid://hub/Linkage/secret"}),
        (
            "query ($i: MatrixInput!) { matrix(input: $i) { total { projectCount } } }",
            build_variables(),
            {DRAFT_ID, "gid://hub/Linkage/secret"},
        ),
        (
            '{ area(by: {code: "20"}) { projects(first: 100) { nodes { id } } } }',
            None,
            {DRAFT_ID},
        ),
    ],
    ids=["code", "list", "linkages", "matrix", "total alone", "area"],
)
async def test_draft_read_through_any_field_is_logged(
    fresh_api: GraphQLApi,
    fresh_database: Database,
    question: str,
    variables: dict[str, Any] | None,
    expected: set[str],
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    await fresh_database.pool.execute(
        "insert into project_area (project_id, area_id, basis) values ('secret', '20', 'UNKNOWN')"
    )
    answer = await fresh_api(question, variables, viewer=CONSUMER)
    assert "errors" not in answer
    logged_ids = {
        record for entry in await list_audit_entries(fresh_database) for record in entry.records
    }
    assert logged_ids == expected


@pytest.mark.usefixtures("agreement")
async def test_reading_a_plan_with_only_a_draft_version_is_logged(
    fresh_api: GraphQLApi, fresh_database: Database
) -> None:
    plan = await fresh_database.pool.fetchval(
        "update plan_version set visibility = 'PRIVATE', owner_id = 'ministry:05' "
        "where plan_id = (select plan_id from plan_version order by plan_id limit 1) "
        "returning plan_id"
    )
    question = f'{{ plan(id: "gid://hub/Plan/{plan}") {{ title {{ th }} }} }}'
    assert (await fresh_api(question))["data"]["plan"] is None
    assert (await fresh_api(question, viewer=CONSUMER))["data"]["plan"]
    [entry] = await list_audit_entries(fresh_database)
    assert entry.records[0].startswith("gid://hub/PlanVersion/")
    assert (await fresh_api(question, viewer=OWNER))["data"]["plan"]
    assert len(await list_audit_entries(fresh_database)) == 1


async def test_reading_own_drafts_is_not_logged(
    fresh_api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    assert (await fresh_api(DRAFT_QUERY, viewer=OWNER))["data"]["node"]
    assert "errors" not in await fresh_api(MATRIX_QUERY, build_variables(), viewer=OWNER)
    assert await list_audit_entries(fresh_database) == []


async def test_reading_published_data_runs_no_additional_statement(
    fresh_api: GraphQLApi, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of statements is the same for every viewer, and no log entry is written."""
    cost = []
    # What one version of the data says is kept after this, and no answer of the others.
    await fresh_api(MATRIX_QUERY, build_variables(), viewer=OWNER)
    monkeypatch.setattr("hub.store.identity.audit_log.AuditLogWriter._append_batch", None)
    for viewer in (ANONYMOUS, CONSUMER, STEWARD):
        answer = await fresh_api(MATRIX_QUERY, build_variables(), viewer=viewer)
        assert "errors" not in answer
        cost.append(fresh_api.statement_count)
    assert len(set(cost)) == 1
    assert await list_audit_entries(fresh_database) == []


@pytest.mark.usefixtures("agreement")
async def test_response_is_withheld_when_the_audit_log_cannot_be_written(
    fresh_api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    await fresh_database.pool.execute("alter table access_head rename to access_head_away")
    fresh_api.viewer = CONSUMER
    response = await fresh_api.post(DRAFT_QUERY)
    assert response.status_code == 503
    assert "retry-after" in response.headers
    assert "ลับ" not in response.text
    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "UNREADY"
    assert "withheld" in error["message"]
    published = await fresh_api(MATRIX_QUERY, build_variables(), viewer=CONSUMER)
    assert published["errors"][0]["extensions"]["code"] == "UNREADY"  # the totals include the draft
    assert "errors" not in await fresh_api(MATRIX_QUERY, build_variables())
    await fresh_database.pool.execute("alter table access_head_away rename to access_head")
    assert (await fresh_api(DRAFT_QUERY, viewer=CONSUMER))["data"]["node"]


@pytest.mark.usefixtures("agreement")
async def test_purpose_comes_from_the_request_or_the_registration_and_is_one_line(
    fresh_api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    fresh_api.viewer = CONSUMER

    async def post_with_purpose(purpose: bytes) -> httpx2.Response:
        return await fresh_api.post(DRAFT_QUERY, headers=[(b"X-Purpose", purpose)])

    for purpose in ("ติดตามงบประมาณ".encode(), b"%E0%B8%81", b" "):
        assert (await post_with_purpose(purpose)).status_code == 200
    found = [entry.purpose for entry in await list_audit_entries(fresh_database)]
    assert found == ["ติดตามงบประมาณ", "ก", "จัดทำแผนจังหวัด"]
    for purpose in (b"x" * 201, b"%00", b"a%0Ab"):
        refused = await post_with_purpose(purpose)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["extensions"]["field"] == "X-Purpose"


# ── quarantined rows and rulings ──────────────────────────────────────────────────────────────────


async def test_steward_reading_quarantined_rows_is_logged_for_their_agency(
    fresh_api: GraphQLApi, quarantine_database: Database
) -> None:
    answer = await fresh_api(QUARANTINE_QUERY, viewer=STEWARD)
    ids = [one["id"] for one in answer["data"]["source"]["quarantine"]["nodes"]]
    own = Viewer("a steward", "ministry:15", STEWARD.scopes)
    assert "errors" not in await fresh_api(QUARANTINE_QUERY, viewer=own)
    [one] = await list_audit_entries(quarantine_database)
    assert (sorted(one.records), one.owner_id, one.source_id) == (ids, "ministry:15", "made_up")
    seen = (await fresh_api(AUDIT_LOG_QUERY, {"source": SOURCE}, viewer=own))["data"]["accessLog"][
        "nodes"
    ]
    assert [(n["subject"], n["source"]["id"]) for n in seen] == [("a steward", SOURCE)]


async def test_accepted_and_denied_quarantine_rulings_are_logged(
    fresh_api: GraphQLApi, quarantine_database: Database
) -> None:
    own = Viewer("an officer", "ministry:15", frozenset({OPERATE}))
    sent = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    for viewer in (own, own, OTHER, ANONYMOUS):
        await fresh_api(SETTLE_MUTATION, {"input": sent}, viewer=viewer)
    done, other, anonymous = await list_audit_entries(quarantine_database)
    ruling = ("gid://hub/Ruling/1",)
    assert (done.kind, done.records, done.record_count) == (AccessKind.WRITE, ruling, 3)
    assert (done.subject, done.owner_id, done.source_id) == ("an officer", "ministry:15", "made_up")
    assert (other.kind, other.reason, other.subject) == (
        AccessKind.DENIED, "FORBIDDEN", "another",
    )  # fmt: skip
    assert (anonymous.reason, anonymous.subject) == ("UNAUTHENTICATED", None)
    for one in (done, other, anonymous):
        assert one.operation == "mutation: quarantineSettle"


async def test_operations_that_change_nothing_log_nothing(
    fresh_api: GraphQLApi, quarantine_database: Database
) -> None:
    own = Viewer("an officer", "ministry:15", frozenset({OPERATE}))
    for _ in range(3):
        await fresh_api("mutation { __typename }", viewer=ANONYMOUS)
        await fresh_api("mutation { __typename }", viewer=own)
    assert await list_audit_entries(quarantine_database) == []


async def test_rolled_back_ruling_is_not_logged(
    fresh_api: GraphQLApi, quarantine_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await quarantine_database.pool.execute(
        "alter function append_access rename to append_access_away"
    )
    own = Viewer("an officer", "ministry:15", frozenset({OPERATE}))
    sent = {"idempotencyKey": "k", "source": SOURCE, "ruling": SINGBURI}
    await fresh_api(SETTLE_MUTATION, {"input": sent}, viewer=own)
    left = "select count(*) from quarantine where status = 'WAITING'"
    assert await quarantine_database.pool.fetchval(left) == 3
    await quarantine_database.pool.execute(
        "alter function append_access_away rename to append_access"
    )
    assert await list_audit_entries(quarantine_database) == []


# ── reading the audit log ─────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("agreement")
async def test_agency_reads_its_own_audit_entries_and_steward_reads_all(
    fresh_api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_secret_project(fresh_database, "PRIVATE")
    for _ in range(3):
        await fresh_api(DRAFT_QUERY, viewer=CONSUMER)

    async def read_by(viewer: Viewer, **more: Any) -> Any:
        return (await fresh_api(AUDIT_LOG_QUERY, more, viewer=viewer))["data"]["accessLog"]

    for viewer, count in ((OWNER, 3), (CONSUMER, 3), (OTHER, 0), (STEWARD, 3)):
        assert len((await read_by(viewer))["nodes"]) == count, viewer
    page = await read_by(OWNER, first=2)
    numbers = [one["id"] for one in page["nodes"]]
    assert numbers == ["gid://hub/AccessRecord/3", "gid://hub/AccessRecord/2"]
    rest = await read_by(OWNER, after=page["pageInfo"]["endCursor"])
    assert [one["id"] for one in rest["nodes"]] == ["gid://hub/AccessRecord/1"]
    assert page["nodes"][0]["previousDigest"] == page["nodes"][1]["digest"]
    assert rest["nodes"][0]["previousDigest"] == "00" * 32
    latest_time = page["nodes"][0]["at"]
    assert len((await read_by(OWNER, since=latest_time))["nodes"]) == 1
    node = '{ node(id: "gid://hub/AccessRecord/2") { id ... on AccessRecord { digest } } }'
    assert (await fresh_api(node, viewer=OWNER))["data"]["node"]["digest"] == page["nodes"][1][
        "digest"
    ]
    assert (await fresh_api(node, viewer=OTHER))["data"]["node"] is None
    assert (await fresh_api(node))["data"]["node"] is None


async def test_reading_the_audit_log_requires_permission(fresh_api: GraphQLApi) -> None:
    answer = await fresh_api(AUDIT_LOG_QUERY)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    reader = Viewer("a reader", "ministry:05")
    answer = await fresh_api(AUDIT_LOG_QUERY, viewer=reader)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
