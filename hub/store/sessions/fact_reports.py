"""What sources report about the same as facts of agreements, without a viewer (ADR 45).

A report is as new as the last reading of its source that contained it: the retrieval of its record,
or the start of a later complete reading of the record's scope. Runs delete what they saw when they
succeed, so this follows from the run: a record that a complete reading does not contain is deleted.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.sessions.agreed_facts import FactReport, FactTerms, baht_text, share_text
from hub.domain.sessions.kinds import AgreedField
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import text_array_parameter
from hub.store.sessions.fact_terms import ACCEPTED, linkage_text
from hub.store.tables import agency, agreed_fact, same_as, source_run

IDS: Final = text_array_parameter("ids")


def complete_runs(at: datetime | None) -> FromClause:
    """Return when the last complete run of each scope of a source began: source_id, scope,
    started_at. A run that requested changes alone is none.
    """
    scope = (
        sa.func.jsonb_array_elements_text(source_run.c.state["scopes"])
        .table_valued(sa.column("name", sa.Text), name="scope")
        .render_derived("scope")
    )
    conditions = [source_run.c.status == "SUCCEEDED", source_run.c.since.is_(None)]
    if at is not None:
        conditions.append(source_run.c.finished_at <= sa.literal(at, sa.DateTime(timezone=True)))
    return (
        sa.select(
            source_run.c.source_id,
            scope.c.name.label("scope"),
            sa.func.max(source_run.c.started_at).label("started_at"),
        )
        .select_from(source_run.join(scope, sa.true()))
        .where(*conditions)
        .group_by(source_run.c.source_id, scope.c.name)
        .subquery("complete_runs")
    )


def join_readings(
    source: FromClause, record_id: sa.ColumnElement[Any], at: datetime | None
) -> tuple[FromClause, sa.ColumnElement[Any]]:
    """Return `source` with its records, and when each was last read: when it was retrieved, or in a
    later complete run of its scope. Null without a record.
    """
    record, runs = table_as_of(tables.source_record, at), complete_runs(at)
    is_of_scope = sa.and_(
        runs.c.source_id == record.c.source_id,
        runs.c.scope == sa.func.coalesce(record.c.scope, ""),
    )
    joined = source.outerjoin(record, record.c.id == record_id).outerjoin(runs, is_of_scope)
    return joined, sa.func.greatest(record.c.retrieved_at, runs.c.started_at)


@lru_cache(maxsize=16)
def select_amounts(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for what each source reports at the place of the amounts `ids`."""
    line = table_as_of(tables.budget_line, at)
    fact = agreed_fact.c
    reported = (
        sa.select(
            fact.id,
            line.c.source_id,
            sa.cast(sa.func.sum(line.c.amount), sa.BigInteger).label("satang"),
            sa.func.max(line.c.record_id).label("record_id"),
            sa.func.max(line.c.known_from).label("known_from"),
            fact.amount_satang,
        )
        .join(
            line,
            sa.and_(
                line.c.project_id == fact.project_id,
                line.c.fiscal_year == fact.fiscal_year,
                line.c.phase == fact.phase,
                line.c.funding == fact.funding,
                line.c.area_id.is_not_distinct_from(fact.area_id),
            ),
        )
        .where(
            fact.id == sa.any_(IDS),
            fact.field == AgreedField.AMOUNT.value,
            line.c.source_id.is_not(None),
        )
        .group_by(fact.id, line.c.source_id)
        .subquery("reported")
    )
    r = reported.c
    source, read_at = join_readings(reported, r.record_id, at)
    return (
        sa.select(reported, sa.func.coalesce(read_at, r.known_from).label("read_at"))
        .select_from(source)
        .order_by(r.id, r.source_id)
    )


