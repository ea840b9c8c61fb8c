"""Rows that look like totals or notes get a doubt; projects with such names do not."""

from pathlib import Path
from typing import Any

import pytest

from connectors.kit.files import read_records
from connectors.kit.undeclared_totals import is_total_label
from connectors.registry import Connector, load_source_file
from hub.domain.sources.records import Doubt, QuarantineReason, SourceEntry
from hub.ingest.parse import parse_entry
from tests.connectors import workbooks
from tests.connectors.officer_files import (
    CATALOGUE,
    REGISTER,
    REGISTER_HEADER,
    build_register_row,
    with_mapping,
)
from tests.connectors.source_files import write_source_file
from tests.ingest.made_up_source import RETRIEVED_AT

LABEL, POSSIBLE = QuarantineReason.WRONG_TYPE, QuarantineReason.TOTALS_DISAGREE


def create_register(folder: Path, **keys: Any) -> Connector:
    table = with_mapping(
        {**REGISTER, "format": "XLSX"}, fill_down=["agency", "fiscal_year"], **keys
    )
    return load_source_file(
        write_source_file(folder, table, lambda content: content.pop("encoding"))
    )


def read_entries(folder: Path, source: Connector, rows: list[list[Any]]) -> list[SourceEntry]:
    path = workbooks.write_workbook(folder / "a.xlsx", [REGISTER_HEADER, *rows])
    raws = read_records(path, source.spec, RETRIEVED_AT)
    return [parse_entry(raw, source.spec, source.read) for raw in raws]


def find_positional_doubts(entry: SourceEntry) -> list[Doubt]:
    return [doubt for doubt in entry.doubts if doubt.positional]


@pytest.mark.parametrize(
    "text",
    [
        "รวม", "รวม :", "รวมทั้งสิ้น", "รวมเป็นเงินทั้งสิ้น", "ยอดรวม", "ผลรวมทั้งหมด", "รวม ๓ โครงการ",
        "รวม (บาท)", "รวมหน้านี้", "รวมหน้า 2", "จำนวนเงินรวม", "ยอดยกไป", "ยอดยกมา", "ยกยอดมา", "ยกไป",
        "ยอดรวมยกไป", "ยอดยกมาจากหน้า 1", "Total", "Grand Total", "sub-total:", "Carried forward",
        "B/F",
    ],
)  # fmt: skip
def test_label_of_a_total_is_recognized(text: str) -> None:
    assert is_total_label(text)


@pytest.mark.parametrize(
    "text",
    [
        "รวมใจ", "รวมพลังมวลชน", "รวมกลุ่มเกษตรกร", "ยกมาตรฐานการท่องเที่ยว", "ยอดยกไปสู่ความสำเร็จ",
        "Total Solution", "สมุดรวม", "รวมศูนย์ข้อมูล", "ศูนย์รวม", "Summer camp", "ยกไปรษณีย์", "",
    ],
)  # fmt: skip
def test_name_that_only_begins_like_a_total_is_no_label(text: str) -> None:
    assert not is_total_label(text)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["ยอดยกไป", "", "", "", 3], LABEL),
        (["ยอดยกมา", "กรมพลศึกษา", "ตราด", 2566, 7], LABEL),
        (["", "รวมทั้งสิ้น", "", "", 3], LABEL),
        (["รวมกรมพลศึกษา", "", "", "", 9], POSSIBLE),
        (["รวม ตราด", "กรมพลศึกษา", "", "", 9], POSSIBLE),
        (["กรมพลศึกษา ผลรวม", "", "", "", 9], POSSIBLE),
        (["", "กรมพลศึกษา Total", "", "", 9], POSSIBLE),
        (["รวมจังหวัดที่ไม่มีในตาราง", "", "", "", 9], POSSIBLE),
        (["รวมปีงบประมาณ 2566", "", "", "", 9], POSSIBLE),
        (["ทั้งหน่วยงาน", "", "", "", 3], POSSIBLE),
        (["เท่าแถวบน", "", "", "", 2], POSSIBLE),
    ],
)
def test_row_that_may_be_a_total_waits_with_its_amounts(
    tmp_path: Path, row: list[Any], reason: QuarantineReason
) -> None:
    rows = [
        build_register_row("ก", baht=1),
        ["ข", "", "ระยอง", "", 2],
        row,
        ["ค", "", "ตราด", "", 5],
    ]
    *first, doubted, last = read_entries(tmp_path, create_register(tmp_path), rows)
    assert [entry.doubts for entry in (*first, last)] == [(), (), ()]
    [doubt] = find_positional_doubts(doubted)
    assert doubt.reason is reason
    assert "totals" in doubt.th
    assert "totals" in doubt.en
    assert list(doubted.amounts.values()) == [row[-1] * 100]
    assert last.project is not None
    assert last.project.owner is not None
    assert last.project.owner.name == "กรมพลศึกษา"


