"""Budget lines of one source join a project of another source if exactly one project matches."""

from dataclasses import replace
from typing import Any

import pytest

from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.joins import Join
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused
from hub.ingest.run import ingest
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.ingest import made_up_source
from tests.ingest.joined_sources import (
    BUDGET_ROW,
    INSERT_LINKAGE,
    NOTES_QUERY,
    OTHER_YEAR_ROW,
    SAME_CODE_ROW,
    SPEC,
    SPENDING_ROW,
    SPENDING_SPEC,
    fetch_join_states,
    fetch_line_sources,
    full_input,
    import_budget,
    import_spending,
    list_project_sources,
    read_spending,
)
from tests.ingest.made_up_source import Row, build_row


async def test_lines_join_the_only_matching_project(
    fresh_database: Database,
) -> None:
    await import_budget(fresh_database, BUDGET_ROW, OTHER_YEAR_ROW)
    result = await import_spending(fresh_database, SPENDING_ROW)
    assert (result.ledger.count_of(Outcome.NEW), result.ledger.balanced) == (1, True)
    assert await fetch_line_sources(fresh_database) == {"r7": "made_up"}
    assert await list_project_sources(fresh_database) == ["made_up", "made_up"]


async def test_unmatched_lines_join_later_and_return_when_the_project_vanishes(
    fresh_database: Database,
) -> None:
    await import_spending(fresh_database, SPENDING_ROW)
    assert await fetch_line_sources(fresh_database) == {"r7": "spent"}
    [note] = await fresh_database.pool.fetch(NOTES_QUERY)
    assert "no project of another source has this code yet" in note["note"]
    await import_budget(fresh_database, BUDGET_ROW, build_row(9))
    assert await fetch_line_sources(fresh_database) == {"r7": "made_up"}
    assert await list_project_sources(fresh_database) == ["made_up", "made_up"]
    await import_budget(fresh_database, build_row(9))
    assert await fetch_line_sources(fresh_database) == {"r7": "spent"}
    assert await list_project_sources(fresh_database) == ["made_up", "spent"]
    assert await fresh_database.pool.fetchval("select sum(amount) from budget_line") == 140_000


async def test_lines_with_several_matches_keep_their_own_project_with_a_note(
    fresh_database: Database,
) -> None:
    await import_budget(fresh_database, BUDGET_ROW, SAME_CODE_ROW)
    await import_spending(fresh_database, SPENDING_ROW)
    assert await fetch_line_sources(fresh_database) == {"r7": "spent"}
    [note] = await fresh_database.pool.fetch(NOTES_QUERY)
    assert "2 projects of another source have this code" in note["note"]
    await import_budget(fresh_database, BUDGET_ROW)
    assert await fetch_line_sources(fresh_database) == {"r7": "made_up"}
    await import_budget(fresh_database, BUDGET_ROW, SAME_CODE_ROW)
    assert await fetch_line_sources(fresh_database) == {"r7": "spent"}
    assert await list_project_sources(fresh_database) == ["made_up", "made_up", "spent"]


async def test_second_run_of_either_source_writes_no_history(
    fresh_database: Database,
) -> None:
    await import_budget(fresh_database, BUDGET_ROW, SAME_CODE_ROW, build_row(4, name="โครงการ ข"))
    rows = (SPENDING_ROW, build_row(8, "9", name="โครงการ ข"), build_row(9, "1", name="โครงการ ค"))
    await import_spending(fresh_database, *rows)
    before = await fresh_database.pool.fetch("select * from budget_line order by id")
    for _ in range(2):
        await import_spending(fresh_database, *reversed(rows))
        await import_budget(
            fresh_database, build_row(4, name="โครงการ ข"), SAME_CODE_ROW, BUDGET_ROW
        )
    assert await fresh_database.pool.fetch("select * from budget_line order by id") == before
    for table in ("project", "budget_line", "source_record", "provenance"):
        assert not await fresh_database.pool.fetchval(f"select count(*) from history.{table}")  # noqa: S608
    assert min(await fetch_join_states(fresh_database), key=str)[0] == "ALONE"


async def test_join_does_not_change_answers_as_of_before(fresh_database: Database) -> None:
    await import_spending(fresh_database, SPENDING_ROW)
    [own] = [r[0] for r in await fresh_database.pool.fetch(PROJECT_IDS_QUERY, "spent")]
    before_join = await fresh_database.pool.fetchval("select clock_timestamp()")
    await import_budget(fresh_database, BUDGET_ROW)
    [target] = [r[0] for r in await fresh_database.pool.fetch(PROJECT_IDS_QUERY, "made_up")]

    async def fetch_amounts(project_id: str, at: Any) -> list[int]:
        async with fresh_database.read_transaction() as transaction:
            found = await BudgetLines(transaction, ANONYMOUS).by_projects([project_id], at=at)
            return sorted(line.amount.satang for line in found[project_id])

    assert await fetch_amounts(target, None) == [40_000, 100_000]
    assert await fetch_amounts(own, None) == []
    assert await fetch_amounts(own, before_join) == [40_000]
    assert await fetch_amounts(target, before_join) == []


