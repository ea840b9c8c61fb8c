"""Records of budget and disbursement for tests of registers, and their ingest."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.registry import find_connector
from hub.domain.sources.ledger import Ledger
from hub.domain.sources.records import RawPage, RawRecord
from hub.ingest.run import SourceInput, ingest
from hub.store.database import Database

REGISTERS: Final = Path(__file__).parents[3] / "shared/field/registers"
SOURCE: Final = "govspending_budget"


def build_record(
    number: int,
    year: int,
    agency: tuple[str, str],
    place: str,
    baht: int = 1_000,
    disbursed_in: str | None = None,
) -> dict[str, Any]:
    """Return a record of one amount; `agency` is its code of the budget and its name."""
    code, name = agency
    return {
        "bb_code": f"{code}{number:011}", "bb_year": str(year), "amount": baht,
        "min_code": f"{code[:2]}000", "agc_code": code, "min": "", "agc": name,
        "name": f"งานสมมุติ {number}", "objc_level1_name": "งบสมมุติ", "gf_amount_sum": 0,
        "compare": [
            {
                "bb_amount": baht, "bb_province": place,
                "gf_amount": 0, "gf_province": disbursed_in or place,
            }
        ],
    }  # fmt: skip


def read_original_records() -> list[dict[str, Any]]:
    """Return the records of the field report; skip the test if they are not there."""
    file = REGISTERS / "few_records.jsonl"
    if not file.is_file():
        pytest.skip(f"no registers of the field: put their folder at {REGISTERS}")
    lines = file.read_text("utf-8").splitlines()
    return [json.loads(line, parse_float=Decimal) for line in lines]


async def ingest_records(database: Database, records: Sequence[Mapping[str, Any]]) -> Ledger:
    """Ingest records in one page and return the ledger."""
    source, now = find_connector(SOURCE), datetime.now(UTC)

    async def fetch_pages(_: str | None) -> AsyncIterator[RawPage]:
        raws = [RawRecord(None, dict(one), "records", now) for one in records]
        yield RawPage(raws, None, None, "records", now)

    done = await ingest(database, source.spec, source.read, SourceInput(fetch_pages, "records"))
    assert done.ledger.balanced
    return done.ledger
