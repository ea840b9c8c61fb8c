"""Names that addresses in the same document determine are ruled by them; others keep waiting."""

import csv
from pathlib import Path

import pytest

from connectors.kit.files import compute_file_digest, create_file_pages
from connectors.registry import find_connector
from hub.domain.sources.ledger import Outcome
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources.settle_by_evidence import list_determined_names, settle_by_evidence
from hub.services.sources.source_status import list_recorded_rulings, list_waiting_questions
from hub.store.database import Database
from tests.ingest.generated_act import COLUMNS
from tests.ingest.made_up_source import find_sample

ACT = find_connector("budget_act")
EAST = "กลุ่มจังหวัดภาคตะวันออก"
Rows = list[tuple[str, str]]


async def ingest_act(database: Database, path: Path) -> RunResult:
    source_input = SourceInput(
        create_file_pages(path, ACT.spec), path.name, compute_file_digest(path)
    )
    return await ingest(database, ACT.spec, ACT.read, source_input)


async def ingest_rows(database: Database, path: Path, rows: Rows) -> RunResult:
    """Ingest rows of an act, each a unit and the description of its item."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for number, (unit, description) in enumerate(rows):
            row = dict.fromkeys(COLUMNS, "")
            writer.writerow(
                row
                | {
                    "ITEM_ID": f"2022.9.8.{number}", "REF_DOC": "2022.9.8", "MINISTRY": "จังหวัด",
                    "BUDGETARY_UNIT": unit, "BUDGET_PLAN": "แผนงาน", "OUTPUT": f"ผลผลิต {number}",
                    "ITEM_DESCRIPTION": description, "FISCAL_YEAR": "2022", "AMOUNT": "1,000",
                    "CROSS_FUNC?": "False", "OBLIGED?": "False",
                }
            )  # fmt: skip
    return await ingest_act(database, path)


async def list_targets(database: Database) -> dict[str, str]:
    found = await list_determined_names(database, "budget_act")
    return {one.question.written: one.determination.target for one in found}


ROAD, PAY = "ซ่อมถนน ตำบลเขาไม้แก้ว อำเภอบางละมุง จังหวัดชลบุรี", "ค่าจ้างเหมาบริการ"


@pytest.mark.parametrize(
    ("rows", "targets"),
    [
        ([(EAST, ROAD), (EAST, PAY), (EAST, "คลอง อำเภอแกลง จังหวัดระยอง")], {EAST: "C2560-08"}),
        (
            [(EAST, "ถนน อำเภอขลุง จ.จันทบุรี"), (EAST, "ถนน อ.เมืองนครนายก จ.นครนายก"),
             (EAST, "ถนน อำเภอตาพระยา จังหวัดสระแก้ว เชื่อมอำเภอละหานทราย จังหวัดบุรีรัมย์")],
            {EAST: "C2560-09"},
        ),
        (
            [("จังหวัดสิงค์บุรี", "เขื่อน อำเภอพรหมบุรี จังหวัดสิงห์บุรี"),
             ("จังหวัดสิงค์บุรี", "คลอง อำเภอเมืองสิงห์บุรี จังหวัดสิงห์บุรี")],
            {"จังหวัดสิงค์บุรี": "17"},
        ),
        ([(EAST, ROAD), (EAST, PAY)], {}),  # one address may be a mistake
        ([(EAST, ROAD), (EAST, ROAD), (EAST, "ถนน อำเภอขลุง จังหวัดจันทบุรี")], {}),
        ([(EAST, ROAD), (EAST, ROAD), (EAST, "ถนน อำเภอปาย จังหวัดแม่ฮ่องสอน")], {}),
        ([(EAST, "ทางไปจังหวัดชลบุรี"), (EAST, "ทางไปจังหวัดระยอง")], {}),  # no address
        ([(EAST, PAY), (EAST, PAY)], {}),
        (
            [("จังหวัดสิงค์บูรี", "เขื่อน อำเภอพรหมบุรี จังหวัดสิงห์บุรี")] * 2,  # two letters differ
            {},
        ),
        ([("จังหวัดสิงค์บุรี", ROAD), ("จังหวัดสิงค์บุรี", ROAD)], {}),
    ],
)  # fmt: skip
async def test_name_is_determined_by_addresses_that_agree(
    fresh_database: Database, tmp_path: Path, rows: Rows, targets: dict[str, str]
) -> None:
    await ingest_rows(fresh_database, tmp_path / "act.csv", rows)
    assert await list_targets(fresh_database) == targets


async def test_ruling_by_evidence_settles_the_block_and_is_in_the_audit_log_with_its_addresses(
    fresh_database: Database, tmp_path: Path
) -> None:
    rows = [(EAST, ROAD), (EAST, PAY), (EAST, ROAD), ("จังหวัดตราด", PAY), (EAST, PAY)]
    path = tmp_path / "act.csv"
    await ingest_rows(fresh_database, path, rows)
    [name] = await list_determined_names(fresh_database, "budget_act")
    settlement = await settle_by_evidence(fresh_database, ACT.spec, ACT.read, name, "somsri")
    assert settlement.settled == 3
    # The second block of the name has no address of its own.
    [waiting] = await list_waiting_questions(fresh_database)
    assert (waiting.written, waiting.row_count) == (EAST, 1)
    entry = await fresh_database.pool.fetchval(
        "select entry::text from access_log order by number desc limit 1"
    )
    for text in ("review evidence", "C2560-08", "อำเภอบางละมุง จังหวัดชลบุรี"):
        assert text in entry
    [ruling] = await list_recorded_rulings(fresh_database)
    assert ruling.decision
    assert (ruling.decision.target, ruling.by) == ("C2560-08", "somsri")
    again = await ingest_act(fresh_database, path)
    assert again.ledger.count_of(Outcome.QUARANTINED) == 1


async def test_real_volume_needs_one_decision_after_its_evidence(fresh_database: Database) -> None:
    path = find_sample("budget_act/2022-3-13-1.csv")
    await ingest_act(fresh_database, path)
    for name in await list_determined_names(fresh_database, "budget_act"):
        await settle_by_evidence(fresh_database, ACT.spec, ACT.read, name, "somsri")
    questions = await list_waiting_questions(fresh_database, "budget_act")
    assert [one.written for one in questions] == ["300,0"]
    assert (await ingest_act(fresh_database, path)).ledger.count_of(Outcome.QUARANTINED) == 1
