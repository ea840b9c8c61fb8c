"""The facts of agreements in force, and what they change in the figures of a basis (ADR 45).

Facts are few: thousands in a country. A first statement says which kinds there are
(`AgreedEffects`), and only then the statements of figures read them; without facts these are as if
there were no agreements.
"""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from hub.domain.matrix.layout import NO_EFFECTS, AgreedEffects, MatrixScope
from hub.domain.matrix.question import FactBasis, MatrixFilter
from hub.domain.sessions.kinds import AgreedField, AgreementStatus
from hub.store.matrix.agreed_identities import fetch_identities_without
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_one_of
from hub.store.tables import agreed_fact, agreement

OF_LINKAGES: Final = (AgreedField.LINKAGE.value, AgreedField.SHARE.value)
IN_FORCE_STATUSES: Final = (AgreementStatus.CONCLUDED.value, AgreementStatus.RATIFIED.value)


def is_in_force(at: datetime | None) -> sa.ColumnElement[bool]:
    """Return the predicate that a fact is in force: now, or as it was at an instant."""
    fact = agreed_fact.c
    if at is None:
        return fact.ended_at.is_(None)
    instant = sa.literal(at, sa.DateTime(timezone=True))
    return sa.and_(
        fact.asserted_at <= instant, sa.or_(fact.ended_at.is_(None), fact.ended_at > instant)
    )


def is_counted(basis: FactBasis, at: datetime | None) -> sa.ColumnElement[bool]:
    """Return the predicate that a basis counts the agreement of a fact in force."""
    status = agreement.c.status
    if basis is FactBasis.REPORTED:
        return sa.false()
    if basis is FactBasis.AGREED:
        return sa.true() if at is not None else is_one_of(status, IN_FORCE_STATUSES)
    if at is None:
        return status == AgreementStatus.RATIFIED.value
    approved = agreement.c.ratified_at
    return sa.and_(approved.is_not(None), approved <= sa.literal(at, sa.DateTime(timezone=True)))


def facts_in_force(scope: MatrixScope, *fields: str) -> sa.Select[Any]:
    """Return the statement for facts in force, of some fields or all, with `counted`."""
    at = scope.as_of_time
    rows = (
        sa.select(agreed_fact, is_counted(scope.basis, at).label("counted"))
        .join(agreement, agreement.c.id == agreed_fact.c.agreement_id)
        .where(is_in_force(at))
    )
    return rows.where(is_one_of(agreed_fact.c.field, fields)) if fields else rows


def select_effects(scope: MatrixScope) -> sa.Select[Any]:
    """Return the statement for what facts change: one row, whatever the number of facts."""
    f = facts_in_force(scope).subquery("in_force").c
    is_amount, is_of_linkage = f.field == AgreedField.AMOUNT.value, is_one_of(f.field, OF_LINKAGES)
    not_counted = sa.not_(f.counted)
    is_undone = sa.and_(f.field == AgreedField.IDENTITY.value, not_counted)
    return sa.select(
        sa.func.coalesce(sa.func.bool_or(sa.and_(is_amount, f.counted)), sa.false()).label(
            "amounts"
        ),
        sa.func.coalesce(sa.func.bool_or(sa.and_(is_amount, not_counted)), sa.false()).label(
            "left_out"
        ),
        sa.func.coalesce(sa.func.bool_or(sa.and_(is_of_linkage, not_counted)), sa.false()).label(
            "linkages"
        ),
        sa.func.count(f.project_id.distinct()).label("projects"),
        sa.func.array_agg(f.same_as_id.distinct()).filter(is_undone).label("undone"),
    )


def touched_projects(scope: MatrixScope) -> list[sa.Select[Any]]:
    """Return the statements for projects (`project_key`) whose figures differ from their rows.

    The rollup leaves them to the facts. Those of an assertion that projects are one activity are
    not among them: the rollup never has them.
    """
    if not (scope.agreed.amounts or scope.agreed.linkages):
        return []
    f = facts_in_force(scope, AgreedField.AMOUNT.value, *OF_LINKAGES).subquery("touching").c
    is_amount = f.field == AgreedField.AMOUNT.value
    return [
        sa.select(sa.func.record_id_of(f.project_id).label("project_key")).where(
            is_amount == f.counted
        )
    ]


class AgreedEffectQueries:
    """What the facts of agreements change, in one request's snapshot; no viewer sees any of it."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction
        self._effects: dict[tuple[FactBasis, datetime | None], AgreedEffects] = {}

    async def of_basis(self, basis: FactBasis, at: datetime | None) -> AgreedEffects:
        """Return what facts change in the figures of a basis; one statement per request."""
        if (basis, at) not in self._effects:
            self._effects[basis, at] = await self._fetch_effects(basis, at)
        return self._effects[basis, at]

    async def _fetch_effects(self, basis: FactBasis, at: datetime | None) -> AgreedEffects:
        scope = MatrixScope(MatrixFilter(), None, as_of_time=at, basis=basis)
        [row] = await self._transaction.fetch_rows(select_effects(scope))
        if not row["projects"]:
            return NO_EFFECTS
        identities = await fetch_identities_without(self._transaction, row["undone"] or (), at)
        return AgreedEffects(
            amounts=row["amounts"],
            left_out=row["left_out"],
            linkages=row["linkages"],
            identities=identities,
            projects=row["projects"],
        )
