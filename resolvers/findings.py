"""Resolvers of findings: stored ones, and probable copies, which are computed when read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.copies import CopiesFinding
from hub.domain.findings import Dismissal, Finding, FindingFilter, FindingKind, FindingStatus
from hub.domain.global_id import Identifiable
from hub.domain.lookups import AsOf
from hub.domain.matrix.question import MatrixFilter
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.projects import Project
from hub.domain.time import FiscalYearRange
from hub.services.matrix.resolve_scope import (
    fetch_filter_members,
    include_subordinate_agencies,
    resolve_scope,
)
from resolvers.arguments import fetch_grouped_by_as_of, resolve_as_of
from resolvers.context import Context
from resolvers.nodes import fetch_nodes, require_agencies

AFTER_STORED = 1
"""The place of probable copies, in front of their id: after every stored finding, whose place is
its severity, negated.
"""


async def findings(
    _roots: Sequence[None],
    context: Context,
    *,
    kind: tuple[FindingKind, ...] | None = None,
    status: tuple[FindingStatus, ...] | None = None,
    filter: MatrixFilter | None = None,  # noqa: A002 - the GraphQL name
    fiscal_years: FiscalYearRange | None = None,
    as_of: AsOf | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Finding]]:
    """Return findings, the gravest first; probable copies come last, by their first project.

    Probable copies are in no list that is filtered by more than kind and status, or of the past.
    """
    page = PageRequest.from_arguments(first, after, (int, str))
    at = await resolve_as_of(context, as_of)
    wanted = await build_filter(context, kind, status, filter or MatrixFilter(), fiscal_years, at)
    is_filtered = bool(wanted.areas or wanted.parties) or wanted.scope is not None
    if is_filtered or not includes_copies(wanted) or wanted.years is not None or at is not None:
        return [await context.unit.findings.page(wanted, page, at)]
    stored: Sequence[Finding] = []
    if page.after is None or page.after < (AFTER_STORED, ""):
        found = await context.unit.findings.page(wanted, page)
        if found.page_info.has_next_page:
            return [Connection(found.edges, found.page_info, None)]
        stored = found.nodes
    is_later = page.after is not None and page.after >= (AFTER_STORED, "")
    rest = PageRequest(
        page.first - len(stored), (page.after[1],) if page.after and is_later else None
    )
    copies = await context.unit.copies.list_after(rest, wanted.statuses)
    return [build_connection([*stored, *copies], page, sort_key)]


async def build_filter(
    context: Context,
    kind: tuple[FindingKind, ...] | None,
    status: tuple[FindingStatus, ...] | None,
    wanted: MatrixFilter,
    years: FiscalYearRange | None,
    at: datetime | None = None,
) -> FindingFilter:
    """Return the filter of findings; `Invalid("filter.…")` for an unknown id.

    Areas and agencies are those of the finding and include those below, in the edition of the first
    year, or of today. The rest of the filter is about its projects or its issue.
    """
    on = years.first.starts_on if years else context.today
    await fetch_filter_members(context.unit, wanted, context.today)
    rest, scope = replace(wanted, areas=(), agencies=()), None
    if rest != MatrixFilter(area_role=wanted.area_role, agency_role=wanted.agency_role):
        scope = await resolve_scope(
            context.unit, rest, years, today=context.today, as_of_time=at, is_validated=True
        )
    parties = set()
    if wanted.agencies:
        parents = await context.unit.agencies.parents_on(on)
        parties = include_subordinate_agencies(wanted.agencies, parents)
    areas: set[str] = set()
    if wanted.areas:
        for below in (await context.unit.areas.descendants(wanted.areas, on)).values():
            areas |= below
    return FindingFilter(
        kinds=kind or (),
        statuses=(FindingStatus.OPEN,) if status is None else status,
        areas=tuple(sorted(areas)),
        parties=tuple(sorted(parties)),
        scope=scope,
        years=(years.first.ce, years.last.ce) if years else None,
    )


async def findings_of_projects(
    projects: Sequence[Project],
    context: Context,
    *,
    kind: tuple[FindingKind, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Finding]]:
    """Return the open findings about each project, the gravest first; probable copies are last."""
    page = PageRequest.from_arguments(first, after, (int, str))
    wanted = FindingFilter(kinds=kind or ())

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Connection[Finding]]:
        ids = [project.id for project in group]
        stored = await context.unit.findings.by_project(ids, wanted, page, at)
        if not includes_copies(wanted):
            return [stored[project.id] for project in group]
        found = await context.unit.copies.by_project(ids, at)
        copies = {key: one for key, one in found.items() if one.status in wanted.statuses}
        return [append_copies(stored[key], copies.get(key), page) for key in ids]

    return await fetch_grouped_by_as_of(projects, _fetch)


def append_copies(
    stored: Connection[Finding], copies: CopiesFinding | None, page: PageRequest
) -> Connection[Finding]:
    """Return a page with the probable copies behind the stored findings."""
    if copies is None:
        return stored
    total = stored.total + 1 if isinstance(stored.total, int) else None
    if page.after is not None and page.after >= sort_key(copies):
        return replace(stored, total=total)
    if stored.page_info.has_next_page:
        return replace(stored, total=total)
    return build_connection([*stored.nodes, copies], page, sort_key, total)


async def findings_of_areas(
    areas: Sequence[Area],
    context: Context,
    *,
    kind: tuple[FindingKind, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Finding]]:
    """Return the open findings that name each area itself, the gravest first."""
    page = PageRequest.from_arguments(first, after, (int, str))
    wanted = FindingFilter(kinds=kind or ())
    found = await context.unit.findings.by_area([area.id for area in areas], wanted, page)
    return [found[area.id] for area in areas]


async def projects_of_findings(
    findings: Sequence[Finding], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[Project]]:
    """Return the projects that each finding is about, by id."""
    page = PageRequest.from_arguments(first, after, (str,))
    start = str(page.after[0]) if page.after else ""
    ids = {key for one in findings for key in one.project_ids}
    found = await context.unit.projects.by_id(sorted(ids)) if ids else {}
    return [
        build_connection(
            [found[key] for key in one.project_ids if key > start and key in found][
                : page.first + 1
            ],
            page,
            lambda project: (project.id,),
            len(one.project_ids),
        )
        for one in findings
    ]


async def subjects_of_findings(
    findings: Sequence[Finding], context: Context
) -> Sequence[Sequence[Identifiable]]:
    """Return what each finding is about, as far as the viewer may see it."""
    gids = list(dict.fromkeys(gid for one in findings for gid in one.subject_ids))
    found = dict(zip(gids, await fetch_nodes(gids, context), strict=True))
    return [
        [node for gid in one.subject_ids if (node := found[gid]) is not None] for one in findings
    ]


async def areas_of_findings(
    findings: Sequence[Finding], context: Context
) -> Sequence[Sequence[Area]]:
    """Return the areas of each finding, by id."""
    ids = sorted({key for one in findings for key in one.area_ids})
    found = await context.unit.areas.by_id(ids) if ids else {}
    return [[found[key] for key in one.area_ids if key in found] for one in findings]


async def agencies_of_findings(
    findings: Sequence[Finding], context: Context
) -> Sequence[Sequence[Agency]]:
    """Return the agencies that each finding concerns, by id."""
    ids = sorted({key for one in findings for key in one.agency_ids})
    found = dict(zip(ids, await require_agencies(ids, context), strict=True)) if ids else {}
    return [[found[key] for key in one.agency_ids] for one in findings]


async def agencies_of_dismissals(
    dismissals: Sequence[Dismissal], context: Context
) -> Sequence[Agency]:
    """Return the agency that decided on each dismissal."""
    return await require_agencies([one.by for one in dismissals], context)


def includes_copies(wanted: FindingFilter) -> bool:
    """Return whether probable copies, which are open or dismissed, are among the findings of a
    filter; without their cause they are no finding.
    """
    is_kind = not wanted.kinds or FindingKind.DOUBLE_COUNT in wanted.kinds
    statuses = {FindingStatus.OPEN, FindingStatus.DISMISSED}
    return is_kind and (not wanted.statuses or bool(statuses & set(wanted.statuses)))


def sort_key(finding: Finding) -> tuple[int, str]:
    """Return the sort key of a finding in lists."""
    if isinstance(finding, CopiesFinding):
        return AFTER_STORED, finding.projects[0].id
    return -finding.severity, finding.id
