"""Projects reported by records: insert and update them, and delete those no longer reported.

Many records of its source may report a project; it remains while one of them does, or while
people's work (a linkage, a decision on a finding) relies on it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg

from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.store.tables import project, project_area, provenance
from hub.store.upsert import Row, copy_rows, upsert

UPDATE_FISCAL_YEARS: Final = """
update project set fiscal_years = computed.years from (
    select requested.id, array(
        select distinct year from (
            select unnest(requested.declared::smallint[]) as year
            union select l.fiscal_year from budget_line l
                where l.project_id = requested.id and l.source_id = own.source_id
        ) years order by year
    )::smallint[] as years
    from jsonb_to_recordset($1::jsonb) as requested (id text, declared smallint[])
    join project own on own.id = requested.id
) computed
where project.id = computed.id and project.fiscal_years is distinct from computed.years
"""
DELETE_STALE_AREAS: Final = """
delete from project_area where project_id = any($1::text[])
    and not (project_id || ' ' || area_id) = any($2::text[])
"""
DELETE_PROVENANCE: Final = """
delete from provenance where subject = any($1::text[]) and hashtextextended(subject, 0)
    = any(array(select hashtextextended(gone.subject, 0) from unnest($1::text[]) gone (subject)))
"""
SELECT_EXISTING_IDS: Final = "select id from project where id = any($1::text[])"
SELECT_PROJECTS_OF_RECORDS: Final = """
select distinct p.id from source_record r join project p on p.id = r.project_id
where r.id = any($1::bigint[]) and p.source_id = r.source_id
"""
RELIED_ON_CONDITION: Final = """
    exists (select from linkage l where l.project_id = p.id)
    or exists (
        select from finding_subject s join finding f on f.id = s.finding_id
        where s.project_id = p.id and (
            f.dismissed_cause is not null or f.status in ('DISMISSED', 'SETTLED') or f.cause = ''
        )
    )
    or exists (select from same_as_member m where m.project_id = p.id)
    or exists (select from project other where p.id in (other.duplicate_of, other.parent_id))
"""
FINDINGS_OF_PROJECTS: Final = (
    "select distinct finding_id from finding_subject where project_id = any($1::text[])"
)
SELECT_REPORTED_IDS: Final = """
select distinct p.id from project p join source_record r on r.project_id = p.id
where p.id = any($1::text[]) and r.source_id = p.source_id
"""
# Both are built from constants of this file.
SELECT_RELIED_ON_IDS: Final = (
    f"select p.id from project p where p.id = any($1::text[]) and ({RELIED_ON_CONDITION})"  # noqa: S608
)
SELECT_DELETABLE_IDS: Final = f"""
select p.id from project p where p.id = any($1::text[]) and not ({RELIED_ON_CONDITION})
and not exists (
    select from source_record r where r.project_id = p.id and r.source_id = p.source_id
)
"""  # noqa: S608


@record
class ProjectRows:
    """The row of a project, the areas of the project as a whole, and its provenance row."""

    project: Row
    areas: list[str]
    provenance: Row

    @property
    def id(self) -> str:
        """Return the project's id."""
        return str(self.project["id"])

    @property
    def years(self) -> list[int]:
        """Return the fiscal years (CE) that its record declares."""
        return list(self.project["fiscal_years"])

    def with_first_provenance(self, earlier: "ProjectRows") -> "ProjectRows":
        """Return this later report of the project with the provenance of the first."""
        return ProjectRows(self.project, self.areas, earlier.provenance)

    def with_line_years(self, years: Iterable[int]) -> "ProjectRows":
        """Return the project with the years of its lines added to those declared."""
        all_years = sorted({*self.years, *years})
        return ProjectRows({**self.project, "fiscal_years": all_years}, self.areas, self.provenance)

    def dump(self) -> dict[str, Any]:
        """Return the JSON stored in `record_join_result` for a record whose lines are joined
        elsewhere.
        """
        return {"project": self.project, "areas": self.areas, "provenance": self.provenance}


