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
OF_FIGURES: Final = (*OF_LINKAGES, AgreedField.AMOUNT.value, AgreedField.IDENTITY.value)
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


def facts_in_force(scope: MatrixScope, field: str) -> sa.Select[Any]:
    """Return the statement for facts of a field in force, with `counted`."""
    at = scope.as_of_time
    return (
        sa.select(agreed_fact, is_counted(scope.basis, at).label("counted"))
        .join(agreement, agreement.c.id == agreed_fact.c.agreement_id)
        .where(is_in_force(at), agreed_fact.c.field == field)
    )


def facts_until(scope: MatrixScope, *fields: str) -> sa.Select[Any]:
    """Return the statement for facts of some fields, ended ones too, with `in_force` and `counted`.

    What a fact changed in a row that has a state of its own, as linkages and assertions have,
    stays there when it ends; so those that do not count must be known to undo it.
    """
    at = scope.as_of_time
    in_force = is_in_force(at)
    rows = (
        sa.select(
            agreed_fact,
            in_force.label("in_force"),
            sa.and_(in_force, is_counted(scope.basis, at)).label("counted"),
        )
        .join(agreement, agreement.c.id == agreed_fact.c.agreement_id)
        .where(is_one_of(agreed_fact.c.field, fields))
    )
    if at is None:
        return rows
    return rows.where(agreed_fact.c.asserted_at <= sa.literal(at, sa.DateTime(timezone=True)))


def linkage_facts(scope: MatrixScope) -> sa.Select[Any]:
    """Return the statement of `facts_until` about linkages and their shares."""
    return facts_until(scope, *OF_LINKAGES)


def select_effects(scope: MatrixScope) -> sa.Select[Any]:
    """Return the statement for what facts change: one row, whatever the number of facts."""
    f = facts_until(scope, *OF_FIGURES).subquery("until").c
    is_amount = sa.and_(f.field == AgreedField.AMOUNT.value, f.in_force)
    not_counted = sa.not_(f.counted)
    is_undone = sa.and_(f.field == AgreedField.IDENTITY.value, not_counted)
    flags = {
        "amounts": sa.and_(is_amount, f.counted),
        "left_out": sa.and_(is_amount, not_counted),
        "linkages": sa.and_(is_one_of(f.field, OF_LINKAGES), not_counted),
    }
    return sa.select(
        *(
            sa.func.coalesce(sa.func.bool_or(condition), sa.false()).label(name)
            for name, condition in flags.items()
        ),
        sa.func.count(f.project_id.distinct()).label("projects"),
        sa.func.array_agg(f.same_as_id.distinct()).filter(is_undone).label("undone"),
    )


def touched_projects(scope: MatrixScope) -> list[sa.Select[Any]]:
    """Return the statements for projects (`project_key`) whose figures differ from their rows.

    The rollup leaves them to the facts. Those of an assertion that projects are one activity are
    not among them: the rollup never has them.
    """
    selects = []
    if scope.agreed.amounts:
        f = facts_in_force(scope, AgreedField.AMOUNT.value).subquery("agreed_amounts").c
        selects.append(select_keys(f).where(f.counted))
    if scope.agreed.linkages:
        f = linkage_facts(scope).subquery("agreed_linkages").c
        selects.append(select_keys(f).where(sa.not_(f.counted)))
    return selects


def select_keys(facts: sa.ColumnCollection[str, Any]) -> sa.Select[Any]:
    """Return the statement for the keys of the projects of facts."""
    return sa.select(sa.func.record_id_of(facts.project_id).label("project_key"))


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
