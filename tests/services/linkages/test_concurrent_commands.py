"""Six parties propose, decide, withdraw, undo, set shares and merge projects at the same time on
PostgreSQL, while a source is read again and again.
"""

import asyncio
import json
import random
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Final

import pytest

from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_shares import OPEN_STATUSES
from hub.domain.linkages import Linkage, LinkageDecision, LinkageStatus
from hub.domain.record import record
from hub.domain.same_as import SameAs, find_activities
from hub.domain.user_errors import UserError, UserErrorCode
from hub.store.activities import fetch_activities
from hub.store.database import Database
from hub.store.linkage_states import parse_state
from hub.store.unit_of_work import UnitOfWork
from tests.ingest.declaring_source import (
    INTERIOR,
    build_declaring,
    build_linkage,
    list_declared,
    run_declaring,
)
from tests.long_run import is_long_run
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    MINISTRY,
    OTHER_PROVINCE,
    PROVINCE,
    SCOPES,
    BothSides,
    draft,
    insert_issues,
)
from tests.services.same_as.same_activity import SameActivity

CLUSTER: Final = Viewer("cluster", "cluster:C2560-09", SCOPES, client_id="cluster")
ACTORS: Final = (DEPARTMENT, MINISTRY, PROVINCE, CLUSTER, OTHER_PROVINCE, INTERIOR)
PROJECTS: Final = ("p1", "p2", "p3")
RECORDS: Final = ("1", "2", "3")
ISSUES: Final = (
    "plan-20-2566-PUBLISHED-1",
    "plan-20-2566-PUBLISHED-2",
    "plan-21-2566-PUBLISHED-1",
    "plan-C2560-09-2566-PUBLISHED-1",
)
SHARES: Final = (None, "0.2", "0.4", "0.6", "1")
STEPS: Final = 15
READINGS: Final = 5
EXPECTED_CODES: Final = {
    UserErrorCode.NOT_ALLOWED,
    UserErrorCode.STALE_VERSION,
    UserErrorCode.DUPLICATE,
    UserErrorCode.WRONG_STATUS,
    UserErrorCode.SHARE_EXCEEDED,
    UserErrorCode.TOO_LATE,
    UserErrorCode.INVALID_VALUE,
    UserErrorCode.NOT_FOUND,
}
ALL_PROJECTS: Final = (
    "select id from project where id = any($1::text[]) or source_id = 'made_up' order by id"
)
ACTIONS: Final = (
    "select count(*) from history_entry where actor <> 'SOURCE' and starts_with(subject, "
    "'gid://hub/Linkage/')"
)
DECIDED: Final = """
select distinct subject from history_entry
where actor <> 'SOURCE' and side is not null and undone_by is null
"""


async def list_projects(database: Database) -> list[str]:
    """Return the ids of the projects that parties act on: inserted ones, and those of a source."""
    return [row["id"] for row in await database.pool.fetch(ALL_PROJECTS, list(PROJECTS))]


async def list_linkages(database: Database) -> list[Linkage]:
    """Return all linkages of the projects, by id."""
    rows = await database.pool.fetch(
        "select id from linkage where project_id = any($1::text[])", await list_projects(database)
    )
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, DEPARTMENT)
        found = await unit.linkages.by_id([row["id"] for row in rows])
    return [found[key] for key in sorted(found)]


async def list_assertions(database: Database) -> list[SameAs]:
    """Return all assertions that projects are one activity, by id."""
    rows = await database.pool.fetch("select id from same_as order by id")
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, DEPARTMENT)
        found = await unit.same_as.by_id([row["id"] for row in rows])
    return [found[key] for key in sorted(found)]


async def read_source(database: Database, chance: random.Random, count: int) -> None:
    """Read the source, each time with other declarations, and now and then without a record."""
    for _ in range(count):
        rows = [
            build_declaring(
                number,
                *(build_linkage(issue) for issue in chance.sample("12", chance.randrange(3))),
                year="2566",
            )
            for number in RECORDS
            if chance.random() < 0.9 or number == RECORDS[0]
        ]
        await run_declaring(database, *rows, snapshot=f"reading {chance.random()}")
        await asyncio.sleep(0)


async def merge(
    sides: BothSides, viewer: Viewer, chance: random.Random
) -> tuple[int, list[UserError]]:
    """Assert that random projects are one activity, or undo a random assertion."""
    activity, assertions = SameActivity(sides.database), await list_assertions(sides.database)
    if assertions and chance.random() < 0.4:
        one = chance.choice(assertions)
        payload = await activity.undo(viewer, one.id, one.version)
    else:
        projects = await list_projects(sides.database)
        payload = await activity.assert_same(viewer, *chance.sample(projects, 2))
    return int(payload.same_as_id is not None), list(payload.user_errors)


async def act(
    sides: BothSides, viewer: Viewer, chance: random.Random
) -> tuple[int, list[UserError]]:
    """Do one random thing to linkages; return how many it changed, and why the rest is refused."""
    linkages = await list_linkages(sides.database)
    verb = chance.randrange(5)
    if not linkages or chance.random() < 0.3:
        projects = await list_projects(sides.database)
        items = [
            draft(chance.choice(projects), chance.choice(ISSUES), chance.choice(SHARES))
            for _ in range(chance.randrange(1, 5))
        ]
        payload = await sides.propose(viewer, *items)
    elif verb == 0:
        payload = await sides.withdraw(viewer, chance.choice(linkages))
    elif verb == 1:
        payload = await sides.undo(viewer, chance.choice(linkages))
    elif verb == 2:
        linkage = chance.choice(linkages)
        payload = await sides.set_share(viewer, linkage, chance.choice(SHARES))
    else:
        decision = chance.choice(list(LinkageDecision))
        payload = await sides.decide(viewer, chance.choice(linkages), decision, "เหตุผล")
    assert not payload.user_errors, payload.user_errors
    errors = [error for result in payload.results for error in result.user_errors]
    return sum(result.changed for result in payload.results), errors


