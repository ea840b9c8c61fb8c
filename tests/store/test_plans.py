"""Plan versions and their issues: which are visible to a viewer, and as of an instant."""

from typing import Any

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.database import Database
from hub.store.issue_wordings import visible_issue_wordings
from hub.store.tables import expected_role
from hub.store.unit_of_work import UnitOfWork
from tests.conftest import GraphQLApi
from tests.store.changes import execute_changes, fetch_instant

OFFICER = Viewer("an officer", "ministry:05")
ROLE_STAGES = sa.select(expected_role.c.stage_id)
YEAR = FiscalYearRange(FiscalYear(2011), FiscalYear(2011))
HIDDEN_ISSUE = "gid://hub/StrategicIssue/s42-east-1"
ISSUES_QUERY = """
query ($at: DateTime!) { linkages(first: 100, asOf: {instant: $at}) { totalCount nodes { id status
  stage { name { th } chain { name { th } } }
  issue { id name { th } valueChain { name { th } template { id } stages { code
              expectedRoles { code stage { chain { code } } } } }
          linkages(first: 100) { totalCount nodes { id status } }
          planVersion { number issues(first: 100) { totalCount }
                        plan { title { th } current { number } versions { totalCount } } } } } } }
"""


async def fetch_plan_version(database: Database, issue: str = "s42-east-1") -> asyncpg.Record:
    """Return the plan and the version that contain an issue."""
    return await database.pool.fetchrow(
        "select v.id, v.plan_id, v.number from issue_revision r "
        "join plan_version v on v.id = r.version_id where r.issue_id = $1",
        issue,
    )


def get_linkages(answer: dict[str, Any]) -> list[dict[str, Any]]:
    assert "errors" not in answer, answer["errors"]
    nodes: list[dict[str, Any]] = answer["data"]["linkages"]["nodes"]
    return nodes


def collect_issue_ids(links: list[dict[str, Any]]) -> set[str]:
    return {link["issue"]["id"] for link in links if link["issue"]}


async def test_hidden_version_hides_its_issues_as_of_the_past(
    api: GraphQLApi, fresh_database: Database
) -> None:
    then = await fetch_instant(fresh_database)
    version = (await fetch_plan_version(fresh_database))["id"]
    before = get_linkages(
        await api(ISSUES_QUERY, {"at": then.isoformat()}, database=fresh_database)
    )
    assert HIDDEN_ISSUE in collect_issue_ids(before)
    await execute_changes(
        fresh_database,
        "update plan_version set visibility = 'PRIVATE' where id = :version",
        version=version,
    )
    for at in (then, await fetch_instant(fresh_database)):
        after = get_linkages(
            await api(ISSUES_QUERY, {"at": at.isoformat()}, database=fresh_database)
        )
        assert len(after) == len(before)
        assert HIDDEN_ISSUE not in collect_issue_ids(after)


async def test_deleted_version_is_readable_as_of_the_past(
    api: GraphQLApi, fresh_database: Database
) -> None:
    then = await fetch_instant(fresh_database)
    variables = {"at": then.isoformat()}
    before = await api(ISSUES_QUERY, variables, database=fresh_database)
    version = (await fetch_plan_version(fresh_database))["id"]
    await execute_changes(
        fresh_database,
        "delete from issue_revision where version_id = :version",
        "delete from plan_version where id = :version",
        "update linkage set status = 'DISPUTED', version = version + 1",
        "update value_chain set name_th = 'เปลี่ยนชื่อ', template_id = null",
        "delete from expected_role",
        version=version,
    )
    assert await api(ISSUES_QUERY, variables, database=fresh_database) == before
    now = {"at": (await fetch_instant(fresh_database)).isoformat()}
    for link in get_linkages(await api(ISSUES_QUERY, now, database=fresh_database)):
        assert link["status"] == "DISPUTED"
        assert link["issue"] is None or link["issue"]["planVersion"]


async def test_chains_stages_roles_and_issues_are_read_as_of_an_instant(
    fresh_database: Database,
) -> None:
    then = await fetch_instant(fresh_database)
    await execute_changes(
        fresh_database,
        "update value_chain set name_th = 'ใหม่' where id = 'tourism-east'",
        "update stage set name_th = 'ใหม่' where chain_id = 'tourism-east'",
        "update expected_role set statement_th = 'ใหม่'",
        "update issue_revision set name_th = 'ใหม่', chain_id = null",
    )
    async with fresh_database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, ANONYMOUS)
        for at in (then, None):
            is_changed, chains = at is None, unit.chains
            chain = (await chains.by_id(["tourism-east"], at))["tourism-east"]
            stages = (await chains.stages_by_chain(["tourism-east"], at))["tourism-east"]
            stages_by_id = await chains.stages_by_id([stage.id for stage in stages], at)
            stage_ids = [row["stage_id"] for row in await transaction.fetch_rows(ROLE_STAGES)]
            roles = [
                r
                for stage_roles in (await chains.roles_by_stage(stage_ids, at)).values()
                for r in stage_roles
            ]
            roles_by_id = await chains.roles_by_id([role.id for role in roles], at)
            issues = await unit.plans.list_issues(None, YEAR, at)
            issues_by_id = await unit.plans.issues_by_id([issue.id for issue in issues], at)
            assert stages
            assert roles
            assert issues
            texts = [
                chain.name,
                *(stage.name for stage in (*stages, *stages_by_id.values())),
                *(role.statement for role in (*roles, *roles_by_id.values())),
                *(issue.name for issue in (*issues, *issues_by_id.values())),
            ]
            assert {text.th == "ใหม่" for text in texts} == {is_changed}
            records: list[Any] = [chain, *stages, *roles, *issues]
            assert {record.as_of_time for record in records} == {at}
            rows = await transaction.fetch_rows(visible_issue_wordings(ANONYMOUS, at))
            assert any(row["chain_id"] for row in rows if row["in_use"]) is not is_changed


