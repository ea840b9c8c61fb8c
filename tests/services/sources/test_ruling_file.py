"""A file of questions and rulings: exported, edited in a spreadsheet, and imported."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from hub.domain.sources.ruling_file import (
    COLUMNS,
    RulingFileResult,
    headings,
    neutralize,
    restore,
)
from hub.errors import Invalid
from hub.services.sources.ruling_file import export_rulings, import_rulings
from hub.services.sources.ruling_workbooks import read_table, write_table
from hub.services.sources.source_status import list_recorded_rulings
from hub.store.database import Database
from tests.ingest.made_up_source import SPEC, build_row, read
from tests.services.sources.ruled_source import (
    fetch_amounts_by_area,
    fetch_waiting_keys,
    rule_on_area,
    run_ingest,
)

Table = list[list[str]]
MALICIOUS = "=HYPERLINK(1)"
COLUMN_NAMES = list(COLUMNS)


@pytest.fixture
async def waiting_database(fresh_database: Database) -> Database:
    """A database with four questions: three names, one of them like a formula, and a third."""
    await run_ingest(
        fresh_database,
        build_row(1, "9,000", area="ตราดด"),
        build_row(2, "8,000", area="ตราดด"),
        build_row(3, "5,000", area=MALICIOUS),
        build_row(4, "1,000", owner="เทศบาลทดลอง"),
        build_row(5, "33.3333333"),
    )
    return fresh_database


async def export(database: Database) -> Table:
    return [headings(), *await export_rulings(database, SPEC.id)]


def decide(table: Table, written: str, **cells: str) -> Table:
    """Return the table with other cells in the row of a written value."""
    column = COLUMN_NAMES.index("written")
    [row] = [one for one in table if restore(one[column]) == written]
    for name, value in cells.items():
        row[COLUMN_NAMES.index(name)] = value
    return table


async def send(
    database: Database, table: Sequence[Sequence[str]], by: str = "somsri", *, dry: bool = False
) -> RulingFileResult:
    return await import_rulings(database, SPEC, read, table, by, dry=dry)


def decide_all(table: Table) -> Table:
    decide(table, "ตราดด", decision="23")
    decide(table, MALICIOUS, decision="-")
    decide(table, "เทศบาลทดลอง", decision="หน่วยงานใหม่", new_kind="LOCAL_AUTHORITY", new_area="23")
    return decide(table, "33.3333333", decision="ปัดเศษ")


async def test_questions_are_exported_with_the_most_money_first(waiting_database: Database) -> None:
    rows = await export_rulings(waiting_database, SPEC.id)
    found = [dict(zip(COLUMN_NAMES, row, strict=True)) for row in rows]
    assert [(one["written"], one["rows"], one["baht"]) for one in found] == [
        ("ตราดด", "2", "17000.00"),
        ("'=HYPERLINK(1)", "1", "5000.00"),
        ("เทศบาลทดลอง", "1", "1000.00"),
        ("33.3333333", "1", "33.33"),
    ]
    assert found[0]["proposals"].startswith("23 ")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
async def test_edited_file_is_imported_and_importing_it_again_changes_nothing(
    waiting_database: Database, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"rulings{suffix}"
    write_table(path, decide_all(await export(waiting_database))[1:])
    if suffix == ".csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    result = await send(waiting_database, read_table(path))
    assert [one.en for one in result.issues] == []
    assert (result.decided, result.applied, result.unchanged) == (4, 4, 0)
    assert (result.settlement.read, result.settlement.settled) == (5, 5)
    assert await fetch_waiting_keys(waiting_database) == []
    again = await send(waiting_database, read_table(path), by="somchai")
    assert [one.en for one in again.issues] == []
    assert (again.applied, again.unchanged) == (0, 4)
    exported = await send(waiting_database, await export(waiting_database), by="somchai")
    assert (exported.issues, exported.applied, exported.unchanged) == ([], 0, 4)


async def test_dry_run_returns_what_would_be_done_and_stores_nothing(
    waiting_database: Database,
) -> None:
    result = await send(waiting_database, decide_all(await export(waiting_database)), dry=True)
    assert (result.applied, result.settlement.settled, result.is_dry) == (4, 5, True)
    assert await list_recorded_rulings(waiting_database) == []
    assert len(await fetch_waiting_keys(waiting_database)) == 5
    assert await waiting_database.pool.fetchval("select count(*) from access_log") == 0


async def test_every_wrong_cell_is_named_and_nothing_is_stored(waiting_database: Database) -> None:
    table = await export(waiting_database)
    decide(table, "ตราดด", decision="23")
    decide(table, MALICIOUS, decision="nowhere")
    decide(table, "เทศบาลทดลอง", decision="new", new_kind="VILLAGE")
    decide(table, "33.3333333", decision="23")
    table.append(["", "", "AREA", "ตราดด", *[""] * 4, "21"])
    table.append(["", "", "AREA", "nobody", *[""] * 4, "21"])
    table.append(["", "", "AREA", "ตราดด", *[""] * 4, "21", "last year"])
    result = await send(waiting_database, table)
    assert [(one.row, one.column) for one in result.issues] == [
        (3, "decision"),
        (4, "new_kind"),
        (5, "kind"),
        (6, "decision"),
        (7, "decision"),
        (8, "only_years"),
    ]
    assert all(one.th != one.en and one.th for one in result.issues)
    assert "differs from row 2" in result.issues[3].en
    assert await list_recorded_rulings(waiting_database) == []


async def test_changed_and_revoked_decisions_move_the_money(waiting_database: Database) -> None:
    await send(waiting_database, decide(await export(waiting_database), "ตราดด", decision="21"))
    changed = decide(await export(waiting_database), "ตราดด", decision="23")
    result = await send(waiting_database, changed, by="somchai")
    assert (result.issues, result.applied) == ([], 1)
    assert await fetch_amounts_by_area(waiting_database) == {"23": 1_700_000}
    revoked = decide(await export(waiting_database), "ตราดด", decision="ยกเลิก")
    assert (await send(waiting_database, revoked)).revoked == 1
    assert await fetch_amounts_by_area(waiting_database) == {}


async def test_ruling_made_since_the_export_is_not_overwritten(waiting_database: Database) -> None:
    table = decide(await export(waiting_database), "ตราดด", decision="21")
    await rule_on_area(waiting_database, "ตราดด", "23", by="somchai")
    [found] = (await send(waiting_database, table)).issues
    assert (found.row, found.column) == (2, "decision")
    assert "somchai has ruled on this name already" in found.en
    assert await fetch_amounts_by_area(waiting_database) == {"23": 1_700_000}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([], "empty"),
        ([["key", "decision"]], "no column ชนิดชื่อ · kind"),
        ([headings(), *[["x"]] * 5_001], "more than 5,000 rows"),
    ],
)
async def test_file_without_the_columns_is_refused(
    fresh_database: Database, table: Table, message: str
) -> None:
    [found] = (await send(fresh_database, table)).issues
    assert message in found.en


@pytest.mark.parametrize(
    "text", ["=1+1", "+66", "-5", "@SUM(A1)", "\tx", "\rx", "'=1", "''-1"], ids=repr
)
def test_text_like_a_formula_is_neutralized_without_loss(text: str) -> None:
    assert neutralize(text).startswith("'")
    assert restore(neutralize(text)) == text


@pytest.mark.parametrize("text", ["กรม-ก", "3=3", "'quoted'", "", "a@b", "ตราดด"], ids=repr)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert neutralize(text) == restore(text) == text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"x", "must be .csv or .xlsx"),
        ("a.xlsx", b"not a workbook", "not an XLSX file"),
        ("a.csv", "ก".encode("cp874"), "not UTF-8"),
        ("a.csv", b'"a\n', "is not CSV"),
    ],
)
def test_file_of_another_format_is_named(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid, match=message):
        read_table(tmp_path / name)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_a_spreadsheet_is_read_with_any_separator(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"kind{separator}written{separator}decision\r\nAREA{separator}ก{separator}20")
    assert read_table(path) == [["kind", "written", "decision"], ["AREA", "ก", "20"]]


@pytest.mark.parametrize(
    ("amount", "decision", "reason"),
    [
        ("x", "รับ", "amount “x” cannot be read as a number"),
        ("1.2 ล้านบาท", "accept", "amount “1.2 ล้านบาท” states MILLION_BAHT"),
        ("33.3333", "accept", "amount “33.3333” is finer than a satang"),
        ("1e400", "accept", "amount “1e400” cannot be read as a number"),
    ],
)
async def test_accepted_row_that_is_still_in_doubt_is_named_by_its_row_of_the_file(
    waiting_database: Database, amount: str, decision: str, reason: str
) -> None:
    rows = [build_row(number, "9,000", area="ตราดด") for number in (1, 2)]
    await run_ingest(waiting_database, *rows, build_row(9, amount), complete=False, snapshot="n")
    table = decide(await export(waiting_database), amount, decision=decision)
    [number] = [
        at for at, row in enumerate(table, 1) if row[COLUMN_NAMES.index("written")] == amount
    ]
    decide(table, "ตราดด", decision="23")
    [found] = (await send(waiting_database, table)).issues
    assert (found.row, found.column, found.written) == (number, "decision", decision)
    assert reason in found.en
    assert amount in found.th
    assert await list_recorded_rulings(waiting_database) == []


@pytest.mark.parametrize(
    "kind", ["LOCAL_AUTHORITY", "local authority", "องค์กรปกครองส่วนท้องถิ่น", "อปท.", " อปท. "]
)
async def test_kind_of_a_new_agency_and_of_a_name_are_read_in_both_languages(
    waiting_database: Database, kind: str
) -> None:
    cells = {"kind": "หน่วยงาน", "decision": "new", "new_kind": kind, "new_area": "23"}
    table = decide(await export(waiting_database), "เทศบาลทดลอง", **cells)
    decide(table, "ตราดด", kind="พื้นที่", decision="23")
    result = await send(waiting_database, table)
    assert ([one.en for one in result.issues], result.applied) == ([], 2)


@pytest.mark.parametrize("kind", ["เทศบาล", "", "PROVINCE", "หน่วยงาน", "กรมๆ"])
async def test_wrong_kind_of_a_new_agency_is_named_by_its_row_with_the_right_ones(
    waiting_database: Database, kind: str
) -> None:
    cells = {"decision": "new", "new_kind": kind, "new_area": "23"}
    table = decide(await export(waiting_database), "เทศบาลทดลอง", **cells)
    [found] = (await send(waiting_database, table)).issues
    assert (found.row, found.column, found.written) == (4, "new_kind", kind)
    if kind != "PROVINCE":
        assert "LOCAL_AUTHORITY (อปท.)" in found.th
        assert "LOCAL_AUTHORITY (อปท.)" in found.en


async def test_two_rows_with_one_key_are_not_accepted_together_and_are_named(
    fresh_database: Database,
) -> None:
    await run_ingest(fresh_database, build_row(1, "5"), build_row(1, "7"), build_row(2))
    table = decide(await export(fresh_database), "r1", decision="รับ")
    [found] = (await send(fresh_database, table)).issues
    assert found.row == 2
    assert "rows 1, 2 have the key r1" in found.en
