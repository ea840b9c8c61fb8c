"""Runs: nothing twice, nothing lost, nothing overwritten, and broken-off ones gone on with."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.quarantine import NameDecision, Ruling
from hub.domain.sources.records import NameKind, QuarantineReason, RawPage
from hub.domain.time import FiscalYear
from hub.errors import Conflict, SourceRefused, SourceUnreachable
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources import settle_quarantine
from hub.services.sources.source_status import list_waiting_questions
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.ingest.made import SPEC, Row, facts, given, read, row


async def take(database: Database, what: SourceInput, **more: Any) -> RunResult:
    return await ingest(database, SPEC, read, what, **more)


async def reasons(database: Database) -> list[tuple[QuarantineReason, int]]:
    return [(one.reason, len(one.rows)) for one in await list_waiting_questions(database)]


async def test_a_second_run_changes_nothing(fresh_database: Database) -> None:
    await take(fresh_database, given([row(1), row(2)], [row(3)]))
    before = await facts(fresh_database)
    again = await take(fresh_database, given([row(3)], [row(2), row(1)]))
    assert again.ledger.count_of(Outcome.UNCHANGED) == 3
    assert await facts(fresh_database) == before
    assert not await fresh_database.pool.fetchval("select count(*) from history.source_record")


async def test_what_changed_or_vanished_leaves_earlier_answers_as_they_were(
    fresh_database: Database,
) -> None:
    await take(fresh_database, given([row(1), row(2), row(3)]))
    then = await fresh_database.pool.fetchval("select clock_timestamp()")
    ids = [r[0] for r in await fresh_database.pool.fetch("select id from project")]

    async def amounts(at: Any = None) -> list[int]:
        async with fresh_database.read_transaction() as reading:
            found = await BudgetLines(reading, ANONYMOUS).by_projects(ids, at=at)
            return sorted(line.amount.satang for lines in found.values() for line in lines)

    assert await amounts() == [100_000] * 3
    done = await take(fresh_database, given([row(1, "2,000"), row(2)]))
    assert (done.ledger.count_of(Outcome.CHANGED), done.ledger.vanished) == (1, 1)
    assert await amounts() == [100_000, 200_000]
    assert await amounts(then) == [100_000] * 3
    await take(fresh_database, given([row(1), row(2), row(3)]))
    assert await amounts() == [100_000] * 3
    assert await amounts(then) == [100_000] * 3


async def test_nothing_vanishes_when_a_page_amid_the_list_was_empty(
    fresh_database: Database,
) -> None:
    await take(fresh_database, given([row(n) for n in range(40)]))
    before = await facts(fresh_database)
    with pytest.raises(SourceRefused, match="an empty page stood amid the list"):
        await take(fresh_database, given([row(n) for n in range(39)], [], [row(39)]))
    assert await facts(fresh_database) == before
    done = await take(fresh_database, given([row(n) for n in range(40)]))
    assert done.ledger.count_of(Outcome.UNCHANGED) == 40


async def test_nothing_vanishes_on_a_short_or_an_empty_answer(fresh_database: Database) -> None:
    await take(fresh_database, given([row(n) for n in range(6)]))
    before = await facts(fresh_database)
    with pytest.raises(SourceRefused, match="5 of 6 records are missing"):
        await take(fresh_database, given([row(0)]))
    with pytest.raises(SourceRefused, match="fewer than"):
        await take(fresh_database, given([]))
    assert await facts(fresh_database) == before


async def test_a_part_of_a_source_takes_nothing_out_and_its_own_tombstones_do(
    fresh_database: Database,
) -> None:
    await take(fresh_database, given([row(1), row(2)]))
    part = await take(fresh_database, given([row(1), row(9)], complete=False, gone=["r1", "r9"]))
    assert (part.ledger.count_of(Outcome.CHANGED), part.ledger.count_of(Outcome.UNCHANGED)) == (
        1,
        1,
    )
    assert part.ledger.balanced
    assert [one[0] for one in await facts(fresh_database)] == ["r2"]


async def test_a_project_people_have_linked_stays_when_its_record_has_vanished(
    fresh_database: Database,
) -> None:
    await take(fresh_database, given([row(1), row(2)]))
    linked = await fresh_database.pool.fetchval("select id from project where source_key = 'r2'")
    await fresh_database.pool.execute(
        "insert into linkage (id, project_id, stage_id, status, visibility) "
        "values ('l', $1, 'tourism-east.transport', 'AGREED', 'PUBLISHED')",
        linked,
    )
    done = await take(fresh_database, given([row(1)]))
    assert done.retained_projects == [linked]
    assert [one[0:4:3] for one in await facts(fresh_database)] == [("r1", 100_000), ("r2", None)]


@pytest.mark.parametrize(
    "pages",
    [
        ([row(1), row(2), row(1, "7")],),
        ([row(1, "7")], [row(2)], [row(1)]),
        ([row(1)], [row(1, "7"), row(2)]),
    ],
)
async def test_a_key_with_two_values_is_believed_in_neither_wherever_they_come(
    fresh_database: Database, pages: Sequence[Sequence[Row]]
) -> None:
    done = await take(fresh_database, given(*pages))
    assert (done.ledger.count_of(Outcome.NEW), done.ledger.count_of(Outcome.QUARANTINED)) == (1, 2)
    assert done.ledger.balanced
    assert [one[0] for one in await facts(fresh_database)] == ["r2"]
    assert await reasons(fresh_database) == [(QuarantineReason.CONFLICTING_VALUES, 2)]


async def test_a_contradiction_leaves_what_was_known_before(fresh_database: Database) -> None:
    await take(fresh_database, given([row(1), row(2)]))
    before = await facts(fresh_database)
    done = await take(fresh_database, given([row(1, "7"), row(2)], [row(1, "8")]))
    assert done.ledger.count_of(Outcome.QUARANTINED) == 2
    assert done.ledger.balanced
    assert await facts(fresh_database) == before


async def test_a_person_chooses_between_two_values_once_and_for_all(
    fresh_database: Database,
) -> None:
    await take(fresh_database, given([row(1), row(1, "7")]))
    rows = await fresh_database.pool.fetch("select id, amounts from quarantine order by id")
    await settle_quarantine.settle_quarantine(
        fresh_database, SPEC, read, Ruling(accept=(rows[1]["id"],)), "somebody"
    )
    assert [one[3] for one in await facts(fresh_database)] == [700]
    again = await take(fresh_database, given([row(1)], [row(1, "7")]))
    assert (
        again.ledger.count_of(Outcome.UNCHANGED),
        again.ledger.count_of(Outcome.QUARANTINED),
    ) == (1, 1)
    assert await reasons(fresh_database) == []
    assert [one[3] for one in await facts(fresh_database)] == [700]


async def test_a_refused_row_stays_out_when_it_comes_again(fresh_database: Database) -> None:
    await take(fresh_database, given([row(1, "-5")]))
    [asked] = await list_waiting_questions(fresh_database)
    assert asked.reason is QuarantineReason.NEGATIVE_AMOUNT
    refused = Ruling(refuse=tuple(asked.rows))
    assert (
        await settle_quarantine.settle_quarantine(fresh_database, SPEC, read, refused, "somebody")
    ).settled == 1
    again = await take(fresh_database, given([row(1, "-5")]))
    assert again.ledger.count_of(Outcome.QUARANTINED) == 1
    assert await reasons(fresh_database) == []


async def test_a_row_the_source_has_mended_waits_no_longer(fresh_database: Database) -> None:
    await take(fresh_database, given([row(1, "NaN"), row(2)]))
    assert await reasons(fresh_database) == [(QuarantineReason.NOT_A_NUMBER, 1)]
    await take(fresh_database, given([row(1), row(2)]))
    assert await reasons(fresh_database) == []


async def test_one_decision_reads_every_row_it_covers(fresh_database: Database) -> None:
    await take(
        fresh_database, given([row(n, area="จ.ตราดด") for n in range(5)] + [row(9, area="x")])
    )
    taken = NameDecision(NameKind.AREA, "จ.ตราดด", None, FiscalYear(2024), FiscalYear(2024), "23")
    done = await settle_quarantine.settle_quarantine(
        fresh_database, SPEC, read, Ruling(taken), "somebody"
    )
    assert (done.read, done.settled) == (5, 5)
    assert await reasons(fresh_database) == [(QuarantineReason.UNKNOWN_NAME, 1)]
    assert {one[4] for one in await facts(fresh_database)} == {"23"}


async def test_a_run_that_is_broken_off_is_gone_on_with(fresh_database: Database) -> None:
    whole = given([row(1), row(2)], [row(2), row(3)], [row(1, "5"), row(4)])

    async def broken(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in whole.pages(cursor):
            if page.cursor == "2":
                raise SourceUnreachable
            yield page

    with pytest.raises(SourceUnreachable):
        await take(fresh_database, replace(whole, pages=broken))
    done = await take(fresh_database, whole)
    assert done.resumed
    assert done.ledger.read == 6
    assert done.ledger.balanced
    assert {o: done.ledger.count_of(o) for o in Outcome if done.ledger.count_of(o)} == {
        Outcome.NEW: 3,
        Outcome.DUPLICATE: 1,
        Outcome.QUARANTINED: 2,
    }
    assert [one[0] for one in await facts(fresh_database)] == ["r2", "r3", "r4"]
    assert not await fresh_database.pool.fetchval("select count(*) from run_record")


async def test_32_two_runs_of_a_source_are_not_under_way_at_once(fresh_database: Database) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()
    whole = given([row(1)])

    async def slow(cursor: str | None) -> AsyncIterator[RawPage]:
        entered.set()
        await leave.wait()
        async for page in whole.pages(cursor):
            yield page

    first = asyncio.create_task(take(fresh_database, replace(whole, pages=slow)))
    await entered.wait()
    with pytest.raises(Conflict, match="under way"):
        await take(fresh_database, whole)
    leave.set()
    assert (await first).ledger.read == 1


async def test_a_dry_run_tells_the_ledger_and_writes_nothing(fresh_database: Database) -> None:
    done = await take(fresh_database, given([row(1), row(2, "x")]), dry=True)
    assert (done.ledger.count_of(Outcome.NEW), done.ledger.count_of(Outcome.QUARANTINED)) == (1, 1)
    for table in ("source_run", "raw_record", "quarantine", "run_record"):
        assert not await fresh_database.pool.fetchval(f"select count(*) from {table}")  # noqa: S608
    assert await facts(fresh_database) == []


async def test_a_page_that_leads_to_itself_stops_the_run(fresh_database: Database) -> None:
    async def round_and_round(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in given([row(1)]).pages(None):
            yield replace(page, cursor="a", next_cursor="a")

    with pytest.raises(SourceRefused, match="same page"):
        await take(fresh_database, SourceInput(round_and_round, "loop"))
    assert await fresh_database.pool.fetchval("select status from source_run") == "REFUSED"


async def test_a_changed_reader_reads_anew_what_has_not_changed(fresh_database: Database) -> None:
    await take(fresh_database, given([row(1)]))
    spec = replace(SPEC, digest="second", money_unit=type(SPEC.money_unit).THOUSAND_BAHT)
    done = await ingest(fresh_database, spec, read, given([row(1)]))
    assert done.ledger.count_of(Outcome.UNCHANGED) == 1
    assert [one[3] for one in await facts(fresh_database)] == [100_000_000]
