"""Ingest runs: idempotence, deletion, quarantine, history and resumption."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import NameKind, QuarantineReason, RawPage
from hub.domain.sources.rulings import NameDecision, Ruling
from hub.domain.time import FiscalYear
from hub.errors import Conflict, SourceRefused, SourceUnreachable
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources import settle_quarantine
from hub.services.sources.source_status import list_waiting_questions
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, Row, build_input, build_row, fetch_facts, read


async def run_ingest(database: Database, source_input: SourceInput, **more: Any) -> RunResult:
    return await ingest(database, SPEC, read, source_input, **more)


async def list_waiting_reasons(database: Database) -> list[tuple[QuarantineReason, int]]:
    return [(one.reason, len(one.rows)) for one in await list_waiting_questions(database)]


async def test_second_run_changes_nothing(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_input([build_row(1), build_row(2)], [build_row(3)]))
    before = await fetch_facts(fresh_database)
    second = await run_ingest(
        fresh_database, build_input([build_row(3)], [build_row(2), build_row(1)])
    )
    assert second.ledger.count_of(Outcome.UNCHANGED) == 3
    assert await fetch_facts(fresh_database) == before
    assert not await fresh_database.pool.fetchval("select count(*) from history.source_record")


async def test_changed_and_vanished_records_do_not_change_answers_as_of_before(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_input([build_row(1), build_row(2), build_row(3)]))
    before_change = await fresh_database.pool.fetchval("select clock_timestamp()")
    ids = [r[0] for r in await fresh_database.pool.fetch("select id from project")]

    async def fetch_amounts(at: Any = None) -> list[int]:
        async with fresh_database.read_transaction() as transaction:
            found = await BudgetLines(transaction, ANONYMOUS).by_projects(ids, at=at)
            return sorted(line.amount.satang for lines in found.values() for line in lines)

    assert await fetch_amounts() == [100_000] * 3
    result = await run_ingest(fresh_database, build_input([build_row(1, "2,000"), build_row(2)]))
    assert (result.ledger.count_of(Outcome.CHANGED), result.ledger.vanished) == (1, 1)
    assert await fetch_amounts() == [100_000, 200_000]
    assert await fetch_amounts(before_change) == [100_000] * 3
    await run_ingest(fresh_database, build_input([build_row(1), build_row(2), build_row(3)]))
    assert await fetch_amounts() == [100_000] * 3
    assert await fetch_amounts(before_change) == [100_000] * 3


async def test_empty_page_amid_the_list_deletes_nothing(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_input([build_row(n) for n in range(40)]))
    before = await fetch_facts(fresh_database)
    with pytest.raises(SourceRefused, match="an empty page was within the list"):
        await run_ingest(
            fresh_database, build_input([build_row(n) for n in range(39)], [], [build_row(39)])
        )
    assert await fetch_facts(fresh_database) == before
    result = await run_ingest(fresh_database, build_input([build_row(n) for n in range(40)]))
    assert result.ledger.count_of(Outcome.UNCHANGED) == 40


async def test_short_or_empty_answer_deletes_nothing(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_input([build_row(n) for n in range(6)]))
    before = await fetch_facts(fresh_database)
    with pytest.raises(SourceRefused, match="5 of 6 records are missing"):
        await run_ingest(fresh_database, build_input([build_row(0)]))
    with pytest.raises(SourceRefused, match="fewer than"):
        await run_ingest(fresh_database, build_input([]))
    assert await fetch_facts(fresh_database) == before


async def test_partial_read_deletes_only_its_tombstones(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_input([build_row(1), build_row(2)]))
    partial = await run_ingest(
        fresh_database,
        build_input([build_row(1), build_row(9)], complete=False, deleted_ids=["r1", "r9"]),
    )
    assert (
        partial.ledger.count_of(Outcome.CHANGED),
        partial.ledger.count_of(Outcome.UNCHANGED),
    ) == (
        1,
        1,
    )
    assert partial.ledger.balanced
    assert [one[0] for one in await fetch_facts(fresh_database)] == ["r2"]


async def test_linked_project_is_retained_when_its_record_vanishes(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_input([build_row(1), build_row(2)]))
    linked = await fresh_database.pool.fetchval("select id from project where source_key = 'r2'")
    await fresh_database.pool.execute(
        "insert into linkage (id, project_id, stage_id, status, visibility) "
        "values ('l', $1, 'tourism-east.transport', 'AGREED', 'PUBLISHED')",
        linked,
    )
    result = await run_ingest(fresh_database, build_input([build_row(1)]))
    assert result.retained_projects == [linked]
    assert [one[0:4:3] for one in await fetch_facts(fresh_database)] == [
        ("r1", 100_000),
        ("r2", None),
    ]


@pytest.mark.parametrize(
    "pages",
    [
        ([build_row(1), build_row(2), build_row(1, "7")],),
        ([build_row(1, "7")], [build_row(2)], [build_row(1)]),
        ([build_row(1)], [build_row(1, "7"), build_row(2)]),
    ],
)
async def test_key_with_two_values_is_quarantined_wherever_they_occur(
    fresh_database: Database, pages: Sequence[Sequence[Row]]
) -> None:
    result = await run_ingest(fresh_database, build_input(*pages))
    assert (result.ledger.count_of(Outcome.NEW), result.ledger.count_of(Outcome.QUARANTINED)) == (
        1,
        2,
    )
    assert result.ledger.balanced
    assert [one[0] for one in await fetch_facts(fresh_database)] == ["r2"]
    assert await list_waiting_reasons(fresh_database) == [(QuarantineReason.CONFLICTING_VALUES, 2)]


async def test_conflicting_values_leave_the_stored_facts_unchanged(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_input([build_row(1), build_row(2)]))
    before = await fetch_facts(fresh_database)
    result = await run_ingest(
        fresh_database, build_input([build_row(1, "7"), build_row(2)], [build_row(1, "8")])
    )
    assert result.ledger.count_of(Outcome.QUARANTINED) == 2
    assert result.ledger.balanced
    assert await fetch_facts(fresh_database) == before


async def test_accepted_value_persists_in_later_runs(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_input([build_row(1), build_row(1, "7")]))
    rows = await fresh_database.pool.fetch("select id, amounts from quarantine order by id")
    await settle_quarantine.settle_quarantine(
        fresh_database, SPEC, read, Ruling(accept=(rows[1]["id"],)), "somebody"
    )
    assert [one[3] for one in await fetch_facts(fresh_database)] == [700]
    second = await run_ingest(fresh_database, build_input([build_row(1)], [build_row(1, "7")]))
    assert (
        second.ledger.count_of(Outcome.UNCHANGED),
        second.ledger.count_of(Outcome.REFUSED),
    ) == (1, 1)
    assert await list_waiting_reasons(fresh_database) == []
    assert [one[3] for one in await fetch_facts(fresh_database)] == [700]


async def test_refused_row_is_not_stored_in_later_runs(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_input([build_row(1, "-5")]))
    [question] = await list_waiting_questions(fresh_database)
    assert question.reason is QuarantineReason.NEGATIVE_AMOUNT
    ruling = Ruling(refuse=tuple(question.rows))
    assert (
        await settle_quarantine.settle_quarantine(fresh_database, SPEC, read, ruling, "somebody")
    ).settled == 1
    second = await run_ingest(fresh_database, build_input([build_row(1, "-5")]))
    assert second.ledger.count_of(Outcome.REFUSED) == 1
    assert await list_waiting_reasons(fresh_database) == []


async def test_row_corrected_by_the_source_leaves_the_quarantine(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_input([build_row(1, "NaN"), build_row(2)]))
    assert await list_waiting_reasons(fresh_database) == [(QuarantineReason.NOT_A_NUMBER, 1)]
    await run_ingest(fresh_database, build_input([build_row(1), build_row(2)]))
    assert await list_waiting_reasons(fresh_database) == []


async def test_name_decision_settles_every_row_it_covers(fresh_database: Database) -> None:
    await run_ingest(
        fresh_database,
        build_input([build_row(n, area="จ.ตราดด") for n in range(5)] + [build_row(9, area="x")]),
    )
    decision = NameDecision(
        NameKind.AREA, "จ.ตราดด", None, FiscalYear(2024), FiscalYear(2024), "23"
    )
    settlement = await settle_quarantine.settle_quarantine(
        fresh_database, SPEC, read, Ruling(decision), "somebody"
    )
    assert (settlement.read, settlement.settled) == (5, 5)
    assert await list_waiting_reasons(fresh_database) == [(QuarantineReason.UNKNOWN_NAME, 1)]
    assert {one[4] for one in await fetch_facts(fresh_database)} == {"23"}


async def test_interrupted_run_is_resumed(fresh_database: Database) -> None:
    source_input = build_input(
        [build_row(1), build_row(2)],
        [build_row(2), build_row(3)],
        [build_row(1, "5"), build_row(4)],
    )

    async def fetch_until_error(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in source_input.pages(cursor):
            if page.cursor == "2":
                raise SourceUnreachable
            yield page

    with pytest.raises(SourceUnreachable):
        await run_ingest(fresh_database, replace(source_input, pages=fetch_until_error))
    result = await run_ingest(fresh_database, source_input)
    assert result.resumed
    assert result.ledger.read == 6
    assert result.ledger.balanced
    assert {o: result.ledger.count_of(o) for o in Outcome if result.ledger.count_of(o)} == {
        Outcome.NEW: 3,
        Outcome.DUPLICATE: 1,
        Outcome.QUARANTINED: 2,
    }
    assert [one[0] for one in await fetch_facts(fresh_database)] == ["r2", "r3", "r4"]
    assert not await fresh_database.pool.fetchval("select count(*) from run_record")


async def test_32_second_concurrent_run_of_a_source_is_rejected(fresh_database: Database) -> None:
    entered, proceed = asyncio.Event(), asyncio.Event()
    source_input = build_input([build_row(1)])

    async def pages_after_event(cursor: str | None) -> AsyncIterator[RawPage]:
        entered.set()
        await proceed.wait()
        async for page in source_input.pages(cursor):
            yield page

    first = asyncio.create_task(
        run_ingest(fresh_database, replace(source_input, pages=pages_after_event))
    )
    await entered.wait()
    with pytest.raises(Conflict, match="in progress"):
        await run_ingest(fresh_database, source_input)
    proceed.set()
    assert (await first).ledger.read == 1


async def test_dry_run_returns_the_ledger_and_writes_nothing(fresh_database: Database) -> None:
    result = await run_ingest(
        fresh_database, build_input([build_row(1), build_row(2, "x")]), dry=True
    )
    assert (result.ledger.count_of(Outcome.NEW), result.ledger.count_of(Outcome.QUARANTINED)) == (
        1,
        1,
    )
    for table in ("source_run", "raw_record", "quarantine", "run_record"):
        assert not await fresh_database.pool.fetchval(f"select count(*) from {table}")  # noqa: S608
    assert await fetch_facts(fresh_database) == []


async def test_page_whose_cursor_is_its_own_fails_the_run(fresh_database: Database) -> None:
    async def repeat_page(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in build_input([build_row(1)]).pages(None):
            yield replace(page, cursor="a", next_cursor="a")

    with pytest.raises(SourceRefused, match="same page"):
        await run_ingest(fresh_database, SourceInput(repeat_page, "loop"))
    assert await fresh_database.pool.fetchval("select status from source_run") == "REFUSED"


async def test_changed_reader_parses_unchanged_records_again(fresh_database: Database) -> None:
    await run_ingest(fresh_database, build_input([build_row(1)]))
    spec = replace(SPEC, digest="second", money_unit=type(SPEC.money_unit).THOUSAND_BAHT)
    result = await ingest(fresh_database, spec, read, build_input([build_row(1)]))
    assert result.ledger.count_of(Outcome.UNCHANGED) == 1
    assert [one[3] for one in await fetch_facts(fresh_database)] == [100_000_000]
