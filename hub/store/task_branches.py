"""The tasks of each kind as SELECTs of the same columns: linkages, requests for work, quarantine.

Every branch reads only what the viewer may see, so no task, count, order or cursor depends on
anything else. A branch starts from the agency: its projects, the issues of its areas, the requests
it was sent, the sources it operates.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import DEFAULT_LINKAGE_STATUSES, ConsentDecision, LinkageStatus, Side
from hub.domain.sources.quarantine import RowStatus
from hub.domain.tasks import TaskKind
from hub.domain.webhooks import WebhookStatus
from hub.domain.work_requests import WorkRequestDecision, WorkRequestStatus
from hub.store.conflict_tasks import conflict_branch
from hub.store.linkage_rights import AREA_AGENCIES
from hub.store.rows import is_one_of
from hub.store.tables import (
    client,
    issue,
    issue_revision,
    linkage,
    plan,
    plan_version,
    project,
    quarantine,
    source,
    webhook,
    work_request_answer,
)
from hub.store.task_columns import own_agency, task_columns
from hub.store.visibility import (
    can_operate,
    departments_of_ministry,
    is_visible,
    row_exists,
    unpublished_columns,
)
from hub.store.webhooks.managed import is_managed
from hub.store.work_requests import visible_requests

Predicate = sa.ColumnElement[bool]


def linkage_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return the tasks to decide on a linkage or on its pending share, for both sides."""
    return [linkage_tasks(viewer, side) for side in Side]


def linkage_tasks(viewer: Viewer, side: Side) -> sa.Select[Any]:
    """Return the tasks of one side: FUNCTION of its projects, AREA of the issues of its areas.

    The rights are those of `hub.store.linkage_rights`. FUNCTION may decide without seeing the
    issue, which is then not named; AREA decides only on issues that it sees.
    """
    agency_id = own_agency(viewer)
    sees_issue = is_issue_visible(linkage.c.issue_id, viewer)
    home = home_of_area(plan.c.area_id)
    single_year = sa.case(
        (sa.func.cardinality(project.c.fiscal_years) == 1, project.c.fiscal_years[1])
    )
    if side is Side.FUNCTION:
        owner = project.c.owner_id
        whose: tuple[Predicate, ...] = (
            owner.in_(sa.union_all(sa.select(agency_id), departments_of_ministry(agency_id))),
        )
        responsible: sa.ColumnElement[Any] = owner
    else:
        whose = linkage.c.issue_id.in_(issues_to_decide(agency_id)), sees_issue
        responsible = sa.func.coalesce(home, plan.c.agency_id, agency_id)
    other = side.other.value.lower()
    is_share = linkage.c.pending_side == side.other.value
    return task_columns(
        TaskKind.LINKAGE_DECIDE,
        key=sa.literal(f"{side.value}:", sa.Text) + linkage.c.id,
        subject=sa.literal(str(GlobalId("Linkage", "")), sa.Text) + linkage.c.id,
        agency_id=responsible,
        area_id=sa.case((sees_issue, plan.c.area_id)),
        fiscal_year=single_year,
        requested_by_id=sa.func.coalesce(
            sa.case((is_share, linkage.c.pending_agency_id)),
            linkage.c[f"{other}_agency_id"],
            linkage.c.proposed_by_id,
        ),
        created_at=sa.func.coalesce(
            sa.case((is_share, linkage.c.pending_at)),
            linkage.c[f"{other}_at"],
            linkage.c.created_at,
        ),
        unpublished=unpublished_columns("Linkage", linkage.c.id, linkage, viewer),
        source=linkage.join(project, project.c.id == linkage.c.project_id)
        .outerjoin(issue, issue.c.id == linkage.c.issue_id)
        .outerjoin(plan, plan.c.id == issue.c.plan_id),
    ).where(awaits(side), *whose, is_visible(linkage, viewer), is_visible(project, viewer))


def awaits(side: Side) -> Predicate:
    """Return the predicate that a linkage waits for a side, like `sides_awaited`."""
    decision = linkage.c[f"{side.value.lower()}_decision"]
    is_undecided = sa.and_(linkage.c.status == LinkageStatus.PROPOSED.value, decision.is_(None))
    is_share_waiting = sa.and_(
        linkage.c.pending_side == side.other.value,
        decision.is_distinct_from(ConsentDecision.DISPUTED.value),
    )
    return sa.or_(is_undecided, is_share_waiting)


