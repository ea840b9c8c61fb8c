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
from tests.ingest import made
from tests.ingest.made import Row, row

SPEC = replace(made.SPEC, expect=replace(made.SPEC.expect, largest_drop=1.0, least_records=0))
SPENT = replace(SPEC, id="spent", digest="spent")
WHERE = """
select r.value, p.id, b.amount, b.source_id from budget_line b
join source_record r on r.id = b.record_id join project p on p.id = b.project_id
where r.project_id = p.id order by 1
"""
NOTES = "select note from provenance where subject like '%/spent:%' and note is not null"
LINK = """
insert into linkage (id, project_id, stage_id, status, visibility)
select 'l', id, 'tourism-east.transport', 'AGREED', 'PUBLISHED' from project where source_id = $1
"""


def budget(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """A project by its code; several records may bear one code."""
    entry = made.read(raw, spec)
    assert entry.project is not None
    return replace(entry, project=replace(entry.project, code=str(raw.payload["name"])))


def spent(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """What was spent under a code, in a year."""
    entry = made.read(raw, spec)
    lines = tuple(replace(line, phase=BudgetPhase.DISBURSED) for line in entry.lines)
    code, year = thai.clean_text(raw.payload["name"]), FiscalYear(2024)
    return replace(entry, lines=lines, joins=(Join("made_up", code=code, year=year),))


async def plan(database: Database, *rows: Row) -> RunResult:
    return await ingest(database, SPEC, budget, wholly(*rows))


async def spend(database: Database, *rows: Row) -> RunResult:
    return await ingest(database, SPENT, spent, wholly(*rows))


def wholly(*rows: Row) -> SourceInput:
    """A complete reading that is not one that was broken off."""
    return made.given(rows, snapshot=repr(rows))


async def standing(database: Database) -> dict[str, str]:
    """The source of the project that each line of spending stands on, by the line's record."""
    rows = await database.pool.fetch(WHERE)
    return {
        one["value"]: one["id"].partition(":")[0] for one in rows if one["source_id"] == "spent"
    }


async def states(database: Database) -> list[tuple[str, str | None]]:
    rows = await database.pool.fetch("select state, target from stand_in order by record_id")
    return [(one["state"], one["target"]) for one in rows]


async def projects(database: Database) -> list[str]:
    rows = await database.pool.fetch(
        "select split_part(id, ':', 1) from project where source_id is not null order by 1"
    )
    return [one[0] for one in rows]


PLANNED = row(1, "1,000", name="โครงการ ก")
SPENDING = row(7, "400", name="โครงการ ก")
TWIN = row(2, "5", name="โครงการ ก")
YEARS_LATER = row(3, "5", name="โครงการ ก", year="2568")


async def test_lines_stand_on_the_one_project_that_fits_and_their_own_is_not_there(
    fresh_database: Database,
) -> None:
    await plan(fresh_database, PLANNED, YEARS_LATER)
    done = await spend(fresh_database, SPENDING)
    assert (done.ledger.count_of(Outcome.NEW), done.ledger.balanced) == (1, True)
    assert await standing(fresh_database) == {"r7": "made_up"}
    assert await projects(fresh_database) == ["made_up", "made_up"]


async def test_lines_that_nothing_fits_join_when_it_comes_and_go_back_when_it_goes(
    fresh_database: Database,
) -> None:
    await spend(fresh_database, SPENDING)
    assert await standing(fresh_database) == {"r7": "spent"}
    [note] = await fresh_database.pool.fetch(NOTES)
    assert "no project of another source bears the key yet" in note["note"]
    await plan(fresh_database, PLANNED, row(9))
    assert await standing(fresh_database) == {"r7": "made_up"}
    assert await projects(fresh_database) == ["made_up", "made_up"]
    await plan(fresh_database, row(9))
    assert await standing(fresh_database) == {"r7": "spent"}
    assert await projects(fresh_database) == ["made_up", "spent"]
    assert await fresh_database.pool.fetchval("select sum(amount) from budget_line") == 140_000


async def test_where_several_fit_lines_stay_with_their_own_and_it_is_said_why(
    fresh_database: Database,
) -> None:
    await plan(fresh_database, PLANNED, TWIN)
    await spend(fresh_database, SPENDING)
    assert await standing(fresh_database) == {"r7": "spent"}
    [note] = await fresh_database.pool.fetch(NOTES)
    assert "2 projects of another source bear the key" in note["note"]
    await plan(fresh_database, PLANNED)
    assert await standing(fresh_database) == {"r7": "made_up"}
    await plan(fresh_database, PLANNED, TWIN)
    assert await standing(fresh_database) == {"r7": "spent"}
    assert await projects(fresh_database) == ["made_up", "made_up", "spent"]


async def test_a_second_run_of_either_source_changes_nothing_and_has_no_past(
    fresh_database: Database,
) -> None:
    await plan(fresh_database, PLANNED, TWIN, row(4, name="โครงการ ข"))
    rows = (SPENDING, row(8, "9", name="โครงการ ข"), row(9, "1", name="โครงการ ค"))
    await spend(fresh_database, *rows)
    before = await fresh_database.pool.fetch("select * from budget_line order by id")
    for _ in range(2):
        await spend(fresh_database, *reversed(rows))
        await plan(fresh_database, row(4, name="โครงการ ข"), TWIN, PLANNED)
    assert await fresh_database.pool.fetch("select * from budget_line order by id") == before
    for table in ("project", "budget_line", "source_record", "provenance"):
        assert not await fresh_database.pool.fetchval(f"select count(*) from history.{table}")  # noqa: S608
    assert min(await states(fresh_database), key=str)[0] == "ALONE"


async def test_a_join_leaves_earlier_answers_as_they_were(fresh_database: Database) -> None:
    await spend(fresh_database, SPENDING)
    [own] = [r[0] for r in await fresh_database.pool.fetch(PROJECTS_OF, "spent")]
    then = await fresh_database.pool.fetchval("select clock_timestamp()")
    await plan(fresh_database, PLANNED)
    [target] = [r[0] for r in await fresh_database.pool.fetch(PROJECTS_OF, "made_up")]

    async def amounts(project_id: str, at: Any) -> list[int]:
        async with fresh_database.read_transaction() as reading:
            found = await BudgetLines(reading, ANONYMOUS).by_projects([project_id], at=at)
            return sorted(line.amount.satang for line in found[project_id])

    assert await amounts(target, None) == [40_000, 100_000]
    assert await amounts(own, None) == []
    assert await amounts(own, then) == [40_000]
    assert await amounts(target, then) == []


PROJECTS_OF = "select id from project where source_id = $1"


async def test_work_of_people_holds_lines_where_they_are_and_both_are_one_activity(
    fresh_database: Database,
) -> None:
    await spend(fresh_database, SPENDING)
    await fresh_database.pool.execute(LINK, "spent")
    await plan(fresh_database, PLANNED)
    assert await standing(fresh_database) == {"r7": "spent"}
    [target] = [r[0] for r in await fresh_database.pool.fetch(PROJECTS_OF, "made_up")]
    same = "select duplicate_of from project where source_id = 'spent'"
    assert await fresh_database.pool.fetchval(same) == target
    assert await states(fresh_database) == [("KEPT", target)]
    await spend(fresh_database, SPENDING)
    assert await fresh_database.pool.fetchval(same) == target
    await plan(fresh_database, replace_code(PLANNED))
    assert await fresh_database.pool.fetchval(same) is None
    await plan(fresh_database, PLANNED)
    await fresh_database.pool.execute("delete from linkage where id = 'l'")
    await plan(fresh_database, PLANNED)
    assert await standing(fresh_database) == {"r7": "made_up"}


def replace_code(one: Row) -> Row:
    return {**one, "name": "โครงการ อื่น"}


async def test_a_project_that_goes_does_not_hold_on_to_one_that_people_kept_apart(
    fresh_database: Database,
) -> None:
    await spend(fresh_database, SPENDING)
    await fresh_database.pool.execute(LINK, "spent")
    await plan(fresh_database, PLANNED, row(9))
    done = await plan(fresh_database, row(9))
    assert done.retained_projects == []
    assert await projects(fresh_database) == ["made_up", "spent"]
    assert await states(fresh_database) == [("ALONE", None)]


async def test_a_record_that_vanishes_takes_its_line_off_the_project_it_joined(
    fresh_database: Database,
) -> None:
    await plan(fresh_database, PLANNED)
    await spend(fresh_database, SPENDING, row(8, "1", name="โครงการ ก"))
    await spend(fresh_database, row(8, "1", name="โครงการ ก"))
    assert await standing(fresh_database) == {"r8": "made_up"}
    assert await projects(fresh_database) == ["made_up"]
    assert len(await states(fresh_database)) == 1


async def test_a_reader_that_joins_no_longer_takes_its_lines_back(fresh_database: Database) -> None:
    await plan(fresh_database, PLANNED)
    await spend(fresh_database, SPENDING)
    again = replace(SPENT, digest="without joins")
    await ingest(fresh_database, again, made.read, wholly(SPENDING))
    assert await standing(fresh_database) == {"r7": "spent"}
    assert await states(fresh_database) == []


codes = st.sampled_from(["โครงการ ก", "โครงการ ข"])
years = st.sampled_from(["2567", "2568"])
plans = st.dictionaries(st.integers(1, 3), st.tuples(codes, years), min_size=1)
spendings = st.dictionaries(st.integers(7, 9), codes, min_size=1)


def rows_of(step: dict[int, Any]) -> list[Row]:
    pairs = {n: one if isinstance(one, tuple) else (one, "2567") for n, one in step.items()}
    return [row(n, name=name, year=year) for n, (name, year) in pairs.items()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.lists(st.one_of(plans, spendings), max_size=5), st.integers(0, 5))
async def test_where_lines_stand_depends_on_what_is_held_and_not_on_how_it_came(
    fresh_database: Database, steps: list[dict[int, Any]], relied: int
) -> None:
    held: dict[str, dict[int, Any]] = {}
    await fresh_database.pool.execute("delete from linkage where id like 'lspent:%'")
    beginning: list[dict[int, Any]] = [{7: "โครงการ ก"}, {1: ("โครงการ ก", "2567")}]
    for at, step in enumerate([*steps[:2], *beginning, *steps[2:]]):
        planned = min(step) < 7
        held["made_up" if planned else "spent"] = step
        await (plan if planned else spend)(fresh_database, *rows_of(step))
        if at == relied:
            await fresh_database.pool.execute(LINK.replace("'l'", "'l' || id"), "spent")
    await plan(fresh_database, *rows_of(held["made_up"]))
    linked = {r[0] for r in await fresh_database.pool.fetch("select project_id from linkage")}
    fits = Counter(code for code, year in held["made_up"].values() if year == "2567")
    found = await standing(fresh_database)
    assert found.keys() == {f"r{n}" for n in held["spent"]}
    for n, code in held["spent"].items():
        own = f"spent:{short_digest(f'r{n}')}"
        alone = fits[code] != 1 or own in linked
        assert found[f"r{n}"] == ("spent" if alone else "made_up")
        same = await fresh_database.pool.fetchval(
            "select duplicate_of is not null from project where id = $1", own
        )
        assert same == ((fits[code] == 1) if alone else None)
    lines = await fresh_database.pool.fetchval("select count(*) from budget_line")
    assert lines == len(held["made_up"]) + len(held["spent"])


async def test_a_key_is_looked_for_before_a_code_where_a_record_says_so(
    fresh_database: Database,
) -> None:
    def by_key(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        entry = spent(raw, spec)
        return replace(entry, joins=(Join("made_up", key="r2"), *entry.joins))

    await plan(fresh_database, PLANNED, TWIN)
    await ingest(fresh_database, SPENT, by_key, wholly(SPENDING))
    [target] = await fresh_database.pool.fetch("select id from project where source_key = 'r2'")
    assert await states(fresh_database) == [("JOINED", target["id"])]


async def test_a_source_may_not_join_itself(fresh_database: Database) -> None:
    with pytest.raises(SourceRefused, match="joins a project of its own source"):
        await ingest(fresh_database, SPEC, spent, wholly(SPENDING))


async def test_amounts_without_a_project_wait_for_review(fresh_database: Database) -> None:
    def homeless(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        return replace(made.read(raw, spec), project=None)

    done = await ingest(fresh_database, SPEC, homeless, wholly(SPENDING))
    assert (done.ledger.count_of(Outcome.QUARANTINED), done.ledger.balanced) == (1, True)
