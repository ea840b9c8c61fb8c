"""Facts of agreements beside reports: status, claims, findings and tasks, over GraphQL."""

from typing import Any

import pytest

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.services.findings.refresh import refresh_findings
from hub.store.database import Database
from hub.store.rollup import compact_rollup
from hub.store.sessions.fact_effects import note_facts
from tests.conftest import GraphQLApi
from tests.resolvers.one_source import Reports
from tests.store.agreements import insert_agreement, insert_amount, insert_fact

QUERY = """
query ($status: [FactStatus!], $subject: ID, $agency: ID, $first: Int = 20, $after: String) {
  agreedFacts(status: $status, subject: $subject, agency: $agency, first: $first, after: $after) {
    totalCount pageInfo { endCursor hasNextPage }
    nodes { id field status subject { id } agreement { id }
      agreed { asserted value amount { amount } provenance { source { id } } }
      reported { asserted value amount { amount } provenance { record { externalId { value } } } }
      finding { id kind status subjects { id } parties { id } fiscalYears { be } areas { code }
        reasons { text { th en } }
        claims { asserted value } } } } }
"""
TASKS = "{ viewer { tasks(kind: CONFLICT_REVIEW) { nodes { subject { id } title { en } } } } }"
PROJECT = """
{ project(by: {id: "gid://hub/Project/p"}) {
  lead { id } agreedFacts { totalCount nodes { id } }
  budgets { asserted amount { amount } }
  all: budgets(includeAgreed: true) { asserted amount { amount } agreement { id } }
  linkages { nodes { agreement { id } } } } }
"""
HOST = Viewer(subject="the host", agency_id="ministry:22")
PROVINCE = Viewer(subject="the province", agency_id="province:20")
OTHER = Viewer(subject="another province", agency_id="province:22")


@pytest.fixture
async def reports(fresh_database: Database) -> Reports:
    found = Reports(fresh_database)
    await found.begin(10_000)
    return found


async def agree(database: Database, amount: int = 7_500) -> None:
    """Conclude that the amount is another one."""
    async with database.write_transaction() as connection:
        key = await insert_agreement(connection, "a")
        fact = await insert_amount(connection, "f", key, "p", amount)
        await note_facts(connection, [fact])
        await connection.execute("update joint_session set status = 'OPEN', opened_at = now()")


async def refresh(database: Database) -> None:
    await compact_rollup(database)
    await refresh_findings(database)


async def fetch_fact(
    api: GraphQLApi, database: Database, viewer: Viewer = HOST, **variables: Any
) -> dict[str, Any]:
    answer = await api(QUERY, variables, viewer=viewer, database=database)
    assert "errors" not in answer, answer
    [fact] = answer["data"]["agreedFacts"]["nodes"]
    found: dict[str, Any] = fact
    return found


async def test_a_report_older_than_the_agreement_is_no_conflict(
    api: GraphQLApi, reports: Reports
) -> None:
    await agree(reports.database)
    await refresh(reports.database)
    fact = await fetch_fact(api, reports.database)
    assert (fact["status"], fact["finding"]) == ("UNREPORTED", None)
    assert fact["subject"] == {"id": "gid://hub/Project/p"}
    assert fact["agreed"] == {
        "asserted": "AGREED",
        "value": "75.00",
        "amount": {"amount": "75.00"},
        "provenance": None,
    }
    [report] = fact["reported"]
    assert report["amount"] == {"amount": "100.00"}
    assert report["provenance"] == {"record": {"externalId": {"value": "B-1"}}}


