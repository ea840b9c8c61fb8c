"""A later ruling or a revocation reads the rows of an earlier ruling again."""

from datetime import datetime

import pytest

from hub.domain.agencies import AgencyDraft, AgencyKind
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.rulings import NewAgencyDecision, Ruling, RulingKind
from hub.domain.time import FiscalYear
from hub.errors import Invalid, NotFound, StaleVersion
from hub.services.sources.source_status import list_recorded_rulings
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, build_row, fetch_facts
from tests.services.sources.ruled_source import (
    fetch_amounts_by_area,
    fetch_row_ids,
    fetch_waiting_keys,
    revoke,
    rule,
    rule_on_area,
    run_ingest,
)

TRAT, RAYONG, CHONBURI = "23", "21", "20"


@pytest.mark.parametrize("wrong", [RAYONG, CHONBURI, None], ids=["21", "20", "no area"])
async def test_corrected_ruling_moves_the_money(
    fresh_database: Database, wrong: str | None
) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"), build_row(2, area="ตราดด"))
    first = await rule_on_area(fresh_database, "ตราดด", wrong)
    assert await fetch_amounts_by_area(fresh_database) == {wrong: 200_000}
    second = await rule_on_area(fresh_database, "ตราดด", TRAT)
    assert (second.read, second.settled) == (2, 2)
    assert await fetch_amounts_by_area(fresh_database) == {TRAT: 200_000}
    later, earlier = await list_recorded_rulings(fresh_database, SPEC.id)
    assert (earlier.id, earlier.replaced_by_id, later.revoked_at) == (
        first.ruling_id,
        second.ruling_id,
        None,
    )


