"""Runs of a disbursement file: quarantine, corrections, changed mappings, joins with the budget."""

from pathlib import Path
from typing import Any

import pytest

from connectors.registry import find_connector
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import QuarantineReason
from hub.errors import SourceRefused
from hub.services.sources.source_status import list_waiting_questions
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.connectors.disbursement_file import build_line, create_connector, run_ingest, write_csv


async def test_unknown_names_conflicting_keys_and_malformed_rows_are_quarantined(
    tmp_path: Path, fresh_database: Database
) -> None:
    path = write_csv(
        tmp_path,
        build_line(),
        build_line(จังหวัด="สิงค์บุรี"),
        build_line(รหัส="2", หน่วยงาน="กรมที่ไม่มี"),
        build_line(รหัส="3", จำนวน="1"),
        build_line(รหัส="3", จำนวน="2"),
        build_line(รหัส="4") + ",5",
        build_line(),
    )
    result = await run_ingest(fresh_database, path, create_connector(tmp_path))
    counts = {
        outcome: result.ledger.count_of(outcome)
        for outcome in Outcome
        if result.ledger.count_of(outcome)
    }
    assert counts == {Outcome.NEW: 1, Outcome.DUPLICATE: 1, Outcome.QUARANTINED: 5}
    questions = await list_waiting_questions(fresh_database)
    assert {one.reason for one in questions} == {
        QuarantineReason.UNKNOWN_NAME,
        QuarantineReason.CONFLICTING_VALUES,
        QuarantineReason.WRONG_TYPE,
    }
    [similar] = [one for one in questions if one.written == "สิงค์บุรี"]
    assert [proposal.target for proposal in similar.proposals] == ["17"]


async def test_correction_and_removal_do_not_change_answers_as_of_before(
    tmp_path: Path, fresh_database: Database
) -> None:
    source = create_connector(tmp_path)
    lines = [build_line(รหัส=f"{n}") for n in range(30)]
    await run_ingest(fresh_database, write_csv(tmp_path, *lines), source)
    before_change = await fresh_database.pool.fetchval("select clock_timestamp()")
    ids = [row[0] for row in await fresh_database.pool.fetch("select id from project")]

    async def fetch_total(at: Any = None) -> int:
        async with fresh_database.read_transaction() as transaction:
            found = await BudgetLines(transaction, ANONYMOUS).by_projects(ids, at=at)
            return sum(
                one.amount.satang for project_lines in found.values() for one in project_lines
            )

    total_before = await fetch_total()
    lines[0] = build_line(รหัส="0", จำนวน="2500")
    result = await run_ingest(fresh_database, write_csv(tmp_path, *lines[:-1]), source)
    assert (result.ledger.count_of(Outcome.CHANGED), result.ledger.vanished) == (1, 1)
    assert await fetch_total() == total_before + 150_000 - 100_000
    assert await fetch_total(before_change) == total_before
    with pytest.raises(SourceRefused, match=r"26 of 29 records are missing"):
        await run_ingest(fresh_database, write_csv(tmp_path, *lines[:3]), source)


async def test_changed_mapping_parses_unchanged_rows_again(
    tmp_path: Path, fresh_database: Database
) -> None:
    path = write_csv(tmp_path, build_line())
    await run_ingest(fresh_database, path, create_connector(tmp_path))
    second = await run_ingest(
        fresh_database, path, create_connector(tmp_path, money_unit="THOUSAND_BAHT")
    )
    assert second.ledger.count_of(Outcome.UNCHANGED) == 1
    assert await fresh_database.pool.fetchval("select amount from budget_line") == 100_000_000


async def test_disbursement_joins_the_budget_project_with_its_code(
    tmp_path: Path, fresh_database: Database
) -> None:
    budget = find_connector("govspending_budget")
    path = tmp_path / "budget.jsonl"
    sample = budget.folder / "sample" / "records.jsonl"
    path.write_text(sample.read_text("utf-8").splitlines()[0], "utf-8")
    await run_ingest(fresh_database, path, budget)
    matching = build_line(ปี="2561")
    unmatched = build_line(ปี="2561", รหัส="1500800010700009")
    await run_ingest(
        fresh_database, write_csv(tmp_path, matching, unmatched), create_connector(tmp_path)
    )
    joined_lines = await fresh_database.pool.fetch(
        "select p.source_id, p.code from budget_line b join project p on p.id = b.project_id "
        "join source_record r on r.id = b.record_id where r.source_id = 'made_up' order by 2"
    )
    assert [tuple(one) for one in joined_lines] == [
        ("govspending_budget", "1500700010700001"),
        ("made_up", "1500800010700009"),
    ]
