"""The tasks to look at sources that report otherwise than an agreement."""

from typing import Any

import sqlalchemy as sa

from hub.domain.findings import FindingKind, FindingStatus
from hub.domain.global_id import GlobalId
from hub.domain.identity.viewer import Viewer
from hub.domain.tasks import TaskKind
from hub.store.findings.reading import visible_findings
from hub.store.tables import agreed_fact, finding
from hub.store.task_columns import own_agency, task_columns
from hub.store.visibility import UNPUBLISHED_COLUMN, departments_of_ministry


def conflict_branch(viewer: Viewer) -> list[sa.Select[Any]]:
    """Return the findings that a source differs from an agreement, for each party to it."""
    agency_id = own_agency(viewer)
    shown = visible_findings(viewer, finding, None).subquery("conflict")
    unnested = (
        sa.func.unnest(shown.c.parties)
        .table_valued(sa.column("id", sa.Text), name="unnested")
        .render_derived("unnested")
    )
    named = sa.exists().where(agreed_fact.c.finding_id == shown.c.id)
    single_year = sa.case((sa.func.cardinality(shown.c.fiscal_years) == 1, shown.c.fiscal_years[1]))
    return [
        task_columns(
            TaskKind.CONFLICT_REVIEW,
            key=unnested.c.id + sa.literal("|", sa.Text) + shown.c.id,
            subject=sa.literal(str(GlobalId("Finding", "")), sa.Text) + shown.c.id,
            agency_id=unnested.c.id,
            area_id=sa.case((sa.func.cardinality(shown.c.areas) == 1, shown.c.areas[1])),
            fiscal_year=single_year,
            created_at=shown.c.created_at,
            unpublished=[shown.c[UNPUBLISHED_COLUMN]] if UNPUBLISHED_COLUMN in shown.c else (),
            source=shown.join(unnested, sa.true()),
        ).where(
            shown.c.kind == FindingKind.CONFLICTING_SOURCES.value,
            shown.c.status == FindingStatus.OPEN.value,
            named.correlate_except(agreed_fact),
            unnested.c.id.in_(
                sa.union_all(sa.select(agency_id), departments_of_ministry(agency_id))
            ),
        )
    ]
