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
from hub.services.sources.source_status import list_waiting_questions
from hub.store.budget import BudgetLines
from hub.store.database import Database
from tests.connectors import workbooks
from tests.connectors.source_files import DISBURSEMENT_FILE, write_source_file
from tests.ingest.made_up_source import RETRIEVED_AT

HEADER = "ปี,รหัส,หน่วยงาน,จังหวัด,จำนวน"
ROW: Mapping[str, str] = {
    "ปี": "2567", "รหัส": "1500700010700001", "หน่วยงาน": "กรมโยธาธิการและผังเมือง",
    "จังหวัด": "ตราด", "จำนวน": "1000",
}  # fmt: skip


def build_line(**cells: str) -> str:
    """A row; Python takes ำ apart in the names of arguments, so they are put right."""
    return ",".join(
        {**ROW, **{normalize_text(name): cell for name, cell in cells.items()}}.values()
    )


def write_csv(folder: Path, *lines: str, head: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "disbursed.csv"
    path.write_bytes("\n".join([head, *lines]).encode(encoding, "surrogateescape"))
    return path


def create_connector(folder: Path, **changes: Any) -> Connector:
    return load_source_file(
        write_source_file(folder, DISBURSEMENT_FILE, lambda t: t.update(changes))
    )


def parse_entries(path: Path, source: Connector) -> list[SourceEntry]:
    found = read_records(path, source.spec, RETRIEVED_AT)
    return [parse_entry(raw, source.spec, source.read) for raw in found]


async def run_ingest(database: Database, path: Path, source: Connector) -> RunResult:
    source_input = SourceInput(
        create_file_pages(path, source.spec, 2), path.name, compute_file_digest(path)
    )
    result = await ingest(database, source.spec, source.read, source_input)
    assert result.ledger.balanced
    return result


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
def test_invalid_cell_gets_a_doubt_with_its_reason(
    tmp_path: Path, column: str, cell: str, reason: QuarantineReason
) -> None:
    [entry] = parse_entries(
        write_csv(tmp_path, build_line(**{column: cell})), create_connector(tmp_path)
    )
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
def test_thai_digits_separators_and_both_eras_are_parsed(
    tmp_path: Path, cells: dict[str, str], satang: int, year: int
) -> None:
    [entry] = parse_entries(write_csv(tmp_path, build_line(**cells)), create_connector(tmp_path))
    [found] = entry.lines
    assert entry.doubts == ()
    assert (found.satang, found.fiscal_year.be, found.phase) == (
        satang,
        year,
        BudgetPhase.DISBURSED,
    )


def test_two_digit_year_in_a_common_era_file_is_ambiguous(tmp_path: Path) -> None:
    [entry] = parse_entries(
        write_csv(tmp_path, build_line(ปี="24")), create_connector(tmp_path, era="CE")
    )
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
def test_posting_date_sets_the_fiscal_year_in_bangkok_time(
    tmp_path: Path, posted: str, year: int | None
) -> None:
    fields = {**DISBURSEMENT_FILE["mapping"]["fields"], "posted_on": "ปี"}
    fields.pop("fiscal_year")
    mapping = {**DISBURSEMENT_FILE["mapping"], "fields": fields}
    [entry] = parse_entries(
        write_csv(tmp_path, build_line(ปี=posted)), create_connector(tmp_path, mapping=mapping)
    )
    assert [one.fiscal_year.be for one in entry.lines] == ([] if year is None else [year])
    assert bool(entry.doubts) == (year is None)


@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp874", "cp874")]
)
def test_mapped_file_is_decoded_with_its_declared_encoding(
    tmp_path: Path, encoding: str, declared: str
) -> None:
    path = write_csv(tmp_path, build_line(), encoding=encoding)
    [entry] = parse_entries(path, create_connector(tmp_path, encoding=declared))
    assert entry.doubts == ()
    assert entry.project is not None
    assert entry.project.code == ROW["รหัส"]


def test_file_in_an_undeclared_encoding_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="unknown column"):
        parse_entries(
            write_csv(tmp_path, build_line(), encoding="cp874"), create_connector(tmp_path)
        )


def test_workbook_declared_as_csv_is_rejected(tmp_path: Path) -> None:
    path = workbooks.write_workbook(
        tmp_path / "disbursed.csv", [HEADER.split(","), list(ROW.values())]
    )
    with pytest.raises(SourceRefused, match="is a workbook and no CSV"):
        parse_entries(path, create_connector(tmp_path))


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (HEADER.replace("จำนวน", "จำนวนเงิน"), "unknown column จำนวนเงิน.*made_up.toml"),
        (HEADER.replace("จำนวน", "รหัส"), "same name: รหัส"),
        (HEADER.replace("จำนวน", ""), "คอลัมน์ E"),
        (HEADER.replace(",จังหวัด", ""), "จังหวัด is missing"),
    ],
)
def test_renamed_repeated_or_missing_column_fails_the_run(
    tmp_path: Path, head: str, message: str
) -> None:
    row = build_line() if head.count(",") == 4 else build_line(จังหวัด="").replace(",,", ",")
    with pytest.raises(SourceRefused, match=message):
        parse_entries(write_csv(tmp_path, row, head=head), create_connector(tmp_path))


def test_code_stored_as_an_inexact_number_gets_a_doubt(tmp_path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table.update(format="XLSX")
        table.pop("encoding")

    source = load_source_file(write_source_file(tmp_path, DISBURSEMENT_FILE, change))
    rows: list[list[Any]] = [
        [*ROW.values()],
        [*{**ROW, "รหัส": 1500700010700001}.values()],
        [*ROW.values()],
    ]
    rows[2][1] = 15007
    path = workbooks.write_workbook(tmp_path / "a.xlsx", [HEADER.split(","), *rows])
    first, inexact, short = parse_entries(path, source)
    assert first.doubts == short.doubts == ()
    assert [doubt.reason for doubt in inexact.doubts] == [QuarantineReason.WRONG_TYPE]
    assert short.project is not None
    assert short.project.code == "15007"


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
