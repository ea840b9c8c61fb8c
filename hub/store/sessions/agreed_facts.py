"""Facts of agreements that a viewer may see, with what sources report about the same.

A fact is visible when its project, its linkage and the projects of its assertion are.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.money import Money
from hub.domain.paging import Connection, PageRequest, build_connection, slice_page
from hub.domain.provenance import Assertion
from hub.domain.sessions.agreed_facts import AgreedFact, Claim, FactFilter, FactReport, FactTerms
from hub.domain.sessions.kinds import FactStatus
from hub.store import tables
from hub.store.as_of import table_as_of
from hub.store.matrix.agreed import is_in_force
from hub.store.provenance import ProvenanceQueries
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import epoch_microseconds, microseconds, paginate, text_array_parameter
from hub.store.sessions.fact_reports import fetch_reports
from hub.store.sessions.fact_terms import fetch_terms
from hub.store.tables import agreed_fact, agreement, plan_element, plan_version, same_as_member
from hub.store.visibility import is_visible, unpublished_columns

IDS: Final = text_array_parameter("ids")
NEWEST_FIRST: Final = (
    -epoch_microseconds(agreed_fact.c.asserted_at),
    agreed_fact.c.id,
)
"""The order of lists of facts."""


@lru_cache(maxsize=256)
def visible_facts(viewer: Viewer, at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the ids of facts that the viewer may see, as known at an instant."""
    fact = agreed_fact.c
    project, linkage = table_as_of(tables.project, at), table_as_of(tables.linkage, at)
    member = table_as_of(tables.project, at).alias("member")
    is_linkage_visible = sa.exists().where(
        linkage.c.id == fact.linkage_id, is_visible(linkage, viewer, at)
    )
    hidden_member = (
        sa.exists()
        .select_from(same_as_member.join(member, member.c.id == same_as_member.c.project_id))
        .where(
            same_as_member.c.same_as_id == fact.same_as_id,
            sa.not_(is_visible(member, viewer, at)),
        )
    )
    is_indicator_visible = (
        sa.exists()
        .select_from(
            plan_element.join(plan_version, plan_version.c.id == plan_element.c.version_id)
        )
        .where(plan_element.c.id == fact.indicator_id, is_visible(plan_version, viewer))
    )
    rows = (
        sa.select(
            fact.id,
            fact.asserted_at,
            *unpublished_columns("Project", project.c.id, project, viewer),
        )
        .select_from(
            agreed_fact.join(agreement, agreement.c.id == fact.agreement_id).outerjoin(
                project, project.c.id == fact.project_id
            )
        )
        .where(
            sa.case(
                (fact.project_id.is_(None), is_indicator_visible),
                else_=sa.and_(project.c.id.is_not(None), is_visible(project, viewer, at)),
            ),
            sa.or_(fact.linkage_id.is_(None), is_linkage_visible.correlate_except(linkage)),
            sa.not_(hidden_member.correlate_except(same_as_member, member)),
        )
    )
    if at is None:
        return rows
    return rows.where(fact.asserted_at <= sa.literal(at, sa.DateTime(timezone=True)))


def is_about(subject: GlobalId) -> sa.ColumnElement[bool]:
    """Return the predicate that a fact is about a thing; false for a type that none is about."""
    columns = {
        "Project": agreed_fact.c.project_id,
        "Linkage": agreed_fact.c.linkage_id,
        "Indicator": agreed_fact.c.indicator_id,
        "SameAs": agreed_fact.c.same_as_id,
    }
    column = columns.get(subject.type)
    return sa.false() if column is None else column == sa.literal(subject.key, sa.Text)


def fact_sort_key(fact: AgreedFact) -> tuple[int, str]:
    """Return the sort key of a fact in lists: the newest first."""
    return -microseconds(fact.asserted_at), fact.id


