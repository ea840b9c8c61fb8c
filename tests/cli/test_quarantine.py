"""Tests `hub review`: list quarantined rows, decide names, accept and refuse rows."""

from pathlib import Path

import pytest

from hub.services.identity.operator import account
from tests.cli.conftest import RunCommand, expect_failure, expect_success, fetch_rows

SAMPLE = Path(__file__).parents[2] / "connectors" / "budget_act" / "sample" / "records.csv"
BLOCK = "2022.9.1|กลุ่มจังหวัดภาคตะวันออก#1"


@pytest.fixture
def hub_with_quarantine(hub: RunCommand) -> RunCommand:
    """Return the command line over a database with three quarantined rows."""
    expect_success(hub("ingest", "budget_act", "--from", SAMPLE))
    return hub


def test_review_questions_are_listed_with_amounts_in_satang(
    hub_with_quarantine: RunCommand,
) -> None:
    found = hub_with_quarantine("review", "list", "budget_act", "--json").json
    assert [one["reason"] for one in found] == [
        "AMBIGUOUS_NAME",
        "MISPLACED_SEPARATOR",
        "AMBIGUOUS_NAME",
        "MISSING_VALUE",
    ]
    assert [max(one["satang"].values(), default=0) for one in found] == sorted(
        (max(one["satang"].values(), default=0) for one in found), reverse=True
    )
    first = next(one for one in found if one["block"])
    assert [one.pop("target") for one in first["proposals"]] == ["C2560-08", "C2560-09"]
    assert len(first["key"]) == 16
    assert {key: first[key] for key in sorted(first) if key not in ("proposals", "key")} == {
        "block": BLOCK,
        "field": "owner",
        "fiscal_years": [{"be": 2565, "ce": 2022}, {"be": 2565, "ce": 2022}],
        "kind": "AREA",
        "message_en": "the number of the name was lost; it fits 2 things",
        "message_th": "เลขท้ายชื่อหายไป เป็นได้ 2 หน่วย",
        "reason": "AMBIGUOUS_NAME",
        "row_count": 1,
        "rows": [1],
        "satang": {"PLANNED": 300_000_000},
        "source": "budget_act",
        "written": "กลุ่มจังหวัดภาคตะวันออก",
    }
    assert hub_with_quarantine("review", "list", "contracts", "--json").json == []


def test_name_is_decided_in_its_block_and_logged_with_its_operator(
    hub_with_quarantine: RunCommand, dsn: str
) -> None:
    name = ("budget_act", "กลุ่มจังหวัดภาคตะวันออก")
    done = hub_with_quarantine(
        "review", "decide", *name, "--as", "C2560-08", "--block", BLOCK, "--by", "somsri"
    )
    assert "1 rows read again, 1 settled" in expect_success(done)
    [row] = fetch_rows(dsn, "select entry from access_log")
    assert f'"subject":"somsri ({account()})"' in row["entry"]
    expect_failure(
        hub_with_quarantine("review", "decide", "budget_act", "กลุ่มจังหวัดใหม่", "--as", "C2560-08"),
        1,
        "no waiting row has the name",
    )


def test_rows_are_accepted_and_refused_by_number(hub_with_quarantine: RunCommand) -> None:
    assert "2 settled" in expect_success(
        hub_with_quarantine("review", "refuse", "budget_act", 1, 3)
    )
    red_cross = ("budget_act", "สภากาชาดไทย", "--as", "department:60002", "--kind", "AGENCY")
    expect_success(hub_with_quarantine("review", "decide", *red_cross, "--years", "2565"))
    assert "1 settled" in expect_success(hub_with_quarantine("review", "accept", "budget_act", 2))
    assert (
        expect_success(hub_with_quarantine("review", "list"))
        == "ไม่มีแถวที่รอตรวจ · No row is in quarantine\n"
    )
    expect_failure(
        hub_with_quarantine("review", "accept", "budget_act", 2),
        1,
        "no row 2 of budget_act is waiting",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["decide", "budget_act", "ชื่อ"], "--as is required"),
        (["decide", "budget_act", "ชื่อ", "--as", "-", "--years", "last"], "--years: "),
        (["decide", "budget_act", "ชื่อ", "--as", "-", "--years", "2022"], "--years: "),
        (["decide", "nothing", "ชื่อ", "--as", "-"], "no source nothing"),
        (["accept", "budget_act"], "ROW"),
        (["refuse", "budget_act", "first"], "ROW"),
    ],
)
def test_invalid_argument_is_named(run: RunCommand, arguments: list[str], message: str) -> None:
    expect_failure(run("review", *arguments), 2, message)
