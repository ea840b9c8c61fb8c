"""Records declare linkages: they are proposed by the project's agency and follow their record."""

from decimal import Decimal
from typing import Any

import pytest

from hub.domain.history import ActorKind
from hub.domain.linkage_decisions import sides_awaited
from hub.domain.linkages import LinkageDecision, LinkageStatus, Side
from hub.domain.sources.ledger import Outcome
from hub.store.database import Database
from tests.ingest.declaring_source import (
    build_declaring,
    build_linkage,
    list_conflicts,
    list_declared,
    list_waiting,
    run_declaring,
    shares,
)
from tests.ingest.made_up_source import fetch_facts
from tests.services.linkages.both_sides import PROVINCE, BothSides, insert_issues

STAGE = "attractions"
OTHER_STAGE = "transport"


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """Return a database with a plan of Chon Buri that has issues 1 and 2."""
    await insert_issues(fresh_database, "20", ["1", "2"])
    return fresh_database


async def test_declared_linkage_is_proposed_by_the_agency_with_its_record_as_evidence(
    database: Database,
) -> None:
    await run_declaring(database, build_declaring(1, build_linkage(stage_code=STAGE, share="0.6")))
    [linkage] = await list_declared(database)
    assert linkage.status is LinkageStatus.PROPOSED
    assert linkage.state.proposed_side is Side.FUNCTION
    assert linkage.proposed_by_id == "ministry:15"
    assert linkage.share == Decimal("0.6")
    assert linkage.stage_id is not None
    assert sides_awaited(linkage.state) == {Side.AREA}
    [consent] = linkage.consents
    assert (consent.agency_id, consent.actor) == ("ministry:15", ActorKind.SOURCE)
    record_id = await database.pool.fetchval(
        "select id from source_record where source_id = 'made_up'"
    )
    [reason] = linkage.reasons
    assert (reason.code, reason.record_ids) == ("DECLARED", (record_id,))
    assert linkage.declaration is not None
    assert linkage.declaration.record_id == record_id
    assert linkage.declaration.current
    assert linkage.declaration.stage_code == STAGE
    assert not linkage.declaration.differs
    assert await list_waiting(database) == []


async def test_area_agrees_to_a_declared_linkage(database: Database) -> None:
    await run_declaring(database, build_declaring(1, build_linkage()))
    [linkage] = await list_declared(database)
    await BothSides(database).decide(PROVINCE, linkage, LinkageDecision.AGREE)
    [linkage] = await list_declared(database)
    assert linkage.status is LinkageStatus.AGREED


@pytest.mark.parametrize(
    ("linkage", "reason", "written"),
    [
        (build_linkage("9"), "UNKNOWN_CODE", "20 2566 9"),
        (build_linkage(fiscal_year_be=2580), "UNKNOWN_CODE", "20 2580 1"),
        (build_linkage(stage_code="nowhere"), "UNKNOWN_CODE", "20 2566 1 nowhere"),
        (build_linkage(area="C9999-01"), "UNKNOWN_NAME", "C9999-01"),
        (build_linkage(share="1.2"), "IMPOSSIBLE_SHARE", "1.2"),
        (build_linkage(share=60), "IMPOSSIBLE_SHARE", "60"),
        (build_linkage(share=True), "IMPOSSIBLE_SHARE", "True"),
        (build_linkage(fiscal_year_be="next year"), "IMPOSSIBLE_YEAR", "next year"),
        (build_linkage(""), "MISSING_VALUE", ""),
    ],
)
async def test_unusable_linkage_waits_and_the_project_is_stored(
    database: Database, linkage: dict[str, Any], reason: str, written: str
) -> None:
    result = await run_declaring(database, build_declaring(1, build_linkage("2"), linkage))
    assert result.ledger.count_of(Outcome.NEW) == 1
    assert result.ledger.count_of(Outcome.QUARANTINED) == 0
    assert [one[3] for one in await fetch_facts(database)] == [100_000]
    [waiting] = await list_waiting(database)
    assert waiting == ("r1", "LINKAGES", reason, written)
    assert [one.issue_id for one in await list_declared(database)] == ["plan-20-2566-PUBLISHED-2"]


@pytest.mark.parametrize("linkages", ["1", {"area": "20"}, ["20/1"]])
async def test_linkages_of_another_shape_wait_and_the_project_is_stored(
    database: Database, linkages: object
) -> None:
    row = {**build_declaring(1), "linkages": linkages}
    await run_declaring(database, row)
    assert len(await fetch_facts(database)) == 1
    [waiting] = await list_waiting(database)
    assert waiting[:3] == ("r1", "LINKAGES", "WRONG_TYPE")


async def test_waiting_linkage_is_taken_up_once_the_plan_is_there(database: Database) -> None:
    row = build_declaring(1, build_linkage(area="21"))
    await run_declaring(database, row)
    assert len(await list_waiting(database)) == 1
    await run_declaring(database, row)
    assert len(await list_waiting(database)) == 1
    await insert_issues(database, "21", ["1"])
    result = await run_declaring(database, row)
    assert result.ledger.count_of(Outcome.UNCHANGED) == 1
    assert await list_waiting(database) == []
    [linkage] = await list_declared(database)
    assert linkage.issue_id == "plan-21-2566-PUBLISHED-1"


async def test_issue_of_a_draft_plan_is_unknown_to_sources(database: Database) -> None:
    await insert_issues(database, "21", ["1"], "PRIVATE")
    await run_declaring(database, build_declaring(1, build_linkage(area="21")))
    [waiting] = await list_waiting(database)
    assert waiting[2:] == ("UNKNOWN_CODE", "21 2566 1")
    assert await list_declared(database) == []