class AgreedFacts:
    """Facts of agreements in one request's snapshot, limited to what one viewer may see."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, AgreedFact]:
        """Return facts by id; hidden and unknown ones are absent."""
        statement = visible_facts(self._viewer, at).where(agreed_fact.c.id == sa.any_(IDS))
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {one.id: one for one in await self._complete(rows, at)}

    async def page(
        self, wanted: FactFilter, page: PageRequest, at: datetime | None = None
    ) -> Connection[AgreedFact]:
        """Return a page of facts, the newest first.

        A status is computed from the reports of all facts that match otherwise, which are few; as
        is ENDED from the facts alone.
        """
        statement = visible_facts(self._viewer, at)
        if wanted.subject is not None:
            statement = statement.where(is_about(wanted.subject))
        if wanted.agency_id is not None:
            agency_id = sa.literal(wanted.agency_id, sa.Text)
            statement = statement.where(agency_id == sa.any_(agreement.c.party_ids))
        if wanted.statuses is None:
            return await self._fetch_page(statement, page, at)
        if FactStatus.ENDED not in wanted.statuses:
            statement = statement.where(is_in_force(at))
        rows = await self._transaction.fetch_rows(statement.order_by(*NEWEST_FIRST))
        found = [one for one in await self._complete(rows, at) if one.status in wanted.statuses]
        return slice_page(found, page, fact_sort_key)

    async def by_project(
        self, ids: Sequence[str], page: PageRequest, at: datetime | None = None
    ) -> dict[str, Connection[AgreedFact]]:
        """Return the same page of the facts about each project."""
        return await self._by_parent(agreed_fact.c.project_id, ids, page, at)

    async def by_agreement(
        self, ids: Sequence[str], page: PageRequest
    ) -> dict[str, Connection[AgreedFact]]:
        """Return the same page of the facts that each agreement asserts."""
        return await self._by_parent(agreed_fact.c.agreement_id, ids, page, None)

    async def _by_parent(
        self,
        column: sa.ColumnElement[str],
        ids: Sequence[str],
        page: PageRequest,
        at: datetime | None,
    ) -> dict[str, Connection[AgreedFact]]:
        """Return pages by a column; a thing has few facts, so all of them are read at once."""
        statement = visible_facts(self._viewer, at).where(column == sa.any_(IDS))
        statement = statement.add_columns(column.label("parent")).order_by(*NEWEST_FIRST)
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        facts: dict[str, list[AgreedFact]] = defaultdict(list)
        for row, one in zip(rows, await self._complete(rows, at), strict=True):
            facts[row["parent"]].append(one)
        return {key: slice_page(facts[key], page, fact_sort_key) for key in ids}

    async def _fetch_page(
        self, statement: sa.Select[Any], page: PageRequest, at: datetime | None
    ) -> Connection[AgreedFact]:
        rows = await self._transaction.fetch_rows(paginate(statement, page, *NEWEST_FIRST))
        facts = await self._complete(rows, at)

        async def _count() -> int:
            counted = sa.select(sa.func.count()).select_from(statement.subquery())
            [row] = await self._transaction.fetch_rows(counted)
            return int(row[0])

        return build_connection(facts, page, fact_sort_key, _count)

    async def _complete(
        self, rows: Sequence[asyncpg.Record], at: datetime | None
    ) -> list[AgreedFact]:
        """Return the facts of rows, in their order, with what sources report."""
        ids = [row["id"] for row in rows]
        if not ids:
            return []
        terms = await fetch_terms(self._transaction, ids, at)
        reports = await fetch_reports(self._transaction, list(terms.values()), at)
        claims = ClaimBuilder(ProvenanceQueries(self._transaction))
        await claims.load([one for found in reports.values() for one in found], at)
        return [claims.build_fact(terms[key], reports.get(key, [])) for key in ids]


class ClaimBuilder:
    """Builds claims with their provenance."""

    def __init__(self, provenance: ProvenanceQueries) -> None:
        self._provenance = provenance
        self._by_record: dict[int, Any] = {}

    async def load(self, reports: Sequence[FactReport], at: datetime | None) -> None:
        """Load the provenance of reports; one statement."""
        records = [one.record_id for one in reports if one.record_id is not None]
        if records:
            self._by_record = await self._provenance.by_record(records, at)

    def build_fact(self, terms: FactTerms, reports: Sequence[FactReport]) -> AgreedFact:
        """Return a fact with the claims of both."""
        return AgreedFact(
            id=terms.id,
            agreement_id=terms.agreement_id,
            subject_gid=terms.subject_gid,
            field=terms.field,
            agreed=Claim(
                asserted=Assertion.AGREED,
                value=terms.text,
                amount=None if terms.satang is None else Money(terms.satang),
                agreement_id=terms.agreement_id,
                provenance=None,
                at=terms.asserted_at,
            ),
            reported=[self.build_claim(one) for one in reports],
            status=terms.find_status(reports),
            finding_id=terms.finding_id,
            asserted_at=terms.asserted_at,
            updated_at=terms.updated_at,
        )

    def build_claim(self, report: FactReport) -> Claim:
        """Return a report as a claim."""
        return Claim(
            asserted=Assertion.REPORTED,
            value=report.text,
            amount=None if report.satang is None else Money(report.satang),
            agreement_id=None,
            provenance=None if report.record_id is None else self._by_record.get(report.record_id),
            at=report.at,
        )
