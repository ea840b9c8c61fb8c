"""Rulings on linkages that wait: the project stays stored, and the record is read again."""

import pytest

from hub.domain.sources.records import NameKind
from hub.domain.sources.rulings import NameDecision, Ruling
from hub.domain.time import FISCAL_YEAR_BOUNDS
from hub.errors import Invalid
from hub.services.sources.settle_quarantine import revoke_recorded_ruling
from hub.store.database import Database
from tests.ingest.declaring_source import (
    DECLARING_SPEC,
    build_declaring,
    build_linkage,
    list_declared,
    list_row_ids,
    list_waiting,
    read_declaring,
    rule_on_declared,
    run_declaring,
)
from tests.ingest.made_up_source import fetch_facts
from tests.services.linkages.both_sides import insert_issues

OLD_CODE = "CHON"


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """Return a database with a plan of Chon Buri, and a record that names it by an old code."""
    await insert_issues(fresh_database, "20", ["1", "2"])
    await run_declaring(fresh_database, build_declaring(1, build_linkage(area=OLD_CODE)))
    return fresh_database


def decide_area(target: str | None) -> Ruling:
    """Return the ruling that the old code is an area."""
    first, last = FISCAL_YEAR_BOUNDS
    return Ruling(name=NameDecision(NameKind.AREA, OLD_CODE, None, first, last, target))


async def revoke(database: Database, ruling_id: int | None) -> None:
    """Revoke a ruling."""
    assert ruling_id is not None
    await revoke_recorded_ruling(
        database, DECLARING_SPEC, read_declaring, ruling_id, "somsri", "another place", None
    )


async def test_ruling_on_the_code_of_an_area_proposes_the_linkage_at_once(
    database: Database,
) -> None:
    settlement = await rule_on_declared(database, decide_area("20"))
    assert (settlement.read, settlement.settled) == (1, 1)
    [linkage] = await list_declared(database)
    assert linkage.issue_id == "plan-20-2566-PUBLISHED-1"
    assert await list_waiting(database) == []
    await run_declaring(database, build_declaring(1, build_linkage(area=OLD_CODE)))
    assert [one.id for one in await list_declared(database)] == [linkage.id]


async def test_ruling_to_an_area_without_such_an_issue_leaves_another_question(
    database: Database,
) -> None:
    settlement = await rule_on_declared(database, decide_area("21"))
    assert (settlement.read, settlement.settled) == (1, 0)
    [waiting] = await list_waiting(database)
    assert waiting[2:] == ("UNKNOWN_CODE", "21 2566 1")


async def test_revoked_ruling_withdraws_the_linkage_and_it_waits_again(database: Database) -> None:
    settlement = await rule_on_declared(database, decide_area("20"))
    await revoke(database, settlement.ruling_id)
    [linkage] = await list_declared(database)
    assert linkage.status.value == "WITHDRAWN"
    [waiting] = await list_waiting(database)
    assert waiting == ("r1", "LINKAGES", "UNKNOWN_NAME", OLD_CODE)
    assert len(await fetch_facts(database)) == 1


async def test_refused_linkage_keeps_the_project_and_does_not_wait_again(
    database: Database,
) -> None:
    row = build_declaring(1, build_linkage(area=OLD_CODE))
    settlement = await rule_on_declared(database, Ruling(refuse=await list_row_ids(database)))
    assert await list_waiting(database) == []
    await run_declaring(database, row)
    assert len(await fetch_facts(database)) == 1
    assert await list_waiting(database) == []
    await revoke(database, settlement.ruling_id)
    assert len(await list_waiting(database)) == 1
    assert len(await fetch_facts(database)) == 1


async def test_linkage_with_an_unknown_code_cannot_be_accepted_as_written(
    database: Database,
) -> None:
    with pytest.raises(Invalid):
        await rule_on_declared(database, Ruling(accept=await list_row_ids(database)))
    assert len(await list_waiting(database)) == 1
    assert len(await fetch_facts(database)) == 1


async def test_record_in_doubt_and_its_linkage_are_settled_by_one_ruling_each(
    database: Database,
) -> None:
    row = build_declaring(1, build_linkage("9"), area="ตราษ", amount="2,000")
    await run_declaring(database, row)
    assert [one[1:3] for one in await list_waiting(database)] == [("RECORD", "UNKNOWN_NAME")]
    first, last = FISCAL_YEAR_BOUNDS
    decision = NameDecision(NameKind.AREA, "ตราษ", None, first, last, "23")
    await rule_on_declared(database, Ruling(name=decision))
    assert [one[3] for one in await fetch_facts(database)] == [200_000]
    assert [one[1:3] for one in await list_waiting(database)] == [("LINKAGES", "UNKNOWN_CODE")]