@pytest.mark.parametrize("amount", [None, 10_000, 9_900], ids=["unchanged", "repeated", "another"])
async def test_a_source_that_is_read_again_with_another_value_is_a_conflict_until_it_follows(
    api: GraphQLApi, reports: Reports, amount: int | None
) -> None:
    database = reports.database
    await agree(database)
    await reports.read(amount)
    await refresh(database)
    fact = await fetch_fact(api, database)
    assert fact["status"] == "CONFLICTING"
    finding = fact["finding"]
    assert (finding["kind"], finding["status"]) == ("CONFLICTING_SOURCES", "OPEN")
    assert finding["subjects"] == [{"id": "gid://hub/Project/p"}]
    assert [one["id"] for one in finding["parties"]] == [
        "gid://hub/Agency/ministry:22",
        "gid://hub/Agency/province:20",
    ]
    assert (finding["fiscalYears"], finding["areas"]) == ([{"be": 2554}], [{"code": "20"}])
    reported = "99.00" if amount == 9_900 else "100.00"
    assert [(one["asserted"], one["value"]) for one in finding["claims"]] == [
        ("AGREED", "75.00"),
        ("REPORTED", reported),
    ]
    for viewer, count in ((HOST, 1), (PROVINCE, 1), (OTHER, 0)):
        answer = await api(TASKS, viewer=viewer, database=database)
        tasks = answer["data"]["viewer"]["tasks"]["nodes"]
        assert [one["subject"]["id"] for one in tasks] == [finding["id"]] * count

    await reports.read(7_500)
    await refresh(database)
    fact = await fetch_fact(api, database)
    assert (fact["status"], fact["finding"]) == ("FOLLOWED", None)
    key = finding["id"].rpartition("/")[2]
    assert await database.pool.fetchval("select status from finding where id = $1", key) == "CLOSED"
    answer = await api(TASKS, viewer=HOST, database=database)
    assert answer["data"]["viewer"]["tasks"]["nodes"] == []


async def test_a_run_of_changes_alone_does_not_repeat_unchanged_records(
    api: GraphQLApi, reports: Reports
) -> None:
    await agree(reports.database)
    await reports.read(since=True)
    assert (await fetch_fact(api, reports.database))["status"] == "UNREPORTED"


async def test_a_conflict_is_not_closed_by_a_refresh_of_its_project(
    api: GraphQLApi, reports: Reports
) -> None:
    database = reports.database
    await agree(database)
    await reports.read()
    await refresh(database)
    await database.pool.execute("update project set name_th = 'ชื่อใหม่' where id = 'p'")
    await refresh(database)
    fact = await fetch_fact(api, database)
    assert fact["finding"]["status"] == "OPEN"


async def test_an_ended_fact_is_ended_whatever_sources_report(
    api: GraphQLApi, reports: Reports
) -> None:
    database = reports.database
    await agree(database)
    await reports.read()
    await refresh(database)
    await database.pool.execute("update agreed_fact set ended_at = clock_timestamp()")
    await refresh(database)
    fact = await fetch_fact(api, database)
    assert (fact["status"], fact["finding"]) == ("ENDED", None)


async def test_the_lead_that_sources_report_is_their_owner(
    api: GraphQLApi, reports: Reports
) -> None:
    database = reports.database
    async with database.write_transaction() as connection:
        key = await insert_agreement(connection, "a")
        for number, agency in enumerate(("province:20", "ministry:22")):
            await insert_fact(
                connection, f"f{number}", key, "LEAD", project_id="p", agency_ids=[agency]
            )
            await connection.execute("update agreed_fact set ended_at = null")
    await reports.read()
    answer = await api(QUERY, viewer=HOST, database=database)
    statuses = {one["id"][-1]: one["status"] for one in answer["data"]["agreedFacts"]["nodes"]}
    assert statuses == {"0": "CONFLICTING", "1": "FOLLOWED"}


@pytest.mark.parametrize(
    ("declared", "share", "status"),
    [(True, "0.5", "FOLLOWED"), (True, "0.75", "CONFLICTING"), (False, None, "CONFLICTING")],
)
async def test_a_declared_linkage_follows_or_contradicts_an_agreed_share(
    api: GraphQLApi,
    reports: Reports,
    declared: bool,
    share: str | None,
    status: str,
) -> None:
    database = reports.database
    async with database.write_transaction() as connection:
        await connection.execute(
            "insert into linkage (id, project_id, stage_id, status, visibility, share, "
            "declared_source_id, declared_record_id, declared_current, declared_share) values "
            "('k', 'p', 'tourism-east.marketing', 'AGREED', 'PUBLISHED', 0.5, 'budget', 1, $1, "
            "$2::text::numeric)",
            declared,
            share,
        )
        key = await insert_agreement(connection, "a")
        await insert_fact(connection, "f", key, "SHARE", project_id="p", linkage_id="k", share=0.5)
    await reports.read()
    await refresh(database)
    fact = await fetch_fact(api, database)
    assert (fact["status"], fact["subject"]) == (status, {"id": "gid://hub/Linkage/k"})
    assert (fact["finding"] is not None) is (status == "CONFLICTING")


