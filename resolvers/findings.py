"""Resolvers of findings: probable copies of projects, computed when they are read."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.copies import Finding
from hub.domain.findings import FindingKind
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.projects import Project
from resolvers.arguments import fetch_grouped_by_as_of
from resolvers.context import Context


async def findings(
    _roots: Sequence[None],
    context: Context,
    *,
    kind: tuple[FindingKind, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Finding]]:
    """Return findings by the id of their first project."""
    page = PageRequest.from_arguments(first, after, (str,))
    if not is_requested(kind):
        return [build_connection([], page, finding_sort_key, 0)]
    return [await context.unit.copies.page(page)]


async def findings_of_projects(
    projects: Sequence[Project],
    context: Context,
    *,
    kind: tuple[FindingKind, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Finding]]:
    """Return the findings about each project."""
    page = PageRequest.from_arguments(first, after, (str,))
    if not is_requested(kind):
        return [build_connection([], page, finding_sort_key, 0) for _ in projects]

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Connection[Finding]]:
        found = await context.unit.copies.by_project([project.id for project in group], at)
        lists = [[found[p.id]] if p.id in found and page.after is None else [] for p in group]
        return [build_connection(one, page, finding_sort_key, len(one)) for one in lists]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def projects_of_findings(
    findings: Sequence[Finding], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[Project]]:
    """Return the projects that each finding is about, by id."""
    del context
    page = PageRequest.from_arguments(first, after, (str,))
    start = str(page.after[0]) if page.after else ""
    return [
        build_connection(
            [project for project in finding.projects if project.id > start][: page.first + 1],
            page,
            lambda project: (project.id,),
            len(finding.projects),
        )
        for finding in findings
    ]


def is_requested(kinds: Sequence[FindingKind] | None) -> bool:
    """Return whether probable copies are among the requested kinds."""
    return kinds is None or FindingKind.DOUBLE_COUNT in kinds


def finding_sort_key(finding: Finding) -> tuple[str]:
    """Return the sort key of a finding in lists."""
    return (finding.projects[0].id,)
