"""The feed reports findings and runs of sources to whom they are visible, and to nobody else."""

import pytest

from hub.domain.changes import ChangeTopic
from hub.domain.identity.viewer import ANONYMOUS, Permission, Viewer
from hub.services.findings.refresh import refresh_findings
from hub.store.database import Database
from hub.store.rollup import compact_rollup
from tests.services.findings.changed_projects import insert_project
from tests.services.linkages.both_sides import insert_issues
from tests.store.change_writers import FeedReader

OWNER = Viewer("o", "province:21", frozenset({Permission.OPERATE_SOURCES.value}))
OTHER = Viewer("x", "province:95", frozenset({Permission.OPERATE_SOURCES.value}))
STEWARD = Viewer("s", None, frozenset({Permission.STEWARD.value, Permission.OPERATE_SOURCES.value}))
VIEWERS = (ANONYMOUS, OWNER, OTHER, STEWARD)
OVERLAP = "OVERLAP:z1+z2"


@pytest.fixture
async def linked(fresh_database: Database) -> Database:
    """Return a database with an overlap of two agencies, and a draft that has findings."""
    async with fresh_database.write_transaction() as connection:
        await insert_project(connection, "z1")
        await insert_project(connection, "z2", owner="province:21", level="PROVINCE")
        await insert_project(connection, "z3", owner="province:21", visibility="PRIVATE")
    await refresh(fresh_database)
    return fresh_database


async def refresh(database: Database) -> None:
    """Bring the findings up to date."""
    await compact_rollup(database)
    await refresh_findings(database)


async def follow_findings(database: Database) -> dict[str, FeedReader]:
    """Return a reader of each viewer that has received everything so far."""
    readers = {one.subject: FeedReader(database, one, ChangeTopic.FINDING) for one in VIEWERS}
    for reader in readers.values():
        await reader.read()
    return readers


async def informed_of(readers: dict[str, FeedReader], finding: str) -> dict[str, list[bool]]:
    """Return who learns of a change of a finding, and whether each may see it now."""
    found = {}
    for viewer in VIEWERS:
        changes = await readers[viewer.subject].read()
        seen = [one.is_visible for one in changes if one.subject_id == finding]
        if seen:
            found[viewer.subject] = seen
    return found


async def test_each_version_of_a_finding_is_reported_once_in_order(linked: Database) -> None:
    readers = await follow_findings(linked)
    first = [one for one in readers["x"].changes if one.subject_id == OVERLAP]
    assert [(one.version, one.is_visible) for one in first] == [(1, True)]
    await linked.pool.execute("update finding set version = 2 where id = $1", OVERLAP)
    await linked.pool.execute("update finding set version = 3 where id = $1", OVERLAP)
    changes = await readers["x"].read()
    assert [(one.subject_id, one.version) for one in changes] == [(OVERLAP, 2), (OVERLAP, 3)]
    assert changes[0].id == f"gid://hub/Finding/{OVERLAP}"


async def test_finding_about_a_draft_is_reported_to_its_owner_alone(linked: Database) -> None:
    readers = await follow_findings(linked)
    of_draft = await linked.pool.fetch(
        "select finding_id from finding_subject where project_id = 'z3' order by 1"
    )
    assert of_draft
    ids = {row[0] for row in of_draft}
    informed = {
        name for name, reader in readers.items() if ids & {c.subject_id for c in reader.changes}
    }
    assert informed == {"o", "s"}
    await linked.pool.execute(
        "update finding set version = version + 1 where id = any($1::text[])", sorted(ids)
    )
    informed = {name for name, reader in readers.items() if await reader.read()}
    assert informed == {"o", "s"}


async def test_finding_of_a_project_that_is_hidden_is_reported_as_gone(linked: Database) -> None:
    readers = await follow_findings(linked)
    await linked.pool.execute("update project set visibility = 'PRIVATE' where id = 'z2'")
    informed = await informed_of(readers, OVERLAP)
    assert informed == {"anonymous": [False], "o": [True], "x": [False], "s": [True]}
    await linked.pool.execute("update finding set version = version + 1 where id = $1", OVERLAP)
    assert await informed_of(readers, OVERLAP) == {"o": [True], "s": [True]}
    await linked.pool.execute("update project set visibility = 'PUBLISHED' where id = 'z2'")
    informed = await informed_of(readers, OVERLAP)
    assert set(informed) == {one.subject for one in VIEWERS}
    assert all(seen[-1] for seen in informed.values())


async def test_finding_about_drafts_of_two_agencies_names_neither(linked: Database) -> None:
    readers = await follow_findings(linked)
    await linked.pool.execute("update project set visibility = 'PRIVATE' where id in ('z1', 'z2')")
    await informed_of(readers, OVERLAP)
    await linked.pool.execute("update finding set version = version + 1 where id = $1", OVERLAP)
    assert await informed_of(readers, OVERLAP) == {"s": [True]}


async def test_finding_of_an_issue_whose_plan_is_hidden_is_reported(linked: Database) -> None:
    [issue] = await insert_issues(linked, "20", ["1"])
    plan = await linked.pool.fetchval("select plan_id from issue where id = $1", issue)
    await linked.pool.execute(
        "insert into finding (id, kind, severity, summary_th, subjects, issue_id) "
        "values ('gap', 'GAP', 3, 'ช่องว่าง', array['gid://hub/StrategicIssue/' || $1], $1)",
        issue,
    )
    readers = await follow_findings(linked)
    for visibility, seen in (("PRIVATE", False), ("PUBLISHED", True)):
        await linked.pool.execute(
            "update plan_version set visibility = $2 where plan_id = $1", plan, visibility
        )
        informed = await informed_of(readers, "gap")
        assert informed["anonymous"] == informed["x"] == [seen]


async def test_run_that_ended_is_reported_to_the_operators_of_its_source(
    linked: Database,
) -> None:
    source = await linked.pool.fetchval("select id from source order by id limit 1")
    await linked.pool.execute("update source set owner_id = 'province:21' where id = $1", source)
    number = await linked.pool.fetchval(
        "insert into source_run (source_id, status, started_at, origin, spec_digest, state, ledger)"
        " values ($1, 'RUNNING', now(), 'file', '', '{}', '{}') returning id",
        source,
    )
    readers = {one.subject: FeedReader(linked, one, ChangeTopic.SOURCE_RUN) for one in VIEWERS}
    assert not any([await reader.read() for reader in readers.values()])
    await linked.pool.execute("update source_run set cursor = 'page 2' where id = $1", number)
    assert not any([await reader.read() for reader in readers.values()])
    await linked.pool.execute("update source_run set status = 'SUCCEEDED' where id = $1", number)
    informed = {name: await reader.read() for name, reader in readers.items()}
    assert {name for name, changes in informed.items() if changes} == {"o", "s"}
    [change] = informed["o"]
    assert change.id == f"gid://hub/SourceRun/{number}"
    assert change.topic.event_type == "source_run.ended"
    assert change.agency_id is None
