"""One row: a project of a ministry's register, with its amounts of any phase."""

from connectors.kit.mapped_row import MappedRow
from hub.domain.sources.records import NameKind, ParsedProject, RawName, RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the project of the row; its amounts have an area if the row names exactly one."""
    row = MappedRow(raw, spec)
    if (total_entry := row.total_entry()) is not None:
        return total_entry
    title, agency = row.text("title", required=True), row.text("agency", required=True)
    ministry = row.text("ministry") or None
    areas, years = row.areas("provinces"), row.years("years")
    if row.has_field("fiscal_year") and (row_year := row.year()) is not None:
        years = tuple(dict.fromkeys((*years, row_year)))
    lines = tuple(row.lines(areas[0] if len(areas) == 1 else None, row.year))
    declared = row.linkages(years[0] if len(years) == 1 else None)
    row.text("strategy")
    return SourceEntry(
        key=row.key(),
        project=ParsedProject(
            key=row.key() or "",
            name_th=title,
            name_en=row.text("title_en") or None,
            actor_level=None,
            owner=RawName(NameKind.AGENCY, agency, row.code("agency_code") or None, ministry),
            years=years,
            areas=areas,
            code=row.code("code") or None,
        ),
        lines=lines,
        doubts=tuple(row.doubts),
        unplaced=row.unplaced,
        linkages=declared.linkages,
        linkage_doubts=declared.doubts,
        strategies=row.strategies("strategy"),
    )
