"""What people decided on declared linkages survives every reading, and differences are findings."""

from typing import Any

import pytest

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
from tests.services.linkages.both_sides import PROVINCE, BothSides, draft, insert_issues

STAGE = "attractions"


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """Return a database with a plan of Chon Buri that has issues 1 and 2."""
    await insert_issues(fresh_database, "20", ["1", "2"])
    return fresh_database


async def decide_as(database: Database, decided: str, linkage: Linkage) -> None:
    """Let people decide on a declared linkage."""
    sides = BothSides(database)
    if decided == "SHARE":
        await sides.set_share(INTERIOR, linkage, "0.3")
    elif decided == "WITHDRAW":
        await sides.withdraw(INTERIOR, linkage)
    elif decided == "UNDO":
        await sides.undo(INTERIOR, linkage)
    else:
        await sides.decide(PROVINCE, linkage, LinkageDecision[decided], "เหตุผล")


@pytest.mark.parametrize("decided", ["AGREE", "REJECT", "DISPUTE", "SHARE", "WITHDRAW", "UNDO"])
@pytest.mark.parametrize(
    "later",
    [
        [build_linkage(share="0.9")],
        [build_linkage(stage_code=STAGE, share="0.5")],
        [],
    ],
)
async def test_what_people_decided_survives_every_reading(
    database: Database, decided: str, later: list[dict[str, Any]]
) -> None:
    await run_declaring(database, build_declaring(1, build_linkage(share="0.5")))
    [linkage] = await list_declared(database)
    await decide_as(database, decided, linkage)
    [before] = await list_declared(database)
    await run_declaring(database, build_declaring(1, *later))
    [after] = await list_declared(database)
    assert after.state == before.state
    assert after.stage_id == before.stage_id
    assert after.declaration is not None
    assert after.declaration.current == bool(later)
    ended = {"REJECT", "WITHDRAW", "UNDO", "DISPUTE"}
    assert after.declaration.differs == (bool(later) or decided not in ended)
    assert await list_conflicts(database) == ([after.id] if after.declaration.differs else [])


async def test_finding_ends_when_the_source_follows_what_people_decided(
    database: Database,
) -> None:
    await run_declaring(database, build_declaring(1, build_linkage(share="0.5")))
    [linkage] = await list_declared(database)
    await BothSides(database).set_share(INTERIOR, linkage, "0.3")
    assert await list_conflicts(database) == [linkage.id]
    summary = await database.pool.fetchrow("select summary_th, summary_en from finding")
    assert "0.5" in summary["summary_th"]
    assert "0.3" in summary["summary_en"]
    await run_declaring(database, build_declaring(1, build_linkage(share="0.3")))
    assert await list_conflicts(database) == []


async def test_finding_opens_and_ends_with_the_decision_of_people(database: Database) -> None:
    sides = BothSides(database)
    await run_declaring(database, build_declaring(1, build_linkage()))
    [linkage] = await list_declared(database)
    await sides.decide(PROVINCE, linkage, LinkageDecision.REJECT, "ซ้ำกับงานของจังหวัด")
    assert await list_conflicts(database) == [linkage.id]
    await sides.undo(PROVINCE, await sides.read(linkage.id, INTERIOR))
    assert await list_conflicts(database) == []


async def test_linkage_that_people_rejected_before_is_not_proposed_again(
    database: Database,
) -> None:
    sides = BothSides(database)
    await run_declaring(database, build_declaring(1))
    project = await database.pool.fetchval("select id from project where source_id = 'made_up'")
    linkage = await sides.propose_one(INTERIOR, draft(project, "plan-20-2566-PUBLISHED-1"))
    await sides.decide(PROVINCE, linkage, LinkageDecision.REJECT, "ไม่ตรงประเด็น")
    await run_declaring(database, build_declaring(1, build_linkage()))
    [linkage] = await list_declared(database)
    assert linkage.status is LinkageStatus.REJECTED
    assert linkage.declaration is not None
    assert linkage.declaration.differs


async def test_linkage_that_people_proposed_is_declared_and_not_repeated(
    database: Database,
) -> None:
    sides = BothSides(database)
    await run_declaring(database, build_declaring(1))
    project = await database.pool.fetchval("select id from project where source_id = 'made_up'")
    linkage = await sides.propose_one(INTERIOR, draft(project, "plan-20-2566-PUBLISHED-1", "0.4"))
    await run_declaring(database, build_declaring(1, build_linkage(share="0.4")))
    [after] = await list_declared(database)
    assert after.state == linkage.state
    assert after.declaration is not None
    assert not after.declaration.differs


async def test_linkage_that_people_proposed_after_a_withdrawal_is_not_repeated(
    database: Database,
) -> None:
    sides = BothSides(database)
    await run_declaring(database, build_declaring(1, build_linkage()))
    await run_declaring(database, build_declaring(1), snapshot="without")
    [withdrawn] = await list_declared(database)
    issue = "plan-20-2566-PUBLISHED-1"
    proposed = await sides.propose_one(PROVINCE, draft(withdrawn.project_id, issue))
    await run_declaring(database, build_declaring(1, build_linkage()), snapshot="again")
    statuses = {one.id: one.status for one in await list_declared(database)}
    assert statuses == {
        withdrawn.id: LinkageStatus.WITHDRAWN,
        proposed.id: LinkageStatus.PROPOSED,
    }
