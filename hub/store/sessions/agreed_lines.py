"""What agreements assert about projects and linkages: lines, leads, and which agreement it is."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, distinct_on

from hub.domain.budget import BudgetLine, BudgetPhase, FundingSource
from hub.domain.identity.viewer import Viewer
from hub.domain.matrix.layout import MatrixScope
from hub.domain.money import Money
from hub.domain.sessions.kinds import AgreedField, AgreementStatus, OperationKind
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.store.as_of import table_as_of
from hub.store.matrix.agreed import OF_FIGURES, is_in_force
from hub.store.matrix.agreed_amounts import AGREED_LINE
from hub.store.matrix.linkage_filter import filtered_linkages
from hub.store.matrix.project_facts import project_facts
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_one_of, text_array_parameter
from hub.store.tables import agreed_fact, agreement, project
from hub.store.visibility import is_visible, unpublished_columns

IDS: Final = text_array_parameter("ids")

AGREEMENTS_OF_IDENTITIES: Final = sa.select(
    agreed_fact.c.same_as_id, agreed_fact.c.agreement_id
).where(agreed_fact.c.same_as_id == sa.any_(IDS))
OPERATION: Final = (
    sa.func.jsonb_array_elements(agreement.c.operations)
    .table_valued(sa.column("content", JSONB), name="operation")
    .render_derived("operation")
)
FINDING_ID: Final = OPERATION.c.content["target_id"].astext
AGREEMENTS_OF_FINDINGS: Final = (
    sa.select(FINDING_ID.label("finding_id"), agreement.c.id)
    .select_from(agreement.join(OPERATION, sa.true()))
    .where(
        OPERATION.c.content["kind"].astext == OperationKind.FINDING_SETTLE.value,
        sa.any_(IDS) == FINDING_ID,
    )
    .order_by(agreement.c.at)
)
"""Agreements are few, and are read for settled findings alone."""


@lru_cache(maxsize=256)
def visible_amounts(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for agreed amounts of projects that the viewer may see."""
    owner_project = table_as_of(project, at)
    return (
        sa.select(
            agreed_fact,
            *unpublished_columns("Project", owner_project.c.id, owner_project, viewer),
        )
        .join(owner_project, owner_project.c.id == agreed_fact.c.project_id)
        .where(
            agreed_fact.c.field == AgreedField.AMOUNT.value, is_visible(owner_project, viewer, at)
        )
    )


def agreed_line_of(row: asyncpg.Record, at: datetime | None) -> BudgetLine:
    """Return an agreed amount as a budget line; it has no record of a source."""
    return BudgetLine(
        id=f"{AGREED_LINE}{row['id']}",
        project_id=row["project_id"],
        area_id=row["area_id"],
        fiscal_year=FiscalYear(row["fiscal_year"]),
        phase=BudgetPhase(row["phase"]),
        funding=FundingSource(row["funding"]),
        amount=Money(row["amount_satang"]),
        holder_id=None,
        disburser_id=None,
        as_of_time=at,
        agreement_id=row["agreement_id"],
    )