async def test_facts_are_filtered_by_subject_agency_and_status_and_paged(
    api: GraphQLApi, reports: Reports
) -> None:
    database = reports.database
    async with database.write_transaction() as connection:
        for number in range(3):
            key = await insert_agreement(
                connection, f"a{number}", parties=[f"province:{20 + number}"]
            )
            await insert_amount(connection, f"f{number}", key, "p", 1, year=2011 + number)

    async def _ids(**variables: Any) -> list[str]:
        answer = await api(QUERY, variables, viewer=ANONYMOUS, database=database)
        assert "errors" not in answer, answer
        return [one["id"].rpartition("/")[2] for one in answer["data"]["agreedFacts"]["nodes"]]

    assert await _ids() == ["f0", "f1", "f2"]
    assert await _ids(agency="gid://hub/Agency/province:21") == ["f1"]
    assert await _ids(subject="gid://hub/Project/p", status=["UNREPORTED"]) == ["f0", "f1", "f2"]
    assert await _ids(subject="gid://hub/Linkage/p") == []
    assert await _ids(status=["ENDED", "FOLLOWED"]) == []
    for status in (None, ["UNREPORTED"]):
        first = await api(QUERY, {"first": 2, "status": status}, database=database)
        page = first["data"]["agreedFacts"]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
        assert await _ids(status=status, after=page["pageInfo"]["endCursor"]) == ["f2"]


async def test_a_project_shows_what_agreements_assert_beside_its_reports(
    api: GraphQLApi, reports: Reports
) -> None:
    database = reports.database
    await agree(database)
    async with database.write_transaction() as connection:
        await insert_fact(
            connection, "lead", "a", "LEAD", project_id="p", agency_ids=["province:20"]
        )
    answer = await api(PROJECT, viewer=HOST, database=database)
    assert "errors" not in answer, answer
    project = answer["data"]["project"]
    assert project["lead"] == {"id": "gid://hub/Agency/province:20"}
    assert project["agreedFacts"]["totalCount"] == 2
    assert project["budgets"] == [{"asserted": "REPORTED", "amount": {"amount": "100.00"}}]
    assert project["all"] == [
        {"asserted": "REPORTED", "amount": {"amount": "100.00"}, "agreement": None},
        {
            "asserted": "AGREED",
            "amount": {"amount": "75.00"},
            "agreement": {"id": "gid://hub/Agreement/a"},
        },
    ]


async def test_a_settled_finding_and_an_assertion_name_their_agreement(
    api: GraphQLApi, reports: Reports
) -> None:
    database = reports.database
    await agree(database)
    async with database.write_transaction() as connection:
        await connection.execute(
            "insert into finding (id, kind, severity, summary_th, status) "
            "values ('settled', 'OVERLAP', 1, 'ซ้ำ', 'SETTLED'); "
            "insert into same_as (id, keep_id, reasons, agency_id, created_at) "
            "values ('s', 'p', '[]', 'ministry:22', now()); "
            "insert into same_as_member values ('s', 'p', 0); "
            "update agreement set operations = "
            '\'[{"kind": "FINDING_SETTLE", "target_id": "settled"}]\''
        )
        await insert_fact(connection, "i", "a", "IDENTITY", project_id="p", same_as_id="s")
    answer = await api(
        '{ node(id: "gid://hub/Finding/settled") { '
        "... on Finding { settledBy { id } claims { value } } } "
        'project(by: {id: "gid://hub/Project/p"}) { identity { agreement { id } } } }',
        viewer=HOST,
        database=database,
    )
    assert "errors" not in answer, answer
    agreement = {"id": "gid://hub/Agreement/a"}
    assert answer["data"]["node"] == {"settledBy": agreement, "claims": []}
    assert answer["data"]["project"]["identity"] == [{"agreement": agreement}]