async def test_corrected_ruling_moves_records_that_never_waited(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"))
    await rule_on_area(fresh_database, "ตราดด", RAYONG)
    rows = [build_row(n, area="ตราดด") for n in (1, 2, 3)]
    result = await run_ingest(fresh_database, *rows, snapshot="next")
    assert result.ledger.count_of(Outcome.NEW) == 2
    assert (await rule_on_area(fresh_database, "ตราดด", TRAT)).read == 3
    assert await fetch_amounts_by_area(fresh_database) == {TRAT: 300_000}


async def test_corrected_ruling_leaves_other_names_and_other_areas_alone(
    fresh_database: Database,
) -> None:
    await run_ingest(
        fresh_database,
        build_row(1, area="ตราดด"),
        build_row(2, area="ตราดดด"),
        build_row(3, area="ระยอง"),
    )
    await rule_on_area(fresh_database, "ตราดด", RAYONG)
    assert (await rule_on_area(fresh_database, "ตราดด", TRAT)).read == 1
    assert await fetch_amounts_by_area(fresh_database) == {RAYONG: 100_000, TRAT: 100_000}
    assert await fetch_waiting_keys(fresh_database) == ["r2"]


async def test_answers_as_of_earlier_do_not_change_when_a_ruling_is_corrected(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"))
    await rule_on_area(fresh_database, "ตราดด", RAYONG)
    before = await fresh_database.pool.fetchval("select clock_timestamp()")
    project = await fresh_database.pool.fetchval("select id from project where source_key = 'r1'")

    async def fetch_areas(at: datetime | None) -> list[str | None]:
        async with fresh_database.read_transaction() as transaction:
            found = await BudgetLines(transaction, ANONYMOUS).by_projects([project], at=at)
            return [line.area_id for line in found[project]]

    await rule_on_area(fresh_database, "ตราดด", TRAT)
    assert await fetch_areas(before) == [RAYONG]
    assert await fetch_areas(None) == [TRAT]
    [ruling, _] = await list_recorded_rulings(fresh_database)
    await revoke(fresh_database, ruling.id)
    assert await fetch_areas(before) == [RAYONG]


async def test_the_same_ruling_again_changes_nothing(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"))
    first = await rule_on_area(fresh_database, "ตราดด", TRAT)
    again = await rule_on_area(fresh_database, "ตราดด", TRAT, by="somchai")
    assert (again.read, again.ruling_id) == (0, first.ruling_id)
    assert len(await list_recorded_rulings(fresh_database)) == 1


async def test_ruling_for_one_year_overrides_only_that_year(fresh_database: Database) -> None:
    rows = [build_row(1, area="ตราดด"), build_row(2, area="ตราดด", year="2568")]
    await run_ingest(fresh_database, *rows)
    await rule_on_area(fresh_database, "ตราดด", RAYONG)
    year = FiscalYear.from_be(2568)
    await rule_on_area(fresh_database, "ตราดด", TRAT, first=year, last=year)
    assert await fetch_amounts_by_area(fresh_database) == {RAYONG: 100_000, TRAT: 100_000}
    assert len(await list_recorded_rulings(fresh_database, in_force=True)) == 2
    await rule_on_area(fresh_database, "ตราดด", CHONBURI)
    assert await fetch_amounts_by_area(fresh_database) == {CHONBURI: 200_000}
    assert len(await list_recorded_rulings(fresh_database, in_force=True)) == 1


async def test_rows_of_a_revoked_ruling_wait_again(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, area="ตราดด"), build_row(2))
    done = await rule_on_area(fresh_database, "ตราดด", RAYONG)
    rows = [build_row(1, area="ตราดด"), build_row(2), build_row(3, area="ตราดด")]
    await run_ingest(fresh_database, *rows, snapshot="next")
    revoked = await revoke(fresh_database, done.ruling_id, by="somchai")
    assert (revoked.read, revoked.settled) == (2, 0)
    assert await fetch_waiting_keys(fresh_database) == ["r1", "r3"]
    assert await fetch_amounts_by_area(fresh_database) == {TRAT: 100_000}
    [ruling] = await list_recorded_rulings(fresh_database)
    assert (ruling.revoked_by, ruling.revoke_reason, ruling.version) == (
        "somchai",
        "another place",
        2,
    )
    with pytest.raises(StaleVersion, match="revoked by somchai"):
        await revoke(fresh_database, ruling.id)
    assert (await rule_on_area(fresh_database, "ตราดด", TRAT)).settled == 2


async def test_revocation_restores_the_version_that_was_stored_before(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, "5"), build_row(2, "5"))
    before = await fetch_facts(fresh_database)
    changed = [build_row(1, "7", area="ตราดด"), build_row(2, "-7")]
    await run_ingest(fresh_database, *changed, snapshot="next")
    on_name = await rule_on_area(fresh_database, "ตราดด", RAYONG)
    on_row = await rule(fresh_database, Ruling(accept=tuple(await fetch_row_ids(fresh_database))))
    assert sorted(one[3] for one in await fetch_facts(fresh_database)) == [-700, 700]
    await revoke(fresh_database, on_name.ruling_id)
    await revoke(fresh_database, on_row.ruling_id)
    assert await fetch_facts(fresh_database) == before
    assert await fetch_waiting_keys(fresh_database) == ["r1", "r2"]


async def test_all_rows_of_a_key_wait_again_when_the_acceptance_of_one_is_revoked(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, "5"), build_row(1, "7"))
    first, _ = await fetch_row_ids(fresh_database)
    done = await rule(fresh_database, Ruling(accept=(first,)))
    assert [one[3] for one in await fetch_facts(fresh_database)] == [500]
    await revoke(fresh_database, done.ruling_id)
    assert await fetch_facts(fresh_database) == []
    assert await fetch_waiting_keys(fresh_database) == ["r1", "r1"]


async def test_refused_row_waits_again_unless_the_source_has_corrected_it(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, "-5"), build_row(2, "-5"))
    done = await rule(fresh_database, Ruling(refuse=tuple(await fetch_row_ids(fresh_database))))
    await run_ingest(fresh_database, build_row(1, "6"), build_row(2, "-5"), snapshot="next")
    await revoke(fresh_database, done.ruling_id)
    assert await fetch_waiting_keys(fresh_database) == ["r2"]
    assert [one[3] for one in await fetch_facts(fresh_database)] == [600]


