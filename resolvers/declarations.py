"""Resolvers of what sources declare: evidence of reasons, origins of declarations, strategies."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.linkages import LinkageDeclaration, Reason
from hub.domain.projects import Project
from hub.domain.provenance import Assertion, Provenance, SourceRecord, StatedStrategy
from resolvers.arguments import fetch_grouped_by_as_of
from resolvers.context import Context


async def evidence(reasons: Sequence[Reason], context: Context) -> Sequence[Sequence[SourceRecord]]:
    """Return the records that each reason rests on; a record that has vanished is absent."""
    ids = {record_id for reason in reasons for record_id in reason.record_ids}
    found = await context.unit.provenance.by_record(sorted(ids)) if ids else {}
    records = {key: origin.record for key, origin in found.items()}
    return [
        [record for key in reason.record_ids if (record := records.get(key)) is not None]
        for reason in reasons
    ]


async def provenance_of_declarations(
    declarations: Sequence[LinkageDeclaration], context: Context
) -> Sequence[Provenance]:
    """Return the record of each declaration, or its source alone when the record has vanished."""

    async def _fetch(
        group: Sequence[LinkageDeclaration], at: datetime | None
    ) -> Sequence[Provenance]:
        ids = sorted({one.record_id for one in group if one.record_id is not None})
        by_record = await context.unit.provenance.by_record(ids, at) if ids else {}
        vanished = sorted({one.source_id for one in group if one.record_id not in by_record})
        sources = await context.unit.provenance.sources_by_id(vanished) if vanished else {}
        return [
            by_record[one.record_id]
            if one.record_id in by_record
            else Provenance(
                sources[one.source_id], None, None, Assertion.REPORTED, None, None, None
            )
            for one in group
        ]

    return await fetch_grouped_by_as_of(declarations, _fetch)


async def stated_strategies(
    projects: Sequence[Project], context: Context
) -> Sequence[Sequence[StatedStrategy]]:
    """Return what the sources of each project write as its strategy, by source and record."""

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Sequence[StatedStrategy]]:
        found = await context.unit.provenance.strategies_by_project([p.id for p in group], at)
        return [found.get(project.id, []) for project in group]

    return await fetch_grouped_by_as_of(projects, _fetch)
