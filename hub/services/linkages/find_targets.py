"""Find what the items of a proposal name: projects, issues, stages, requests, earlier items."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from hub.domain.global_id import GlobalId
from hub.domain.linkage_commands import IssueLookup, LinkageDraft
from hub.domain.lookups import Lookup
from hub.domain.projects import Project
from hub.domain.record import record
from hub.errors import Ambiguous, Invalid, NotFound
from hub.services.commands.acting import Acting
from hub.store.database import StoreConnection
from hub.store.linkage_changes import LinkageKey, fetch_keys, lock_projects
from hub.store.linkage_targets import (
    TargetIssue,
    TargetProject,
    find_issues,
    find_projects,
    find_stages,
)
from hub.store.work_requests import OpenRequest, fetch_open_requests

Found = TypeVar("Found")


@record
class Targets:
    """What the items of a batch name: projects, issues, stages, requests, and earlier items."""

    projects: Mapping[Lookup[Project], Sequence[TargetProject]]
    issues: Mapping[IssueLookup, Sequence[TargetIssue]]
    stages: Mapping[tuple[str, str], str]
    requests: Mapping[str, OpenRequest]
    keys: Mapping[str, LinkageKey]


async def find_targets(
    connection: StoreConnection, acting: Acting, items: Sequence[LinkageDraft]
) -> Targets:
    """Return what items name, as far as the viewer may see it; the projects are then locked."""
    projects = await find_projects(connection, acting.viewer, [one.project for one in items])
    ids = {target.id for found in projects.values() for target in found}
    await lock_projects(connection, sorted(ids))
    issues = await find_issues(connection, acting.viewer, [one.issue for one in items])
    wanted_stages = {
        (target.chain_id, one.stage_code)
        for one in items
        if one.stage_code is not None
        for target in issues[one.issue]
        if target.chain_id is not None
    }
    request_ids = [one.work_request_id for one in items if one.work_request_id is not None]
    return Targets(
        projects,
        issues,
        await find_stages(connection, sorted(wanted_stages)) if wanted_stages else {},
        await fetch_open_requests(connection, request_ids) if request_ids else {},
        await fetch_keys(connection, acting.sender, [one.key for one in items if one.key]),
    )


def project_gid(target: TargetProject) -> str:
    """Return the global id of a project."""
    return str(GlobalId(Project.TYPE, target.id))


def issue_gid(target: TargetIssue) -> str:
    """Return the global id of an issue."""
    return str(GlobalId("StrategicIssue", target.id))


def require_one(
    found: Sequence[Found], field: str, th: str, en: str, gid: Callable[[Found], str]
) -> Found:
    """Return the only match of a lookup; `NotFound` without one, `Ambiguous` with several."""
    if not found:
        raise NotFound(f"ไม่พบ{th}ที่ระบุใน {field} · there is no {en} as identified in {field}")
    if len(found) > 1:
        raise Ambiguous(field, [gid(one) for one in found])
    return found[0]


def check_request(request: OpenRequest | None, issue_id: str) -> None:
    """Raise `Invalid` unless a request for work is open and at the issue."""
    if request is None:
        raise Invalid(
            "workRequest",
            "ไม่มีคำขอนี้ หรือถูกถอนแล้ว",
            "there is no such request, or it was withdrawn",
        )
    if request.issue_id != issue_id:
        raise Invalid(
            "workRequest",
            "คำขอนี้เป็นของประเด็นอื่น",
            "the request is about another issue; name the issue of the request",
        )