async def test_name_ruling_does_not_accept_other_doubts_of_its_rows(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, "-5", area="ตราดด"))
    done = await rule_on_area(fresh_database, "ตราดด", TRAT)
    assert (done.read, done.settled) == (1, 0)
    await run_ingest(fresh_database, build_row(1, "-5", area="ตราดด"), snapshot="next")
    assert await fetch_waiting_keys(fresh_database) == ["r1"]


async def test_ruling_may_create_an_agency(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1, owner="เทศบาลเมืองทดลอง"))
    draft = AgencyDraft("เทศบาลเมืองทดลอง", AgencyKind.LOCAL_AUTHORITY, area=TRAT)
    done = await rule(
        fresh_database, Ruling(new_agency=NewAgencyDecision("เทศบาลเมืองทดลอง", draft))
    )
    assert (done.read, done.settled) == (1, 1)
    [ruling] = await list_recorded_rulings(fresh_database)
    assert ruling.kind is RulingKind.NEW_AGENCY
    owner = await fresh_database.pool.fetchrow(
        "select a.id, a.name_th, a.level, m.parent_id from project p join agency a "
        "on a.id = p.owner_id join area_membership m on m.child_id = a.area_id "
        "where p.source_key = 'r1'"
    )
    assert ruling.decision is not None
    assert tuple(owner) == (ruling.decision.target, "เทศบาลเมืองทดลอง", "LOCAL", TRAT)


async def test_revoked_ruling_takes_back_the_agency_that_it_created(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, owner="เทศบาลเมืองทดลอง"))
    draft = AgencyDraft("เทศบาลเมืองทดลอง", AgencyKind.LOCAL_AUTHORITY, area=TRAT)
    new = Ruling(new_agency=NewAgencyDecision("เทศบาลเมืองทดลอง", draft))
    await rule(fresh_database, new)
    [ruling] = await list_recorded_rulings(fresh_database)
    await revoke(fresh_database, ruling.id)
    assert await fetch_waiting_keys(fresh_database) == ["r1"]
    done = await rule(fresh_database, new)
    assert (done.read, done.settled) == (1, 1)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (AgencyDraft("เทศบาลใหม่", AgencyKind.LOCAL_AUTHORITY, area="nowhere"), "agency.area"),
        (AgencyDraft("กรมใหม่", AgencyKind.DEPARTMENT, parent="ministry:99"), "agency.parent"),
        (AgencyDraft("กระทรวงมหาดไทย", AgencyKind.OTHER), "agency.name"),
        (AgencyDraft("กระทรวงใหม่", AgencyKind.PROVINCE), "agency.kind"),
        (AgencyDraft(" ", AgencyKind.OTHER), "agency.name"),
        (AgencyDraft("กรมใหม่", AgencyKind.DEPARTMENT, code="ministry:15"), "agency.code"),
    ],
)
async def test_draft_of_an_agency_that_cannot_be_created_is_refused(
    fresh_database: Database, draft: AgencyDraft, field: str
) -> None:
    await run_ingest(fresh_database, build_row(1, owner="เทศบาลเมืองทดลอง"))
    with pytest.raises(Invalid) as error:
        await rule(fresh_database, Ruling(new_agency=NewAgencyDecision("เทศบาลเมืองทดลอง", draft)))
    assert error.value.field == field
    assert await list_recorded_rulings(fresh_database) == []


async def test_ruling_on_a_name_that_nothing_has_is_refused(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_row(1))
    with pytest.raises(NotFound, match="no waiting row has the name"):
        await rule_on_area(fresh_database, "ตราดด", TRAT)
    with pytest.raises(NotFound, match="has no ruling 9"):
        await revoke(fresh_database, 9)
