"""The runs of a generated nation: its size, its ledgers, and the counts of its rows."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from hub.domain.budget import BudgetPhase
from hub.domain.record import record
from hub.domain.sources.ledger import Ledger, Outcome
from hub.domain.sources.runs import RunStatus
from hub.store.generate.nation import RUN_AGES, NationSize
from hub.store.ingest.events import publish_event

SELECT_FIRST_RUN: Final = """
select id, status, state->'nation' as nation from source_run where source_id = $1 order by id limit 1
"""
INSERT_RUN: Final = """
insert into source_run
    (source_id, status, started_at, watermark, origin, spec_digest, state, ledger)
values ($1, 'RUNNING', $2, $2, 'hub generate', $3, $4::jsonb, $5::jsonb)
returning id
"""
FINISH_RUN: Final = """
update source_run set status = $2, finished_at = started_at + $3, ledger = $4::jsonb where id = $1
"""
MARK_SOURCE_LOADED: Final = """
update source set last_success_at = $2, health = 'OK', spec_digest = $3,
    reported_years = array(
        select distinct l.fiscal_year from budget_line l join project p on p.id = l.project_id
        where l.source_id = $1 and p.visibility = 'PUBLISHED' order by 1
    )
where id = $1
"""
SUM_LINES: Final = (
    "select phase, sum(amount) as satang from budget_line where source_id = $1 group by 1"
)
SUM_CORRECTIONS: Final = """
select changed.known_to as at, line.phase, count(distinct changed.id) as records,
    sum(line.amount) as later, sum(coalesce(earlier.amount, line.amount)) as earlier
from history.source_record changed
join budget_line line on line.record_id = changed.id
left join history.budget_line earlier on earlier.id = line.id
where changed.source_id = $1
group by 1, 2
"""
COUNT_CORRECTED: Final = """
select known_to as at, count(*) as records from history.source_record where source_id = $1
group by 1
"""
COUNT_ROWS: Final = """
select
    (select count(*) from project where source_id = $1) as projects,
    (select count(*) from budget_line where source_id = $1) as lines,
    (select count(*) from linkage l join project p on p.id = l.project_id where p.source_id = $1)
        as linkages,
    pg_database_size(current_database()) as bytes
"""
RUN_DURATION: Final = timedelta(minutes=20)


@record
class NationRun:
    """The first run of a generated nation: its size, when it was begun, and whether it is done."""

    id: int
    size: NationSize
    loaded_at: datetime
    is_complete: bool


@record
class NationCounts:
    """The rows of a generated nation, and the bytes of the whole database."""

    projects: int
    lines: int
    linkages: int
    bytes: int


async def find_nation(connection: asyncpg.Connection, source_id: str) -> NationRun | None:
    """Return the first run of the generated nation in this database; null without one."""
    row = await connection.fetchrow(SELECT_FIRST_RUN, source_id)
    if row is None:
        return None
    stored = json.loads(row["nation"])
    loaded_at = datetime.fromisoformat(stored.pop("loaded_at"))
    return NationRun(
        row["id"], NationSize(**stored), loaded_at, row["status"] == RunStatus.SUCCEEDED.value
    )


async def begin_nation(
    connection: asyncpg.Connection, source_id: str, digest: str, size: NationSize
) -> NationRun:
    """Insert the first run, which stores the size of the nation."""
    loaded_at: datetime = await connection.fetchval("select date_trunc('second', now())")
    nation = {
        "projects": size.projects,
        "years": size.years,
        "seed": size.seed,
        "newest": size.newest,
        "loaded_at": loaded_at.isoformat(),
    }
    run_id = await insert_run(connection, source_id, digest, loaded_at - RUN_AGES[0], nation)
    return NationRun(run_id, size, loaded_at, is_complete=False)


async def insert_run(
    connection: asyncpg.Connection,
    source_id: str,
    digest: str,
    at: datetime,
    nation: Mapping[str, Any],
) -> int:
    """Insert a run that read everything, with the state that ingest stores after the last page."""
    state = {
        "scopes": [""],
        "blocks": {},
        "last": None,
        "total": nation["projects"],
        "done": True,
        "empty": False,
        "holed": False,
        "nation": nation,
    }
    empty_ledger = json.dumps(Ledger().dump())
    run_id: int = await connection.fetchval(
        INSERT_RUN, source_id, at, digest, json.dumps(state), empty_ledger
    )
    return run_id


async def finish_nation(
    connection: asyncpg.Connection, source_id: str, digest: str, run: NationRun
) -> None:
    """Insert the later runs, complete all of them with their ledgers, and publish the event."""
    ledgers = await compute_ledgers(connection, source_id, run)
    nation = {"projects": run.size.projects, "first_run": run.id}
    for number, (age, ledger) in enumerate(zip(RUN_AGES, ledgers, strict=True)):
        at = run.loaded_at - age
        run_id = (
            run.id if number == 0 else await insert_run(connection, source_id, digest, at, nation)
        )
        await connection.execute(
            FINISH_RUN, run_id, "SUCCEEDED", RUN_DURATION, json.dumps(ledger.dump())
        )
    await connection.execute(
        MARK_SOURCE_LOADED, source_id, run.loaded_at - RUN_AGES[-1] + RUN_DURATION, digest
    )
    await publish_event(connection, source_id, run.id)


async def compute_ledgers(
    connection: asyncpg.Connection, source_id: str, run: NationRun
) -> list[Ledger]:
    """Return the ledger of each run: the first has only new records, the others corrections."""
    totals = {
        BudgetPhase(row["phase"]): int(row["satang"])
        for row in await connection.fetch(SUM_LINES, source_id)
    }
    counts = {
        row["at"]: row["records"] for row in await connection.fetch(COUNT_CORRECTED, source_id)
    }
    corrections = await connection.fetch(SUM_CORRECTIONS, source_id)
    projects = run.size.projects
    ledgers: list[Ledger] = []
    for age in reversed(RUN_AGES[1:]):
        at = run.loaded_at - age
        changed = {
            BudgetPhase(row["phase"]): int(row["later"]) for row in corrections if row["at"] == at
        }
        unchanged = {phase: satang - changed.get(phase, 0) for phase, satang in totals.items()}
        records = counts.get(at, 0)
        outcomes = {Outcome.CHANGED: records, Outcome.UNCHANGED: projects - records}
        satang = {Outcome.CHANGED: changed, Outcome.UNCHANGED: unchanged}
        ledgers.append(Ledger(projects, 0, outcomes, dict(totals), satang))
        for row in corrections:
            if row["at"] == at:
                totals[BudgetPhase(row["phase"])] += int(row["earlier"] - row["later"])
    first = Ledger(projects, 0, {Outcome.NEW: projects}, totals, {Outcome.NEW: totals})
    return [first, *reversed(ledgers)]


async def count_nation(connection: asyncpg.Connection, source_id: str) -> NationCounts:
    """Return the rows of a generated nation."""
    row = await connection.fetchrow(COUNT_ROWS, source_id)
    return NationCounts(row["projects"], row["lines"], row["linkages"], row["bytes"])
