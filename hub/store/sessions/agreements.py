"""Agreements and commitments that the viewer may see."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.sessions.agreements import Agreement, Commitment, CommitmentReport
from hub.domain.sessions.kinds import AgreementStatus, CommitmentStatus, SessionStatus
from hub.domain.time import FiscalYearRange
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import epoch_microseconds, is_one_of
from hub.store.sessions.rows import agreement_of, commitment_of, report_of
from hub.store.sessions.visible import visible_session_ids
from hub.store.tables import agreed_fact, agreement, commitment, joint_session, project
from hub.store.visibility import is_visible

PUBLIC_STATUSES: Final = (SessionStatus.CLOSED, SessionStatus.RATIFIED)
REPORTS: Final = """
select * from commitment_report where commitment_id = any($1::text[])
order by commitment_id, version desc
"""
COUNTS: Final = """
select session_id, count(*) as found from agreement where session_id = any($1::text[]) group by 1
"""


@lru_cache(maxsize=256)
def visible_agreements(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for agreements that the viewer may see, the newest first.

    Nobody sees one that changes a project hidden from them: its text names the project.
    """
    hidden = (
        sa.exists()
        .select_from(agreed_fact.join(project, project.c.id == agreed_fact.c.project_id))
        .where(
            agreed_fact.c.agreement_id == agreement.c.id,
            sa.not_(is_visible(project, viewer)),
        )
    )
    return (
        sa.select(
            agreement,
            joint_session.c.ratified_by,
            joint_session.c.ratified_on,
            joint_session.c.ratified_citation,
            joint_session.c.area_ids,
            joint_session.c.fiscal_year,
            epoch_microseconds(agreement.c.at).label("moment"),
        )
        .join(joint_session, joint_session.c.id == agreement.c.session_id)
        .where(
            sa.or_(
                is_one_of(joint_session.c.status, PUBLIC_STATUSES),
                joint_session.c.id.in_(visible_session_ids(viewer)),
            ),
            sa.not_(hidden),
        )
        .order_by(agreement.c.at.desc(), agreement.c.id.desc())
    )


@lru_cache(maxsize=256)
def visible_commitments(viewer: Viewer) -> sa.Select[Any]:
    """Return the statement for commitments that the viewer may see, those due first.

    A pledge to take a gap is public: every matrix shows it. Others are seen with their session.
    """
    shown = sa.or_(
        commitment.c.first_year.is_not(None),
        commitment.c.session_id.is_(None),
        is_one_of(joint_session.c.status, PUBLIC_STATUSES),
        joint_session.c.id.in_(visible_session_ids(viewer)),
    )
    return (
        sa.select(commitment)
        .join(joint_session, joint_session.c.id == commitment.c.session_id, isouter=True)
        .where(shown)
        .order_by(commitment.c.due_on.asc().nulls_last(), commitment.c.id)
    )


