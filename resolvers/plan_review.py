"""Resolvers of the review of plans: checks by rules, and differences between versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from hub.domain.agencies import Agency
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.history import ChangeKind
from hub.domain.paging import Connection, PageRequest, build_connection
from hub.domain.plan_checks import check_plan
from hub.domain.plan_review import (
    CheckOutcome,
    PlanChange,
    PlanContext,
    PlanDiff,
    PlanDiffQuestion,
    ProjectCounts,
    RuleCheck,
    build_diff,
)
from hub.domain.plan_submission import PlanSubmitPayload
from hub.domain.plans import Plan, PlanKind, PlanVersion
from hub.domain.time import FiscalYearRange
from hub.errors import Invalid, NotFound
from resolvers.arguments import fetch_grouped_by_as_of, not_found_error
from resolvers.context import Context
from resolvers.nodes import fetch_agencies, fetch_nodes

CHANGE_CURSOR_TYPES = (int,)


async def checks(
    versions: Sequence[PlanVersion],
    context: Context,
    *,
    outcome: tuple[CheckOutcome, ...] | None = None,
) -> Sequence[Sequence[RuleCheck]]:
    """Return the rules applied to each version, in the order of the rules."""

    async def _fetch(
        group: Sequence[PlanVersion], at: datetime | None
    ) -> Sequence[Sequence[RuleCheck]]:
        contents = await context.unit.plan_contents.contents(group)
        plans = await context.unit.plans.by_id([one.plan_id for one in group])
        counts = await count_projects(context, list(plans.values()), at)
        results = []
        for version in group:
            plan = plans[version.plan_id]
            of_version = PlanContext.of_version(plan, version, counts.get(plan.id))
            found = check_plan(of_version, contents[version.id])
            results.append([one for one in found if outcome is None or one.outcome in outcome])
        return results

    return await fetch_grouped_by_as_of(versions, _fetch)


async def count_projects(
    context: Context, plans: Sequence[Plan], at: datetime | None
) -> dict[str, ProjectCounts]:
    """Return the projects in the areas of provincial plans, and those that are not linked.

    Areas include those below in the edition of the plan's first year; few years have a plan.
    """
    provincial = [one for one in plans if one.kind is PlanKind.PROVINCE_DEVELOPMENT]
    found: dict[str, ProjectCounts] = {}
    for year in sorted({one.first_year for one in provincial}, key=lambda one: one.ce):
        group = [one for one in provincial if one.first_year == year]
        areas = [one.area_id for one in group if one.area_id]
        below = await context.unit.areas.descendants(areas, year.starts_on)
        found |= await context.unit.plan_projects.counts(group, below, at)
    return found


async def diffs(
    versions: Sequence[PlanVersion],
    context: Context,
    *,
    against: Annotated[GlobalId, "PlanVersion"] | None = None,
) -> Sequence[PlanDiff | None]:
    """Return what changed since another version; null without one, or when it is not visible."""

    async def _fetch(group: Sequence[PlanVersion], _at: object) -> Sequence[PlanDiff | None]:
        ids = {one.id: against.key if against else one.supersedes_id for one in group}
        earlier = await context.unit.plans.versions_by_id([one for one in ids.values() if one])
        if against and against.key not in earlier:
            raise not_found_error("against")
        contents = await context.unit.plan_contents.contents([*group, *earlier.values()])
        pairs = [(earlier.get(ids[one.id] or ""), one) for one in group]
        return [build_diff(old, new, contents) if old else None for old, new in pairs]

    return await fetch_grouped_by_as_of(versions, _fetch)


async def plan_diff(
    _roots: Sequence[None], context: Context, *, by: PlanDiffQuestion
) -> Sequence[PlanDiff | None]:
    """Return what changed between two versions, or between the current versions of two years."""
    if by.versions is not None:
        found = await context.unit.plans.versions_by_id(list(by.versions))
        for field, key in zip(("from", "to"), by.versions, strict=True):
            if key not in found:
                raise not_found_error(f"by.versions.{field}")
        earlier, later = (found[key] for key in by.versions)
    else:
        chosen = [await find_current(context, by, field) for field in ("from", "to")]
        earlier, later = chosen
    contents = await context.unit.plan_contents.contents([earlier, later])
    return [build_diff(earlier, later, contents)]


async def find_current(context: Context, by: PlanDiffQuestion, field: str) -> PlanVersion:
    """Return the current version of the plan of an owner for a year; `Invalid` names the year."""
    year = by.first if field == "from" else by.last
    if year is None or by.owner is None or by.kind is None:
        raise NotFound
    is_area = by.owner.type == "Area"
    page = await context.unit.plans.page(
        PageRequest.from_arguments(2, None),
        kind=by.kind,
        area_id=by.owner.key if is_area else None,
        agency_id=None if is_area else by.owner.key,
        years=FiscalYearRange(year, year),
    )
    if len(page.nodes) > 1:
        names = ", ".join(one.gid for one in page.nodes)
        raise Invalid(
            f"by.years.{field}",
            f"ปี {year.be} มีหลายแผน ใช้ by.versions: {names}",
            f"several plans run in {year.be}; use by.versions: {names}",
        )
    ids = [one.id for one in page.nodes]
    current = await context.unit.plans.current_versions_by_plan(ids) if ids else {}
    if not current:
        raise Invalid(
            f"by.years.{field}",
            f"ไม่มีแผนของปี {year.be} ที่ท่านเห็นได้",
            f"there is no plan for {year.be} that you may see",
        )
    return current[ids[0]]


def earlier_versions(diffs: Sequence[PlanDiff], _context: Context) -> Sequence[PlanVersion]:
    """Return the earlier version of each difference."""
    return [one.earlier for one in diffs]


def later_versions(diffs: Sequence[PlanDiff], _context: Context) -> Sequence[PlanVersion | None]:
    """Return the later version of each difference."""
    return [one.later for one in diffs]


def changes(
    diffs: Sequence[PlanDiff],
    _context: Context,
    *,
    kind: tuple[ChangeKind, ...] | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[PlanChange]]:
    """Return a page of the changes of each difference."""
    page = PageRequest.from_arguments(first, after, CHANGE_CURSOR_TYPES)
    start = int(page.after[0] or 0) if page.after else -1
    connections = []
    for diff in diffs:
        chosen = [one for one in diff.changes if kind is None or one.kind in kind]
        rest = [one for one in chosen if one.position > start]
        connections.append(
            build_connection(rest[: page.first + 1], page, lambda one: (one.position,), len(chosen))
        )
    return connections


async def elements(
    changes: Sequence[PlanChange], context: Context
) -> Sequence[Identifiable | None]:
    """Return the element of each change, in its latest visible version."""
    return await fetch_nodes([one.element_gid for one in changes], context)


async def evidence(
    checks: Sequence[RuleCheck], context: Context
) -> Sequence[Sequence[Identifiable]]:
    """Return the elements that each check quotes, in their latest visible version."""
    gids = list(dict.fromkeys(gid for one in checks for gid in one.evidence_gids))
    found = dict(zip(gids, await fetch_nodes(gids, context), strict=True))
    return [
        [node for gid in one.evidence_gids if (node := found[gid]) is not None] for one in checks
    ]


async def agencies(changes: Sequence[PlanChange], context: Context) -> Sequence[Agency | None]:
    """Return the agency that submitted the later version of each change."""
    return await fetch_agencies([one.agency_id for one in changes], context)


async def diffs_of_payloads(
    payloads: Sequence[PlanSubmitPayload], context: Context
) -> Sequence[PlanDiff | None]:
    """Return what each submission changed; null when nothing was stored, or for the first."""
    ids = [one.version_id for one in payloads if one.version_id]
    versions = await context.unit.plans.versions_by_id(ids) if ids else {}
    found = await diffs(list(versions.values()), context) if versions else []
    by_id = dict(zip(versions, found, strict=True))
    return [by_id.get(one.version_id or "") for one in payloads]


def checks_of_payloads(
    payloads: Sequence[PlanSubmitPayload], _context: Context
) -> Sequence[Sequence[RuleCheck]]:
    """Return the rules applied to each submission, also to one that was only checked."""
    return [one.checks for one in payloads]
