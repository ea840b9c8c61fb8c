"""One row: a project of a local development plan, with its planned amount of each year."""

from connectors.kit.mapped_row import MappedRow
from hub.domain.agencies import ActorLevel
from hub.domain.sources.records import NameKind, ParsedProject, RawName, RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project of the row in its authority's area, and a line for each year's amount."""
    row = MappedRow(raw, spec)
    if (total_entry := row.total_entry()) is not None:
        return total_entry
    title, authority = row.text("title", required=True), row.text("authority", required=True)
    row.text("strategy", required=True)
    declared = row.linkages(None)
    area = RawName(NameKind.AREA, authority) if authority else None
    lines = tuple(row.lines(area, row.year))
    return SourceEntry(
        key=row.key(),
        scope=authority,
        project=ParsedProject(
            key=row.key() or "",
            name_th=title,
            actor_level=ActorLevel.LOCAL,
            owner=RawName(NameKind.AGENCY, authority, row.code("authority_code") or None),
            areas=(area,) if area else (),
            code=row.code("code") or None,
        ),
        lines=lines,
        doubts=tuple(row.doubts),
        unplaced=row.unplaced,
        linkages=declared.linkages,
        linkage_doubts=declared.doubts,
        strategies=row.strategies("strategy"),
    )
