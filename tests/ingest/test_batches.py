"""Page prefetching, batched writes, and unchanged records that are not written again."""

import gc
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import RawPage, RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceUnreachable
from hub.ingest import gc_tuning
from hub.ingest.gc_tuning import (
    CollectorState,
    freeze_until_exit,
    reduced_garbage_collection,
)
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, Row, build_input, build_row, fetch_facts, read


async def test_unchanged_record_is_not_written_again(
    fresh_database: Database,
) -> None:
    await ingest(fresh_database, SPEC, read, build_input([build_row(1), build_row(2)]))
    manual_update = "update budget_line set amount = 7 where source_id = 'made_up'"
    await fresh_database.pool.execute(manual_update)
    await ingest(fresh_database, SPEC, read, build_input([build_row(1), build_row(2)]))
    assert [one[3] for one in await fetch_facts(fresh_database)] == [7, 7]
    await fresh_database.pool.execute(
        "insert into alias (id, kind, target, name) values ('a', 'AREA', '23', 'เมืองตราด')"
    )
    await ingest(fresh_database, SPEC, read, build_input([build_row(1), build_row(2)]))
    assert [one[3] for one in await fetch_facts(fresh_database)] == [100_000, 100_000]


async def test_partial_read_with_another_spec_does_not_hide_other_records(
    fresh_database: Database,
) -> None:
    other = replace(SPEC, digest="second", money_unit=type(SPEC.money_unit).THOUSAND_BAHT)
    await ingest(fresh_database, SPEC, read, build_input([build_row(1), build_row(2)]))
    await ingest(fresh_database, other, read, build_input([build_row(1)], complete=False))
    assert [one[3] for one in await fetch_facts(fresh_database)] == [100_000_000, 100_000]
    await ingest(fresh_database, SPEC, read, build_input([build_row(1), build_row(2)]))
    assert [one[3] for one in await fetch_facts(fresh_database)] == [100_000, 100_000]


async def test_unchanged_record_is_renumbered_with_its_block(fresh_database: Database) -> None:
    def read_in_blocks(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        entry = read(raw, spec)
        return replace(entry, block=str(raw.payload["name"]))

    async def import_and_list_keys(*rows: Row) -> list[str]:
        await ingest(fresh_database, SPEC, read_in_blocks, build_input(rows))
        return [one[0] for one in await fetch_facts(fresh_database)]

    first, between, last = build_row(1, name="ก"), build_row(2, name="ข"), build_row(3, name="ก")
    assert await import_and_list_keys(first, between, last) == ["r1||ก#1", "r2||ข#1", "r3||ก#2"]
    assert await import_and_list_keys(first, last) == ["r1||ก#1", "r3||ก#1"]


async def test_prefetched_pages_are_stored_in_batches_and_resumed_at_any_page(
    fresh_database: Database,
) -> None:
    progress_counts: list[int] = []
    source_input = build_input(*([build_row(n)] for n in range(50)))

    async def fetch_until_error(cursor: str | None) -> AsyncIterator[RawPage]:
        async for page in source_input.pages(cursor):
            if page.cursor == "30":
                raise SourceUnreachable
            yield page

    with pytest.raises(SourceUnreachable):
        await ingest(
            fresh_database,
            SPEC,
            read,
            replace(source_input, pages=fetch_until_error),
            progress=lambda read, _: progress_counts.append(read),
        )
    assert progress_counts[-1] == 30
    assert len(progress_counts) < 30
    result = await ingest(fresh_database, SPEC, read, source_input)
    assert (result.ledger.read, result.ledger.count_of(Outcome.NEW), result.ledger.balanced) == (
        50,
        50,
        True,
    )


def test_gc_thresholds_are_restored_after_the_last_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc_tuning, "state", CollectorState())
    before, present = gc.get_threshold(), [object()]
    first, second = reduced_garbage_collection(), reduced_garbage_collection()
    try:
        with first:
            second.__enter__()
            assert gc.get_threshold() != before
            assert not is_collected(present)
        assert gc.get_threshold() != before
        second.__exit__(None, None, None)
        assert gc.get_threshold() == before
        assert is_collected(present)
    finally:
        gc.freeze()  # the objects that the collection of the tests froze


def test_run_does_not_unfreeze_objects_frozen_until_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc_tuning, "state", CollectorState())
    present = [object()]
    freeze_until_exit()
    with reduced_garbage_collection():
        pass
    assert not is_collected(present)


def is_collected(present: list[object]) -> bool:
    """Return whether collections examine an object, so that it is not frozen."""
    return any(one is present for one in gc.get_objects())
