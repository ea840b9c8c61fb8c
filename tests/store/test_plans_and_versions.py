"""Plans by version: what is told of them, to whom, and as of when."""

from typing import Any

import asyncpg
import sqlalchemy as sa

from hub.domain.identity.viewer import ANONYMOUS, Viewer
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.database import Database
from hub.store.plans import visible_issue_wordings
from hub.store.tables import expected_role
from hub.store.unit_of_work import UnitOfWork
from tests.conftest import Asking
from tests.store.changing import change, clock

OFFICER = Viewer("an officer", "ministry:05")
ROLES = sa.select(expected_role.c.stage_id)
YEAR = FiscalYearRange(FiscalYear(2011), FiscalYear(2011))
HIDDEN = "gid://hub/StrategicIssue/s42-east-1"
ISSUES = """
query ($at: DateTime!) { linkages(first: 100, asOf: {instant: $at}) { totalCount nodes { id status
  stage { name { th } chain { name { th } } }
  issue { id name { th } valueChain { name { th } template { id } stages { code
              expectedRoles { code stage { chain { code } } } } }
          linkages(first: 100) { totalCount nodes { id status } }
          planVersion { number issues(first: 100) { totalCount }
                        plan { title { th } current { number } versions { totalCount } } } } } } }
"""


async def of_issue(database: Database, issue: str = "s42-east-1") -> asyncpg.Record:
    """The plan and the version that word an issue."""
    return await database.pool.fetchrow(
        "select v.id, v.plan_id, v.number from issue_revision r "
        "join plan_version v on v.id = r.version_id where r.issue_id = $1",
        issue,
    )


def told(answer: dict[str, Any]) -> list[dict[str, Any]]:
    assert "errors" not in answer, answer["errors"]
    nodes: list[dict[str, Any]] = answer["data"]["linkages"]["nodes"]
    return nodes


def issues_of(links: list[dict[str, Any]]) -> set[str]:
    return {link["issue"]["id"] for link in links if link["issue"]}


async def test_hiding_a_version_hides_its_issues_from_the_past_and_breaks_nothing(
    ask: Asking, fresh_database: Database
) -> None:
    then = await clock(fresh_database)
    version = (await of_issue(fresh_database))["id"]
    before = told(await ask(ISSUES, {"at": then.isoformat()}, database=fresh_database))
    assert HIDDEN in issues_of(before)
    await change(
        fresh_database,
        "update plan_version set visibility = 'PRIVATE' where id = :version",
        version=version,
    )
    for at in (then, await clock(fresh_database)):
        after = told(await ask(ISSUES, {"at": at.isoformat()}, database=fresh_database))
        assert len(after) == len(before)
        assert HIDDEN not in issues_of(after)


async def test_the_past_keeps_a_version_that_was_dropped_with_all_under_it(
    ask: Asking, fresh_database: Database
) -> None:
    then = await clock(fresh_database)
    asked = {"at": then.isoformat()}
    before = await ask(ISSUES, asked, database=fresh_database)
    version = (await of_issue(fresh_database))["id"]
    await change(
        fresh_database,
        "delete from issue_revision where version_id = :version",
        "delete from plan_version where id = :version",
        "update linkage set status = 'DISPUTED', version = version + 1",
        "update value_chain set name_th = 'เปลี่ยนชื่อ', template_id = null",
        "delete from expected_role",
        version=version,
    )
    assert await ask(ISSUES, asked, database=fresh_database) == before
    now = {"at": (await clock(fresh_database)).isoformat()}
    for link in told(await ask(ISSUES, now, database=fresh_database)):
        assert link["status"] == "DISPUTED"
        assert link["issue"] is None or link["issue"]["planVersion"]