@pytest.mark.parametrize(
    "row",
    [
        ["รวมใจภักดิ์รักษ์ป่า", "", "ตราด", "", 3],
        ["รวมพลังจังหวัดสะอาด", "", "", "", 9],
        ["รวมจังหวัดใกล้เคียง", "", "ตราด", "", 3],
        ["ยอดยกไปสู่ความสำเร็จ", "", "", "", 9],
        ["Total Solution", "", "", "", 9],
        ["เท่าผลรวม", "", "ตราด", "", 3],
        ["ลงชื่อเข้าใช้ระบบ", "", "ตราด", "", 9],
        ["หมายเหตุประเทศไทย", "", "", "", 9],
    ],
)
def test_project_with_a_name_or_amount_like_a_total_is_stored(
    tmp_path: Path, row: list[Any]
) -> None:
    rows = [build_register_row("ก", baht=1), ["ข", "", "ระยอง", "", 2], row]
    entries = read_entries(tmp_path, create_register(tmp_path), rows)
    assert [entry.doubts for entry in entries] == [(), (), ()]


@pytest.mark.parametrize(
    "label",
    [
        "Grand-Total:", "TOTAL (THB)", "1. รวม", "- รวม -", "*รวม*", "ร ว ม", "รวมทังสิ้น", "รวมวงเงิน",
        "รวมโครงการทั้งสิ้น 3 โครงการ", "งบรวม", "ยอดสุทธิ", "สรุปยอด", "รวมไตรมาสที่ 1", "Total for Trat",
        "AMOUNT CARRIED FORWARD", "ยอดยกไป (หน้า 2)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_filled", [True, False])
def test_sum_of_the_rows_above_waits_whatever_its_label(
    tmp_path: Path, label: str, is_filled: bool
) -> None:
    """Whether its other cells repeat those above, or are empty as in merged cells."""
    rows = [
        build_register_row("ก", baht=1),
        ["ข", "", "", "", 2],
        ["ค", "", "", "", 4],
        [label, "กรมพลศึกษา", "ตราด", 2566, 7] if is_filled else [label, "", "", "", 7],
        ["ง", "", "", "", 8],
    ]
    entries = read_entries(tmp_path, create_register(tmp_path), rows)
    assert [bool(entry.doubts) for entry in entries] == [False, False, False, True, False]


@pytest.mark.parametrize("name", ["ถนนสายใหม่", "รวมใจภักดิ์รักษ์ป่า", "Summer camp"])
def test_project_of_another_amount_is_no_sum(tmp_path: Path, name: str) -> None:
    rows = [build_register_row("ก", baht=1), ["ข", "", "", "", 2], ["ค", "", "", "", 4]]
    rows.append([name, "กรมพลศึกษา", "ตราด", 2566, 8])
    entries = read_entries(tmp_path, create_register(tmp_path), rows)
    assert [entry.doubts for entry in entries] == [(), (), (), ()]


def test_label_of_a_total_beside_the_name_of_a_project_is_its_status(tmp_path: Path) -> None:
    source = create_register(tmp_path, ignored=["สถานะ", "ที่"])
    header = [*REGISTER_HEADER, "สถานะ", "ที่"]
    rows: list[list[Any]] = [
        header,
        [*build_register_row("ก"), "ยกมา", 1],
        [*build_register_row("ข"), "ใหม่", 2],
        ["", "", "", "", 2000, "", "รวม"],
        ["2 โครงการ", "", "", "", 2000, "", "รวม"],
    ]
    path = workbooks.write_workbook(tmp_path / "a.xlsx", rows)
    entries = [
        parse_entry(raw, source.spec, source.read)
        for raw in read_records(path, source.spec, RETRIEVED_AT)
    ]
    assert [len(find_positional_doubts(entry)) for entry in entries] == [0, 0, 1, 1]


def test_equal_amounts_are_no_totals_in_a_table_of_names_and_amounts(tmp_path: Path) -> None:
    rows = [build_register_row("ก", "", baht=5), ["ข", "", "", "", 5], ["ค", "", "", "", 10]]
    entries = read_entries(tmp_path, create_register(tmp_path), [["ง", "", "", "", 1], *rows])
    assert not any(map(find_positional_doubts, entries))


def test_declared_totals_of_a_value_and_carried_totals_are_checked(tmp_path: Path) -> None:
    source = create_register(
        tmp_path,
        totals=[
            {"column": "งาน", "word": "รวม", "of": "กรม"},
            {"column": "งาน", "word": "ยอดยกไป"},
            {"column": "งาน", "word": "ยอดยกมา"},
            {"column": "งาน", "word": "รวมทั้งสิ้น"},
        ],
    )
    rows = [
        build_register_row("รวมใจ", baht=1),
        ["ข", "", "ระยอง", "", 2],
        ["ยอดยกไป", "", "", "", 3],
        ["ยอดยกมา", "", "", "", 3],
        ["รวมกรมพลศึกษา", "", "", "", 3],
        ["ค", "กรมการท่องเที่ยว", "ตราด", "", 4],
        ["รวม กรมการท่องเที่ยว 1 โครงการ", "", "", "", 4],
        ["รวมกรมพลศึกษา", "", "", "", 4],
        ["รวมทั้งสิ้น", "", "", "", 7],
    ]
    *projects, wrong = read_entries(tmp_path, source, rows)
    assert [entry.doubts for entry in projects] == [(), (), ()]
    assert (wrong.project, wrong.lines) == (None, ())
    assert [(doubt.reason, doubt.written) for doubt in wrong.doubts] == [(POSSIBLE, "4")]


def test_row_like_a_note_waits_with_the_advice_to_declare_it(tmp_path: Path) -> None:
    signature = ["", "", "", "", "ลงชื่อ ...... ผู้รายงาน"]
    rows = [build_register_row("ก"), ["หมายเหตุ : ยังไม่ครบ"], signature]
    _, *notes = read_entries(tmp_path, create_register(tmp_path), rows)
    for entry in notes:
        assert ["notes" in doubt.en for doubt in find_positional_doubts(entry)] == [True]
    source = create_register(tmp_path, notes=["หมายเหตุ", "ลงชื่อ"])
    assert len(read_entries(tmp_path, source, rows)) == 1


def test_total_in_a_catalogue_waits(tmp_path: Path) -> None:
    source = load_source_file(write_source_file(tmp_path, CATALOGUE))
    path = tmp_path / "a.json"
    path.write_text(
        '{"result": {"records": [{"รหัส": "1", "งาน": "รวมทั้งสิ้น", "กรม": "ก", "จังหวัด": "ตราด", '
        '"ปี": "2566", "งบ": 5}]}}',
        "utf-8",
    )
    [raw] = read_records(path, source.spec, RETRIEVED_AT)
    entry = parse_entry(raw, source.spec, source.read)
    assert [doubt.reason for doubt in entry.doubts] == [LABEL]
