"""Small files in the shapes that officers and systems write, with the right result of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.connectors import workbooks
from tests.connectors.source_files import DISBURSEMENT_FILE, PLAN_FILE

FIELD_FOLDER: Final = Path(__file__).parents[3] / "shared" / "field" / "files"
REGISTER: Final[Mapping[str, Any]] = {
    **DISBURSEMENT_FILE,
    "connector": "project_register_file",
    "mapping": {
        "header_rows": [1],
        "fields": {"title": "งาน", "agency": "กรม", "provinces": "จังหวัด", "fiscal_year": "ปี"},
        "amounts": [{"column": "งบ", "phase": "APPROPRIATED"}],
    },
}
REGISTER_HEADER: Final = ["งาน", "กรม", "จังหวัด", "ปี", "งบ"]
PLAN_HEADER: Final[list[list[Any]]] = [["โครงการ", "งบ", ""], ["", 2566, 2567]]
CATALOGUE: Final[Mapping[str, Any]] = {
    "connector": "ckan_datastore", "title_th": "ตาราง", "title_en": "A table",
    "agency": "ministry:05",
    "url": "https://catalog.agency.example/api/3/action/datastore_search", "cadence": "MANUAL",
    "parameters": {"resource_id": "00000000-0000-0000-0000-000000000000"},
    "mapping": {
        "key": ["รหัส"], "title": "งาน", "code": "รหัส", "agency": "กรม", "province": "จังหวัด",
        "year": "ปี", "amounts": [{"column": "งบ", "phase": "APPROPRIATED", "unit": "BAHT"}],
    },
}  # fmt: skip

LOCAL_PLANS: Final[Mapping[str, Any]] = {
    **PLAN_FILE,
    "agency": "local:A-1", "format": "CSV", "encoding": "utf-8",
    "authorities": [
        {"code": f"A-{number}", "name_th": name, "province": province}
        for number, (name, province) in enumerate(
            [
                ("เทศบาลตำบลเขาใส", "20"), ("เทศบาลนครเขาใส", "20"),
                ("องค์การบริหารส่วนตำบลเขาใส", "20"), ("องค์การบริหารส่วนตำบลหนองจำลอง", "20"),
                ("องค์การบริหารส่วนตำบลหนองจำลอง", "21"),
            ],
            start=1,
        )
    ],
    "mapping": {
        "header_rows": [1],
        "fields": {"title": "โครงการ", "strategy": "ยุทธศาสตร์", "authority": "อปท."},
        "amounts": [{"column": "งบ {year}", "years": [2566, 2566]}],
    },
}  # fmt: skip
"""Of five authorities two have one name, in two provinces."""


@dataclass(frozen=True)
class Case:
    """A file, its mapping, and the records and baht that are stored and wait."""

    table: Mapping[str, Any]
    rows: list[list[Any]]
    new: int
    baht: float
    quarantined: int = 0
    waiting_baht: float = 0
    change: Callable[[Path], Path] = field(default=lambda path: path)
    declares: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the mapping that the original file's mapping does not have."""
    original: tuple[int, float, int, float] | None = None
    """The same four numbers of the file that the case stands for; null: it is rejected."""


def with_mapping(table: Mapping[str, Any], **keys: Any) -> Mapping[str, Any]:
    return {**table, "mapping": {**table["mapping"], **keys}}


def build_register_row(
    title: str, province: str = "ตราด", year: Any = 2566, baht: Any = 1000
) -> list[Any]:
    return [title, "กรมพลศึกษา", province, year, baht]


POSTINGS: Final = with_mapping(
    DISBURSEMENT_FILE,
    key=["budget_code"],
    fields={"posted_on": "วันที่", "budget_code": "รหัส", "agency": "กรม", "province": "จังหวัด"},
)
POSTINGS_HEADER: Final = ["วันที่", "รหัส", "กรม", "จังหวัด", "จำนวน"]


def build_posting(day: Any, number: int, baht: Any = 100) -> list[Any]:
    return [day, f"15007000107001{number:02}", "กรมพลศึกษา", "ตราด", baht]


