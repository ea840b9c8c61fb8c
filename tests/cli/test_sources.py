"""Tests `hub ingest` and `hub source list|show`: dry run, ingest and list a file."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import RunCommand, expect_failure, expect_success, fetch_rows
from tests.connectors import workbooks
from tests.connectors.source_files import PLAN_FILE, write_source_file

SAMPLE = Path(__file__).parents[2] / "connectors" / "budget_act" / "sample" / "records.csv"
ROWS: list[list[Any]] = [
    ["โครงการ", "งบ", ""],
    ["", 2566, 2567],
    ["ยุทธศาสตร์ ก"],
    ["งานใหม่", "๑,๐๐๐", ""],
]
LINES = (
    "select p.name_th, b.amount, b.phase, b.area_id, r.origin from project p "
    "join budget_line b on b.project_id = p.id join source_run r on r.source_id = p.source_id"
)


def test_file_is_dry_run_with_its_mapping_then_ingested_and_its_name_decided(
    hub: RunCommand, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sources").mkdir()
    monkeypatch.setenv("HUB_SOURCES_DIR", str(tmp_path / "sources"))
    table = {
        **PLAN_FILE,
        "mapping": {**PLAN_FILE["mapping"], "constants": {"authority": "เมืองชายหาด"}},
    }
    plan = write_source_file(tmp_path, table, name="beach_plan")
    path = workbooks.write_workbook(tmp_path / "plan.xlsx", ROWS, ["A1:A2", "B1:C1"])
    trial = ("local_plan_file", "--from", path, "--mapping", plan)
    assert "nothing was written" in expect_success(hub("ingest", *trial, "--dry-run"))
    expect_failure(hub("ingest", *trial), 2, "move the file to HUB_SOURCES_DIR first")
    plan.rename(tmp_path / "sources" / plan.name)
    expect_success(hub("ingest", "beach_plan", "--from", path))
    assert fetch_rows(dsn, LINES) == []
    for kind in ("AGENCY", "AREA"):
        decision = ("beach_plan", "เมืองชายหาด", "--as", "local:T-0001", "--kind", kind)
        expect_success(hub("review", "decide", *decision))
    [found] = fetch_rows(dsn, LINES)
    assert tuple(found) == ("งานใหม่", 100_000, "PLANNED", "local:T-0001", "plan.xlsx")


def test_invalid_mapping_is_named_by_key_and_missing_mapping_by_path(
    run: RunCommand, tmp_path: Path
) -> None:
    plan = write_source_file(tmp_path, {**PLAN_FILE, "era": "AD"})
    options = ("local_plan_file", "--from", plan, "--mapping")
    wrong = run("ingest", *options, plan)
    expect_failure(wrong, 2, "made_up.toml era: ต้องเป็นหนึ่งใน BE, CE · must be one of BE")
    expect_failure(run("ingest", *options, "nowhere"), 2, "there is no file nowhere")
    right = write_source_file(tmp_path, PLAN_FILE)
    other = run("ingest", "budget_act", *options[1:], right)
    expect_failure(other, 2, "is for local_plan_file, not budget_act")


def test_unknown_source_and_missing_file_are_named(run: RunCommand) -> None:
    expect_failure(run("ingest", "nothing"), 2, "no source nothing", "budget_act")
    expect_failure(run("ingest", "budget_act"), 2, "--from: ", "budget_act needs a file")
    expect_failure(run("ingest", "budget_act", "--from", "nowhere"), 2, "there is no file nowhere")


def test_progress_goes_to_standard_error_and_the_ledger_to_standard_output(hub: RunCommand) -> None:
    done = hub("ingest", "budget_act", "--from", SAMPLE)
    last_line = expect_success(done).splitlines()[-1]
    assert "the ledger balances, except for the money of 1 row " in last_line
    assert done.err == "\r  5   \n"


def test_source_is_shown_with_the_ledger_of_its_latest_run(hub: RunCommand, dsn: str) -> None:
    expect_failure(hub("source", "show", "budget_act"), 1, "hub source list")
    expect_success(hub("ingest", "budget_act", "--from", SAMPLE))
    shown = expect_success(hub("source", "show", "budget_act"))
    assert "2 ระเบียน · records" in shown
    assert "the ledger balances" in shown
    found = hub("source", "show", "budget_act", "--json").json
    assert found["ledger"] == {
        "read": 5,
        "vanished": 0,
        "balanced": True,
        "records": {
            "NEW": 2, "CHANGED": 0, "UNCHANGED": 0, "DUPLICATE": 0, "QUARANTINED": 3, "REFUSED": 0,
        },
        "satang_read": {"PLANNED": 300_000_000, "APPROPRIATED": 125_380_050},
        "satang": {
            "NEW": {"APPROPRIATED": 125_080_050},
            "QUARANTINED": {"PLANNED": 300_000_000, "APPROPRIATED": 300_000},
        },
        "satang_vanished": {},
        "vanished_waiting": 0,
        "vanished_without_amount": 0,
        "finer_than_satang": 0,
        "refused_by": {},
        "without_amount": {"QUARANTINED": 1},
    }  # fmt: skip
    [listed] = hub("source", "list", "--json").json
    assert {**listed, "ledger": found["ledger"]} == found
    assert sorted(listed) == [
        "cadence",
        "fiscal_years",
        "health",
        "id",
        "last_success_at",
        "latest_run",
        "problem",
        "records",
        "title_en",
        "title_th",
        "transport",
        "waiting",
    ]
    assert listed["fiscal_years"] == [{"be": 2565, "ce": 2022}]
    assert (listed["records"], listed["waiting"], listed["problem"]) == (2, 3, None)


def test_empty_list_prints_a_message_in_both_languages(hub: RunCommand) -> None:
    assert expect_success(hub("source", "list")) == "ยังไม่มีแหล่งข้อมูล · There is no source\n"
    assert hub("source", "list", "--json").json == []
