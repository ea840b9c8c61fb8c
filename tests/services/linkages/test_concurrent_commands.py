"""Six parties propose, decide, withdraw, undo and set shares at the same time on PostgreSQL."""

import asyncio
import json
import random
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Final

import pytest

from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_commands import LinkageBatchPayload
from hub.domain.linkage_shares import OPEN_STATUSES
from hub.domain.linkages import Linkage, LinkageDecision, LinkageStatus
from hub.domain.user_errors import UserErrorCode
from hub.store.database import Database
from hub.store.linkage_states import parse_state
from hub.store.unit_of_work import UnitOfWork
from tests.long_run import is_long_run
from tests.services.linkages.both_sides import (
    DEPARTMENT,
    MINISTRY,
    OTHER_MINISTRY,
    OTHER_PROVINCE,
    PROVINCE,
    SCOPES,
    BothSides,
    draft,
    insert_issues,
)

CLUSTER: Final = Viewer("cluster", "cluster:C2560-09", SCOPES, client_id="cluster")
ACTORS: Final = (DEPARTMENT, MINISTRY, PROVINCE, CLUSTER, OTHER_PROVINCE, OTHER_MINISTRY)
PROJECTS: Final = ("p1", "p2", "p3")
ISSUES: Final = (
    "plan-20-2566-PUBLISHED-1",
    "plan-20-2566-PUBLISHED-2",
    "plan-21-2566-PUBLISHED-1",
    "plan-C2560-09-2566-PUBLISHED-1",
)
SHARES: Final = (None, "0.2", "0.4", "0.6", "1")
STEPS: Final = 15
EXPECTED_CODES: Final = {
    UserErrorCode.NOT_ALLOWED,
    UserErrorCode.STALE_VERSION,
    UserErrorCode.DUPLICATE,
    UserErrorCode.WRONG_STATUS,
    UserErrorCode.SHARE_EXCEEDED,
    UserErrorCode.TOO_LATE,
}


async def list_linkages(database: Database) -> list[Linkage]:
    """Return all linkages of the projects, by id."""
    rows = await database.pool.fetch(
        "select id from linkage where project_id = any($1::text[])", list(PROJECTS)
    )
    async with database.read_transaction() as transaction:
        unit = UnitOfWork(transaction, DEPARTMENT)
        found = await unit.linkages.by_id([row["id"] for row in rows])
    return [found[key] for key in sorted(found)]


async def act(sides: BothSides, viewer: Viewer, chance: random.Random) -> LinkageBatchPayload:
    """Do one random thing."""
    linkages = await list_linkages(sides.database)
    if not linkages or chance.random() < 0.3:
        items = [
            draft(chance.choice(PROJECTS), chance.choice(ISSUES), chance.choice(SHARES))
            for _ in range(chance.randrange(1, 5))
        ]
        return await sides.propose(viewer, *items)
    linkage = chance.choice(linkages)
    verb = chance.randrange(5)
    if verb == 0:
        return await sides.withdraw(viewer, linkage)
    if verb == 1:
        return await sides.undo(viewer, linkage)
    if verb == 2:
        return await sides.set_share(viewer, linkage, chance.choice(SHARES))
    return await sides.decide(viewer, linkage, chance.choice(list(LinkageDecision)), "เหตุผล")


async def play(
    sides: BothSides, viewer: Viewer, chance: random.Random
) -> tuple[int, list[UserErrorCode]]:
    """Do random things one after the other; return how many changed something, and refusals."""
    changed, refused = 0, []
    for _ in range(STEPS):
        payload = await act(sides, viewer, chance)
        assert not payload.user_errors, payload.user_errors
        for result in payload.results:
            changed += result.changed
            for error in result.user_errors:
                assert error.message.th
                assert error.message.en
                refused.append(error.code)
    return changed, refused


async def assert_consistent(database: Database, changed: int) -> None:
    """Check that no update was lost, shares are at most 1, and each state follows from the last."""
    linkages = await list_linkages(database)
    assert sum(one.version for one in linkages) == changed
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
            before = parse_state(json.loads(row["earlier_state"]))
            assert before.status.value == statuses[row["version"] - 1]


@pytest.mark.parametrize("seed", range(10) if is_long_run() else [1])
async def test_six_agencies_at_once_lose_no_update_and_exceed_no_share(
    sides: BothSides, seed: int
) -> None:
    await insert_issues(sides.database, "21", ["1"])
    plays = [
        play(sides, viewer, random.Random(f"{seed} {viewer.subject}"))  # noqa: S311 - test data
        for viewer in ACTORS
    ]
    outcomes = await asyncio.gather(*plays)
    refused = Counter(code for _, codes in outcomes for code in codes)
    assert refused.keys() <= EXPECTED_CODES, refused
    assert refused[UserErrorCode.NOT_ALLOWED] > 0
    await assert_consistent(sides.database, sum(changed for changed, _ in outcomes))


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