PROJECT_IDS_QUERY = "select id from project where source_id = $1"


async def test_linked_project_keeps_its_lines_and_is_marked_as_duplicate(
    fresh_database: Database,
) -> None:
    await import_spending(fresh_database, SPENDING_ROW)
    await fresh_database.pool.execute(INSERT_LINKAGE, "spent")
    await import_budget(fresh_database, BUDGET_ROW)
    assert await fetch_line_sources(fresh_database) == {"r7": "spent"}
    [target] = [r[0] for r in await fresh_database.pool.fetch(PROJECT_IDS_QUERY, "made_up")]
    duplicate_query = "select duplicate_of from project where source_id = 'spent'"
    assert await fresh_database.pool.fetchval(duplicate_query) == target
    assert await fetch_join_states(fresh_database) == [("KEPT", target)]
    await import_spending(fresh_database, SPENDING_ROW)
    assert await fresh_database.pool.fetchval(duplicate_query) == target
    await import_budget(fresh_database, with_other_code(BUDGET_ROW))
    assert await fresh_database.pool.fetchval(duplicate_query) is None
    await import_budget(fresh_database, BUDGET_ROW)
    await fresh_database.pool.execute("delete from linkage where id = 'l'")
    await import_budget(fresh_database, BUDGET_ROW)
    assert await fetch_line_sources(fresh_database) == {"r7": "made_up"}


def with_other_code(one: Row) -> Row:
    return {**one, "name": "โครงการ อื่น"}


async def test_vanished_project_is_deleted_though_a_linked_one_matched_it(
    fresh_database: Database,
) -> None:
    await import_spending(fresh_database, SPENDING_ROW)
    await fresh_database.pool.execute(INSERT_LINKAGE, "spent")
    await import_budget(fresh_database, BUDGET_ROW, build_row(9))
    result = await import_budget(fresh_database, build_row(9))
    assert result.retained_projects == []
    assert await list_project_sources(fresh_database) == ["made_up", "spent"]
    assert await fetch_join_states(fresh_database) == [("ALONE", None)]


async def test_vanished_record_removes_its_line_from_the_joined_project(
    fresh_database: Database,
) -> None:
    await import_budget(fresh_database, BUDGET_ROW)
    await import_spending(fresh_database, SPENDING_ROW, build_row(8, "1", name="โครงการ ก"))
    await import_spending(fresh_database, build_row(8, "1", name="โครงการ ก"))
    assert await fetch_line_sources(fresh_database) == {"r8": "made_up"}
    assert await list_project_sources(fresh_database) == ["made_up"]
    assert len(await fetch_join_states(fresh_database)) == 1


async def test_reader_without_joins_moves_lines_back_to_their_own_project(
    fresh_database: Database,
) -> None:
    await import_budget(fresh_database, BUDGET_ROW)
    await import_spending(fresh_database, SPENDING_ROW)
    without_joins = replace(SPENDING_SPEC, digest="without joins")
    await ingest(fresh_database, without_joins, made_up_source.read, full_input(SPENDING_ROW))
    assert await fetch_line_sources(fresh_database) == {"r7": "spent"}
    assert await fetch_join_states(fresh_database) == []


async def test_join_by_key_is_tried_before_join_by_code(
    fresh_database: Database,
) -> None:
    def read_with_key(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        entry = read_spending(raw, spec)
        return replace(entry, joins=(Join("made_up", key="r2"), *entry.joins))

    await import_budget(fresh_database, BUDGET_ROW, SAME_CODE_ROW)
    await ingest(fresh_database, SPENDING_SPEC, read_with_key, full_input(SPENDING_ROW))
    [target] = await fresh_database.pool.fetch("select id from project where source_key = 'r2'")
    assert await fetch_join_states(fresh_database) == [("JOINED", target["id"])]


async def test_join_to_the_own_source_is_rejected(fresh_database: Database) -> None:
    with pytest.raises(SourceRefused, match="joins a project of its own source"):
        await ingest(fresh_database, SPEC, read_spending, full_input(SPENDING_ROW))


async def test_amounts_without_a_project_are_quarantined(fresh_database: Database) -> None:
    def read_without_project(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        return replace(made_up_source.read(raw, spec), project=None)

    result = await ingest(fresh_database, SPEC, read_without_project, full_input(SPENDING_ROW))
    assert (result.ledger.count_of(Outcome.QUARANTINED), result.ledger.balanced) == (1, True)
