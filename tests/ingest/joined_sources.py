"""Two made-up sources for tests of joins: a budget, and disbursements of its projects."""

from dataclasses import replace

from connectors.kit import thai
from hub.domain.budget import BudgetPhase
from hub.domain.sources.joins import Join
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear
from hub.ingest.run import RunResult, SourceInput, ingest
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
    """Parse a budget record; its project code is the name, so several records may share a code."""
    entry = made_up_source.read(raw, spec)
    assert entry.project is not None
    return replace(entry, project=replace(entry.project, code=str(raw.payload["name"])))


def read_spending(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Parse a disbursement of a fiscal year; it joins the budget project with its code."""
    entry = made_up_source.read(raw, spec)
    lines = tuple(replace(line, phase=BudgetPhase.DISBURSED) for line in entry.lines)
    code, year = thai.clean_text(raw.payload["name"]), FiscalYear(2024)
    return replace(entry, lines=lines, joins=(Join("made_up", code=code, year=year),))


async def import_budget(database: Database, *rows: Row) -> RunResult:
    return await ingest(database, SPEC, read_budget, full_input(*rows))


async def import_spending(database: Database, *rows: Row) -> RunResult:
    return await ingest(database, SPENDING_SPEC, read_spending, full_input(*rows))


def full_input(*rows: Row) -> SourceInput:
    """Return a complete input whose snapshot depends on its rows, so that no run is resumed."""
    return made_up_source.build_input(rows, snapshot=repr(rows))


async def fetch_line_sources(database: Database) -> dict[str, str]:
    """Return the source of each disbursement line's project, by the line's record key."""
    rows = await database.pool.fetch(LINES_QUERY)
    return {
        one["value"]: one["id"].partition(":")[0] for one in rows if one["source_id"] == "spent"
    }


async def fetch_join_states(database: Database) -> list[tuple[str, str | None]]:
    rows = await database.pool.fetch(
        "select state, target from stand_in s join source_record r on r.id = s.record_id "
        "order by r.value"
    )
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
