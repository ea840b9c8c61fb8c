"""Linkages: lists, and what each one joins. A linkage knows as of when it was read."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.agencies import Agency
from hub.domain.linkages import Linkage
from hub.domain.lookups import AsOf
from hub.domain.matrix.question import MatrixFilter
from hub.domain.paging import Connection, PageRequest
from hub.domain.plans import StrategicIssue
from hub.domain.projects import Project
from hub.domain.value_chain import Stage
from hub.services.matrix.resolve_scope import scope_of
from resolvers.arguments import at_each_instant, instant
from resolvers.context import Context
from resolvers.nodes import agencies


async def linkages(
    _roots: Sequence[None],
    context: Context,
    *,
    filter: MatrixFilter | None = None,  # noqa: A002  # the contract's name
    as_of: AsOf | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Linkage]]:
    """Linkages that a filter looks at."""
    page = PageRequest.from_arguments(first, after, (str,))
    at = await instant(context, as_of)
    return [await filtered(context, page, filter, at)]


async def filtered(
    context: Context, page: PageRequest, asked: MatrixFilter | None, at: datetime | None
) -> Connection[Linkage]:
    """One page of what a filter looks at; without a filter, every linkage there is."""
    if asked is None:
        return await context.unit.linkages.page_all(page, at)
    scope = await scope_of(context.unit, asked, None, today=context.today, known_at=at)
    return await context.unit.linkages.page_in_scope(page, scope)


async def project_of(linkages: Sequence[Linkage], context: Context) -> Sequence[Project | None]:
    """The project of each linkage, as known when the linkage was."""

    async def fetch(group: Sequence[Linkage], at: datetime | None) -> Sequence[Project | None]:
        held = await context.unit.projects.by_id([link.project_id for link in group], at)
        return [held.get(link.project_id) for link in group]

    return await at_each_instant(linkages, fetch)


async def issue_of(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[StrategicIssue | None]:
    """The issue of each linkage, as worded when the linkage was known."""

    async def fetch(
        group: Sequence[Linkage], at: datetime | None
    ) -> Sequence[StrategicIssue | None]:
        ids = [link.issue_id for link in group if link.issue_id]
        held = await context.unit.plans.issues_by_id(ids, at) if ids else {}
        return [held.get(link.issue_id) if link.issue_id else None for link in group]

    return await at_each_instant(linkages, fetch)


async def stage_of(linkages: Sequence[Linkage], context: Context) -> Sequence[Stage | None]:
    """The stage of each linkage, as it was when the linkage was known; null where nobody said."""

    async def fetch(group: Sequence[Linkage], at: datetime | None) -> Sequence[Stage | None]:
        ids = [link.stage_id for link in group if link.stage_id]
        held = await context.unit.chains.stages_by_id(ids, at) if ids else {}
        return [held.get(link.stage_id) if link.stage_id else None for link in group]

    return await at_each_instant(linkages, fetch)


async def proposed_by(linkages: Sequence[Linkage], context: Context) -> Sequence[Agency | None]:
    """Who proposed each linkage; null where the deck did."""
    return await agencies([link.proposed_by_id for link in linkages], context)