@record
class Play:
    """What one party did: linkages and assertions that it changed, and the errors it got."""

    changed: int
    merged: int
    refused: list[UserErrorCode]


async def play(sides: BothSides, viewer: Viewer, chance: random.Random) -> Play:
    """Do random things one after the other."""
    found = {act: 0, merge: 0}
    refused: list[UserErrorCode] = []
    for _ in range(STEPS):
        step = merge if chance.random() < 0.3 else act
        changed, errors = await step(sides, viewer, chance)
        found[step] += changed
        for error in errors:
            assert error.message.th
            assert error.message.en
            refused.append(error.code)
    return Play(found[act], found[merge], refused)


async def assert_consistent(database: Database, changed: int) -> None:
    """Check that no update was lost, shares are at most 1, and each state follows from the last."""
    linkages = await list_linkages(database)
    assert await database.pool.fetchval(ACTIONS) == changed
    shares: dict[str, Decimal] = defaultdict(Decimal)
    open_targets: Counter[tuple[str, str | None]] = Counter()
    for one in linkages:
        if one.status in OPEN_STATUSES:
            shares[one.project_id] += one.share or Decimal(0)
            open_targets[one.project_id, one.issue_id] += 1
        if one.status is LinkageStatus.AGREED:
            assert len(one.consents) == 2
    assert all(total <= 1 for total in shares.values()), shares
    assert set(open_targets.values()) <= {1}
    for one in linkages:
        entries = await database.pool.fetch(
            "select version, earlier_state from history_entry where subject = $1 order by id",
            one.gid,
        )
        assert [row["version"] for row in entries] == list(range(1, one.version + 1))
        earlier = await database.pool.fetch(
            "select version, status from history.linkage where id = $1 order by version", one.id
        )
        statuses = {row["version"]: row["status"] for row in earlier} | {
            one.version: one.status.value
        }
        for row in entries[1:]:
            if row["earlier_state"] is not None:
                before = parse_state(json.loads(row["earlier_state"]))
                assert before.status.value == statuses[row["version"] - 1]


async def assert_merges_consistent(
    database: Database, merged: int
) -> list[tuple[str, list[str], bool]]:
    """Check that no assertion was lost, and that projects are counted as assertions in force say.

    Return the id of each assertion, its projects, and whether it is in force.
    """
    assertions = await list_assertions(database)
    assert sum(one.version for one in assertions) == merged
    for one in assertions:
        entries = await database.pool.fetch(
            "select version from history_entry where subject = $1 order by id", one.gid
        )
        assert [row["version"] for row in entries] == list(range(1, one.version + 1))
        assert (one.version == 2) == (one.undone_at is not None)
    found = await fetch_activities(database.pool, await list_projects(database))
    in_force = {one.id for one in assertions if one.undone_at is None}
    assert {one.id for one in found.assertions} == in_force
    assert dict(found.counted_as) == find_activities(found.repeats, found.assertions)
    return [(one.id, one.project_ids, one.undone_at is None) for one in assertions]


@pytest.mark.parametrize("seed", range(10) if is_long_run() else [1, 2])
async def test_six_agencies_at_once_lose_no_update_and_exceed_no_share(
    sides: BothSides, seed: int
) -> None:
    database = sides.database
    await insert_issues(database, "21", ["1"])
    await database.pool.execute(
        "insert into source (id, name_th, kind, health) "
        "select 'source-' || key, key, 'OWN', 'OK' from unnest($1::text[]) key",
        list(PROJECTS),
    )
    await database.pool.execute(
        "update project set source_id = 'source-' || id where id = any($1)", list(PROJECTS)
    )
    reader = random.Random(f"{seed} reader")  # noqa: S311 - test data
    await read_source(database, reader, 1)
    plays = [
        play(sides, viewer, random.Random(f"{seed} {viewer.subject}"))  # noqa: S311 - test data
        for viewer in ACTORS
    ]
    outcomes, _ = await asyncio.gather(
        asyncio.gather(*plays), read_source(database, reader, READINGS)
    )
    refused = Counter(code for one in outcomes for code in one.refused)
    assert refused.keys() <= EXPECTED_CODES, refused
    assert refused[UserErrorCode.NOT_ALLOWED] > 0
    merged = sum(one.merged for one in outcomes)
    assert merged > 0
    await assert_consistent(database, sum(one.changed for one in outcomes))
    assertions = await assert_merges_consistent(database, merged)
    decided = {row["subject"] for row in await database.pool.fetch(DECIDED)}
    before = [one for one in await list_declared(database) if one.gid in decided]
    await read_source(database, reader, 2)
    after = {one.id: one for one in await list_declared(database)}
    assert [after[one.id].state for one in before] == [one.state for one in before]
    assert await assert_merges_consistent(database, merged) == assertions


async def test_same_command_sent_at_once_changes_once(sides: BothSides) -> None:
    items = [draft(project, ISSUES[0], key=project) for project in PROJECTS]
    payloads = await asyncio.gather(
        *(sides.propose(DEPARTMENT, *items, key="the same") for _ in range(4)),
        *(sides.propose(DEPARTMENT, *reversed(items)) for _ in range(4)),
    )
    ids = {result.linkage_id for payload in payloads for result in payload.results}
    assert len(ids) == 3
    assert None not in ids
    assert len(await list_linkages(sides.database)) == 3
