"""Dismiss suggestions for the side that the viewer acts for, so that they are not made again."""

from collections.abc import Sequence

from hub.domain.identity.audit_log import AuditedResource
from hub.domain.linkage_commands import IssueLookup
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.suggestions.suggestion import (
    MAX_DISMISSED,
    LinkageSuggestion,
    SuggestionDismissCommand,
    SuggestionDismissPayload,
    SuggestionKey,
)
from hub.domain.user_errors import to_user_error
from hub.errors import Forbidden, HubError, NotFound, TooMany
from hub.services.linkages.acting import NO_SIDE, Acting, SideRights, fetch_side_rights
from hub.services.linkages.batch import write_audit_entries
from hub.store.database import Database, StoreConnection
from hub.store.ingest import receipts
from hub.store.linkage_changes import fetch_transaction_time
from hub.store.linkage_targets import find_issues, find_projects
from hub.store.retry import retry_on_conflict
from hub.store.suggestion_dismissals import SuggestionDismissal, insert_dismissals


async def dismiss_suggestions(
    database: Database, acting: Acting, command: SuggestionDismissCommand
) -> SuggestionDismissPayload:
    """Dismiss suggestions for each side that the viewer acts for; all of them, or nothing.

    A suggestion is dismissed whether it is made today or not: a ranking can change. Repeated
    dismissals change nothing.
    """
    if len(command.suggestions) > MAX_DISMISSED:
        error = TooMany(
            f"ส่งได้ไม่เกิน {MAX_DISMISSED} รายการต่อคำสั่ง "
            f"· at most {MAX_DISMISSED} suggestions per command; split the command"
        )
        return SuggestionDismissPayload([], [to_user_error(error)])
    receipt = acting.command("suggestionDismiss", command.idempotency_key, command)
    ids = [key.gid for key in dict.fromkeys(command.suggestions)]

    async def _run() -> bool:
        async with database.write_transaction() as connection:
            if await receipts.claim_or_fetch_answer(connection, receipt) is not None:
                return False
            keys = list(dict.fromkeys(command.suggestions))
            dismissals = await _find_dismissals(connection, acting, keys)
            at = await fetch_transaction_time(connection)
            await insert_dismissals(
                connection, dismissals, acting.viewer.subject, command.reason, at
            )
            await receipts.save_answer(connection, receipt, ids)
            owner = acting.viewer.agency_id
            changed = [AuditedResource(LinkageSuggestion.TYPE, str(key), owner) for key in keys]
            await write_audit_entries(connection, acting, changed)
            return True

    try:
        has_changed = await retry_on_conflict(_run)
    except HubError as error:
        return SuggestionDismissPayload([], [to_user_error(error)])
    if acting.audit is not None and has_changed:
        acting.audit.write_logged = True
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
