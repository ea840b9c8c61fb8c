"""Resolvers of requests for work: lists, what they refer to, and commands."""

from collections.abc import Sequence
from typing import Annotated

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.findings import Finding
from hub.domain.global_id import GlobalId
from hub.domain.linkage_commands import (
    WorkRequestAnswerCommand,
    WorkRequestCreateCommand,
    WorkRequestPayload,
    WorkRequestWithdrawCommand,
)
from hub.domain.linkages import Linkage
from hub.domain.lookups import AsOf
from hub.domain.paging import Connection, PageRequest
from hub.domain.plans import StrategicIssue
from hub.domain.time import FiscalYearRange
from hub.domain.value_chain import Stage
from hub.domain.work_requests import WorkRequest, WorkRequestAnswer, WorkRequestStatus
from resolvers.arguments import resolve_as_of, validate_agency_id, validate_area_id
from resolvers.context import Context
from resolvers.linkage_commands import begin
from resolvers.nodes import require_agencies


async def work_requests(
    _roots: Sequence[None],
    context: Context,
    *,
    status: tuple[WorkRequestStatus, ...] | None = None,
    area: Annotated[GlobalId, "Area"] | None = None,
    to: Annotated[GlobalId, "Agency"] | None = None,
    issue: Annotated[GlobalId, "StrategicIssue"] | None = None,
    fiscal_years: FiscalYearRange | None = None,
    as_of: AsOf | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[WorkRequest]]:
    """Return the requests that satisfy all given conditions."""
    page = PageRequest.from_arguments(first, after, (str,))
    return [
        await context.unit.work_requests.page(
            page,
            statuses=status,
            area_id=await validate_area_id(context, area, "area"),
            to_agency_id=await validate_agency_id(context, to, "to"),
            issue_id=issue.key if issue else None,
            years=fiscal_years,
            at=await resolve_as_of(context, as_of),
        )
    ]


async def requests_of_areas(
    areas: Sequence[Area],
    context: Context,
    *,
    status: tuple[WorkRequestStatus, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[WorkRequest]]:
    """Return the requests of each area itself."""
    page = PageRequest.from_arguments(first, after, (str,))
    ids = [area.id for area in areas]
    pages = await context.unit.work_requests.pages_by_area(ids, page, status)
    return [pages[key] for key in ids]


async def requests_to_agencies(
    agencies: Sequence[Agency],
    context: Context,
    *,
    status: tuple[WorkRequestStatus, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[WorkRequest]]:
    """Return the requests that were sent to each agency."""
    page = PageRequest.from_arguments(first, after, (str,))
    ids = [agency.id for agency in agencies]
    pages = await context.unit.work_requests.pages_by_agency(ids, page, status)
    return [pages[key] for key in ids]


async def requesters(requests: Sequence[WorkRequest], context: Context) -> Sequence[Agency]:
    """Return the agency that made each request."""
    return await require_agencies([one.agency_id for one in requests], context)


async def areas_of_requests(requests: Sequence[WorkRequest], context: Context) -> Sequence[Area]:
    """Return the area of each request."""
    found = await context.unit.areas.by_id([one.area_id for one in requests])
    return [found[one.area_id] for one in requests]


async def issues_of_requests(
    requests: Sequence[WorkRequest], context: Context
) -> Sequence[StrategicIssue]:
    """Return the issue of each request; a request is visible only if its issue is."""
    at = requests[0].as_of_time
    found = await context.unit.plans.issues_by_id([one.issue_id for one in requests], at)
    return [found[one.issue_id] for one in requests]


async def stages_of_requests(
    requests: Sequence[WorkRequest], context: Context
) -> Sequence[Stage | None]:
    """Return the stage of each request; null if it names none."""
    ids = [one.stage_id for one in requests if one.stage_id]
    found = await context.unit.chains.stages_by_id(ids) if ids else {}
    return [found.get(one.stage_id or "") for one in requests]


async def findings_of_requests(
    requests: Sequence[WorkRequest], context: Context
) -> Sequence[Finding | None]:
    """Return the finding of each request, if the viewer may see it."""
    ids = sorted({one.finding_id for one in requests if one.finding_id})
    found = await context.unit.findings.by_id(ids) if ids else {}
    return [found.get(one.finding_id or "") for one in requests]


async def recipients(
    requests: Sequence[WorkRequest], context: Context
) -> Sequence[Sequence[Agency]]:
    """Return the agencies that each request is sent to, in its order."""
    ids_by_request = await context.unit.work_requests.recipients(requests)
    ids = [key for one in requests for key in ids_by_request.get(one.id, [])]
    found = {one.id: one for one in await require_agencies(ids, context)}
    return [[found[key] for key in ids_by_request.get(one.id, [])] for one in requests]


async def answers(
    requests: Sequence[WorkRequest], context: Context
) -> Sequence[Sequence[WorkRequestAnswer]]:
    """Return the answers to each request, in the order of its agencies."""
    found = await context.unit.work_requests.answers(requests)
    return [found.get(one.id, []) for one in requests]


async def agencies_of_answers(
    answers: Sequence[WorkRequestAnswer], context: Context
) -> Sequence[Agency]:
    """Return the agency of each answer."""
    return await require_agencies([one.agency_id for one in answers], context)


async def linkages_of_answers(
    answers: Sequence[WorkRequestAnswer | WorkRequestPayload], context: Context
) -> Sequence[Linkage | None]:
    """Return the linkage of each offer, where the viewer may see it."""
    ids = [one.linkage_id for one in answers if one.linkage_id]
    found = await context.unit.linkages.by_id(ids) if ids else {}
    return [found.get(one.linkage_id or "") for one in answers]


async def requests_of_payloads(
    payloads: Sequence[WorkRequestPayload], context: Context
) -> Sequence[WorkRequest | None]:
    """Return the request of each command as it is now; null if nothing was changed."""
    ids = [one.request_id for one in payloads if one.request_id]
    found = await context.unit.work_requests.by_id(ids) if ids else {}
    return [found.get(one.request_id or "") for one in payloads]


async def create(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WorkRequestCreateCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WorkRequestPayload]:
    """Request work of agencies."""
    return [await context.commands.linkages.create_request(await begin(context), input)]


async def answer(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WorkRequestAnswerCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WorkRequestPayload]:
    """Answer a request for work."""
    return [await context.commands.linkages.answer_request(await begin(context), input)]


async def withdraw(
    _roots: Sequence[None],
    context: Context,
    *,
    input: WorkRequestWithdrawCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[WorkRequestPayload]:
    """Withdraw a request for work."""
    return [await context.commands.linkages.withdraw_request(await begin(context), input)]
