"""Statements about stored findings that a viewer may see; the gravest come first.

A finding is visible to whom all its projects, its issue and its plan version are visible, so that
no finding, order or total discloses anything of a draft.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

from hub.domain.findings import Dismissal, Finding, FindingFilter, FindingKind, FindingStatus
from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import MatrixScope
from hub.domain.matrix.question import MatrixFilter
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.time import FiscalYear
from hub.store.as_of import table_as_of
from hub.store.linkages import parse_reason
from hub.store.matrix.linkage_filter import issues_of_filter
from hub.store.matrix.list_filters import is_project_in_scope
from hub.store.paging import build_connections, fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_one_of, localized_text_of, paginate_by_group, text_array_parameter
from hub.store.tables import (
    finding,
    finding_subject,
    issue_revision,
    plan_version,
    project,
)
from hub.store.visibility import (
    UNPUBLISHED_COLUMN,
    aggregated_unpublished_columns,
    is_visible,
)

IDS: Final = text_array_parameter("ids")


def visible_findings(viewer: Viewer, table: FromClause, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for findings of `table` that the viewer may see, as known at `at`.

    With the audit markers of unpublished projects among their subjects.
    """
    subject = table_as_of(finding_subject, at)
    hidden_project = table_as_of(project, at).alias("hidden_project")
    has_hidden_project = sa.exists(
        sa.select(sa.literal(1))
        .select_from(
            subject.join(hidden_project, hidden_project.c.id == subject.c.project_id, isouter=True)
        )
        .where(
            subject.c.finding_id == table.c.id,
            sa.or_(hidden_project.c.id.is_(None), sa.not_(is_visible(hidden_project, viewer, at))),
        )
        .correlate(table)
    )
    revision, version = table_as_of(issue_revision, at), table_as_of(plan_version, at)
    is_issue_visible = sa.exists(
        sa.select(sa.literal(1))
        .select_from(revision.join(version, version.c.id == revision.c.version_id))
        .where(revision.c.issue_id == table.c.issue_id, is_visible(version, viewer, at))
        .correlate(table)
    )
    own_version = table_as_of(plan_version, at).alias("own_version")
    is_version_visible = sa.exists(
        sa.select(sa.literal(1))
        .where(own_version.c.id == table.c.version_id, is_visible(own_version, viewer, at))
        .correlate(table)
    )
    markers = unpublished_subjects(viewer, table, at)
    return sa.select(table, *markers).where(
        sa.not_(has_hidden_project),
        sa.or_(table.c.issue_id.is_(None), is_issue_visible),
        sa.or_(table.c.version_id.is_(None), is_version_visible),
    )


def unpublished_subjects(
    viewer: Viewer, table: FromClause, at: datetime | None
) -> list[sa.ColumnElement[Any]]:
    """Return the audit markers of the unpublished projects that a finding is about."""
    subject, shown = table_as_of(finding_subject, at), table_as_of(project, at).alias("shown")
    return [
        sa.select(column)
        .select_from(subject.join(shown, shown.c.id == subject.c.project_id))
        .where(subject.c.finding_id == table.c.id, is_visible(shown, viewer, at))
        .correlate(table)
        .scalar_subquery()
        .label(UNPUBLISHED_COLUMN)
        for column in aggregated_unpublished_columns("Project", shown.c.id, shown, viewer)
    ]


