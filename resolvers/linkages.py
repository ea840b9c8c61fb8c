"""Resolvers of linkages; related records are read as of the same instant as the linkage."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.agencies import Agency
from hub.domain.global_id import GlobalId
from hub.domain.linkages import Linkage
from hub.domain.lookups import AsOf
from hub.domain.matrix.question import MatrixFilter
from hub.domain.paging import Connection, PageRequest
from hub.domain.plans import StrategicIssue
from hub.domain.projects import Project
from hub.domain.time import FiscalYearRange
from hub.domain.value_chain import Stage
from hub.services.matrix.resolve_scope import resolve_scope
from resolvers.arguments import (
    fetch_grouped_by_as_of,
    not_found_error,
    resolve_as_of,
    validate_agency_id,
    validate_area_id,
)
from resolvers.context import Context
from resolvers.nodes import fetch_agencies


async def linkages(
    _roots: Sequence[None],
    context: Context,
    *,
    filter: MatrixFilter | None = None,  # noqa: A002 - the GraphQL name
    fiscal_years: FiscalYearRange | None = None,
    awaiting: GlobalId | None = None,
    as_of: AsOf | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Linkage]]:
    """Return the linkages that match a filter."""
    page = PageRequest.from_arguments(first, after, (str,))
    as_of_time = await resolve_as_of(context, as_of)
    return [await fetch_linkage_page(context, page, filter, fiscal_years, awaiting, as_of_time)]


async def fetch_linkage_page(
    context: Context,
    page: PageRequest,
    matrix_filter: MatrixFilter | None,
    years: FiscalYearRange | None,
    awaiting: GlobalId | None,
    as_of_time: datetime | None,
) -> Connection[Linkage]:
    """Return one page of the linkages that match filter and years; without both, of all."""
    if awaiting is not None and awaiting.type == "Area":
        await validate_area_id(context, awaiting, "awaiting")
    elif awaiting is not None:
        if awaiting.type != "Agency":
            raise not_found_error("awaiting")
        await validate_agency_id(context, awaiting, "awaiting")
    if matrix_filter is None and years is None:
        return await context.unit.linkages.page_all(page, as_of_time, awaiting)
    scope = await resolve_scope(
        context.unit,
        matrix_filter or MatrixFilter(),
        years,
        today=context.today,
        as_of_time=as_of_time,
    )
    return await context.unit.linkages.page_in_scope(page, scope, awaiting)


async def projects_of_linkages(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[Project | None]:
    """Return the project of each linkage, as of the linkage's instant."""

    async def _fetch(group: Sequence[Linkage], at: datetime | None) -> Sequence[Project | None]:
        projects_by_id = await context.unit.projects.by_id([link.project_id for link in group], at)
        return [projects_by_id.get(link.project_id) for link in group]

    return await fetch_grouped_by_as_of(linkages, _fetch)


async def issues_of_linkages(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[StrategicIssue | None]:
    """Return the issue of each linkage, as of the linkage's instant."""

    async def _fetch(
        group: Sequence[Linkage], at: datetime | None
    ) -> Sequence[StrategicIssue | None]:
        ids = [link.issue_id for link in group if link.issue_id]
        issues_by_id = await context.unit.plans.issues_by_id(ids, at) if ids else {}
        return [issues_by_id.get(link.issue_id) if link.issue_id else None for link in group]

    return await fetch_grouped_by_as_of(linkages, _fetch)


async def stages_of_linkages(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[Stage | None]:
    """Return the stage of each linkage, as of the linkage's instant; null if it has none."""

    async def _fetch(group: Sequence[Linkage], at: datetime | None) -> Sequence[Stage | None]:
        ids = [link.stage_id for link in group if link.stage_id]
        stages_by_id = await context.unit.chains.stages_by_id(ids, at) if ids else {}
        return [stages_by_id.get(link.stage_id) if link.stage_id else None for link in group]

    return await fetch_grouped_by_as_of(linkages, _fetch)


async def proposed_by(linkages: Sequence[Linkage], context: Context) -> Sequence[Agency | None]:
    """Return the agency that proposed each linkage; null if it is from the slides."""
    return await fetch_agencies([link.proposed_by_id for link in linkages], context)
