"""Suggest linkages for a project, an issue or an area; nothing is stored."""

from collections.abc import Sequence
from datetime import date

from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import Side
from hub.domain.paging import PageRequest, build_connection
from hub.domain.plans import StrategicIssue
from hub.domain.projects import Project
from hub.domain.record import record
from hub.domain.suggestions.suggestion import (
    LinkageSuggestion,
    LinkageSuggestions,
    SuggestFor,
    SuggestionKey,
)
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear
from hub.errors import Invalid
from hub.services.linkages.side_rights import SideRights
from hub.services.suggestions.candidates import Candidate, OpenIssue, open_issues, rank_project
from hub.services.suggestions.ranker import SuggestionRanker, fetch_ranker
from hub.services.suggestions.reasons import (
    abstention_text,
    considered_text,
    reasons_of,
    sum_score,
    unfollowed_text,
)
from hub.store.suggestions import MAX_CONSIDERED
from hub.store.unit_of_work import UnitOfWork


@record
class Found:
    """All candidates, best first; whether no chain fits; and what explains that."""

    candidates: list[Candidate]
    projects: dict[str, Project]
    abstained: bool
    text: LocalizedText | None


async def suggest(
    unit: UnitOfWork, viewer: Viewer, target: SuggestFor, page: PageRequest
) -> LinkageSuggestions:
    """Return a page of suggestions; `Invalid` if the viewer may not see what they are for."""
    ranker = await fetch_ranker(unit)
    if target.project_id is not None:
        found = await _for_project(unit, viewer, ranker, target.project_id)
    elif target.issue_id is not None:
        found = await _for_issue(unit, viewer, ranker, target.issue_id)
    else:
        found = await _for_area(unit, viewer, ranker, target.area_id or "")
    after = page.after
    numbered = [
        (rank, candidate)
        for rank, candidate in enumerate(found.candidates, start=1)
        if after is None or candidate.order > after
    ]
    shown = [
        LinkageSuggestion(
            id=str(candidate.key),
            key=candidate.key,
            rank=rank,
            score=sum_score(candidate.score),
            reasons=reasons_of(
                ranker.ranker, found.projects[candidate.key.project_id].name.th, candidate
            ),
        )
        for rank, candidate in numbered[: page.first + 1]
    ]
    order_by_key = {candidate.key: candidate.order for _, candidate in numbered}
    connection = build_connection(
        shown, page, lambda item: order_by_key[item.key], len(found.candidates)
    )
    return LinkageSuggestions(found.abstained, found.text, connection)


async def suggestions_by_key(
    unit: UnitOfWork, viewer: Viewer, keys: Sequence[SuggestionKey]
) -> dict[SuggestionKey, LinkageSuggestion]:
    """Return the suggestions that are made now for these linkages; others are absent."""
    found: dict[SuggestionKey, LinkageSuggestion] = {}
    visible = await unit.projects.by_id([key.project_id for key in keys])
    for project_id in sorted(visible):
        target = SuggestFor(project_id=project_id)
        made = await suggest(unit, viewer, target, PageRequest(100))
        found.update({one.key: one for one in made.suggestions.nodes})
    return {key: found[key] for key in keys if key in found}


async def _for_project(
    unit: UnitOfWork, viewer: Viewer, ranker: SuggestionRanker, project_id: str
) -> Found:
    project = (await unit.projects.by_id([project_id])).get(project_id)
    if project is None:
        raise _not_found("for.project")
    shares = await unit.projects.area_shares_by_project([project_id])
    own = [share.area_id for share in shares.get(project_id, [])]
    years = sorted(project.fiscal_years, key=lambda year: year.ce)
    issues: list[OpenIssue] = []
    if own and years:
        areas = await _with_areas_above(unit, own, years[-1].ends_on)
        issues = await _open_issues(unit, ranker, await unit.plans.list_issues(sorted(areas)))
    ranking, candidates = rank_project(ranker, project, issues)
    left = await _without_settled(unit, viewer, candidates)
    abstained, text = not candidates, None
    if ranking.abstained:
        text = abstention_text(ranking)
    elif not candidates:
        in_force = {year.ce for year in years}
        text = unfollowed_text(sum(bool(one.years & in_force) for one in issues))
    return Found(left, {project.id: project}, abstained, text)