def issues_to_decide(agency_id: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Return the statement for ids of issues for which an agency may act."""
    own_plan, own_issue = plan.alias("own_plan"), issue.alias("own_issue")
    return (
        sa.select(own_issue.c.id)
        .join(own_plan, own_plan.c.id == own_issue.c.plan_id)
        .where(
            sa.or_(
                own_plan.c.area_id.in_(areas_to_decide(agency_id)),
                sa.and_(own_plan.c.area_id.is_(None), own_plan.c.agency_id == agency_id),
            )
        )
    )


def area_agencies(name: str) -> FromClause:
    """Return the agencies that may act for each area, as a subquery."""
    columns = sa.column("area_id", sa.Text), sa.column("agency_id", sa.Text)
    return sa.text(AREA_AGENCIES).columns(*columns, sa.column("ordinal", sa.Integer)).subquery(name)


def areas_to_decide(agency_id: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Return the statement for ids of areas for which an agency may act."""
    of_area = area_agencies("of_area")
    return sa.select(of_area.c.area_id).where(of_area.c.agency_id == agency_id)


def home_of_area(area_id: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    """Return the area's own agency; null if it has none."""
    home = area_agencies("home")
    return (
        sa.select(sa.func.min(home.c.agency_id))
        .where(home.c.area_id == area_id, home.c.ordinal == 0)
        .scalar_subquery()
    )


def is_issue_visible(issue_id: sa.ColumnElement[Any], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see an issue in any plan version."""
    revision = issue_revision.join(plan_version, plan_version.c.id == issue_revision.c.version_id)
    return (
        sa.exists()
        .select_from(revision)
        .where(issue_revision.c.issue_id == issue_id, is_visible(plan_version, viewer))
        .correlate(linkage)
    )


def request_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return the requests for work that wait for an answer of the agency or of a department.

    An offer whose linkage was rejected or withdrawn is no answer any more. A request that is
    fulfilled, declined or withdrawn waits for nobody.
    """
    agency_id = own_agency(viewer)
    requests = visible_requests(viewer, None)
    answer, offer = work_request_answer.alias("answer"), linkage.alias("offer")
    has_open_offer = row_exists(
        offer,
        offer.c.id == answer.c.linkage_id,
        is_one_of(offer.c.status, DEFAULT_LINKAGE_STATUSES),
    )
    is_unanswered = sa.or_(
        answer.c.decision.is_(None),
        sa.and_(answer.c.decision == WorkRequestDecision.OFFER.value, sa.not_(has_open_offer)),
    )
    single_year = sa.case((requests.c.first_year == requests.c.last_year, requests.c.first_year))
    return [
        task_columns(
            TaskKind.WORK_REQUEST_ANSWER,
            # One request may be sent to several departments of a ministry: a task for each.
            key=answer.c.agency_id + sa.literal("|", sa.Text) + requests.c.id,
            subject=sa.literal(str(GlobalId("WorkRequest", "")), sa.Text) + requests.c.id,
            agency_id=answer.c.agency_id,
            area_id=requests.c.area_id,
            fiscal_year=single_year,
            requested_by_id=requests.c.agency_id,
            due_on=requests.c.answer_by,
            created_at=requests.c.created_at,
            source=requests.join(answer, answer.c.request_id == requests.c.id),
        ).where(
            answer.c.agency_id.in_(
                sa.union_all(sa.select(agency_id), departments_of_ministry(agency_id))
            ),
            is_one_of(requests.c.status, (WorkRequestStatus.OPEN, WorkRequestStatus.OFFERED)),
            is_unanswered,
        )
    ]


def quarantine_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return one task per source with waiting rows that the viewer operates."""
    waiting = (
        sa.select(
            quarantine.c.source_id,
            sa.func.count().label("rows"),
            sa.func.min(quarantine.c.retrieved_at).label("since"),
        )
        .where(quarantine.c.status == RowStatus.WAITING.value)
        .group_by(quarantine.c.source_id)
        .subquery("waiting")
    )
    agency_id = sa.func.coalesce(source.c.owner_id, own_agency(viewer))
    return [
        task_columns(
            TaskKind.QUARANTINE_REVIEW,
            key=source.c.id,
            subject=sa.literal(str(GlobalId("Source", "")), sa.Text) + source.c.id,
            agency_id=agency_id,
            created_at=waiting.c.since,
            rows=waiting.c.rows,
            unpublished=unpublished_columns("Source", source.c.id, source, viewer),
            source=source.join(waiting, waiting.c.source_id == source.c.id),
        ).where(can_operate(source, viewer), agency_id.is_not(None))
    ]


def webhook_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return one task per disabled webhook of the agency that the viewer may manage."""
    return [
        task_columns(
            TaskKind.WEBHOOK_REPAIR,
            key=webhook.c.id,
            subject=sa.literal(str(GlobalId("Webhook", "")), sa.Text) + webhook.c.id,
            agency_id=client.c.agency_id,
            created_at=sa.func.coalesce(webhook.c.failing_since, webhook.c.updated_at),
            source=webhook.join(client, client.c.id == webhook.c.client_id),
        ).where(
            is_managed(viewer),
            client.c.agency_id == own_agency(viewer),
            webhook.c.status == WebhookStatus.DISABLED.value,
        )
    ]


BRANCHES: Final[Mapping[TaskKind, Callable[[Viewer], list[sa.Select[Any]]]]] = {
    TaskKind.LINKAGE_DECIDE: linkage_branch,
    TaskKind.WORK_REQUEST_ANSWER: request_branch,
    TaskKind.QUARANTINE_REVIEW: quarantine_branch,
    TaskKind.WEBHOOK_REPAIR: webhook_branch,
    TaskKind.CONFLICT_REVIEW: conflict_branch,
}
"""The tasks of each kind, as SELECTs with the columns of a task."""
