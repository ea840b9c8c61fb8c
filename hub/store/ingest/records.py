"""Write the facts of records to the tables, and delete records that have vanished."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

import asyncpg

from hub.domain.budget import BudgetPhase
from hub.domain.record import record
from hub.domain.sources.joins import Join, JoinResult
from hub.domain.sources.spec import SourceSpec
from hub.domain.text import thai_sort_key
from hub.store.ingest import join_results, joins, projects, rulings
from hub.store.ingest.facts import LineFact, ProjectFact, RecordFacts
from hub.store.ingest.projects import ProjectRows, provenance_subject
from hub.store.tables import budget_line, source_record
from hub.store.upsert import Row, copy_rows, upsert

DELETE_STALE_LINES: Final = """
delete from budget_line line using unnest($1::bigint[]) as reported (record_id)
where line.record_id = reported.record_id
    and not exists (select from unnest($2::text[]) as current (id) where current.id = line.id)
"""
SUM_AMOUNTS: Final = """
select phase, sum(amount)::bigint as satang from budget_line
where record_id = any($1::bigint[]) group by 1
"""
# Quarantined records are not stored; of a duplicate, the first is.
SUM_STORED_AMOUNTS: Final = """
select line.phase, sum(line.amount)::bigint as satang
from run_record seen
join source_record record on record.id = seen.record_id and record.payload_hash = seen.hash
join budget_line line on line.record_id = record.id
where seen.run_id = $1 and seen.outcome in ('N', 'C', 'U') group by 1
"""


async def upsert_facts(
    connection: asyncpg.Connection,
    spec: SourceSpec,
    facts: Sequence[RecordFacts],
    unchanged_ids: frozenset[int] = frozenset(),
    new_ids: frozenset[int] = frozenset(),
) -> None:
    """Write the facts of records if they differ; lines that a record no longer has are deleted.

    Records of `unchanged_ids` have the same payload as before: they keep their first retrieval
    time. Those of `new_ids` are known to be new.
    """
    if not facts:
        return
    placement = await resolve_placement(connection, spec, facts)
    existing = [one for one in facts if one.record_id not in new_ids]
    existing_ids = [one.record_id for one in existing]
    previous_projects = (
        await projects.projects_of_records(connection, existing_ids) if existing else set()
    )
    new_projects = frozenset(placement.own_projects) - await projects.existing_ids(
        connection, list(placement.own_projects)
    )
    own_projects = [
        one.with_line_years(placement.line_years[key]) if key in new_projects else one
        for key, one in placement.own_projects.items()
    ]
    await projects.upsert_projects(connection, own_projects, new_projects)
    rows = {
        one.record_id: build_record_row(spec, one, placement.project_by_record) for one in facts
    }
    await copy_rows(connection, source_record, [row for key, row in rows.items() if key in new_ids])
    changed_rows = [rows[key] for key in existing_ids if key not in unchanged_ids]
    await upsert(connection, source_record, changed_rows)
    unchanged_rows = [rows[key] for key in existing_ids if key in unchanged_ids]
    await upsert(connection, source_record, unchanged_rows, first_only=("url", "retrieved_at"))
    await copy_rows(
        connection,
        budget_line,
        build_line_rows(spec, facts, placement.project_by_record, new_ids.__contains__),
    )
    lines = build_line_rows(spec, existing, placement.project_by_record, lambda _: True)
    if existing:
        await upsert(connection, budget_line, lines)
        await connection.execute(DELETE_STALE_LINES, existing_ids, [line["id"] for line in lines])
    await join_results.save_joins(connection, placement.records_with_joins, existing_ids)
    await rulings.save_record_rulings(
        connection,
        existing_ids,
        [(ruling, one.record_id, one.block) for one in facts for ruling in one.ruling_ids],
    )
    await projects.upsert_provenance(connection, own_projects, new_projects)
    years = {one.id: one.years for one in own_projects if one.id not in new_projects}
    await projects.update_fiscal_years(connection, years)
    await joins.delete_unreported_projects(
        connection, previous_projects - placement.own_projects.keys()
    )


@record
class ProjectPlacement:
    """The project of each record's lines, and the own projects to be stored.

    `line_years` are the years of the lines by own project. `records_with_joins` has all records
    with joins, matched or not.
    """

    project_by_record: dict[int, str]
    own_projects: dict[str, ProjectRows]
    line_years: dict[str, set[int]]
    records_with_joins: dict[int, tuple[JoinResult, ProjectRows, Sequence[Join]]]


async def resolve_placement(
    connection: asyncpg.Connection, spec: SourceSpec, facts: Sequence[RecordFacts]
) -> ProjectPlacement:
    """Return the placement of these records."""
    joins_by_record = {
        one.record_id: (one.project.id, one.joins) for one in facts if one.project and one.joins
    }
    results = await joins.resolve_joins(connection, joins_by_record)
    placement = ProjectPlacement({}, {}, defaultdict(set), {})
    for fact in facts:
        if fact.project is None:
            continue
        join_result = results.get(fact.record_id)
        own_project = build_own_project(spec, fact, fact.project, join_result)
        placement.project_by_record[fact.record_id] = (
            join_result and join_result.joined_project_id
        ) or own_project.id
        if join_result is not None:
            placement.records_with_joins[fact.record_id] = (join_result, own_project, fact.joins)
        if join_result is None or not join_result.joined_project_id:
            first_reported = placement.own_projects.get(own_project.id)
            placement.own_projects[own_project.id] = (
                own_project
                if first_reported is None
                else own_project.with_first_provenance(first_reported)
            )
            placement.line_years[own_project.id].update(line.fiscal_year for line in fact.lines)
    return placement


def build_line_rows(
    spec: SourceSpec,
    facts: Sequence[RecordFacts],
    project_by_record: dict[int, str],
    include: Callable[[int], bool],
) -> list[Row]:
    """Return the rows of the lines of those records that `include` accepts."""
    return [
        build_line_row(spec, fact, line, project_by_record)
        for fact in facts
        if fact.project and include(fact.record_id)
        for line in fact.lines
    ]


async def sum_amounts(
    connection: asyncpg.Connection, record_ids: Sequence[int]
) -> dict[BudgetPhase, int]:
    """Return the satang of the stored lines of records, by phase."""
    if not record_ids:
        return {}
    rows = await connection.fetch(SUM_AMOUNTS, list(record_ids))
    return {BudgetPhase(row["phase"]): row["satang"] for row in rows}


async def sum_stored_amounts(connection: asyncpg.Connection, run_id: int) -> dict[BudgetPhase, int]:
    """Return the satang of the lines of all records that a run found new, changed or unchanged."""
    rows = await connection.fetch(SUM_STORED_AMOUNTS, run_id)
    return {BudgetPhase(row["phase"]): row["satang"] for row in rows}


async def remove_records(connection: asyncpg.Connection, record_ids: Sequence[int]) -> list[str]:
    """Delete records from what is known now; return the projects kept because people rely on them.

    No history is lost: triggers keep each row with the instant until which it was known.
    """
    ids = list(record_ids)
    if not ids:
        return []
    affected_projects = await projects.projects_of_records(connection, ids)
    await connection.execute("delete from budget_line where record_id = any($1::bigint[])", ids)
    await join_results.delete_joins(connection, ids)
    await rulings.save_record_rulings(connection, ids, [])
    await connection.execute(
        "update provenance set record_id = null where record_id = any($1::bigint[])", ids
    )
    await connection.execute("delete from source_record where id = any($1::bigint[])", ids)
    return await joins.delete_unreported_projects(connection, affected_projects)


def build_own_project(
    spec: SourceSpec, fact: RecordFacts, project: ProjectFact, join_result: JoinResult | None
) -> ProjectRows:
    """Return the rows of a record's project, and its provenance."""
    return ProjectRows(
        {
            "id": project.id,
            "code": project.code,
            "name_th": project.name_th,
            "name_en": project.name_en,
            "sort_key": thai_sort_key(project.name_th),
            "actor_level": project.actor_level,
            "owner_id": project.owner_id,
            "fiscal_years": list(project.years),
            "visibility": "PUBLISHED",
            "source_id": spec.id,
            "source_key": project.key,
        },
        list(project.area_ids),
        {
            "subject": provenance_subject(project.id),
            "ordinal": 0,
            "source_id": spec.id,
            "record_id": fact.record_id,
            "asserted": spec.asserted.value,
            "confidence": None,
            "citation": fact.scope or fact.key,
            "note": join_result and join_result.note,
        },
    )


def build_record_row(spec: SourceSpec, fact: RecordFacts, project_by_record: dict[int, str]) -> Row:
    """Return the row of a source record; its payload is stored by its hash."""
    return {
        "id": fact.record_id,
        "source_id": spec.id,
        "scheme": spec.id,
        "value": fact.key,
        "url": fact.url,
        "payload_hash": bytes.fromhex(fact.hash),
        "retrieved_at": fact.retrieved_at,
        "scope": fact.scope,
        "project_id": project_by_record.get(fact.record_id),
        "strategy_fields": [one.field for one in fact.strategies] or None,
        "strategy_texts": [one.text for one in fact.strategies] or None,
    }


def build_line_row(
    spec: SourceSpec, fact: RecordFacts, line: LineFact, project_by_record: dict[int, str]
) -> Row:
    """Return the row of a budget line."""
    return {
        "id": line.id,
        "project_id": project_by_record[fact.record_id],
        "area_id": line.area_id,
        "fiscal_year": line.fiscal_year,
        "phase": line.phase,
        "funding": line.funding,
        "amount": line.satang,
        "holder_id": line.holder_id,
        "record_id": fact.record_id,
        "source_id": spec.id,
    }