async def _for_issue(
    unit: UnitOfWork, viewer: Viewer, ranker: SuggestionRanker, issue_id: str
) -> Found:
    issue = (await unit.plans.issues_by_id([issue_id])).get(issue_id)
    if issue is None:
        raise _not_found("for.issue")
    return await _for_issues(unit, viewer, ranker, [issue], issue.area_id, issue_id)


async def _for_area(
    unit: UnitOfWork, viewer: Viewer, ranker: SuggestionRanker, area_id: str
) -> Found:
    if area_id not in await unit.areas.by_id([area_id]):
        raise _not_found("for.area")
    issues = await unit.plans.list_issues([area_id])
    return await _for_issues(unit, viewer, ranker, issues, area_id, None)


async def _for_issues(
    unit: UnitOfWork,
    viewer: Viewer,
    ranker: SuggestionRanker,
    issues: Sequence[StrategicIssue],
    area_id: str | None,
    issue_id: str | None,
) -> Found:
    """Return the best candidate of each unlinked project in an area, best first."""
    opened = await _open_issues(unit, ranker, issues)
    years = {year for one in opened for year in one.years}
    if not years or area_id is None:
        return Found([], {}, abstained=True, text=unfollowed_text(0))
    areas: set[str] = set()
    for year in sorted(years):
        fiscal_year = FiscalYear(year)
        for day in (fiscal_year.starts_on, fiscal_year.ends_on):
            areas |= (await unit.areas.descendants([area_id], day))[area_id]
    projects = await unit.suggestions.unlinked_projects(areas, years, issue_id)
    every = {one.id: rank_project(ranker, one, opened)[1] for one in projects}
    left = await _without_settled(
        unit, viewer, [candidate for some in every.values() for candidate in some]
    )
    best: dict[str, Candidate] = {}
    for candidate in sorted(left, key=lambda one: one.order):
        best.setdefault(candidate.key.project_id, candidate)
    text = considered_text(len(projects), len(best), limited=len(projects) == MAX_CONSIDERED)
    fits = any(every.values())
    return Found(list(best.values()), {one.id: one for one in projects}, not fits, text)


async def _open_issues(
    unit: UnitOfWork, ranker: SuggestionRanker, issues: Sequence[StrategicIssue]
) -> list[OpenIssue]:
    plans = await unit.plans.by_id([issue.plan_id for issue in issues]) if issues else {}
    return open_issues(ranker, issues, plans)


async def _with_areas_above(unit: UnitOfWork, ids: Sequence[str], on: date) -> set[str]:
    """Return areas and all areas above them, in the edition of a date."""
    parents = await unit.areas.parents_by_child(on)
    reached, pending = set(ids), list(ids)
    while pending:
        above = [one for one in parents.get(pending.pop(), ()) if one not in reached]
        reached.update(above)
        pending.extend(above)
    return reached


async def _without_settled(
    unit: UnitOfWork, viewer: Viewer, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Leave out what is linked or was rejected, and what the viewer's side dismissed.

    A viewer of neither side is shown what both sides are shown; one of both sides, what neither
    dismissed.
    """
    if not candidates:
        return []
    projects = sorted({one.key.project_id for one in candidates})
    linked = await unit.suggestions.linked_keys(projects)
    dismissed = await unit.suggestions.dismissed(projects)
    sides: dict[SuggestionKey, set[Side]] = {}
    if dismissed:
        sides = await _sides_of(unit, viewer, list(dismissed))
    return [
        one
        for one in candidates
        if one.key not in linked and not dismissed.get(one.key, set()) & sides.get(one.key, set())
    ]


async def _sides_of(
    unit: UnitOfWork, viewer: Viewer, keys: Sequence[SuggestionKey]
) -> dict[SuggestionKey, set[Side]]:
    """Return the sides of each linkage that the viewer may act for."""
    rights = SideRights(
        await unit.linkage_rights.function([key.project_id for key in keys], viewer.agency_id),
        await unit.linkage_rights.area([key.issue_id for key in keys], viewer.agency_id),
        viewer,
    )
    return {key: set(rights.agencies(key.project_id, key.issue_id)) for key in keys}


def _not_found(field: str) -> Invalid:
    """Return the error for an id without a record that the viewer may see."""
    return Invalid(
        field,
        "ไม่พบข้อมูลที่มีรหัสนี้ ใช้รหัสที่ระบบส่งให้",
        "there is no record with this id; use an id that the hub returned",
    )
