"""Tests `hub review`: list quarantined rows, decide names, accept and refuse rows."""

import csv
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


def test_rulings_are_listed_corrected_and_revoked(hub_with_quarantine: RunCommand) -> None:
    name = ("budget_act", "กลุ่มจังหวัดภาคตะวันออก")
    expect_success(hub_with_quarantine("review", "decide", *name, "--as", "C2560-08"))
    done = expect_success(hub_with_quarantine("review", "decide", *name, "--as", "C2560-09"))
    assert "1 rows read again, 1 settled (ruling 2)" in done
    found = hub_with_quarantine("review", "rulings", "--all", "--json").json
    assert [(one["ruling"], one["target"], one["replaced_by"]) for one in found] == [
        (2, "C2560-09", None),
        (1, "C2560-08", 2),
    ]
    expect_failure(
        hub_with_quarantine("review", "decide", *name, "--as", "C2560-08", "--by", "somchai"),
        1,
        "to replace it, name ruling 2",
    )
    revoked = hub_with_quarantine("review", "revoke", "budget_act", 2, "--reason", "another")
    assert "1 rows read again, 0 settled" in expect_success(revoked)
    listed = expect_success(hub_with_quarantine("review", "rulings", "--all"))
    assert "revoked by" in listed
    assert "replaced by ruling 2" in listed
    empty = expect_success(hub_with_quarantine("review", "rulings", "budget_act"))
    assert empty == "ไม่มีคำวินิจฉัย · There is no ruling\n"


def test_file_of_rulings_is_exported_edited_and_imported(
    hub_with_quarantine: RunCommand, tmp_path: Path
) -> None:
    path = tmp_path / "rulings.csv"
    assert "4 rows written" in expect_success(
        hub_with_quarantine("review", "export", "budget_act", path)
    )
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    for row in rows[1:]:
        if row[3] == "สภากาชาดไทย":
            row[8] = "department:60002"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    checked = hub_with_quarantine("review", "import", "budget_act", path, "--dry-run")
    assert "Checked only; nothing was stored" in expect_success(checked)
    expect_success(hub_with_quarantine("review", "import", "budget_act", path))
    again = expect_success(hub_with_quarantine("review", "import", "budget_act", path))
    assert "0 new, 0 revoked, 1 unchanged" in again
    rows[1][8] = "nowhere"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    wrong = hub_with_quarantine("review", "import", "budget_act", path)
    assert wrong.code == 1
    assert "row 2 " in wrong.out
    assert "Nothing was stored" in wrong.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["decide", "budget_act", "ชื่อ"], "--as is required"),
        (["decide", "budget_act", "ชื่อ", "--as", "-", "--years", "last"], "--years: "),
        (["decide", "budget_act", "ชื่อ", "--as", "-", "--years", "2022"], "--years: "),
        (["decide", "nothing", "ชื่อ", "--as", "-"], "no source nothing"),
        (["accept", "budget_act"], "ROW"),
        (["round", "budget_act"], "ROW"),
        (["revoke", "budget_act", "1"], "--reason is required"),
        (["new-agency", "budget_act", "ชื่อ"], "--kind is required"),
        (["export", "budget_act", "rulings.pdf"], "must be .csv or .xlsx"),
        (["import", "budget_act", "no_such_file.csv"], "there is no file"),
        (["refuse", "budget_act", "first"], "ROW"),
    ],
)
def test_invalid_argument_is_named(run: RunCommand, arguments: list[str], message: str) -> None:
    expect_failure(run("review", *arguments), 2, message)
