"""The faults of files (rows 18 to 31 of the cases), through the whole way in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.files import compute_file_digest, create_file_pages, read_records
from connectors.registry import Connector, find_connector, load_source_file
from hub.domain.budget import BudgetPhase
from hub.domain.identity.viewer import ANONYMOUS
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import QuarantineReason, SourceEntry
from hub.domain.thai_text import normalize_text
from hub.errors import SourceRefused
from hub.ingest.parse import parse_entry
from hub.ingest.run import RunResult, SourceInput, ingest
from hub.services.sources.source_status import list_waiting_questions as waiting_rows
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.connectors import sheets
from tests.connectors.mappings import DISBURSED, written
from tests.ingest.made import AT

HEAD = "ปี,รหัส,หน่วยงาน,จังหวัด,จำนวน"
ROW: Mapping[str, str] = {
    "ปี": "2567", "รหัส": "1500700010700001", "หน่วยงาน": "กรมโยธาธิการและผังเมือง",
    "จังหวัด": "ตราด", "จำนวน": "1000",
}  # fmt: skip


def line(**cells: str) -> str:
    """A row; Python takes ำ apart in the names of arguments, so they are put right."""
    return ",".join(
        {**ROW, **{normalize_text(name): cell for name, cell in cells.items()}}.values()
    )


def file(folder: Path, *lines: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = folder / "disbursed.csv"
    path.write_bytes("\n".join([head, *lines]).encode(encoding, "surrogateescape"))
    return path


def asked(folder: Path, **changes: Any) -> Connector:
    return load_source_file(written(folder, DISBURSED, lambda t: t.update(changes)))


def entries(path: Path, source: Connector) -> list[SourceEntry]:
    found = read_records(path, source.spec, AT)
    return [parse_entry(raw, source.spec, source.read) for raw in found]


async def take(database: Database, path: Path, source: Connector) -> RunResult:
    given = SourceInput(
        create_file_pages(path, source.spec, 2), path.name, compute_file_digest(path)
    )
    done = await ingest(database, source.spec, source.read, given)
    assert done.ledger.balanced
    return done


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("จำนวน", "NaN", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "Infinity", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "1e400", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "9" * 40, QuarantineReason.AMOUNT_TOO_LARGE),
        ("จำนวน", "-7.25", QuarantineReason.NEGATIVE_AMOUNT),
        ("จำนวน", '"300,0"', QuarantineReason.MISPLACED_SEPARATOR),
        ("จำนวน", "0.001", QuarantineReason.AMOUNT_TOO_FINE),
        ("จำนวน", "#REF!", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "ห้าร้อย", QuarantineReason.NOT_A_NUMBER),
        ("จำนวน", "", QuarantineReason.MISSING_VALUE),
        ("ปี", "๖๗/๖๘", QuarantineReason.IMPOSSIBLE_YEAR),
        ("ปี", "256", QuarantineReason.IMPOSSIBLE_YEAR),
        ("รหัส", "", QuarantineReason.MISSING_VALUE),
        ("รหัส", "15\x0000", QuarantineReason.UNSAFE_TEXT),
        ("หน่วยงาน", "", QuarantineReason.MISSING_VALUE),
        ("หน่วยงาน", "#N/A", QuarantineReason.WRONG_TYPE),
        ("จังหวัด", "", QuarantineReason.MISSING_VALUE),
        ("หน่วยงาน", "\udcff", QuarantineReason.UNDECODABLE),
        ("รหัส", "5" * 3000, QuarantineReason.TOO_LARGE),
    ],
)
def test_a_cell_that_cannot_be_trusted_says_why(
    tmp_path: Path, column: str, cell: str, reason: QuarantineReason
) -> None:
    [entry] = entries(file(tmp_path, line(**{column: cell})), asked(tmp_path))
    assert reason in {doubt.reason for doubt in entry.doubts}
    assert all(doubt.th and doubt.en for doubt in entry.doubts)


@pytest.mark.parametrize(
    ("cells", "satang", "year"),
    [
        ({"จำนวน": "๑๒๓๔.๕๐"}, 123_450, 2567),
        ({"จำนวน": '"1,234,567.89"'}, 123_456_789, 2567),
        ({"ปี": "๒๕๖๗"}, 100_000, 2567),
        ({"ปี": "2024"}, 100_000, 2567),
        ({"ปี": "67"}, 100_000, 2567),
        ({"จำนวน": "0"}, 0, 2567),
    ],
)
def test_thai_digits_separators_and_either_era_are_read(
    tmp_path: Path, cells: dict[str, str], satang: int, year: int
) -> None:
    [entry] = entries(file(tmp_path, line(**cells)), asked(tmp_path))
    [found] = entry.lines
    assert entry.doubts == ()
    assert (found.satang, found.fiscal_year.be, found.phase) == (
        satang,
        year,
        BudgetPhase.DISBURSED,
    )


def test_two_digits_of_a_common_era_file_are_a_question(tmp_path: Path) -> None:
    [entry] = entries(file(tmp_path, line(ปี="24")), asked(tmp_path, era="CE"))
    assert [doubt.reason for doubt in entry.doubts] == [QuarantineReason.AMBIGUOUS_YEAR]


@pytest.mark.parametrize(
    ("posted", "year"),
    [
        ("30/9/2566", 2566),
        ("1/10/2566", 2567),
        ("29/02/2567", 2567),
        ("1 ต.ค. ๒๕๖๖", 2567),
        ("30 กันยายน พ.ศ. 2566", 2566),
        ("2023-10-01", 2567),
        ("2566-10-01", 2567),
        ("2023-09-30T16:59:59+00:00", 2566),
        ("2023-09-30T17:00:00+00:00", 2567),
        ("1/10/66", None),
        ("31/2/2567", None),
        ("29/2/2566", None),
        ("ปลายปี", None),
    ],
)
def test_a_day_is_in_the_fiscal_year_of_bangkok(
    tmp_path: Path, posted: str, year: int | None
) -> None:
    fields = {**DISBURSED["mapping"]["fields"], "posted_on": "ปี"}
    fields.pop("fiscal_year")
    mapping = {**DISBURSED["mapping"], "fields": fields}
    [entry] = entries(file(tmp_path, line(ปี=posted)), asked(tmp_path, mapping=mapping))
    assert [one.fiscal_year.be for one in entry.lines] == ([] if year is None else [year])
    assert bool(entry.doubts) == (year is None)


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp874", "cp874")]
)
def test_a_mapped_file_is_read_by_its_declared_encoding(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    path = file(tmp_path, line(), encoding=encoding)
    [entry] = entries(path, asked(tmp_path, encoding=declared))
    assert entry.doubts == ()
    assert entry.project is not None
    assert entry.project.code == ROW["รหัส"]


def test_a_file_of_another_encoding_than_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="unknown column"):
        entries(file(tmp_path, line(), encoding="cp874"), asked(tmp_path))


def test_a_workbook_that_is_said_to_be_csv_is_refused(tmp_path: Path) -> None:
    path = sheets.workbook(tmp_path / "disbursed.csv", [HEAD.split(","), list(ROW.values())])
    with pytest.raises(SourceRefused, match="is a workbook and no CSV"):
        entries(path, asked(tmp_path))


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (HEAD.replace("จำนวน", "จำนวนเงิน"), "unknown column จำนวนเงิน.*made_up.toml"),
        (HEAD.replace("จำนวน", "รหัส"), "same name: รหัส"),
        (HEAD.replace("จำนวน", ""), "คอลัมน์ E"),
        (HEAD.replace(",จังหวัด", ""), "จังหวัด is missing"),
    ],
)
def test_a_column_renamed_doubled_or_gone_stops_the_run(
    tmp_path: Path, head: str, why: str
) -> None:
    row = line() if head.count(",") == 4 else line(จังหวัด="").replace(",,", ",")
    with pytest.raises(SourceRefused, match=why):
        entries(file(tmp_path, row, head=head), asked(tmp_path))


def test_a_code_that_a_spreadsheet_made_a_number_is_doubted(tmp_path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table.update(format="XLSX")
        table.pop("encoding")

    source = load_source_file(written(tmp_path, DISBURSED, change))
    rows: list[list[Any]] = [
        [*ROW.values()],
        [*{**ROW, "รหัส": 1500700010700001}.values()],
        [*ROW.values()],
    ]
    rows[2][1] = 15007
    path = sheets.workbook(tmp_path / "a.xlsx", [HEAD.split(","), *rows])
    first, lost, short = entries(path, source)
    assert first.doubts == short.doubts == ()
    assert [doubt.reason for doubt in lost.doubts] == [QuarantineReason.WRONG_TYPE]
    assert short.project is not None
    assert short.project.code == "15007"


async def test_names_keys_and_odd_rows_that_cannot_be_trusted_wait_whole(
    tmp_path: Path, fresh_database: Database
) -> None:
    path = file(
        tmp_path,
        line(),
        line(จังหวัด="สิงค์บุรี"),
        line(รหัส="2", หน่วยงาน="กรมที่ไม่มี"),
        line(รหัส="3", จำนวน="1"),
        line(รหัส="3", จำนวน="2"),
        line(รหัส="4") + ",5",
        line(),
    )
    done = await take(fresh_database, path, asked(tmp_path))
    counts = {
        outcome: done.ledger.count_of(outcome)
        for outcome in Outcome
        if done.ledger.count_of(outcome)
    }
    assert counts == {Outcome.NEW: 1, Outcome.DUPLICATE: 1, Outcome.QUARANTINED: 5}
    waiting = await waiting_rows(fresh_database)
    assert {one.reason for one in waiting} == {
        QuarantineReason.UNKNOWN_NAME,
        QuarantineReason.CONFLICTING_VALUES,
        QuarantineReason.WRONG_TYPE,
    }
    [near] = [one for one in waiting if one.written == "สิงค์บุรี"]
    assert [proposal.target for proposal in near.proposals] == ["17"]


async def test_a_correction_and_a_row_that_is_gone_leave_earlier_answers_as_they_were(
    tmp_path: Path, fresh_database: Database
) -> None:
    source = asked(tmp_path)
    lines = [line(รหัส=f"{n}") for n in range(30)]
    await take(fresh_database, file(tmp_path, *lines), source)
    then = await fresh_database.pool.fetchval("select clock_timestamp()")
    ids = [row[0] for row in await fresh_database.pool.fetch("select id from project")]

    async def total(at: Any = None) -> int:
        async with fresh_database.read_transaction() as reading:
            found = await BudgetLines(reading, ANONYMOUS).by_projects(ids, at=at)
            return sum(one.amount.satang for every in found.values() for one in every)

    before = await total()
    lines[0] = line(รหัส="0", จำนวน="2500")
    done = await take(fresh_database, file(tmp_path, *lines[:-1]), source)
    assert (done.ledger.count_of(Outcome.CHANGED), done.ledger.vanished) == (1, 1)
    assert await total() == before + 150_000 - 100_000
    assert await total(then) == before
    with pytest.raises(SourceRefused, match=r"26 of 29 records are missing"):
        await take(fresh_database, file(tmp_path, *lines[:3]), source)


async def test_a_changed_mapping_reads_unchanged_rows_anew(
    tmp_path: Path, fresh_database: Database
) -> None:
    path = file(tmp_path, line())
    await take(fresh_database, path, asked(tmp_path))
    again = await take(fresh_database, path, asked(tmp_path, money_unit="THOUSAND_BAHT"))
    assert again.ledger.count_of(Outcome.UNCHANGED) == 1
    assert await fresh_database.pool.fetchval("select amount from budget_line") == 100_000_000


async def test_what_was_disbursed_stands_on_the_project_of_the_budget_that_bears_its_code(
    tmp_path: Path, fresh_database: Database
) -> None:
    budget = find_connector("govspending_budget")
    path = tmp_path / "budget.jsonl"
    sample = budget.folder / "sample" / "records.jsonl"
    path.write_text(sample.read_text("utf-8").splitlines()[0], "utf-8")
    await take(fresh_database, path, budget)
    known = line(ปี="2561")
    only = line(ปี="2561", รหัส="1500800010700009")
    await take(fresh_database, file(tmp_path, known, only), asked(tmp_path))
    stand = await fresh_database.pool.fetch(
        "select p.source_id, p.code from budget_line b join project p on p.id = b.project_id "
        "join source_record r on r.id = b.record_id where r.source_id = 'made_up' order by 2"
    )
    assert [tuple(one) for one in stand] == [
        ("govspending_budget", "1500700010700001"),
        ("made_up", "1500800010700009"),
    ]