@lru_cache(maxsize=16)
def leads_of_projects(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the agreed lead (`agency_id`) of the projects `ids`."""
    fact = agreed_fact.c
    return (
        sa.select(fact.project_id, fact.agency_ids[1].label("agency_id"))
        .where(
            fact.project_id == sa.any_(IDS),
            fact.field == AgreedField.LEAD.value,
            is_in_force(at),
        )
        .ext(distinct_on(fact.project_id))
        .order_by(fact.project_id, fact.asserted_at.desc())
    )


@lru_cache(maxsize=16)
def agreements_of_linkages(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the latest agreement about each linkage `ids`."""
    fact = agreed_fact.c
    return (
        sa.select(fact.linkage_id, fact.agreement_id)
        .where(fact.linkage_id == sa.any_(IDS), is_in_force(at))
        .ext(distinct_on(fact.linkage_id))
        .order_by(fact.linkage_id, fact.asserted_at.desc(), fact.id.desc())
    )


def unratified_agreements(scope: MatrixScope, viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for agreements that are not ratified, and about projects of a scope that
    the viewer may see; the newest first.
    """
    at = scope.as_of_time
    status = agreement.c.status
    not_ratified: sa.ColumnElement[bool] = status == AgreementStatus.CONCLUDED.value
    if at is not None:
        approved = agreement.c.ratified_at
        not_ratified = sa.or_(
            approved.is_(None), approved > sa.literal(at, sa.DateTime(timezone=True))
        )
    touching = (
        sa.select(agreed_fact.c.project_id, agreement.c.id, agreement.c.at)
        .join(agreement, agreement.c.id == agreed_fact.c.agreement_id)
        .where(is_in_force(at), not_ratified, is_one_of(agreed_fact.c.field, OF_FIGURES))
        .cte("touching")
    )
    facts = project_facts(scope, viewer, projects=touching, with_duplicates=False)
    rows = (
        sa.select(touching.c.id)
        .where(touching.c.project_id.in_(sa.select(facts.c.project_id)))
        .group_by(touching.c.id, touching.c.at)
        .order_by(touching.c.at.desc(), touching.c.id.desc())
    )
    if scope.needs_linkage:
        linkages = filtered_linkages(scope, viewer)
        rows = rows.where(touching.c.project_id.in_(sa.select(linkages.c.project_id)))
    return rows


class AgreedLines:
    """What agreements assert of things the viewer may see, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, BudgetLine]:
        """Return the agreed ones among lines by id; others are absent."""
        keys = {key.removeprefix(AGREED_LINE) for key in ids if key.startswith(AGREED_LINE)}
        if not keys:
            return {}
        statement = visible_amounts(self._viewer, at).where(agreed_fact.c.id == sa.any_(IDS))
        rows = await self._transaction.fetch_rows(statement, ids=sorted(keys))
        lines = [agreed_line_of(row, at) for row in rows]
        return {line.id: line for line in lines}

    async def by_projects(
        self,
        project_ids: Sequence[str],
        *,
        years: FiscalYearRange | None,
        phases: Sequence[BudgetPhase],
        at: datetime | None = None,
    ) -> dict[str, list[BudgetLine]]:
        """Return the lines that agreements in force assert, by project and then by year."""
        first, last = (years.first.ce, years.last.ce) if years else (0, 9999)
        statement = (
            visible_amounts(self._viewer, at)
            .where(
                agreed_fact.c.project_id == sa.any_(IDS),
                is_in_force(at),
                agreed_fact.c.fiscal_year.between(first, last),
                is_one_of(agreed_fact.c.phase, phases),
            )
            .order_by(agreed_fact.c.fiscal_year, agreed_fact.c.id)
        )
        found: dict[str, list[BudgetLine]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(statement, ids=list(set(project_ids))):
            found[row["project_id"]].append(agreed_line_of(row, at))
        return found

    async def leads(self, project_ids: Sequence[str], at: datetime | None = None) -> dict[str, str]:
        """Return the agency that leads each project by agreement; others are absent."""
        rows = await self._transaction.fetch_rows(leads_of_projects(at), ids=list(set(project_ids)))
        return {row["project_id"]: row["agency_id"] for row in rows if row["agency_id"]}

    async def agreements_of_linkages(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the latest agreement about each linkage; others are absent."""
        rows = await self._transaction.fetch_rows(agreements_of_linkages(None), ids=list(set(ids)))
        return {row["linkage_id"]: row["agreement_id"] for row in rows}

    async def unratified(self, scope: MatrixScope) -> list[str]:
        """Return the agreements that figures rest on and that are not ratified, newest first."""
        rows = await self._transaction.fetch_rows(unratified_agreements(scope, self._viewer))
        return [row["id"] for row in rows]

    async def agreements_of_identities(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the agreement of each assertion that projects are one; others are absent."""
        rows = await self._transaction.fetch_rows(AGREEMENTS_OF_IDENTITIES, ids=list(set(ids)))
        return {row["same_as_id"]: row["agreement_id"] for row in rows}

    async def agreements_of_findings(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the latest agreement that settled each finding; others are absent."""
        rows = await self._transaction.fetch_rows(AGREEMENTS_OF_FINDINGS, ids=list(set(ids)))
        return {row["finding_id"]: row["id"] for row in rows}
