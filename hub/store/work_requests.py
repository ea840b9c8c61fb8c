"""Statements about requests for work and their answers; one is visible only if its issue is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.agencies import ActorLevel
from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, LinkageStatus
from hub.domain.paging import Connection, PageRequest, SortKey
from hub.domain.record import value
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.work_requests import (
    WorkRequest,
    WorkRequestAnswer,
    WorkRequestDecision,
    WorkRequestStatus,
)
from hub.store.as_of import table_as_of
from hub.store.paging import build_connections, fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_one_of, paginate_by_group, text_array_parameter
from hub.store.tables import (
    issue_revision,
    linkage,
    plan_version,
    work_request,
    work_request_answer,
)
from hub.store.visibility import is_visible

IDS: Final = text_array_parameter("ids")
OPEN_REQUESTS: Final = """
select id, issue_id, stage_id from work_request where id = any($1::text[]) and withdrawn_at is null
"""
REFUSALS: Final = (WorkRequestDecision.DECLINE.value, WorkRequestDecision.REFER.value)


@value
class OpenRequest:
    """A request that was not withdrawn: its issue and stage."""

    id: str
    issue_id: str
    stage_id: str | None


async def fetch_open_requests(
    connection: asyncpg.Connection, ids: Sequence[str]
) -> dict[str, OpenRequest]:
    """Return the requests that were not withdrawn, by id."""
    rows = await connection.fetch(OPEN_REQUESTS, sorted(set(ids)))
    return {row["id"]: OpenRequest(row["id"], row["issue_id"], row["stage_id"]) for row in rows}


def visible_requests(viewer: Viewer, at: datetime | None) -> sa.Subquery:
    """Return the requests whose issue the viewer may see, with their `status`.

    The status follows from the answers and the linkages as known at `at`, like
    `derive_request_status` does; it counts a linkage that the viewer may not see, but never
    returns it.
    """
    request, answer = table_as_of(work_request, at), table_as_of(work_request_answer, at)
    link = table_as_of(linkage, at)
    revision, version = table_as_of(issue_revision, at), table_as_of(plan_version, at)
    is_issue_visible = sa.exists(
        sa.select(sa.literal(1))
        .select_from(revision.join(version, version.c.id == revision.c.version_id))
        .where(revision.c.issue_id == request.c.issue_id, is_visible(version, viewer, at))
    )

    def _has_linkage(*statuses: LinkageStatus) -> sa.ColumnElement[bool]:
        return sa.exists(
            sa.select(sa.literal(1)).where(
                link.c.work_request_id == request.c.id,
                is_one_of(link.c.status, statuses),
            )
        )

    def _has_answer(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists(
            sa.select(sa.literal(1)).where(answer.c.request_id == request.c.id, condition)
        )

    is_refusal = sa.func.coalesce(is_one_of(answer.c.decision, REFUSALS), sa.false())
    status = sa.case(
        (request.c.withdrawn_at.is_not(None), WorkRequestStatus.WITHDRAWN.value),
        (_has_linkage(LinkageStatus.AGREED), WorkRequestStatus.FULFILLED.value),
        (_has_linkage(*DEFAULT_LINKAGE_STATUSES), WorkRequestStatus.OFFERED.value),
        (
            sa.and_(_has_answer(is_refusal), sa.not_(_has_answer(sa.not_(is_refusal)))),
            WorkRequestStatus.DECLINED.value,
        ),
        else_=WorkRequestStatus.OPEN.value,
    )
    return sa.select(request, status.label("status")).where(is_issue_visible).subquery("request")


def request_of(row: asyncpg.Record, at: datetime | None) -> WorkRequest:
    """Return the request of a row, as known at an instant (null: now)."""
    return WorkRequest(
        id=row["id"],
        version=row["version"],
        area_id=row["area_id"],
        agency_id=row["agency_id"],
        issue_id=row["issue_id"],
        stage_id=row["stage_id"],
        actor_level=ActorLevel(row["actor_level"]) if row["actor_level"] else None,
        text=row["text"],
        first_year=FiscalYear(row["first_year"]),
        last_year=FiscalYear(row["last_year"]),
        answer_by=row["answer_by"],
        finding_id=row["finding_id"],
        status=WorkRequestStatus(row["status"]),
        created_at=row["created_at"],
        updated_at=row["known_from"],
        as_of_time=at,
    )


def request_key(item: WorkRequest) -> SortKey:
    """Return the sort key of a request: its id, which only makes the order stable."""
    return (item.id,)


class WorkRequests:
    """Requests for work whose issue the viewer may see, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, WorkRequest]:
        """Return the requests by id; unknown and invisible ones are absent."""
        requests = visible_requests(self._viewer, at)
        statement = sa.select(requests).where(requests.c.id == sa.any_(IDS))
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {row["id"]: request_of(row, at) for row in rows}

    async def page(
        self,
        page: PageRequest,
        *,
        statuses: Sequence[WorkRequestStatus] | None = None,
        area_id: str | None = None,
        to_agency_id: str | None = None,
        issue_id: str | None = None,
        years: FiscalYearRange | None = None,
        at: datetime | None = None,
    ) -> Connection[WorkRequest]:
        """Return a page of the requests that satisfy all given conditions."""
        requests = visible_requests(self._viewer, at)
        statement: sa.Select[Any] = sa.select(requests).where(*has_status(requests, statuses))
        if area_id is not None:
            statement = statement.where(requests.c.area_id == area_id)
        if issue_id is not None:
            statement = statement.where(requests.c.issue_id == issue_id)
        if years is not None:
            statement = statement.where(
                requests.c.first_year <= years.last.ce, requests.c.last_year >= years.first.ce
            )
        if to_agency_id is not None:
            answer = table_as_of(work_request_answer, at)
            sent = sa.select(answer.c.request_id).where(answer.c.agency_id == to_agency_id)
            statement = statement.where(requests.c.id.in_(sent))
        return await fetch_page(
            self._transaction,
            statement,
            page,
            [requests.c.id],
            lambda row: request_of(row, at),
            request_key,
        )

    async def pages_by_area(
        self,
        area_ids: Sequence[str],
        page: PageRequest,
        statuses: Sequence[WorkRequestStatus] | None = None,
    ) -> dict[str, Connection[WorkRequest]]:
        """Return the same page of the requests of each area itself."""
        requests = visible_requests(self._viewer, None)
        statement = sa.select(requests).where(
            requests.c.area_id == sa.any_(IDS), *has_status(requests, statuses)
        )
        paged = paginate_by_group(statement, requests.c.area_id, page, [requests.c.id])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(area_ids)))
        return build_connections(
            area_ids, rows, page, lambda row: request_of(row, None), request_key
        )

    async def pages_by_agency(
        self,
        agency_ids: Sequence[str],
        page: PageRequest,
        statuses: Sequence[WorkRequestStatus] | None = None,
    ) -> dict[str, Connection[WorkRequest]]:
        """Return the same page of the requests that were sent to each agency."""
        requests = visible_requests(self._viewer, None)
        statement = (
            sa.select(requests)
            .join(work_request_answer, work_request_answer.c.request_id == requests.c.id)
            .where(work_request_answer.c.agency_id == sa.any_(IDS), *has_status(requests, statuses))
        )
        group = work_request_answer.c.agency_id
        paged = paginate_by_group(statement, group, page, [requests.c.id])
        rows = await self._transaction.fetch_rows(paged, ids=list(set(agency_ids)))
        return build_connections(
            agency_ids, rows, page, lambda row: request_of(row, None), request_key
        )

    async def recipients(self, requests: Sequence[WorkRequest]) -> Mapping[str, list[str]]:
        """Return the agencies that each request is sent to, in its order, by request."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in await self._fetch_answers(requests):
            found[row["request_id"]].append(row["agency_id"])
        return found

    async def answers(
        self, requests: Sequence[WorkRequest]
    ) -> Mapping[str, list[WorkRequestAnswer]]:
        """Return the answers to each request, in the order of its agencies, by request."""
        found: dict[str, list[WorkRequestAnswer]] = defaultdict(list)
        for row in await self._fetch_answers(requests):
            if row["decision"] is not None:
                found[row["request_id"]].append(
                    WorkRequestAnswer(
                        row["agency_id"],
                        WorkRequestDecision(row["decision"]),
                        row["linkage_id"],
                        row["reason"],
                        row["at"],
                    )
                )
        return found

    async def _fetch_answers(self, requests: Sequence[WorkRequest]) -> list[asyncpg.Record]:
        at = requests[0].as_of_time if requests else None
        answer = table_as_of(work_request_answer, at)
        statement = (
            sa.select(answer)
            .where(answer.c.request_id == sa.any_(IDS))
            .order_by(answer.c.request_id, answer.c.ordinal)
        )
        return await self._transaction.fetch_rows(statement, ids=[one.id for one in requests])


def has_status(
    requests: sa.Subquery, statuses: Sequence[WorkRequestStatus] | None
) -> list[sa.ColumnElement[bool]]:
    """Return the condition that a request has one of the statuses; none for null."""
    if statuses is None:
        return []
    return [is_one_of(requests.c.status, statuses)]
