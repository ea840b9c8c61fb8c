"""A made-up source whose pages are lists, so that a test sets the exact records and their order."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kit import thai
from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.sources.records import (
    Doubt,
    NameKind,
    ParsedBudgetLine,
    ParsedProject,
    RawName,
    RawPage,
    RawRecord,
    SourceEntry,
)
from hub.domain.sources.spec import SourceSpec, parse_source_spec
from hub.ingest.run import SourceInput
from hub.store.database import Database

SAMPLES_FOLDER = Path(__file__).parents[3] / "shared" / "samples"
RETRIEVED_AT = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = parse_source_spec(
    "made_up",
    {
        "title_th": "แหล่งสมมุติ",
        "title_en": "Made up",
        "agency": "ministry:15",
        "kind": "REGISTER",
        "transport": "FILE",
        "format": "JSON",
        "encoding": "utf-8",
        "money_unit": "BAHT",
        "era": "BE",
        "cadence": "MANUAL",
        "columns": {
            "required": ["id", "year", "name", "area", "amount"],
            "optional": ["owner"],
        },
        "expect": {"least_records": 1, "largest_drop": 0.5},
    },
    "first",
)
Row = dict[str, Any]


def find_sample(name: str) -> Path:
    """Return the path of a real public data file; skip the test if the file does not exist."""
    path = SAMPLES_FOLDER / name
    if not path.is_file():
        pytest.skip(f"no samples of real public data: put their folder at {SAMPLES_FOLDER}")
    return path


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Parse a record as a project with at most one budget line."""
    row: Mapping[str, Any] = raw.payload
    key = thai.clean_text(row["id"]) or None
    year = thai.parse_fiscal_year(row["year"], spec.era, "year")
    satang = thai.parse_amount(row["amount"], spec.money_unit, "amount")
    doubts = tuple(found for found in (year, satang) if isinstance(found, Doubt))
    if isinstance(year, Doubt):
        return SourceEntry(key, doubts=doubts)
    readable = thai.readable_satang(satang)
    area = RawName(NameKind.AREA, thai.clean_text(row["area"]))
    line = () if readable is None else (
        ParsedBudgetLine(
            "amount", year, BudgetPhase.APPROPRIATED, FundingSource.MINISTRY, readable, area
        ),
    )  # fmt: skip
    project = ParsedProject(
        thai.clean_text(row["id"]),
        thai.clean_text(row["name"]),
        ActorLevel.MINISTRY,
        RawName(NameKind.AGENCY, row.get("owner") or "กระทรวงมหาดไทย"),
        (year,),
    )
    return SourceEntry(key, project=project, lines=line, doubts=doubts)


def build_row(number: int | str, amount: Any = "1,000", **more: Any) -> Row:
    """Return a valid record, with the values that the test changes."""
    record: Row = {"id": f"r{number}", "year": "2567", "name": f"งาน {number}", "area": "ตราด"}
    return {**record, "amount": amount, **more}


def build_input(
    *pages: Sequence[Row],
    complete: bool = True,
    deleted_ids: Sequence[str] = (),
    snapshot: str = "s",
) -> SourceInput:
    """Return a run's input, page by page; records in `deleted_ids` are tombstones."""

    async def fetch_pages(cursor: str | None) -> AsyncIterator[RawPage]:
        for position in range(int(cursor or 0), len(pages)):
            next_cursor = str(position + 1) if position + 1 < len(pages) else None
            raws = [
                RawRecord(None, one, "made-up", RETRIEVED_AT, deleted=str(one["id"]) in deleted_ids)
                for one in pages[position]
            ]
            yield RawPage(raws, str(position), next_cursor, "made-up", RETRIEVED_AT)

    return SourceInput(fetch_pages, "made-up", snapshot, complete)


FACTS_QUERY = (
    "select p.source_key, p.name_th, p.fiscal_years, b.amount, b.area_id, b.fiscal_year "
    "from project p left join budget_line b on b.project_id = p.id "
    "where p.source_id = 'made_up' order by 1, 4"
)


async def fetch_facts(database: Database) -> list[tuple[Any, ...]]:
    return [tuple(one) for one in await database.pool.fetch(FACTS_QUERY)]
