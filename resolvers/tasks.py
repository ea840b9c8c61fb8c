"""Resolvers of tasks: lists, counts, and what a task is about."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Protocol

from hub.domain.agencies import Agency
from hub.domain.findings import Finding
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import Linkage
from hub.domain.paging import Connection, PageRequest
from hub.domain.provenance import Source
from hub.domain.rules import Rule
from hub.domain.sessions.agreements import Commitment
from hub.domain.sessions.proposals import Proposal
from hub.domain.sessions.session import JointSession
from hub.domain.tasks import (
    TASK_CURSOR_TYPES,
    Task,
    TaskCount,
    TaskFilter,
    TaskKind,
    commitment_title,
    conflict_title,
    linkage_title,
    position_title,
    quarantine_title,
    request_title,
    session_title,
    webhook_title,
)
from hub.domain.text import LocalizedText
from hub.domain.webhooks import Webhook
from hub.domain.work_requests import WorkRequest
from resolvers.arguments import validate_area_id
from resolvers.context import Context
from resolvers.linkages import issues_of_linkages, projects_of_linkages, stages_of_linkages
from resolvers.nodes import fetch_agencies, fetch_nodes, require_agencies


async def tasks(
    viewers: Sequence[Viewer],
    context: Context,
    *,
    kind: tuple[TaskKind, ...] | None = None,
    area: Annotated[GlobalId, "Area"] | None = None,
    due_before: date | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[Task]]:
    """Return the tasks that satisfy all given conditions, the earliest date first."""
    page = PageRequest.from_arguments(first, after, TASK_CURSOR_TYPES)
    area_id = await validate_area_id(context, area, "area")
    found = await context.unit.tasks.page(page, TaskFilter(kind, area_id, due_before))
    return [found for _ in viewers]


async def task_counts(viewers: Sequence[Viewer], context: Context) -> Sequence[Sequence[TaskCount]]:
    """Return the number of tasks of each kind that has any."""
    counts = await context.unit.tasks.counts()
    return [counts for _ in viewers]


async def titles(tasks: Sequence[Task], context: Context) -> Sequence[LocalizedText]:
    """Return the title of each task; it names only what the viewer may see."""
    subjects = await fetch_subjects(tasks, context)
    linkages = [one for one in subjects.values() if isinstance(one, Linkage)]
    names = await fetch_linkage_names(linkages, context)
    requests = [one for one in subjects.values() if isinstance(one, WorkRequest)]
    issue_ids = [one.issue_id for one in requests]
    issues = await context.unit.plans.issues_by_id(issue_ids) if issue_ids else {}
    found: list[LocalizedText] = []
    for task in tasks:
        subject = subjects.get(task.subject_gid)
        if isinstance(subject, Linkage):
            found.append(linkage_title(*names[subject.id]))
        elif isinstance(subject, WorkRequest):
            found.append(request_title(name_of(issues.get(subject.issue_id))))
        elif isinstance(subject, Webhook):
            found.append(webhook_title(subject.name))
        elif isinstance(subject, Finding):
            found.append(conflict_title(subject.summary))
        elif isinstance(subject, JointSession):
            found.append(session_title(subject.title))
        elif isinstance(subject, Proposal):
            found.append(position_title(subject.summary))
        elif isinstance(subject, Commitment):
            found.append(commitment_title(subject.text))
        else:
            source = subject if isinstance(subject, Source) else None
            found.append(quarantine_title(name_of(source), task.count or 0))
    return found


class HasName(Protocol):
    """A record with a name in both languages."""

    @property
    def name(self) -> LocalizedText:
        """Return the name."""
        ...


def name_of(thing: HasName | None) -> LocalizedText | None:
    """Return the name of a thing; null without one."""
    return None if thing is None else thing.name


async def fetch_linkage_names(
    linkages: Sequence[Linkage], context: Context
) -> Mapping[str, tuple[LocalizedText | None, LocalizedText | None]]:
    """Return the names of project and issue by linkage; of the stage if it has no issue."""
    if not linkages:
        return {}
    projects = await projects_of_linkages(linkages, context)
    issues = await issues_of_linkages(linkages, context)
    stages = await stages_of_linkages(linkages, context)
    return {
        linkage.id: (name_of(project), name_of(issue or stage))
        for linkage, project, issue, stage in zip(linkages, projects, issues, stages, strict=True)
    }


async def subjects(tasks: Sequence[Task], context: Context) -> Sequence[Identifiable]:
    """Return what each task is about; a task exists only if the viewer may see its subject."""
    found = await fetch_subjects(tasks, context)
    return [found[task.subject_gid] for task in tasks]


async def fetch_subjects(tasks: Sequence[Task], context: Context) -> Mapping[str, Identifiable]:
    """Return what tasks are about, by global id; one statement per type."""
    gids = list(dict.fromkeys(task.subject_gid for task in tasks))
    found = zip(gids, await fetch_nodes(gids, context), strict=True)
    return {gid: subject for gid, subject in found if subject is not None}


async def agencies_of_tasks(tasks: Sequence[Task], context: Context) -> Sequence[Agency]:
    """Return the agency whose task it is."""
    return await require_agencies([task.agency_id for task in tasks], context)


async def requesters(tasks: Sequence[Task], context: Context) -> Sequence[Agency | None]:
    """Return the agency that waits for each task; null if none does."""
    return await fetch_agencies([task.requested_by_id for task in tasks], context)


def rules_of_tasks(tasks: Sequence[Task], _context: Context) -> Sequence[Rule | None]:
    """Return null for each task: people and agencies made all of them, and no rule."""
    return [None for _ in tasks]
