"""Rows of the appropriation act: names without a code, a wrong ruling, thirds of an amount.

`test_field_rows…` read the original rows of the field report when they are beside the checkout.
"""

import csv
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.registry import find_connector
from hub.domain.agencies import AgencyDraft, AgencyKind
from hub.domain.sources.ledger import Ledger, Outcome
from hub.domain.sources.records import NameKind, QuarantineReason, RawPage, RawRecord
from hub.domain.sources.rulings import NewAgencyDecision, Ruling
from hub.ingest.run import SourceInput, ingest
from hub.services.sources.settle_quarantine import settle_quarantine
from hub.services.sources.settle_rows import decide_name
from hub.services.sources.source_status import list_waiting_questions
from hub.store.database import Database

FIELD_ROWS = Path(__file__).parents[3] / "shared/field/registers/act_rows.csv"
ACT = find_connector("budget_act")
REVENUE, EXCISE = "department:03007", "department:03006"
MISSPELT = "กรมสรรพกร"
OWNER_AMOUNTS = """
select p.owner_id, sum(b.amount)::bigint as satang from project p
join budget_line b on b.project_id = p.id where p.source_id = 'budget_act' group by 1
"""


def build_act_row(number: int, unit: str, amount: str) -> dict[str, str]:
    """Return a row of the act."""
    return {
        "ITEM_ID": f"2022.8.8.{number}", "REF_DOC": "2022.8.8", "MINISTRY": "กระทรวงการคลัง",
        "BUDGETARY_UNIT": unit, "BUDGET_PLAN": "แผนงานสมมุติ", "OUTPUT": f"ผลผลิตสมมุติ {number}",
        "PROJECT": "", "FISCAL_YEAR": "2022", "AMOUNT": amount,
    }  # fmt: skip


OWN_ROWS = [
    build_act_row(0, "มหาวิทยาลัยสมมุติ", "7,000,000"),
    build_act_row(1, MISSPELT, "4,000,000"),
    build_act_row(2, "กรมสรรพากร", "6,666,666.666666667"),
    build_act_row(3, "กรมสรรพากร", "1,428,571.4285714286"),
    build_act_row(4, "กรมสรรพากร", "1,428,571.43"),
]
"""A university without a code, a misspelt department, two thirds, a seventh, and its like in
satang, which is no third.
"""


async def ingest_rows(database: Database, rows: Sequence[dict[str, str]]) -> Ledger:
    now = datetime.now(UTC)

    async def fetch_pages(_: str | None) -> AsyncIterator[RawPage]:
        raws = [RawRecord(None, row, "act", now) for row in rows]
        yield RawPage(raws, None, None, "act", now)

    return (await ingest(database, ACT.spec, ACT.read, SourceInput(fetch_pages, "act"))).ledger


async def fetch_owner_amounts(database: Database) -> dict[str | None, int]:
    rows = await database.pool.fetch(OWNER_AMOUNTS)
    return {row["owner_id"]: row["satang"] for row in rows}


async def settle(database: Database, ruling: Ruling) -> int:
    done = await settle_quarantine(database, ACT.spec, ACT.read, ruling, "somsri")
    return done.settled


async def rule_misspelt(database: Database, target: str) -> int:
    done = await decide_name(
        database, ACT.spec, ACT.read, "somsri", name=MISSPELT, target=target, kind=NameKind.AGENCY
    )
    return done.settled


async def round_all(database: Database) -> int:
    questions = await list_waiting_questions(database, "budget_act")
    fine = [one for one in questions if one.reason is QuarantineReason.AMOUNT_TOO_FINE]
    return await settle(database, Ruling(round=tuple(row for one in fine for row in one.rows)))


async def test_rows_of_the_act_are_counted_ruled_and_corrected(fresh_database: Database) -> None:
    ledger = await ingest_rows(fresh_database, OWN_ROWS)
    assert (ledger.balanced, ledger.without_amount) == (True, {Outcome.QUARANTINED: 2})
    assert await fetch_owner_amounts(fresh_database) == {REVENUE: 142_857_143}
    assert await rule_misspelt(fresh_database, EXCISE) == 1
    assert (await fetch_owner_amounts(fresh_database))[EXCISE] == 400_000_000
    assert await rule_misspelt(fresh_database, REVENUE) == 1
    assert await fetch_owner_amounts(fresh_database) == {REVENUE: 542_857_143}
    assert await round_all(fresh_database) == 2
    assert await fetch_owner_amounts(fresh_database) == {
        REVENUE: 542_857_143 + 666_666_667 + 142_857_143
    }
    draft = AgencyDraft("มหาวิทยาลัยสมมุติ", AgencyKind.OTHER)
    assert (
        await settle(fresh_database, Ruling(new_agency=NewAgencyDecision(draft.name, draft))) == 1
    )
    assert await list_waiting_questions(fresh_database, "budget_act") == []
    again = await ingest_rows(fresh_database, OWN_ROWS)
    assert (again.count_of(Outcome.UNCHANGED), again.balanced) == (5, True)


async def test_field_rows_of_the_act_are_counted_ruled_and_corrected(
    fresh_database: Database,
) -> None:
    if not FIELD_ROWS.is_file():
        pytest.skip(f"no field report: put its folder at {FIELD_ROWS.parent}")
    with FIELD_ROWS.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ledger = await ingest_rows(fresh_database, rows)
    assert ledger.balanced
    assert ledger.without_amount == {Outcome.QUARANTINED: 2}
    assert await rule_misspelt(fresh_database, EXCISE) == 1
    assert await rule_misspelt(fresh_database, REVENUE) == 1
    assert EXCISE not in await fetch_owner_amounts(fresh_database)
    assert await round_all(fresh_database) == 2