class Agreements:
    """Agreements and commitments, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str]) -> dict[str, Agreement]:
        """Return agreements by id; hidden and unknown ones are absent."""
        statement = visible_agreements(self._viewer).where(
            is_one_of(agreement.c.id, sorted(set(ids)))
        )
        return {row["id"]: agreement_of(row) for row in await self._rows(statement)}

    async def by_session(self, session_ids: Sequence[str]) -> dict[str, list[Agreement]]:
        """Return the agreements of each session, the newest first."""
        return await self._grouped(agreement.c.session_id, session_ids)

    async def sessions_with_hidden(self, session_ids: Sequence[str]) -> set[str]:
        """Return those of the sessions with an agreement that the viewer may not see."""
        seen = await self.by_session(session_ids)
        rows = await self._transaction.fetch(COUNTS, list(set(session_ids)))
        return {row["session_id"] for row in rows if row["found"] > len(seen[row["session_id"]])}

    async def by_proposal(self, proposal_ids: Sequence[str]) -> dict[str, list[Agreement]]:
        """Return the agreement of each proposal, as a list of one."""
        return await self._grouped(agreement.c.proposal_id, proposal_ids)

    async def by_changed_cells(self, cells: Sequence[str]) -> list[Agreement]:
        """Return the agreements that changed one of these cells (global ids)."""
        wanted = sa.literal(list(cells), ARRAY(sa.Text))
        statement = visible_agreements(self._viewer).where(
            agreement.c.changed_cells.op("&&")(wanted)
        )
        return [agreement_of(row) for row in await self._rows(statement)]

    async def page(
        self,
        page: PageRequest,
        *,
        area_id: str | None = None,
        agency_id: str | None = None,
        statuses: Sequence[AgreementStatus] | None = None,
        years: FiscalYearRange | None = None,
    ) -> Connection[Agreement]:
        """Return a page of agreements, the newest first."""
        statement = visible_agreements(self._viewer)
        if area_id is not None:
            statement = statement.where(sa.literal(area_id) == sa.any_(joint_session.c.area_ids))
        if agency_id is not None:
            statement = statement.where(sa.literal(agency_id) == sa.any_(agreement.c.party_ids))
        if statuses is not None:
            statement = statement.where(is_one_of(agreement.c.status, statuses))
        if years is not None:
            statement = statement.where(
                joint_session.c.fiscal_year.between(years.first.ce, years.last.ce)
            )
        if page.after is not None:
            key = sa.tuple_(epoch_microseconds(agreement.c.at), agreement.c.id)
            statement = statement.where(key < sa.tuple_(*page.after))
        rows = await self._rows(statement.limit(page.first + 1))
        keys = {row["id"]: (row["moment"], row["id"]) for row in rows}
        return build_connection([agreement_of(row) for row in rows], page, lambda a: keys[a.id])

    async def commitments_by_id(self, ids: Sequence[str], today: date) -> dict[str, Commitment]:
        """Return commitments by id; hidden and unknown ones are absent."""
        statement = visible_commitments(self._viewer).where(
            is_one_of(commitment.c.id, sorted(set(ids)))
        )
        return {row["id"]: commitment_of(row, today) for row in await self._rows(statement)}

    async def list_commitments(
        self,
        today: date,
        *,
        session_ids: Sequence[str] | None = None,
        agreement_ids: Sequence[str] | None = None,
        agency_ids: Sequence[str] | None = None,
        area_id: str | None = None,
        statuses: Sequence[CommitmentStatus] | None = None,
    ) -> list[Commitment]:
        """Return the commitments that satisfy all given conditions, those due first."""
        statement = visible_commitments(self._viewer)
        for column, values in (
            (commitment.c.session_id, session_ids),
            (commitment.c.agreement_id, agreement_ids),
            (commitment.c.agency_id, agency_ids),
            (commitment.c.area_id, None if area_id is None else [area_id]),
        ):
            if values is not None:
                statement = statement.where(is_one_of(column, sorted(set(values))))
        found = [commitment_of(row, today) for row in await self._rows(statement)]
        return [one for one in found if statuses is None or one.status in statuses]

    async def pledges(self, today: date, stage_ids: Sequence[str]) -> list[Commitment]:
        """Return the pledges that take gaps at these stages and are not withdrawn or done."""
        statement = visible_commitments(self._viewer).where(
            is_one_of(commitment.c.stage_id, sorted(set(stage_ids))),
            is_one_of(commitment.c.status, (CommitmentStatus.OPEN, CommitmentStatus.IN_PROGRESS)),
        )
        return [commitment_of(row, today) for row in await self._rows(statement)]

    async def reports(self, ids: Sequence[str]) -> dict[str, list[CommitmentReport]]:
        """Return the reports on commitments, the newest first."""
        found: dict[str, list[CommitmentReport]] = defaultdict(list)
        for row in await self._transaction.fetch(REPORTS, list(set(ids))):
            found[row["commitment_id"]].append(report_of(row))
        return found

    async def _grouped(
        self, column: sa.ColumnElement[Any], keys: Sequence[str]
    ) -> dict[str, list[Agreement]]:
        statement = visible_agreements(self._viewer).where(is_one_of(column, sorted(set(keys))))
        found: dict[str, list[Agreement]] = defaultdict(list)
        for row in await self._rows(statement):
            found[row[column.name]].append(agreement_of(row))
        return found

    async def _rows(self, statement: sa.Select[Any]) -> list[Any]:
        return await self._transaction.fetch_rows(statement)
