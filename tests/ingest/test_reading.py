"""What a run reads ahead, what it writes together, and what it need not write again."""

import gc
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import RawPage, RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceUnreachable
from hub.ingest.gc_tuning import reduced_garbage_collection
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.ingest.made import SPEC, Row, facts, given, read, row


async def test_what_was_read_in_the_same_way_before_is_not_written_again(
    fresh_database: Database,
) -> None:
    await ingest(fresh_database, SPEC, read, given([row(1), row(2)]))
    by_hand = "update budget_line set amount = 7 where source_id = 'made_up'"
    await fresh_database.pool.execute(by_hand)
    await ingest(fresh_database, SPEC, read, given([row(1), row(2)]))
    assert [one[3] for one in await facts(fresh_database)] == [7, 7]
    await fresh_database.pool.execute(
        "insert into alias (id, kind, target, name) values ('a', 'AREA', '23', 'เมืองตราด')"
    )
    await ingest(fresh_database, SPEC, read, given([row(1), row(2)]))
    assert [one[3] for one in await facts(fresh_database)] == [100_000, 100_000]


async def test_another_reading_of_a_part_is_not_taken_for_the_whole(
    fresh_database: Database,
) -> None:
    other = replace(SPEC, digest="second", money_unit=type(SPEC.money_unit).THOUSAND_BAHT)
    await ingest(fresh_database, SPEC, read, given([row(1), row(2)]))
    await ingest(fresh_database, other, read, given([row(1)], complete=False))
    assert [one[3] for one in await facts(fresh_database)] == [100_000_000, 100_000]
    await ingest(fresh_database, SPEC, read, given([row(1), row(2)]))
    assert [one[3] for one in await facts(fresh_database)] == [100_000, 100_000]


async def test_an_unchanged_record_moves_with_its_block(fresh_database: Database) -> None:
    def in_blocks(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        entry = read(raw, spec)
        return replace(entry, block=str(raw.payload["name"]))

    async def keys(*rows: Row) -> list[str]:
        await ingest(fresh_database, SPEC, in_blocks, given(rows))
        return [one[0] for one in await facts(fresh_database)]

    first, between, last = row(1, name="ก"), row(2, name="ข"), row(3, name="ก")
    assert await keys(first, between, last) == ["r1||ก#1", "r2||ข#1", "r3||ก#2"]
    assert await keys(first, last) == ["r1||ก#1", "r3||ก#1"]


async def test_pages_that_wait_are_written_together_and_broken_off_between_any(
    fresh_database: Database,
) -> None:
    told: list[int] = []
    whole = given(*([row(n)] for n in range(50)))

    async def broken(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in whole.pages(cursor):
            if page.cursor == "30":
                raise SourceUnreachable
            yield page

    with pytest.raises(SourceUnreachable):
        await ingest(
            fresh_database,
            SPEC,
            read,
            replace(whole, pages=broken),
            progress=lambda read, _: told.append(read),
        )
    assert told[-1] == 30
    assert len(told) < 30
    done = await ingest(fresh_database, SPEC, read, whole)
    assert (done.ledger.read, done.ledger.count_of(Outcome.NEW), done.ledger.balanced) == (
        50,
        50,
        True,
    )


def test_the_search_for_garbage_is_as_it_was_when_the_last_run_has_ended() -> None:
    before = gc.get_threshold()
    first, second = reduced_garbage_collection(), reduced_garbage_collection()
    with first:
        second.__enter__()
        assert gc.get_threshold() != before
    assert gc.get_threshold() != before
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_run_leaves_frozen_what_the_process_froze_before() -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with reduced_garbage_collection():
            pass
        assert gc.get_freeze_count() == frozen
    finally:
        gc.unfreeze()
