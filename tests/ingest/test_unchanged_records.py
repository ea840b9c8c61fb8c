"""Unchanged records are recognized by the hash of their payload and are not parsed again."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import QuarantineReason, RawPage, RawRecord, SourceEntry
from hub.domain.sources.rulings import Ruling
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources import settle_quarantine
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, Row, build_input, build_row, fetch_facts, read


class CountingReader:
    """A reader that counts the records it parses."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        self.count += 1
        return read(raw, spec)


async def run_and_count(database: Database, source_input: SourceInput) -> tuple[RunResult, int]:
    """Return the result of a run and the number of records it parsed."""
    reader = CountingReader()
    return await ingest(database, SPEC, reader, source_input), reader.count


async def test_unchanged_records_are_not_parsed_again(fresh_database: Database) -> None:
    pages = ([build_row(1), build_row(2, "7.25")], [build_row(3, "-0")])
    first, parsed = await run_and_count(fresh_database, build_input(*pages))
    assert parsed == 3
    before = await fetch_facts(fresh_database)
    second, parsed = await run_and_count(fresh_database, build_input(*pages))
    assert parsed == 0
    assert second.ledger.count_of(Outcome.UNCHANGED) == 3
    assert second.ledger.satang_read == first.ledger.satang_read == {
        BudgetPhase.APPROPRIATED: 100_725
    }  # fmt: skip
    assert second.ledger.balanced
    assert await fetch_facts(fresh_database) == before


async def test_only_new_and_changed_records_are_parsed(fresh_database: Database) -> None:
    await run_and_count(fresh_database, build_input([build_row(1), build_row(2)]))
    result, parsed = await run_and_count(
        fresh_database, build_input([build_row(1), build_row(2, "5"), build_row(3)])
    )
    assert parsed == 2
    assert [result.ledger.count_of(one) for one in (Outcome.NEW, Outcome.CHANGED)] == [1, 1]
    assert [one[3] for one in await fetch_facts(fresh_database)] == [100_000, 500, 100_000]


async def test_repeated_unchanged_record_is_a_duplicate(fresh_database: Database) -> None:
    await run_and_count(fresh_database, build_input([build_row(1), build_row(2)]))
    result, parsed = await run_and_count(
        fresh_database, build_input([build_row(1), build_row(1), build_row(2)], [build_row(1)])
    )
    assert parsed == 0
    assert result.ledger.count_of(Outcome.DUPLICATE) == 2
    assert result.ledger.satang[Outcome.DUPLICATE] == {BudgetPhase.APPROPRIATED: 200_000}
    assert result.ledger.balanced


@pytest.mark.parametrize(
    "pages",
    [
        ([build_row(1), build_row(1, "7"), build_row(2)],),
        ([build_row(1, "7")], [build_row(2)], [build_row(1)]),
        ([build_row(1)], [build_row(2)], [build_row(1, "7")]),
    ],
)
async def test_unchanged_record_that_another_contradicts_is_quarantined(
    fresh_database: Database, pages: Sequence[Sequence[Row]]
) -> None:
    await run_and_count(fresh_database, build_input([build_row(1), build_row(2)]))
    result, _ = await run_and_count(fresh_database, build_input(*pages))
    assert result.ledger.count_of(Outcome.QUARANTINED) == 2
    assert result.ledger.balanced
    amounts = await fresh_database.pool.fetch("select amounts from quarantine order by amounts")
    assert [one[0] for one in amounts] == [
        '{"APPROPRIATED": 700}',
        '{"APPROPRIATED": 100000}',
    ]
    [question] = await list_waiting_questions(fresh_database)
    assert question.reason is QuarantineReason.CONFLICTING_VALUES
    assert [one[3] for one in await fetch_facts(fresh_database)] == [100_000, 100_000]


async def test_record_with_a_decision_is_parsed_again(fresh_database: Database) -> None:
    rows = [build_row(1, "-5"), build_row(2)]
    await run_and_count(fresh_database, build_input(rows))
    [question] = await list_waiting_questions(fresh_database)
    ruling = Ruling(accept=tuple(question.rows))
    await settle_quarantine.settle_quarantine(fresh_database, SPEC, read, ruling, "somebody")
    await run_and_count(fresh_database, build_input(rows))
    result, parsed = await run_and_count(fresh_database, build_input(rows))
    assert parsed == 1
    assert result.ledger.count_of(Outcome.UNCHANGED) == 2


async def test_tombstone_of_an_unchanged_record_deletes_it(fresh_database: Database) -> None:
    await run_and_count(fresh_database, build_input([build_row(1), build_row(2)]))
    await run_and_count(
        fresh_database,
        build_input([build_row(1), build_row(2)], complete=False, deleted_ids=["r1"]),
    )
    assert [one[0] for one in await fetch_facts(fresh_database)] == ["r2"]


async def test_pages_before_one_with_an_undeclared_column_are_stored(
    fresh_database: Database,
) -> None:
    await run_and_count(fresh_database, build_input([build_row(1)]))
    source_input = build_input([build_row(1), build_row(2)], [build_row(3, surprise="x")])
    with pytest.raises(SourceRefused, match="surprise"):
        await run_and_count(fresh_database, source_input)
    assert [one[0] for one in await fetch_facts(fresh_database)] == ["r1", "r2"]
    read_count = "select ledger->'read' from source_run order by id desc limit 1"
    assert await fresh_database.pool.fetchval(read_count) == "2"


async def test_record_with_another_key_of_its_transport_is_parsed_again(
    fresh_database: Database,
) -> None:
    await run_and_count(fresh_database, build_input([build_row(1)]))
    source_input = build_input([build_row(1)])

    async def fetch_with_other_keys(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in source_input.pages(cursor):
            records = [replace(one, key="another key") for one in page.records]
            yield replace(page, records=records)

    _, parsed = await run_and_count(
        fresh_database, replace(source_input, pages=fetch_with_other_keys)
    )
    assert parsed == 1


async def count_parsed(database: Database, *rows: Any) -> int:
    _, parsed = await run_and_count(database, build_input(rows))
    return parsed


async def test_two_stored_records_with_one_payload_are_parsed_again(
    fresh_database: Database,
) -> None:
    await count_parsed(fresh_database, build_row(1))
    await fresh_database.pool.execute(
        "insert into source_record (id, source_id, scheme, value, payload_hash, retrieved_at, "
        "scope) select 1, source_id, scheme, 'other', payload_hash, now(), scope "
        "from source_record where source_id = 'made_up'"
    )
    assert await count_parsed(fresh_database, build_row(1)) == 1
