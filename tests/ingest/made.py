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

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
AT = datetime(2026, 1, 1, tzinfo=UTC)
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


def sample(name: str) -> Path:
    """A file of real public data, beside the project; the test is skipped where it is not."""
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"the samples of real public data are not here: {path}")
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
    counted = thai.readable_satang(satang)
    area = RawName(NameKind.AREA, thai.clean_text(row["area"]))
    line = () if counted is None else (
        ParsedBudgetLine(
            "amount", year, BudgetPhase.APPROPRIATED, FundingSource.MINISTRY, counted, area
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


def row(number: int | str, amount: Any = "1,000", **more: Any) -> Row:
    """A record nothing is wrong with, or what the test makes of it."""
    whole: Row = {"id": f"r{number}", "year": "2567", "name": f"งาน {number}", "area": "ตราด"}
    return {**whole, "amount": amount, **more}


def given(
    *pages: Sequence[Row], complete: bool = True, gone: Sequence[str] = (), snapshot: str = "s"
) -> SourceInput:
    """A run's input, page by page; records of `gone` ids are the source's own tombstones."""

    async def every(cursor: str | None) -> AsyncIterator[RawPage]:
        for at in range(int(cursor or 0), len(pages)):
            following = str(at + 1) if at + 1 < len(pages) else None
            raws = [
                RawRecord(None, one, "made-up", AT, deleted=str(one["id"]) in gone)
                for one in pages[at]
            ]
            yield RawPage(raws, str(at), following, "made-up", AT)

    return SourceInput(every, "made-up", snapshot, complete)


FACTS = (
    "select p.source_key, p.name_th, p.fiscal_years, b.amount, b.area_id, b.fiscal_year "
    "from project p left join budget_line b on b.project_id = p.id "
    "where p.source_id = 'made_up' order by 1, 4"
)


async def facts(database: Database) -> list[tuple[Any, ...]]:
    return [tuple(one) for one in await database.pool.fetch(FACTS)]
