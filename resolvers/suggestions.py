"""Resolvers of suggested linkages and of the command that dismisses them."""

from collections.abc import Mapping, Sequence

from hub.domain.identity.viewer import Permission
from hub.domain.paging import PageRequest
from hub.domain.plans import StrategicIssue
from hub.domain.projects import Project
from hub.domain.suggestions.suggestion import (
    LinkageSuggestion,
    LinkageSuggestions,
    SuggestFor,
    SuggestionDismissCommand,
    SuggestionDismissPayload,
    SuggestionKey,
)
from hub.domain.value_chain import Stage
from hub.errors import Invalid
from hub.services.suggestions.suggest import suggest, suggestions_by_key
from resolvers.context import Context
from resolvers.linkage_commands import begin

CURSOR = (int, str, str, str)


async def linkage_suggestions(
    _roots: Sequence[None],
    context: Context,
    *,
    for_: SuggestFor,
    first: int = 20,
    after: str | None = None,
) -> Sequence[LinkageSuggestions]:
    """Return suggestions for a project, an issue or an area."""
    page = PageRequest.from_arguments(first, after, CURSOR)
    return [await suggest(context.unit, context.viewer, for_, page)]


async def dismiss(
    _roots: Sequence[None],
    context: Context,
    *,
    input: SuggestionDismissCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[SuggestionDismissPayload]:
    """Dismiss suggestions for the viewer's side."""
    return [await context.commands.linkages.dismiss(await begin(context), input)]


async def projects_of_suggestions(
    suggestions: Sequence[LinkageSuggestion], context: Context
) -> Sequence[Project]:
    """Return the project of each suggestion; the viewer may see it."""
    found = await context.unit.projects.by_id([one.key.project_id for one in suggestions])
    return [found[one.key.project_id] for one in suggestions]


async def issues_of_suggestions(
    suggestions: Sequence[LinkageSuggestion], context: Context
) -> Sequence[StrategicIssue]:
    """Return the issue of each suggestion; the viewer may see it."""
    found = await context.unit.plans.issues_by_id([one.key.issue_id for one in suggestions])
    return [found[one.key.issue_id] for one in suggestions]


async def stages_of_suggestions(
    suggestions: Sequence[LinkageSuggestion], context: Context
) -> Sequence[Stage | None]:
    """Return the stage of each suggestion; null if it has none."""
    ids = [one.key.stage_id for one in suggestions if one.key.stage_id]
    found = await context.unit.chains.stages_by_id(ids) if ids else {}
    return [found.get(one.key.stage_id or "") for one in suggestions]


async def fetch_suggestions_by_key(
    context: Context, keys: Sequence[str]
) -> Mapping[str, LinkageSuggestion]:
    """Return the suggestions with these keys that are made now, to viewers with the permission."""
    viewer = context.viewer
    needed = (Permission.PROPOSE_LINKAGES, Permission.DECIDE_LINKAGES)
    if not any(viewer.has_permission(one) for one in needed):
        return {}
    parsed: dict[SuggestionKey, str] = {}
    for key in keys:
        try:
            parsed[SuggestionKey.parse(key)] = key
        except Invalid:
            continue
    found = await suggestions_by_key(context.unit, viewer, list(parsed))
    return {parsed[key]: one for key, one in found.items()}
