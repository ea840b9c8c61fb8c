"""One row: the disbursement of a budget code in a fiscal year, with a province if the file has
one.
"""

from typing import Final

from connectors.kit.mapped_row import MappedRow
from hub.domain.sources.joins import Join
from hub.domain.sources.records import NameKind, ParsedProject, RawName, RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.domain.time import FiscalYear

BUDGET_SOURCE: Final = "govspending_budget"
"""The source whose projects have the same codes (`bb_code`)."""

BUDGET_CODE_LENGTH: Final = 16
"""Characters of a budget code; those of ministries 01 to 09 begin with a zero."""


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Return the budget code as a project, and the disbursed amounts of the row as its lines."""
    row = MappedRow(raw, spec)
    if (total_entry := row.total_entry()) is not None:
        return total_entry
    year, code = row.year(), row.code("budget_code", BUDGET_CODE_LENGTH)
    agency = row.text("agency", required=True)
    if not code:
        row.text("budget_code", required=True)
    areas = row.areas("province")
    if row.has_field("province") and not areas:
        row.text("province", required=True)
    lines = tuple(row.lines(areas[0] if len(areas) == 1 else None, lambda: year))
    row.check_amounts()
    if year is None:
        return SourceEntry(row.key(), doubts=tuple(row.doubts), unplaced=row.unplaced)
    return SourceEntry(
        key=row.key(),
        scope=str(year.be),
        project=build_project(row, year, code, agency),
        lines=lines,
        joins=(Join(BUDGET_SOURCE, code=code, year=year),) if code else (),
        doubts=tuple(row.doubts),
        unplaced=row.unplaced,
    )


def build_project(row: MappedRow, year: FiscalYear, code: str, agency: str) -> ParsedProject:
    """Return the project of the row's budget code, for codes that the budget source does not
    contain.
    """
    return ParsedProject(
        key=f"{year.be}|{code}",
        name_th=row.text("title") or f"รหัสงบประมาณ {code}",
        actor_level=None,
        owner=RawName(NameKind.AGENCY, agency, row.code("agency_code") or None),
        years=(year,),
        code=code or None,
    )
