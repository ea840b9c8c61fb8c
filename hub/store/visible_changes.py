"""Which changes a viewer may learn of: of what it may see now, and of what it could see before."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

from hub.domain.changes import ChangeTopic
from hub.domain.identity.viewer import Permission, Viewer
from hub.store import tables
from hub.store.findings.reading import visible_findings
from hub.store.sessions.agreements import visible_agreements, visible_commitments
from hub.store.visibility import (
    Predicate,
    agencies_acting_as_one,
    can_operate,
    is_visible,
    row_exists,
)


def is_linkage_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the linkage with an id, and its project."""
    link, project = tables.linkage.alias("changed"), tables.project.alias("of_changed")
    joined = link.join(project, project.c.id == link.c.project_id)
    return (
        sa.exists()
        .select_from(joined)
        .where(link.c.id == key, is_visible(link, viewer), is_visible(project, viewer))
        .correlate_except(link, project)
    )


def is_project_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the project with an id."""
    project = tables.project.alias("changed")
    return row_exists(project, project.c.id == key, is_visible(project, viewer))


def is_plan_version_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the plan version with an id."""
    version = tables.plan_version.alias("changed")
    return row_exists(version, version.c.id == key, is_visible(version, viewer))


def is_request_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the issue of the request with an id."""
    request, revision = tables.work_request.alias("changed"), tables.issue_revision.alias("issued")
    version = tables.plan_version.alias("issuing")
    joined = request.join(revision, revision.c.issue_id == request.c.issue_id).join(
        version, version.c.id == revision.c.version_id
    )
    return (
        sa.exists()
        .select_from(joined)
        .where(request.c.id == key, is_visible(version, viewer))
        .correlate_except(request, revision, version)
    )


def is_finding_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the finding with an id."""
    finding = tables.finding.alias("changed")
    visible = visible_findings(viewer, finding, None).where(finding.c.id == key)
    return sa.exists(visible.correlate_except(finding))


def is_run_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the run of a source with a number."""
    run, source = tables.source_run.alias("changed"), tables.source.alias("of_changed")
    return (
        sa.exists()
        .select_from(run.join(source, source.c.id == run.c.source_id))
        .where(run.c.id == sa.cast(key, sa.BigInteger), can_operate(source, viewer))
        .correlate_except(run, source)
    )


def is_agreement_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the agreement with an id."""
    visible = visible_agreements(viewer).where(tables.agreement.c.id == key)
    return sa.exists(visible.correlate_except(tables.agreement, tables.joint_session))


def is_commitment_visible(key: sa.ColumnElement[str], viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer may see the commitment with an id."""
    visible = visible_commitments(viewer).where(tables.commitment.c.id == key)
    return sa.exists(visible.correlate_except(tables.commitment, tables.joint_session))


PREDICATES: Final[Mapping[ChangeTopic, Any]] = {
    ChangeTopic.LINKAGE: is_linkage_visible,
    ChangeTopic.PROJECT: is_project_visible,
    ChangeTopic.PLAN_VERSION: is_plan_version_visible,
    ChangeTopic.WORK_REQUEST: is_request_visible,
    ChangeTopic.FINDING: is_finding_visible,
    ChangeTopic.SOURCE_RUN: is_run_visible,
    ChangeTopic.AGREEMENT: is_agreement_visible,
    ChangeTopic.COMMITMENT: is_commitment_visible,
}


def is_subject_visible(
    change: FromClause, viewer: Viewer, topics: Iterable[ChangeTopic]
) -> Predicate:
    """Return the predicate that the viewer may see the thing of a change as it is now.

    It contains the grounds of these topics alone: planning those of all takes most of the time.
    """
    return sa.case(
        *(
            (change.c.topic == topic.value, PREDICATES[topic](change.c.subject_id, viewer))
            for topic in topics
        ),
        else_=sa.false(),
    )


def could_be_seen(change: FromClause, viewer: Viewer) -> Predicate:
    """Return the predicate that the viewer could see the thing before or after the change.

    If the thing was published, everybody could. If not, the agencies that the change names could:
    they are those of the thing at that time, by the rights of today.
    """
    if viewer.has_permission(Permission.STEWARD):
        return sa.true()
    if viewer.agency_id is None:
        return change.c.public
    own = agencies_acting_as_one(sa.literal(viewer.agency_id, sa.Text)).subquery("own")
    agencies = sa.select(sa.func.array_agg(own.c[0])).scalar_subquery()
    return sa.or_(change.c.public, change.c.agency_ids.overlap(sa.cast(agencies, ARRAY(sa.Text))))
