"""A made-up source: its pages are lists, so that a test can say exactly what comes when."""

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
        "columns": {"required": ["id", "year", "name", "area", "amount"]},
        "expect": {"least_records": 1, "largest_drop": 0.5},
    },
    "first",
)
Row = dict[str, Any]


def find_sample(name: str) -> Path:
    """A file of real public data, beside the project; the test is skipped where it is not."""
    path = SAMPLES_FOLDER / name
    if not path.is_file():
        pytest.skip(f"no samples of real public data: put their folder at {SAMPLES_FOLDER}")
    return path


def read(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """A project a record, with one line."""
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
        RawName(NameKind.AGENCY, "กระทรวงมหาดไทย"),
        (year,),
    )
    return SourceEntry(key, project=project, lines=line, doubts=doubts)


def build_row(number: int | str, amount: Any = "1,000", **more: Any) -> Row:
    """A record nothing is wrong with, or what the test makes of it."""
    record: Row = {"id": f"r{number}", "year": "2567", "name": f"งาน {number}", "area": "ตราด"}
    return {**record, "amount": amount, **more}


def build_input(
    *pages: Sequence[Row],
    complete: bool = True,
    deleted_ids: Sequence[str] = (),
    snapshot: str = "s",
) -> SourceInput:
    """A run's input, page by page; records of `gone` ids are the source's own tombstones."""

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