async def test_undecided_linkage_follows_share_and_stage_of_its_record(
    database: Database,
) -> None:
    await run_declaring(database, build_declaring(1, build_linkage(stage_code=STAGE, share="0.2")))
    [first] = await list_declared(database)
    await run_declaring(
        database, build_declaring(1, build_linkage(stage_code=OTHER_STAGE, share="0.7"))
    )
    [linkage] = await list_declared(database)
    assert (linkage.id, linkage.version) == (first.id, 2)
    assert linkage.share == Decimal("0.7")
    assert linkage.stage_id != first.stage_id
    assert linkage.status is LinkageStatus.PROPOSED
    assert not linkage.declaration.differs  # type: ignore[union-attr]


async def test_shares_may_be_exchanged_between_two_linkages(database: Database) -> None:
    both = [build_linkage("1", share="0.4"), build_linkage("2", share="0.6")]
    await run_declaring(database, build_declaring(1, *both))
    exchanged = [build_linkage("1", share="0.6"), build_linkage("2", share="0.4")]
    await run_declaring(database, build_declaring(1, *exchanged))
    assert shares(await list_declared(database)) == [Decimal("0.6"), Decimal("0.4")]
    assert await list_waiting(database) == []


async def test_undecided_linkage_that_is_no_longer_declared_is_withdrawn_and_may_return(
    database: Database,
) -> None:
    await run_declaring(database, build_declaring(1, build_linkage()))
    await run_declaring(database, build_declaring(1))
    [linkage] = await list_declared(database)
    assert linkage.status is LinkageStatus.WITHDRAWN
    assert not linkage.declaration.current  # type: ignore[union-attr]
    assert not linkage.declaration.differs  # type: ignore[union-attr]
    await run_declaring(database, build_declaring(1, build_linkage()))
    [again] = await list_declared(database)
    assert (again.id, again.status) == (linkage.id, LinkageStatus.PROPOSED)
    assert await list_conflicts(database) == []


@pytest.mark.parametrize("owner", ["กระทรวงสาธารณสุข", "กรมการท่องเที่ยว"])
async def test_linkage_of_another_agencys_project_waits(database: Database, owner: str) -> None:
    await run_declaring(database, build_declaring(1, build_linkage(), owner=owner))
    assert await list_declared(database) == []
    [waiting] = await list_waiting(database)
    assert waiting[1:3] == ("LINKAGES", "OTHER_OWNER")
    assert len(await fetch_facts(database)) == 1


async def test_department_of_the_sources_ministry_declares(database: Database) -> None:
    await run_declaring(
        database, build_declaring(1, build_linkage(), owner="กรมส่งเสริมการปกครองท้องถิ่น")
    )
    [linkage] = await list_declared(database)
    assert linkage.proposed_by_id == "department:15008"


async def test_share_that_does_not_fit_is_unknown_and_waits(database: Database) -> None:
    declared = [build_linkage("1", share="0.7"), build_linkage("2", share="0.6")]
    await run_declaring(database, build_declaring(1, *declared))
    assert shares(await list_declared(database)) == [Decimal("0.7"), None]
    [waiting] = await list_waiting(database)
    assert waiting[2:] == ("IMPOSSIBLE_SHARE", "0.6")
    declared[0] = build_linkage("1", share="0.4")
    await run_declaring(database, build_declaring(1, *declared))
    assert shares(await list_declared(database)) == [Decimal("0.4"), Decimal("0.6")]
    assert await list_waiting(database) == []
    assert await list_conflicts(database) == []


async def test_linkage_that_a_record_repeats_waits(database: Database) -> None:
    await run_declaring(database, build_declaring(1, build_linkage(), build_linkage(share="0.5")))
    assert len(await list_declared(database)) == 1
    [waiting] = await list_waiting(database)
    assert waiting[2] == "REPEATED_LINKAGE"


async def test_vanished_record_takes_undecided_linkages_and_its_project_along(
    database: Database,
) -> None:
    rows = [build_declaring(number, build_linkage()) for number in (1, 2, 3)]
    await run_declaring(database, *rows)
    decided = (await list_declared(database))[1]
    await BothSides(database).decide(PROVINCE, decided, LinkageDecision.AGREE)
    result = await run_declaring(database, *rows[1:])
    assert result.retained_projects == []
    assert len(await list_declared(database)) == 2
    result = await run_declaring(database, rows[2])
    assert len(result.retained_projects) == 1
    first, _ = await list_declared(database)
    assert (first.id, first.status) == (decided.id, LinkageStatus.AGREED)
    assert first.declaration is not None
    assert (first.declaration.current, first.declaration.record_id) == (False, None)
    assert first.declaration.differs


async def test_tombstone_ends_what_its_record_declared(database: Database) -> None:
    await run_declaring(database, build_declaring(1, build_linkage()))
    await run_declaring(
        database, build_declaring(1, build_linkage()), deleted_ids=["r1"], complete=False
    )
    assert await list_declared(database) == []
    assert await database.pool.fetchval("select count(*) from history.linkage") == 1


async def test_unchanged_declaration_writes_nothing(database: Database) -> None:
    row = build_declaring(1, build_linkage(share="0.5"))
    await run_declaring(database, row)
    [before] = await list_declared(database)
    await run_declaring(database, row, build_declaring(2))
    [after] = await list_declared(database)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