@lru_cache(maxsize=256)
def visible_findings_by_id(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for visible findings `ids`."""
    return visible_findings(viewer, finding, None).where(finding.c.id == sa.any_(IDS))


def matches(
    table: FromClause, wanted: FindingFilter, viewer: Viewer, at: datetime | None = None
) -> list[sa.ColumnElement[bool]]:
    """Return the predicates of a filter."""
    found: list[sa.ColumnElement[bool]] = [
        # Computed when they are read (hub/store/copies.py).
        table.c.kind != FindingKind.DOUBLE_COUNT.value
    ]
    if wanted.kinds:
        found.append(is_one_of(table.c.kind, wanted.kinds))
    if wanted.statuses:
        found.append(is_one_of(table.c.status, wanted.statuses))
    for column, keys in ((table.c.areas, wanted.areas), (table.c.parties, wanted.parties)):
        if keys:
            found.append(column.op("&&")(sa.literal(list(keys), ARRAY(sa.Text))))
    if wanted.scope is not None:
        found.append(is_about_scope(table, wanted.scope, viewer, at))
    if wanted.years is not None:
        years = list(range(wanted.years[0], wanted.years[1] + 1))
        found.append(table.c.fiscal_years.op("&&")(sa.literal(years, ARRAY(sa.SmallInteger))))
    return found


def is_about_scope(
    table: FromClause, scope: MatrixScope, viewer: Viewer, at: datetime | None
) -> sa.ColumnElement[bool]:
    """Return the predicate that a finding is about a project in scope, or about an issue that the
    filter names by id, chain, rank or theme, at one of its levels.
    """
    subject, wanted = table_as_of(finding_subject, at), scope.filter
    about_project = table.c.id.in_(
        sa.select(subject.c.finding_id).where(
            is_project_in_scope(scope, viewer, subject.c.project_id)
        )
    )
    of_issues = MatrixFilter(
        chains=wanted.chains,
        issues=wanted.issues,
        agency_role=wanted.agency_role,
        area_role=wanted.area_role,
        actor_levels=wanted.actor_levels,
        max_rank=wanted.max_rank,
        themes=wanted.themes,
    )
    if wanted != of_issues:
        return about_project
    about_issue: list[sa.ColumnElement[bool]] = [
        table.c.issue_id.in_(issues_of_filter(wanted, viewer, at))
    ]
    if wanted.actor_levels:
        # The id of a gap ends with its level.
        level = sa.func.substring(table.c.id, "[^:]+$")
        about_issue.append(is_one_of(level, wanted.actor_levels))
    return sa.or_(about_project, sa.and_(*about_issue))


def finding_order(table: FromClause) -> list[sa.ColumnElement[Any]]:
    """Return the order of findings: the gravest first, then by id."""
    return [-table.c.severity, table.c.id]


def finding_sort_key(one: Finding) -> SortKey:
    """Return the sort key of a finding in lists."""
    return -one.severity, one.id


class Findings:
    """Stored findings that the viewer may see."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str]) -> dict[str, Finding]:
        """Return findings by id; hidden and missing ones are absent."""
        rows = await self._transaction.fetch_rows(
            visible_findings_by_id(self._viewer), ids=list(set(ids))
        )
        return {row["id"]: finding_of(row) for row in rows}

    async def page(
        self, wanted: FindingFilter, page: PageRequest, at: datetime | None = None
    ) -> Connection[Finding]:
        """Return a page of the findings of a filter, as known at an instant (null: now)."""
        table = table_as_of(finding, at)
        statement = visible_findings(self._viewer, table, at).where(
            *matches(table, wanted, self._viewer, at)
        )
        return await fetch_page(
            self._transaction,
            statement,
            page,
            finding_order(table),
            finding_of,
            finding_sort_key,
        )

    async def by_project(
        self,
        ids: Sequence[str],
        wanted: FindingFilter,
        page: PageRequest,
        at: datetime | None = None,
    ) -> dict[str, Connection[Finding]]:
        """Return the same page of the findings about each project, as known at `at`."""
        table, subject = table_as_of(finding, at), table_as_of(finding_subject, at).alias("about")
        statement = (
            visible_findings(self._viewer, table, at)
            .join(subject, subject.c.finding_id == table.c.id)
            .where(subject.c.project_id == sa.any_(IDS), *matches(table, wanted, self._viewer, at))
        )
        rows = await self._transaction.fetch_rows(
            paginate_by_group(statement, subject.c.project_id, page, finding_order(table)),
            ids=list(set(ids)),
        )
        return build_connections(ids, rows, page, finding_of, finding_sort_key)

    async def by_area(
        self, ids: Sequence[str], wanted: FindingFilter, page: PageRequest
    ) -> dict[str, Connection[Finding]]:
        """Return the same page of the findings that name each area itself."""
        requested = sa.func.unnest(IDS).table_valued(sa.column("id", sa.Text)).render_derived("a")
        statement = visible_findings(self._viewer, finding, None).join(
            requested, requested.c.id == sa.any_(finding.c.areas)
        )
        statement = statement.where(
            finding.c.areas.op("&&")(IDS), *matches(finding, wanted, self._viewer)
        )
        rows = await self._transaction.fetch_rows(
            paginate_by_group(statement, requested.c.id, page, finding_order(finding)),
            ids=list(set(ids)),
        )
        return build_connections(ids, rows, page, finding_of, finding_sort_key)


def finding_of(row: asyncpg.Record) -> Finding:
    """Return the finding of a row."""
    is_dismissed = row["status"] == FindingStatus.DISMISSED.value and row["dismissed_by"]
    return Finding(
        id=row["id"],
        version=row["version"],
        kind=FindingKind(row["kind"]),
        severity=row["severity"],
        status=FindingStatus(row["status"]),
        summary=localized_text_of(row, "summary"),
        reasons=[
            replace(parse_reason(one), rule_code=row["rule_code"])
            for one in json.loads(row["reasons"])
        ],
        rule_code=row["rule_code"],
        subject_ids=list(row["subjects"]),
        area_ids=list(row["areas"]),
        fiscal_years=[FiscalYear(year) for year in row["fiscal_years"]],
        agency_ids=list(row["parties"]),
        dismissal=Dismissal(row["dismissed_by"], row["dismissed_at"], row["dismissal_reason"])
        if is_dismissed
        else None,
        created_at=row["created_at"],
        updated_at=row["known_from"],
    )