async def upsert_projects(
    connection: asyncpg.Connection,
    projects: Sequence[ProjectRows],
    new_ids: frozenset[str] = frozenset(),
) -> None:
    """Write projects and their areas if they differ; call `update_fiscal_years` after their lines.

    `new_ids` are projects known to be new. Areas no longer reported are deleted.
    """
    new_projects = [item for item in projects if item.id in new_ids]
    await copy_rows(connection, project, [item.project for item in new_projects])
    await copy_rows(
        connection, project_area, [row for item in new_projects for row in build_area_rows(item)]
    )
    existing_projects = [item for item in projects if item.id not in new_ids]
    if not existing_projects:
        return
    insert_only_columns = ("fiscal_years", "visibility")
    await upsert(
        connection,
        project,
        [item.project for item in existing_projects],
        first_only=insert_only_columns,
    )
    area_rows = [row for item in existing_projects for row in build_area_rows(item)]
    await upsert(connection, project_area, area_rows)
    area_keys = [f"{row['project_id']} {row['area_id']}" for row in area_rows]
    await connection.execute(DELETE_STALE_AREAS, [item.id for item in existing_projects], area_keys)


def build_area_rows(item: ProjectRows) -> list[Row]:
    """Return the area rows of a project as a whole."""
    return [
        {"project_id": item.id, "area_id": area_id, "basis": "UNKNOWN"} for area_id in item.areas
    ]


async def upsert_provenance(
    connection: asyncpg.Connection,
    projects: Sequence[ProjectRows],
    new_ids: frozenset[str] = frozenset(),
) -> None:
    """Write the provenance of each project, the first of several; the records must exist."""
    row_by_project = {item.id: item.provenance for item in reversed(projects)}
    await copy_rows(
        connection,
        provenance,
        [row for project_id, row in row_by_project.items() if project_id in new_ids],
    )
    existing_rows = [row for project_id, row in row_by_project.items() if project_id not in new_ids]
    await upsert(connection, provenance, existing_rows, first_only=("record_id", "citation"))


async def existing_ids(connection: asyncpg.Connection, ids: Sequence[str]) -> set[str]:
    """Return those of the ids that exist."""
    return {row[0] for row in await connection.fetch(SELECT_EXISTING_IDS, list(ids))}


async def update_fiscal_years(
    connection: asyncpg.Connection, declared_years: Mapping[str, Sequence[int]]
) -> None:
    """Set projects' years to those declared and those of their own source's lines."""
    if declared_years:
        rows = [
            {"id": project_id, "declared": list(years)}
            for project_id, years in declared_years.items()
        ]
        await connection.execute(UPDATE_FISCAL_YEARS, json.dumps(rows))


async def projects_of_records(
    connection: asyncpg.Connection, record_ids: Sequence[int]
) -> set[str]:
    """Return the ids of projects that these records report, if of the records' source."""
    return {row[0] for row in await connection.fetch(SELECT_PROJECTS_OF_RECORDS, list(record_ids))}


async def reported_ids(connection: asyncpg.Connection, ids: Sequence[str]) -> set[str]:
    """Return those of the projects that a record of their own source reports."""
    return {row[0] for row in await connection.fetch(SELECT_REPORTED_IDS, list(ids))}


async def relied_on_ids(connection: asyncpg.Connection, ids: Sequence[str]) -> set[str]:
    """Return those of the projects that people's work relies on."""
    return {row[0] for row in await connection.fetch(SELECT_RELIED_ON_IDS, list(ids))}


async def deletable_ids(connection: asyncpg.Connection, ids: Sequence[str]) -> list[str]:
    """Return those of the projects that no record of their source reports and no work relies on."""
    return [row[0] for row in await connection.fetch(SELECT_DELETABLE_IDS, list(ids))]


async def delete_projects(connection: asyncpg.Connection, ids: Sequence[str]) -> None:
    """Delete the current rows of projects, with their areas, implementers, provenance and findings.

    No other row may refer to them.
    """
    # Without its subjects nobody could decide who may see a finding, so it goes with them.
    findings = [row[0] for row in await connection.fetch(FINDINGS_OF_PROJECTS, list(ids))]
    for statement, keys in (
        ("delete from finding_subject where finding_id = any($1::text[])", findings),
        ("delete from finding where id = any($1::text[])", findings),
        ("delete from project_area where project_id = any($1::text[])", ids),
        ("delete from project_implementer where project_id = any($1::text[])", ids),
        (
            DELETE_PROVENANCE,
            list(map(provenance_subject, ids)),
        ),
        ("delete from project where id = any($1::text[])", ids),
    ):
        await connection.execute(statement, list(keys))


def provenance_subject(project_id: str) -> str:
    """Return the provenance subject of a project."""
    return str(GlobalId("Project", project_id))
