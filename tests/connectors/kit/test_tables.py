"""Tables as people lay them out: headers of two rows, headings between, sums that must be right."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.file_mapping import get_file_mapping
from connectors.kit.files import create_file_pages, read_records
from connectors.kit.tables import TableBody, build_column_names
from connectors.kit.workbook import normalize_cell as workbook_told
from connectors.local_plan_file.read import read as read_plan
from connectors.registry import CONNECTORS_FOLDER, load_source_file
from hub.domain.sources.file_mapping import TotalRows
from hub.domain.sources.records import QuarantineReason, RawRecord
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused
from hub.ingest.parse import parse_entry
from tests.connectors import sheets
from tests.connectors.mappings import PLAN, written
from tests.ingest.made import AT

HEAD: list[list[Any]] = [["โครงการ", "งบ", ""], ["", 2566, "๒๕๖๗"]]
MERGED = ["A1:A2", "B1:C1"]
SAMPLE = load_source_file(CONNECTORS_FOLDER / "local_plan_file" / "sample" / "beach_town_plan.toml")


@pytest.fixture
def plan(tmp_path: Path) -> SourceSpec:
    return load_source_file(written(tmp_path, PLAN)).spec


def read(
    folder: Path, spec: SourceSpec, rows: Sequence[Sequence[Any]], merged: Sequence[str] = ()
) -> list[RawRecord]:
    path = sheets.workbook(folder / "plan.xlsx", [*HEAD, *rows], [*MERGED, *merged])
    return list(read_records(path, spec, AT))


def told(found: Sequence[RawRecord]) -> list[tuple[Any, ...]]:
    return [tuple(record.payload.values()) for record in found]


@pytest.mark.parametrize(
    ("levels", "merged", "names"),
    [
        ([["ก", "ข"]], {}, ["ก", "ข"]),
        ([["ก", "งบ", ""], ["", 2566, "๒๕๖๗"]], {}, ["ก", "งบ / 2566", "งบ / 2567"]),
        (
            [["ก", "งบ", "", ""], ["", 2566, 2567, "ผู้ทำ"]],
            {(1, 2): (1, 3)},
            ["ก", "งบ / 2566", "งบ / 2567", "ผู้ทำ"],
        ),
        ([["ก", "ข"], ["", ""]], {(1, 1): (2, 1), (1, 2): (2, 2)}, ["ก", "ข"]),
        ([["ก", "", "ข"]], {}, ["ก", "", "ข"]),
        ([["งบ\nประมาณ  รวม\u200b"]], {}, ["งบ ประมาณ รวม"]),
        ([["งบ", ""], ["ขอ", ""], [2566, 2567]], {}, ["งบ / ขอ / 2566", "งบ / ขอ / 2567"]),
    ],
)
def test_a_column_has_the_names_of_all_its_header_rows(
    levels: list[list[Any]], merged: dict[Any, Any], names: list[str]
) -> None:
    assert build_column_names(levels, range(1, len(levels) + 1), merged) == names


def test_a_heading_goes_with_the_rows_below_it(tmp_path: Path, plan: SourceSpec) -> None:
    found = read(
        tmp_path,
        plan,
        [
            ["ก", 1, 2],
            ["ยุทธศาสตร์ที่ ๑  น้ำ"],
            ["ข", 3, ""],
            [],
            *HEAD,
            ["ค", "", "-"],
            ["", "", "ยุทธศาสตร์ที่ 2"],
            ["ง", 5, 6],
        ],
        ["A4:C4"],
    )
    assert told(found) == [
        ("ก", 1, 2, ""),
        ("ข", 3, None, "ยุทธศาสตร์ที่ ๑ น้ำ"),
        ("ค", None, "-", "ยุทธศาสตร์ที่ ๑ น้ำ"),
        ("ง", 5, 6, "ยุทธศาสตร์ที่ 2"),
    ]


def test_a_row_that_no_heading_or_sum_is_declared_for_is_a_record(
    tmp_path: Path, plan: SourceSpec
) -> None:
    found = read(tmp_path, plan, [["หมายเหตุ"], ["รวมใจ", 1, 1], ["ยุทธศาสตร์ชุมชน", 2, ""]])
    assert [record.payload["โครงการ"] for record in found] == ["หมายเหตุ", "รวมใจ", "ยุทธศาสตร์ชุมชน"]


def test_a_row_that_looks_like_a_part_of_the_header_is_a_record(
    tmp_path: Path, plan: SourceSpec
) -> None:
    assert told(read(tmp_path, plan, [["", 2566, 2567]])) == [(None, 2566, 2567, "")]
    assert read(tmp_path, plan, HEAD) == []


def test_right_sums_are_no_records_and_wrong_ones_wait(tmp_path: Path, plan: SourceSpec) -> None:
    rows: list[list[Any]] = [
        ["ยุทธศาสตร์ ก"],
        ["ก", 1.25, "๑,๐๐๐"],
        ["ข", "2", ""],
        ["รวม ๒ โครงการ", 3.25, 1000],
        ["ยุทธศาสตร์ ข"],
        ["ค", 5, 5],
        ["รวม 2 โครงการ", 5, 6],
    ]
    *projects, wrong = read(tmp_path, plan, rows)
    assert [record.doubts for record in projects] == [(), (), ()]
    assert [(doubt.reason, doubt.field, doubt.written) for doubt in wrong.doubts] == [
        (QuarantineReason.TOTALS_DISAGREE, "โครงการ", "รวม 2 โครงการ"),
        (QuarantineReason.TOTALS_DISAGREE, "งบ / 2567", "6"),
    ]
    assert "5.00" in wrong.doubts[1].en


def test_a_row_of_sums_is_no_project_even_when_it_is_read_again(
    tmp_path: Path, plan: SourceSpec
) -> None:
    reader = read_plan
    _, wrong = read(tmp_path, plan, [["ยุทธศาสตร์ ก"], ["ก", 1, 1], ["รวม", 2, 1]])
    again = replace(wrong, doubts=())
    for raw in (wrong, again):
        entry = parse_entry(raw, plan, reader)
        assert (entry.project, entry.lines) == (None, ())
    assert parse_entry(again, plan, reader).doubts == ()


def test_a_heading_that_goes_on_over_the_page_does_not_begin_its_sums_anew(
    tmp_path: Path, plan: SourceSpec
) -> None:
    heading: list[Any] = ["ยุทธศาสตร์ ก"]
    rows: list[list[Any]] = [heading, ["ก", 1, ""], heading, ["ข", 2, ""], ["รวม ๒ โครงการ", 3, ""]]
    assert len(read(tmp_path, plan, rows)) == 2


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), max_size=5),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 3),
    st.integers(-1, 1),
)
def test_sums_agree_exactly_when_they_are_the_sums(
    groups: list[list[tuple[int, int]]], where: int, wrong: int
) -> None:
    spec = SAMPLE.spec
    whole = get_file_mapping(spec)
    mapping = replace(
        whole,
        amounts=whole.amounts[:2],
        totals=(TotalRows("ที่", "รวม", 0),),
    )
    rows: list[list[Any]] = []
    for at, group in enumerate(groups):
        rows.append([f"ยุทธศาสตร์ที่ {at}", "", "", ""])
        rows += [
            ["", f"งาน {at}", workbook_told(one / 100), f"{two / 100:,.2f}"] for one, two in group
        ]
        off = wrong if at == where else 0
        sums = [sum(one for one, _ in group) + off, sum(two for _, two in group)]
        rows.append([f"รวม {len(group)} โครงการ", "", *(f"{total / 100:.2f}" for total in sums)])
    names = ["ที่", "โครงการ", *(one.column for one in mapping.amounts)]
    found = list(TableBody(mapping, spec, names, [names], {}, "a").rows(iter(rows)))
    disagreeing = [row for row in found if row.doubts]
    assert bool(disagreeing) == (wrong != 0 and where < len(groups))
    assert len(found) == sum(map(len, groups)) + len(disagreeing)


@pytest.mark.parametrize("place", ["B3:B4", "B3:C3"])
def test_one_amount_over_several_rows_or_years_stops_the_run_by_its_cells(
    tmp_path: Path, plan: SourceSpec, place: str
) -> None:
    with pytest.raises(SourceRefused, match=place):
        read(tmp_path, plan, [["ก", 1, ""], ["ข", "", ""]], [place])


def test_a_cell_outside_the_named_columns_stops_the_run_by_its_letter(
    tmp_path: Path, plan: SourceSpec
) -> None:
    [found] = read(tmp_path, plan, [["ก", 1, 2, "", "โน้ต"]])
    with pytest.raises(SourceRefused, match="คอลัมน์ E"):
        parse_entry(found, plan, read_plan)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda t: t["mapping"].update(header_rows=[7]), "header_rows"),
        (lambda t: t["mapping"].update(header_rows=[1]), "same name|unknown|missing"),
        (
            lambda t: t["mapping"]["headings"].append({"column": "โครงการ", "begins": "ก"}),
            "same name: โครงการ",
        ),
    ],
)
def test_a_header_that_is_not_as_declared_stops_the_run(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], why: str
) -> None:
    asked = load_source_file(written(tmp_path, PLAN, change))

    def whole() -> list[Any]:
        raws = read(tmp_path, asked.spec, [["ก", 1, 2]])
        return [parse_entry(raw, asked.spec, asked.read) for raw in raws]

    with pytest.raises(SourceRefused, match=why):
        whole()


def test_an_empty_cell_that_means_the_one_above_is_filled_down(tmp_path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table["mapping"].update(fill_down=["title"])

    spec = load_source_file(written(tmp_path, PLAN, change)).spec
    found = read(tmp_path, spec, [["ก", 1, 2], ["", 3, 4], ["ยุทธศาสตร์ ข"], ["", 5, 6]])
    assert [row[0] for row in told(found)] == ["ก", "ก", None]


async def test_a_broken_off_reading_of_a_workbook_goes_on_at_its_cursor(
    tmp_path: Path, plan: SourceSpec
) -> None:
    rows: list[list[Any]] = [["ยุทธศาสตร์ ก"], *(["งาน", n, ""] for n in range(5)), ["รวม", 10, ""]]
    path = sheets.workbook(tmp_path / "plan.xlsx", [*HEAD, *rows], MERGED)

    async def pages(cursor: str | None) -> list[Any]:
        return [
            (page.cursor, page.url, told(page.records))
            async for page in create_file_pages(path, plan, 2)(cursor)
        ]

    whole = await pages(None)
    assert [cursor for cursor, *_ in whole] == ["0", "2", "4"]
    assert {url for _, url, _ in whole} == {"plan.xlsx"}
    assert await pages("2") == whole[1:]
