"""Lines of one source on a project of another: where exactly one fits, whoever comes first."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.kit import thai
from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.joins import Join
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear
from hub.errors import SourceRefused
from hub.ingest.record_facts import short_digest
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.ingest import made_up_source
from tests.ingest.made_up_source import Row, build_row

SPEC = replace(
    made_up_source.SPEC,
    expect=replace(made_up_source.SPEC.expect, largest_drop=1.0, least_records=0),
)
SPENDING_SPEC = replace(SPEC, id="spent", digest="spent")
LINES_QUERY = """
select r.value, p.id, b.amount, b.source_id from budget_line b
join source_record r on r.id = b.record_id join project p on p.id = b.project_id
where r.project_id = p.id order by 1
"""
NOTES_QUERY = "select note from provenance where subject like '%/spent:%' and note is not null"
INSERT_LINKAGE = """
insert into linkage (id, project_id, stage_id, status, visibility)
select 'l', id, 'tourism-east.transport', 'AGREED', 'PUBLISHED' from project where source_id = $1
"""


def read_budget(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """A project by its code; several records may bear one code."""
    entry = made_up_source.read(raw, spec)
    assert entry.project is not None
    return replace(entry, project=replace(entry.project, code=str(raw.payload["name"])))


def read_spending(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """What was spent under a code, in a year."""
    entry = made_up_source.read(raw, spec)
    lines = tuple(replace(line, phase=BudgetPhase.DISBURSED) for line in entry.lines)
    code, year = thai.clean_text(raw.payload["name"]), FiscalYear(2024)
    return replace(entry, lines=lines, joins=(Join("made_up", code=code, year=year),))


async def import_budget(database: Database, *rows: Row) -> RunResult:
    return await ingest(database, SPEC, read_budget, full_input(*rows))


async def import_spending(database: Database, *rows: Row) -> RunResult:
    return await ingest(database, SPENDING_SPEC, read_spending, full_input(*rows))


def full_input(*rows: Row) -> SourceInput:
    """A complete reading that is not one that was broken off."""
    return made_up_source.build_input(rows, snapshot=repr(rows))


async def fetch_line_sources(database: Database) -> dict[str, str]:
    """The source of the project that each line of spending stands on, by the line's record."""
    rows = await database.pool.fetch(LINES_QUERY)
    return {
        one["value"]: one["id"].partition(":")[0] for one in rows if one["source_id"] == "spent"
    }


async def fetch_join_states(database: Database) -> list[tuple[str, str | None]]:
    rows = await database.pool.fetch("select state, target from stand_in order by record_id")
    return [(one["state"], one["target"]) for one in rows]


async def list_project_sources(database: Database) -> list[str]:
    rows = await database.pool.fetch(
        "select split_part(id, ':', 1) from project where source_id is not null order by 1"
    )
    return [one[0] for one in rows]


BUDGET_ROW = build_row(1, "1,000", name="โครงการ ก")
SPENDING_ROW = build_row(7, "400", name="โครงการ ก")
SAME_CODE_ROW = build_row(2, "5", name="โครงการ ก")
OTHER_YEAR_ROW = build_row(3, "5", name="โครงการ ก", year="2568")


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
    assert "no project of another source bears the key yet" in note["note"]
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
    assert "2 projects of another source bear the key" in note["note"]
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


code_strategy = st.sampled_from(["โครงการ ก", "โครงการ ข"])
year_strategy = st.sampled_from(["2567", "2568"])
budget_strategy = st.dictionaries(
    st.integers(1, 3), st.tuples(code_strategy, year_strategy), min_size=1
)
spending_strategy = st.dictionaries(st.integers(7, 9), code_strategy, min_size=1)


def build_rows(step: dict[int, Any]) -> list[Row]:
    pairs = {n: one if isinstance(one, tuple) else (one, "2567") for n, one in step.items()}
    return [build_row(n, name=name, year=year) for n, (name, year) in pairs.items()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.lists(st.one_of(budget_strategy, spending_strategy), max_size=5), st.integers(0, 5))
async def test_joins_depend_on_stored_records_and_not_on_import_order(
    fresh_database: Database, steps: list[dict[int, Any]], linkage_step: int
) -> None:
    stored_rows: dict[str, dict[int, Any]] = {}
    await fresh_database.pool.execute("delete from linkage where id like 'lspent:%'")
    first_steps: list[dict[int, Any]] = [{7: "โครงการ ก"}, {1: ("โครงการ ก", "2567")}]
    for position, step in enumerate([*steps[:2], *first_steps, *steps[2:]]):
        is_budget = min(step) < 7
        stored_rows["made_up" if is_budget else "spent"] = step
        await (import_budget if is_budget else import_spending)(fresh_database, *build_rows(step))
        if position == linkage_step:
            await fresh_database.pool.execute(INSERT_LINKAGE.replace("'l'", "'l' || id"), "spent")
    await import_budget(fresh_database, *build_rows(stored_rows["made_up"]))
    linked = {r[0] for r in await fresh_database.pool.fetch("select project_id from linkage")}
    match_counts = Counter(code for code, year in stored_rows["made_up"].values() if year == "2567")
    found = await fetch_line_sources(fresh_database)
    assert found.keys() == {f"r{n}" for n in stored_rows["spent"]}
    for n, code in stored_rows["spent"].items():
        own = f"spent:{short_digest(f'r{n}')}"
        keeps_own = match_counts[code] != 1 or own in linked
        assert found[f"r{n}"] == ("spent" if keeps_own else "made_up")
        is_duplicate = await fresh_database.pool.fetchval(
            "select duplicate_of is not null from project where id = $1", own
        )
        assert is_duplicate == ((match_counts[code] == 1) if keeps_own else None)
    lines = await fresh_database.pool.fetchval("select count(*) from budget_line")
    assert lines == len(stored_rows["made_up"]) + len(stored_rows["spent"])


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