async def insert_draft_version(database: Database, *, plan: str, number: int) -> None:
    """Insert a private version of a plan, with an issue of its own."""
    await execute_changes(
        database,
        "insert into plan_version (id, plan_id, number, status, visibility) "
        "values ('draft', :plan, :number, 'DRAFT', 'PRIVATE')",
        "insert into issue (id, plan_id) values ('draft-issue', :plan)",
        "insert into issue_revision (issue_id, version_id, code, name_th, sort_key) "
        "values ('draft-issue', 'draft', 'draft-issue', 'ประเด็นลับ', 'ป')",
        plan=plan,
        number=number,
    )


AS_OF_DRAFT = """
{ projects(first: 100, asOf: {planVersion: "gid://hub/PlanVersion/draft"}) {
    totalCount nodes { code } } }
"""


async def test_as_of_version_means_the_instant_it_was_published(
    api: GraphQLApi, fresh_database: Database
) -> None:
    await insert_draft_version(
        fresh_database, plan=(await fetch_plan_version(fresh_database))["plan_id"], number=2
    )
    hidden = await api(AS_OF_DRAFT, database=fresh_database)
    assert [e["extensions"]["code"] for e in hidden["errors"]] == ["INVALID"]
    assert "asOf.planVersion" in hidden["errors"][0]["message"]
    await execute_changes(
        fresh_database,
        "insert into project (id, code, name_th, sort_key, fiscal_years, visibility) "
        "values ('between', 'between', 'ระหว่าง', 'ก', '{2011}', 'PUBLISHED')",
    )
    await execute_changes(fresh_database, "update plan_version set visibility = 'PUBLISHED'")
    await execute_changes(fresh_database, "update plan_version set decided_by = 'ก.น.จ.'")
    await execute_changes(fresh_database, "delete from project where id = 'between'")
    seen = await api(AS_OF_DRAFT, database=fresh_database)
    codes = [node["code"] for node in seen["data"]["projects"]["nodes"]]
    assert "between" in codes
    await execute_changes(fresh_database, "update plan_version set visibility = 'PRIVATE'")
    hidden_again = await api(AS_OF_DRAFT, database=fresh_database)
    assert [e["extensions"]["code"] for e in hidden_again["errors"]] == ["INVALID"]


PLANS_QUERY = """
{ plans(first: 100) { totalCount nodes { id } } plan(id: "gid://hub/Plan/secret") { id }
  node(id: "gid://hub/Plan/secret") { id }
  area(by: {code: "C2552-09"}) { plans(first: 100) { totalCount nodes { id } } } }
"""


async def test_plan_without_a_visible_version_is_hidden(
    api: GraphQLApi, fresh_database: Database
) -> None:
    before = await api(PLANS_QUERY, database=fresh_database)
    assert before["data"]["area"]
    await execute_changes(
        fresh_database,
        "insert into plan (id, kind, title_th, sort_key, area_id, first_year, last_year) "
        "values ('secret', 'PROVINCE_DEVELOPMENT', 'แผนลับ', 'ผ', 'C2552-09', 2011, 2014)",
    )
    assert await api(PLANS_QUERY, database=fresh_database) == before
    await insert_draft_version(fresh_database, plan="secret", number=1)
    assert await api(PLANS_QUERY, database=fresh_database) == before
    await execute_changes(
        fresh_database,
        "update plan_version set owner_id = 'ministry:05' where id = 'draft'",
    )
    assert await api(PLANS_QUERY, database=fresh_database) == before
    mine = (await api(PLANS_QUERY, viewer=OFFICER, database=fresh_database))["data"]
    assert mine["plan"] == mine["node"] == {"id": "gid://hub/Plan/secret"}
    assert mine["plans"]["totalCount"] == before["data"]["plans"]["totalCount"] + 1
    assert mine["area"]["plans"]["totalCount"] == before["data"]["area"]["plans"]["totalCount"] + 1