@lru_cache(maxsize=16)
def select_projects(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for owner and repetition of the projects of facts `ids`, as reported."""
    project = table_as_of(tables.project, at)
    record = table_as_of(tables.source_record, at)
    repeated = table_as_of(tables.project, at).alias("repeated")
    fact = agreed_fact.c
    own_record = (
        sa.select(sa.func.max(record.c.id))
        .where(record.c.project_id == project.c.id, record.c.source_id == project.c.source_id)
        .correlate(project)
        .scalar_subquery()
    )
    found = (
        sa.select(
            fact.id,
            fact.field,
            project.c.source_id,
            project.c.owner_id,
            project.c.known_from,
            agency.c.name_th.label("owner_name"),
            fact.agency_ids,
            project.c.duplicate_of,
            repeated.c.name_th.label("repeated_name"),
            same_as.c.keep_id,
            own_record.label("record_id"),
        )
        .join(project, project.c.id == fact.project_id)
        .outerjoin(agency, agency.c.id == project.c.owner_id)
        .outerjoin(repeated, repeated.c.id == project.c.duplicate_of)
        .outerjoin(same_as, same_as.c.id == fact.same_as_id)
        .where(
            fact.id == sa.any_(IDS),
            sa.or_(
                sa.and_(fact.field == AgreedField.LEAD.value, project.c.owner_id.is_not(None)),
                sa.and_(
                    fact.field == AgreedField.IDENTITY.value,
                    project.c.duplicate_of == same_as.c.keep_id,
                ),
            ),
            project.c.source_id.is_not(None),
        )
        .subquery("found")
    )
    f = found.c
    source, read_at = join_readings(found, f.record_id, at)
    return (
        sa.select(found, sa.func.coalesce(read_at, f.known_from).label("read_at"))
        .select_from(source)
        .order_by(f.id)
    )


@lru_cache(maxsize=16)
def select_declarations(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for what sources declare of the linkages of facts `ids`."""
    linkage = table_as_of(tables.linkage, at)
    fact = agreed_fact.c
    declared = agreed_fact.join(linkage, linkage.c.id == fact.linkage_id)
    source, read_at = join_readings(declared, linkage.c.declared_record_id, at)
    return (
        sa.select(
            fact.id,
            fact.field,
            fact.status,
            fact.share,
            linkage.c.declared_source_id.label("source_id"),
            linkage.c.declared_record_id.label("record_id"),
            linkage.c.declared_current,
            linkage.c.declared_share,
            sa.func.coalesce(read_at, linkage.c.known_from).label("read_at"),
        )
        .select_from(source)
        .where(fact.id == sa.any_(IDS), linkage.c.declared_source_id.is_not(None))
        .order_by(fact.id)
    )


def report_of_amount(row: asyncpg.Record) -> FactReport:
    """Return the report of a row of `select_amounts`."""
    satang = row["satang"]
    return FactReport(
        source_id=row["source_id"],
        record_id=row["record_id"],
        text=baht_text(satang),
        satang=satang,
        at=row["read_at"],
        agrees=satang == row["amount_satang"],
    )


def report_of_project(row: asyncpg.Record) -> FactReport:
    """Return the report of a row of `select_projects`."""
    is_lead = row["field"] == AgreedField.LEAD.value
    return FactReport(
        source_id=row["source_id"],
        record_id=row["record_id"],
        text=row["owner_name"] if is_lead else row["repeated_name"],
        satang=None,
        at=row["read_at"],
        agrees=row["owner_id"] in row["agency_ids"] if is_lead else True,
    )


def report_of_declaration(row: asyncpg.Record) -> FactReport:
    """Return the report of a row of `select_declarations`.

    A share that it does not state agrees, and so does any if the agreement states none.
    """
    current, share = row["declared_current"], row["declared_share"]
    if row["field"] == AgreedField.SHARE.value:
        text, agrees = share_text(share), current and share in (None, row["share"])
    else:
        text = linkage_text(current, share)
        agrees = current == (row["status"] in ACCEPTED)
        agrees = agrees and (not current or None in (share, row["share"]) or share == row["share"])
    return FactReport(row["source_id"], row["record_id"], text, None, row["read_at"], agrees)


REPORTS: Final = (
    (frozenset({AgreedField.AMOUNT}), select_amounts, report_of_amount),
    (frozenset({AgreedField.LEAD, AgreedField.IDENTITY}), select_projects, report_of_project),
    (
        frozenset({AgreedField.LINKAGE, AgreedField.SHARE}),
        select_declarations,
        report_of_declaration,
    ),
)
"""What sources report by the fields of facts; of the owners of an indicator they report nothing."""


async def fetch_reports(
    transaction: ReadTransaction, terms: Sequence[FactTerms], at: datetime | None
) -> dict[str, list[FactReport]]:
    """Return what sources report by fact, by source; one statement per kind of field."""
    found: dict[str, list[FactReport]] = defaultdict(list)
    for fields, select, build in REPORTS:
        if ids := [one.id for one in terms if one.field in fields]:
            for row in await transaction.fetch_rows(select(at), ids=ids):
                found[row["id"]].append(build(row))
    return found