CASES: Final[Mapping[str, Case]] = {
    "amounts": Case(
        POSTINGS,
        [
            POSTINGS_HEADER,
            build_posting("2/10/2566", 1, "7,000.-"),
            build_posting("2/10/2566", 2, "฿300.50"),
            build_posting("2/10/2566", 3, "400 บาทถ้วน"),
            build_posting("2/10/2566", 4, "21.25-"),
            build_posting("2/10/2566", 5, "1.5 ล้านบาท"),
        ],
        3, 7_700.50, 2, 1_500_000 - 21.25, original=(2, 6_200, 1, -1_234.56),
    ),
    "days": Case(
        POSTINGS,
        [
            POSTINGS_HEADER,
            *(
                build_posting(day, number)
                for number, day in enumerate(
                    ["30.09.2566", "25661001", "20231001", "1/10/2566 0:00", "1-10-2566",
                     "1-OCT-2023"]
                )
            ),
            build_posting("1/10/66", 10),
            build_posting("10/1/2566 12:00:00 AM", 11),
        ],
        6, 600, 2, 200, original=(5, 5_000, 0, 0),
    ),
    "year-words": Case(
        REGISTER,
        [
            REGISTER_HEADER,
            *(
                build_register_row(f"งาน {number}", year=year)
                for number, year in enumerate(
                    ["พ.ศ. 2566", "พ.ศ.๒๕๖๖", "ปีงบประมาณ พ.ศ. 2566", "FY2023",
                     "ปีการศึกษา 2566", "ค.ศ. 2566"]
                )
            ),
        ],
        4, 4_000, 2, 2_000, original=(4, 4_000, 0, 0),
    ),
    "sara-ae": Case(
        REGISTER,
        [
            REGISTER_HEADER,
            build_register_row("ก", "เเพร่"),
            build_register_row("ข", "จังหวัดเเม่ฮ่องสอน"),
            build_register_row("ค", "กำเเพงเพชร"),
            build_register_row("ง", "ลํำพููน"),
            build_register_row("จ", "เเเพร่"),
        ],
        4, 4_000, 1, 1_000, original=(4, 4_000, 0, 0),
    ),
    "carried-forward": Case(
        with_mapping(REGISTER, fill_down=["agency", "fiscal_year"]),
        [
            REGISTER_HEADER,
            build_register_row("รวมใจภักดิ์", baht=1_000),
            ["รวมพลังจังหวัดสะอาด", "", "ตราด", "", 2_000],
            ["ยอดยกไป", "", "", "", 3_000],
            ["ยกมา", "", "", "", 3_000],
            ["ยอดยกไปสู่ความสำเร็จ", "", "ระยอง", "", 500],
            ["รวมกรมพลศึกษา", "", "", "", 3_500],
            ["กรมพลศึกษา ผลรวม", "", "", "", 3_500],
            ["Grand Total", "", "", "", 3_500],
            ["ทั้งหน่วยงาน", "", "", "", 3_500],
        ],
        3, 3_500, 6, 20_000, original=(3, 3_500_000, 3, 9_500_000),
    ),
    "zero-lost": Case(
        {key: one for key, one in DISBURSEMENT_FILE.items() if key != "encoding"}
        | {"format": "XLSX"},
        [
            ["ปี", "รหัส", "หน่วยงาน", "จังหวัด", "จำนวน"],
            [2566, 500700010700001, "กรมพลศึกษา", "ตราด", 10],
            [2566, "500700010700002", "กรมพลศึกษา", "ตราด", 20],
            [2566, "5.007E+14", "กรมพลศึกษา", "ตราด", 30],
            [2566, "0500700010700010", "กรมพลศึกษา", "ตราด", 40],
        ],
        1, 40, 3, 60, original=(1, 300_000, 1, 700_000),
    ),
    "carriage-return": Case(
        REGISTER,
        [
            REGISTER_HEADER,
            build_register_row("ท่าเรือ_x000D_\nระยะที่ 2", "ตราด_x000D_\n"),
            build_register_row("แบบ _x005F_x000D_ ", "ระยอง_x000D_ชลบุรี"),
            build_register_row("x000D_"),
        ],
        3, 3_000, original=(2, 2_000_000, 0, 0),
    ),
    "strict": Case(
        REGISTER, [REGISTER_HEADER, build_register_row("ก")], 1, 1_000,
        change=workbooks.make_strict,
        original=(1, 1_000, 0, 0),
    ),
    "sum-noise": Case(
        with_mapping(REGISTER, totals=[{"column": "งาน", "word": "รวมทั้งสิ้น"}]),
        [
            REGISTER_HEADER,
            build_register_row("ก", baht=0.1 + 0.2),
            build_register_row("ข", baht=4.35 * 100),
            build_register_row("ค", baht=434.995),
            ["รวมทั้งสิ้น", "", "", "", 435.3],
        ],
        2, 435.30, 1, 0, original=(2, 870.30, 0, 0),
    ),
    "plan-headings": Case(
        with_mapping(
            PLAN_FILE,
            fields={**PLAN_FILE["mapping"]["fields"], "plan": "แผนงาน"},
            headings=[
                {"column": "ยุทธศาสตร์", "begins": "ยุทธศาสตร์"},
                {"column": "แผนงาน", "begins": "แผนงาน"},
            ],
            totals=[],
        ),
        [
            *PLAN_HEADER,
            ["๑. ยุทธศาสตร์การศึกษา"],
            ["1.1 แผนงานการศึกษา"],
            ["อาคารเรียน", 10, "-"],
            ["(2) ยุทธศาสตร์น้ำ"],
            ["2.1.1) แผนงานประปา"],
            ["1. แผนงานในชื่อโครงการ", 20, 30],
        ],
        2, 60, original=(2, 900_000, 0, 0),
    ),
    "plan-notes": Case(
        with_mapping(PLAN_FILE, notes=["หมายเหตุ", "ที่มา", "ลงชื่อ"]),
        [
            *PLAN_HEADER,
            ["ยุทธศาสตร์น้ำ"],
            ["ที่มาของน้ำ", 10, "-"],
            ["หมายเหตุ : ข้อมูล ณ วันที่ 30 กันยายน"],
            ["ที่มา กองช่าง"],
            ["ลงชื่อ ..... ผู้รายงาน", "ลงชื่อ ..... ผู้ตรวจ"],
        ],
        1, 10, declares={"notes": ["หมายเหตุ", "ที่มา", "ลงชื่อ"]}, original=(1, 500_000, 0, 0),
    ),
    "semicolons": Case(
        with_mapping(REGISTER, separator=";"),
        [REGISTER_HEADER, build_register_row("ก", baht="1,5")],
        0, 0, 1, 15, declares={"separator": ";"}, original=(1, 1_000, 0, 0),
    ),
    "other-encoding": Case(
        {**REGISTER, "encoding": "cp874"},
        [REGISTER_HEADER, build_register_row("ก", baht="5.-")],
        1, 5,
    ),
    "local-abbreviations": Case(
        LOCAL_PLANS,
        [
            ["อปท.", "ยุทธศาสตร์", "โครงการ", "งบ 2566"],
            *(
                [name, "ยุทธศาสตร์น้ำ", f"งาน {number}", 100]
                for number, name in enumerate(
                    ["ทต.เขาใส", "ทน. เขาใส", "อบต.เขาใส", "อบต.  หนองจำลอง", "ทต.เขาใสใหม่"]
                )
            ),
        ],
        3, 300, 2, 200, original=(4, 4_000, 0, 0),
    ),
    "catalogue-bom": Case(
        CATALOGUE,
        [
            ["\ufeffปี", "รหัส", "งาน", "กรม", " จังหวัด", "งบ"],
            ["2566", "P1", "ก", "กรมพลศึกษา", "ตราด", "1,000"],
        ],
        1, 1_000, original=(1, 1_000, 0, 0),
    ),
}  # fmt: skip
