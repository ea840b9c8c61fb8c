"""A source declares, changes and ends linkages while people of both sides decide on them."""

import asyncio
import random
from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

import pytest

from hub.domain.history import ActorKind
from hub.domain.identity.viewer import Viewer
from hub.domain.linkage_shares import OPEN_STATUSES
from hub.domain.linkages import Linkage, LinkageDecision, LinkageStatus
from hub.store.database import Database
from tests.ingest.declaring_source import (
    INTERIOR,
    build_declaring,
    build_linkage,
    list_conflicts,
    list_declared,
    run_declaring,
)
from tests.long_run import is_long_run
from tests.services.linkages.both_sides import PROVINCE, BothSides, draft, insert_issues

RECORDS: Final = (1, 2, 3)
ISSUES: Final = ("1", "2", "3", "9")
SHARES: Final = (None, "0.2", "0.4", "0.6", "1")
STAGES: Final = (None, "attractions", "transport")
READINGS: Final = 6
STEPS: Final = 12
DECIDED: Final = """
select distinct subject from history_entry where actor <> 'SOURCE' and side is not null
    and undone_by is null
"""


def build_random_linkage(chance: random.Random, issue: str) -> dict[str, Any]:
    """Return a linkage to an issue, with a random share and stage."""
    linkage = build_linkage(issue)
    if (share := chance.choice(SHARES)) is not None:
        linkage["share"] = share
    if (stage := chance.choice(STAGES)) is not None:
        linkage["stage_code"] = stage
    return linkage


async def read_again_and_again(database: Database, chance: random.Random) -> None:
    """Read the source, each time with other declarations."""
    for reading in range(READINGS):
        rows = [
            build_declaring(
                number,
                *(
                    build_random_linkage(chance, issue)
                    for issue in chance.sample(ISSUES, chance.randrange(len(ISSUES)))
                ),
            )
            for number in RECORDS
        ]
        await run_declaring(database, *rows, snapshot=f"reading {reading}")
        await asyncio.sleep(0)


async def decide_again_and_again(database: Database, viewer: Viewer, chance: random.Random) -> None:
    """Decide on random linkages, or propose one."""
    sides = BothSides(database)
    for _ in range(STEPS):
        linkages = await list_declared(database)
        if not linkages:
            await asyncio.sleep(0.05)
            continue
        linkage = chance.choice(linkages)
        verb = chance.randrange(5)
        if verb == 0:
            await sides.set_share(viewer, linkage, chance.choice(SHARES))
        elif verb == 1:
            await sides.undo(viewer, linkage)
        elif verb == 2:
            issue = f"plan-20-2566-PUBLISHED-{chance.choice(ISSUES[:3])}"
            await sides.propose(viewer, draft(linkage.project_id, issue, chance.choice(SHARES)))
        else:
            decision = chance.choice(list(LinkageDecision))
            await sides.decide(viewer, linkage, decision, "เหตุผล")


def assert_shares_fit(linkages: list[Linkage]) -> None:
    """Check that the shares of each project are at most 1."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for one in linkages:
        if one.status in OPEN_STATUSES:
            totals[one.project_id] += one.share or Decimal(0)
    assert all(total <= 1 for total in totals.values()), totals


@pytest.mark.parametrize("seed", range(10) if is_long_run() else [1, 2])
async def test_what_people_decided_survives_concurrent_readings(
    fresh_database: Database, seed: int
) -> None:
    database = fresh_database
    await insert_issues(database, "20", ISSUES[:3])
    chances = [random.Random(f"{seed} {name}") for name in ("source", "area", "ministry")]  # noqa: S311
    await run_declaring(
        database, *(build_declaring(number, build_linkage("1")) for number in RECORDS)
    )
    await asyncio.gather(
        read_again_and_again(database, chances[0]),
        decide_again_and_again(database, PROVINCE, chances[1]),
        decide_again_and_again(database, INTERIOR, chances[2]),
    )
    before = await list_declared(database)
    assert_shares_fit(before)
    decided = {row["subject"] for row in await database.pool.fetch(DECIDED)}
    await read_again_and_again(database, chances[0])
    after = {one.id: one for one in await list_declared(database)}
    assert_shares_fit(list(after.values()))
    for one in before:
        if one.gid in decided:
            assert after[one.id].state == one.state
            assert after[one.id].stage_id == one.stage_id
    for one in after.values():
        entries = await database.pool.fetch(
            "select version, actor, side from history_entry where subject = $1 order by id",
            one.gid,
        )
        assert [row["version"] for row in entries] == list(range(1, one.version + 1))
        if one.status in {LinkageStatus.AGREED, LinkageStatus.REJECTED, LinkageStatus.DISPUTED}:
            assert any(consent.actor is not ActorKind.SOURCE for consent in one.consents)
    differing = [one.id for one in after.values() if one.declaration and one.declaration.differs]
    assert await list_conflicts(database) == sorted(differing)