async def test_chains_stages_roles_and_issues_are_read_as_of_an_instant(
    fresh_database: Database,
) -> None:
    then = await clock(fresh_database)
    await change(
        fresh_database,
        "update value_chain set name_th = 'ใหม่' where id = 'tourism-east'",
        "update stage set name_th = 'ใหม่' where chain_id = 'tourism-east'",
        "update expected_role set statement_th = 'ใหม่'",
        "update issue_revision set name_th = 'ใหม่', chain_id = null",
    )
    async with fresh_database.read_transaction() as reading:
        unit = UnitOfWork(reading, ANONYMOUS)
        for at in (then, None):
            new, chains = at is None, unit.chains
            chain = (await chains.by_id(["tourism-east"], at))["tourism-east"]
            stages = (await chains.stages_by_chain(["tourism-east"], at))["tourism-east"]
            known = await chains.stages_by_id([stage.id for stage in stages], at)
            places = [row["stage_id"] for row in await reading.fetch_rows(ROLES)]
            roles = [r for held in (await chains.roles_by_stage(places, at)).values() for r in held]
            by_id = await chains.roles_by_id([role.id for role in roles], at)
            issues = await unit.plans.list_issues(None, YEAR, at)
            found = await unit.plans.issues_by_id([issue.id for issue in issues], at)
            assert stages
            assert roles
            assert issues
            words = [
                chain.name,
                *(stage.name for stage in (*stages, *known.values())),
                *(role.statement for role in (*roles, *by_id.values())),
                *(issue.name for issue in (*issues, *found.values())),
            ]
            assert {word.th == "ใหม่" for word in words} == {new}
            records: list[Any] = [chain, *stages, *roles, *issues]
            assert {record.as_of_time for record in records} == {at}
            rows = await reading.fetch_rows(visible_issue_wordings(ANONYMOUS, at))
            assert any(row["chain_id"] for row in rows if row["in_use"]) is not new


async def draft(database: Database, *, plan: str, number: int) -> None:
    """A private version of a plan, with an issue of its own."""
    await change(
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


async def test_as_of_a_version_means_since_it_could_be_seen(
    ask: Asking, fresh_database: Database
) -> None:
    await draft(fresh_database, plan=(await of_issue(fresh_database))["plan_id"], number=2)
    hidden = await ask(AS_OF_DRAFT, database=fresh_database)
    assert [e["extensions"]["code"] for e in hidden["errors"]] == ["INVALID"]
    assert "asOf.planVersion" in hidden["errors"][0]["message"]
    await change(
        fresh_database,
        "insert into project (id, code, name_th, sort_key, fiscal_years, visibility) "
        "values ('between', 'between', 'ระหว่าง', 'ก', '{2011}', 'PUBLISHED')",
    )
    await change(fresh_database, "update plan_version set visibility = 'PUBLISHED'")
    await change(fresh_database, "update plan_version set decided_by = 'ก.น.จ.'")
    await change(fresh_database, "delete from project where id = 'between'")
    seen = await ask(AS_OF_DRAFT, database=fresh_database)
    codes = [node["code"] for node in seen["data"]["projects"]["nodes"]]
    assert "between" in codes
    await change(fresh_database, "update plan_version set visibility = 'PRIVATE'")
    again = await ask(AS_OF_DRAFT, database=fresh_database)
    assert [e["extensions"]["code"] for e in again["errors"]] == ["INVALID"]


UNTOLD = """
{ plans(first: 100) { totalCount nodes { id } } plan(id: "gid://hub/Plan/secret") { id }
  node(id: "gid://hub/Plan/secret") { id }
  area(by: {code: "C2552-09"}) { plans(first: 100) { totalCount nodes { id } } } }
"""


async def test_a_plan_of_which_no_version_may_be_seen_is_not_told(
    ask: Asking, fresh_database: Database
) -> None:
    before = await ask(UNTOLD, database=fresh_database)
    assert before["data"]["area"]
    await change(
        fresh_database,
        "insert into plan (id, kind, title_th, sort_key, area_id, first_year, last_year) "
        "values ('secret', 'PROVINCE_DEVELOPMENT', 'แผนลับ', 'ผ', 'C2552-09', 2011, 2014)",
    )
    assert await ask(UNTOLD, database=fresh_database) == before
    await draft(fresh_database, plan="secret", number=1)
    assert await ask(UNTOLD, database=fresh_database) == before
    await change(
        fresh_database,
        "update plan_version set owner_id = 'ministry:05' where id = 'draft'",
    )
    assert await ask(UNTOLD, database=fresh_database) == before
    mine = (await ask(UNTOLD, viewer=OFFICER, database=fresh_database))["data"]
    assert mine["plan"] == mine["node"] == {"id": "gid://hub/Plan/secret"}
    assert mine["plans"]["totalCount"] == before["data"]["plans"]["totalCount"] + 1
    assert mine["area"]["plans"]["totalCount"] == before["data"]["area"]["plans"]["totalCount"] + 1
