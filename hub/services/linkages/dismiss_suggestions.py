"""Dismiss suggestions for the side that the viewer acts for, so that they are not made again."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.linkage_commands import IssueLookup
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.suggestions.suggestion import (
    LinkageSuggestion,
    SuggestionDismissCommand,
    SuggestionDismissPayload,
    SuggestionKey,
)
from hub.errors import Forbidden, NotFound
from hub.services.commands.acting import Acting
from hub.services.commands.batch import check_size
from hub.services.commands.execute import AnswerFormat, CommandOutcome, Refused, execute_once
from hub.services.linkages.side_rights import NO_SIDE, SideRights, fetch_side_rights
from hub.store.database import Database, StoreConnection
from hub.store.linkage_targets import find_issues, find_projects
from hub.store.suggestion_dismissals import SuggestionDismissal, insert_dismissals


async def dismiss_suggestions(
    database: Database, acting: Acting, command: SuggestionDismissCommand
) -> SuggestionDismissPayload:
    """Dismiss suggestions for each side that the viewer acts for; all of them, or nothing.

    A suggestion is dismissed whether it is made today or not: a ranking can change. Repeated
    dismissals change nothing.
    """
    keys = list(dict.fromkeys(command.suggestions))

    async def _work(connection: StoreConnection, at: datetime) -> CommandOutcome[Sequence[str]]:
        dismissals = await _find_dismissals(connection, acting, keys)
        await insert_dismissals(connection, dismissals, acting.viewer.subject, command.reason, at)
        changed = acting.audited(*((LinkageSuggestion.TYPE, str(key)) for key in keys))
        return CommandOutcome([key.gid for key in keys], changed)

    receipt = acting.command("suggestionDismiss", command.idempotency_key, command)
    answers: AnswerFormat[Sequence[str]] = AnswerFormat(list, list)
    try:
        check_size(len(command.suggestions))
        ids = await execute_once(database, acting, receipt, _work, answers)
    except Refused as refused:
        return SuggestionDismissPayload([], refused.errors)
    return SuggestionDismissPayload(ids)


async def _find_dismissals(
    connection: StoreConnection, acting: Acting, keys: Sequence[SuggestionKey]
) -> list[SuggestionDismissal]:
    """Return what to store; `NotFound` for an invisible project or issue, `Forbidden` for one of
    which the viewer acts for no side.
    """
    await _require_visible(connection, acting, keys)
    rights: SideRights = await fetch_side_rights(
        connection,
        acting.viewer,
        [key.project_id for key in keys],
        [key.issue_id for key in keys],
    )
    found: list[SuggestionDismissal] = []
    for key in keys:
        agencies = rights.agencies(key.project_id, key.issue_id)
        if not agencies:
            raise Forbidden(NO_SIDE)
        found += [SuggestionDismissal(key, side, agency) for side, agency in agencies.items()]
    return found


async def _require_visible(
    connection: StoreConnection, acting: Acting, keys: Sequence[SuggestionKey]
) -> None:
    projects: list[Lookup[Project]] = [Lookup(key=key.project_id) for key in keys]
    issues = [IssueLookup(key=key.issue_id) for key in keys]
    found_projects = await find_projects(connection, acting.viewer, projects)
    found_issues = await find_issues(connection, acting.viewer, issues)
    for project, issue, key in zip(projects, issues, keys, strict=True):
        if not found_projects.get(project) or not found_issues.get(issue):
            raise NotFound(f"ไม่พบข้อเสนอแนะ {key.gid} · there is no suggestion {key.gid}")
