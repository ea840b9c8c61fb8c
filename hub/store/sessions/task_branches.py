"""The tasks of joint sessions as SELECTs: prepare for one, take a position, report on a commitment.

They are those of the viewer's own agency: nobody takes a position or reports in another's name.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import FromClause

from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.sessions.agreements import REPORT_LEAD_DAYS, REPORT_MONTHS
from hub.domain.sessions.kinds import (
    CommitmentStatus,
    DelegationRole,
    ProposalStatus,
    SessionStatus,
)
from hub.domain.tasks import TaskKind
from hub.store.rows import is_one_of
from hub.store.sessions.agreements import visible_commitments
from hub.store.tables import delegation, joint_session, proposal, proposal_position
from hub.store.task_columns import own_agency, task_columns
from hub.store.visibility import row_exists

AWAITED_REPORTS: Final = f"""
select commitment.id, min(day.due_on) as due_on
from commitment
left join lateral (
    select max((report.at at time zone 'Asia/Bangkok')::date) as last_on
    from commitment_report report where report.commitment_id = commitment.id
) reported on true
cross join lateral (
    select commitment.due_on
    union all
    select step.day::date
    from generate_series(
        (commitment.created_at at time zone 'Asia/Bangkok')::date
            + interval '{REPORT_MONTHS} months',
        (transaction_timestamp() at time zone 'Asia/Bangkok')::date + {REPORT_LEAD_DAYS},
        interval '{REPORT_MONTHS} months'
    ) step (day)
) day
where commitment.agency_id = :reporting_agency
    and commitment.status in (
        '{CommitmentStatus.OPEN.value}', '{CommitmentStatus.IN_PROGRESS.value}'
    )
    and day.due_on
        <= (transaction_timestamp() at time zone 'Asia/Bangkok')::date + {REPORT_LEAD_DAYS}
    and (reported.last_on is null or reported.last_on < day.due_on - {REPORT_LEAD_DAYS})
group by commitment.id
"""  # noqa: S608 - constants
"""The earliest day for which the viewer's agency has not reported on a commitment."""
INVITED_ROLES: Final = tuple(
    role.value
    for role in DelegationRole
    if role not in {DelegationRole.HOST, DelegationRole.OBSERVER}
)
SPEAKING_ROLES: Final = tuple(
    role.value
    for role in DelegationRole
    if role not in {DelegationRole.ADVISORY, DelegationRole.OBSERVER}
)


def single_area() -> sa.ColumnElement[Any]:
    """Return the area of a session that has one; null for several."""
    areas = joint_session.c.area_ids
    return sa.case((sa.func.cardinality(areas) == 1, areas[1]))


def subject_of(type_name: str, key: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return the global ids of rows of a type."""
    return sa.literal(str(GlobalId(type_name, "")), sa.Text) + key


def includes(array: sa.ColumnElement[Any], text: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Return the predicate that an array in JSON has a text."""
    return array.op("@>", is_comparison=True)(sa.func.to_jsonb(text))


def prepare_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return the scheduled sessions with a day to which another agency has invited the viewer's."""
    starts_on = sa.cast(sa.func.timezone("Asia/Bangkok", joint_session.c.starts_at), sa.Date)
    return [
        task_columns(
            TaskKind.SESSION_PREPARE,
            key=delegation.c.id,
            subject=subject_of("JointSession", joint_session.c.id),
            agency_id=delegation.c.agency_id,
            area_id=single_area(),
            fiscal_year=joint_session.c.fiscal_year,
            requested_by_id=joint_session.c.host_id,
            due_on=starts_on,
            created_at=delegation.c.invited_at,
            source=delegation.join(joint_session, joint_session.c.id == delegation.c.session_id),
        ).where(
            delegation.c.agency_id == own_agency(viewer),
            is_one_of(delegation.c.role, INVITED_ROLES),
            joint_session.c.status == SessionStatus.SCHEDULED.value,
            starts_on.is_not(None),
        )
    ]


def position_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return the open proposals that require a party for which no position was taken yet.

    Each delegation that may act for the party has the task, until one of them takes a position. A
    session that is suspended accepts none.
    """
    required = sa.func.jsonb_array_elements(proposal.c.parties).table_valued(
        sa.column("value", JSONB), name="required"
    )
    acting, taken = delegation.alias("acting"), proposal_position.alias("taken")
    acting_ids = required.c.value["acting_ids"]
    is_taken = row_exists(
        taken,
        taken.c.proposal_id == proposal.c.id,
        taken.c.ended_at.is_(None),
        includes(acting_ids, taken.c.agency_id),
    )
    awaits_agency = (
        sa.exists()
        .select_from(required)
        .where(includes(acting_ids, acting.c.agency_id), sa.not_(is_taken))
        .correlate(proposal, acting)
    )
    source: FromClause = proposal.join(
        joint_session, joint_session.c.id == proposal.c.session_id
    ).join(acting, acting.c.session_id == joint_session.c.id)
    return [
        task_columns(
            TaskKind.POSITION_TAKE,
            key=acting.c.id + sa.literal("|", sa.Text) + proposal.c.id,
            subject=subject_of("Proposal", proposal.c.id),
            agency_id=acting.c.agency_id,
            area_id=single_area(),
            fiscal_year=joint_session.c.fiscal_year,
            requested_by_id=proposal.c.agency_id,
            created_at=proposal.c.created_at,
            source=source,
        ).where(
            acting.c.agency_id == own_agency(viewer),
            is_one_of(acting.c.role, SPEAKING_ROLES),
            proposal.c.status == ProposalStatus.OPEN.value,
            is_one_of(joint_session.c.status, (SessionStatus.SCHEDULED, SessionStatus.OPEN)),
            awaits_agency,
        )
    ]


def report_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return the commitments of the viewer's agency on which a report is awaited."""
    awaited = (
        sa.text(AWAITED_REPORTS)
        .bindparams(sa.bindparam("reporting_agency", viewer.agency_id, sa.Text))
        .columns(sa.column("id", sa.Text), sa.column("due_on", sa.Date))
        .subquery("awaited")
    )
    seen = visible_commitments(viewer).order_by(None).subquery("seen")
    return [
        task_columns(
            TaskKind.COMMITMENT_REPORT,
            key=seen.c.id,
            subject=subject_of("Commitment", seen.c.id),
            agency_id=seen.c.agency_id,
            area_id=seen.c.area_id,
            requested_by_id=joint_session.c.host_id,
            due_on=awaited.c.due_on,
            created_at=seen.c.created_at,
            source=seen.join(awaited, awaited.c.id == seen.c.id).outerjoin(
                joint_session, joint_session.c.id == seen.c.session_id
            ),
        )
    ]


SESSION_BRANCHES: Final[Mapping[TaskKind, Callable[[Viewer], list[sa.Select[Any]]]]] = {
    TaskKind.SESSION_PREPARE: prepare_branch,
    TaskKind.POSITION_TAKE: position_branch,
    TaskKind.COMMITMENT_REPORT: report_branch,
}
"""The tasks of each kind that follow from joint sessions."""
