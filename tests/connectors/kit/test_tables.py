"""Tables with header rows of several levels, headings between rows, and totals that are checked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.file_mapping import get_file_mapping
from connectors.kit.files import create_file_pages, read_records
from connectors.kit.sheet import normalize_cell
from connectors.kit.tables import TableBody, build_column_names
from connectors.local_plan_file.read import read as read_plan
from connectors.registry import CONNECTORS_FOLDER, load_source_file
from hub.domain.sources.file_mapping import TotalRows
from hub.domain.sources.records import QuarantineReason, RawRecord
from hub.domain.sources.spec import SourceSpec
from hub.errors import SourceRefused
from hub.ingest.parse import parse_entry
from tests.connectors import workbooks
from tests.connectors.source_files import PLAN_FILE, write_source_file
from tests.ingest.made_up_source import RETRIEVED_AT

HEADER_ROWS: list[list[Any]] = [["โครงการ", "งบ", ""], ["", 2566, "๒๕๖๗"]]
MERGED_CELLS = ["A1:A2", "B1:C1"]
SAMPLE = load_source_file(CONNECTORS_FOLDER / "local_plan_file" / "sample" / "beach_town_plan.toml")


@pytest.fixture
def plan(tmp_path: Path) -> SourceSpec:
    return load_source_file(write_source_file(tmp_path, PLAN_FILE)).spec


def read_rows(
    folder: Path, spec: SourceSpec, rows: Sequence[Sequence[Any]], merged: Sequence[str] = ()
) -> list[RawRecord]:
    path = workbooks.write_workbook(
        folder / "plan.xlsx", [*HEADER_ROWS, *rows], [*MERGED_CELLS, *merged]
    )
    return list(read_records(path, spec, RETRIEVED_AT))


def row_values(rows: Sequence[RawRecord]) -> list[tuple[Any, ...]]:
    return [tuple(record.payload.values()) for record in rows]


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
def test_column_name_joins_all_its_header_rows(
    levels: list[list[Any]], merged: dict[Any, Any], names: list[str]
) -> None:
    assert build_column_names(levels, range(1, len(levels) + 1), merged) == names


def test_heading_applies_to_the_rows_below_it(tmp_path: Path, plan: SourceSpec) -> None:
    found = read_rows(
        tmp_path,
        plan,
        [
            ["ก", 1, 2],
            ["ยุทธศาสตร์ที่ ๑  น้ำ"],
            ["ข", 3, ""],
            [],
            *HEADER_ROWS,
            ["ค", "", "-"],
            ["", "", "ยุทธศาสตร์ที่ 2"],
            ["ง", 5, 6],
        ],
        ["A4:C4"],
    )
    assert row_values(found) == [
        ("ก", 1, 2, ""),
        ("ข", 3, None, "ยุทธศาสตร์ที่ ๑ น้ำ"),
        ("ค", None, "-", "ยุทธศาสตร์ที่ ๑ น้ำ"),
        ("ง", 5, 6, "ยุทธศาสตร์ที่ 2"),
    ]


def test_row_that_matches_no_declared_heading_or_total_is_a_record(
    tmp_path: Path, plan: SourceSpec
) -> None:
    found = read_rows(tmp_path, plan, [["หมายเหตุ"], ["รวมใจ", 1, 1], ["ยุทธศาสตร์ชุมชน", 2, ""]])
    assert [record.payload["โครงการ"] for record in found] == ["หมายเหตุ", "รวมใจ", "ยุทธศาสตร์ชุมชน"]


def test_row_that_resembles_a_header_row_is_a_record(tmp_path: Path, plan: SourceSpec) -> None:
    assert row_values(read_rows(tmp_path, plan, [["", 2566, 2567]])) == [(None, 2566, 2567, "")]
    assert read_rows(tmp_path, plan, HEADER_ROWS) == []


def test_correct_totals_are_dropped_and_wrong_totals_get_doubts(
    tmp_path: Path, plan: SourceSpec
) -> None:
    rows: list[list[Any]] = [
        ["ยุทธศาสตร์ ก"],
        ["ก", 1.25, "๑,๐๐๐"],
        ["ข", "2", ""],
        ["รวม ๒ โครงการ", 3.25, 1000],
        ["ยุทธศาสตร์ ข"],
        ["ค", 5, 5],
        ["รวม 2 โครงการ", 5, 6],
    ]
    *projects, wrong_total = read_rows(tmp_path, plan, rows)
    assert [record.doubts for record in projects] == [(), (), ()]
    assert [(doubt.reason, doubt.field, doubt.written) for doubt in wrong_total.doubts] == [
        (QuarantineReason.TOTALS_DISAGREE, "โครงการ", "รวม 2 โครงการ"),
        (QuarantineReason.TOTALS_DISAGREE, "งบ / 2567", "6"),
    ]
    assert "5.00" in wrong_total.doubts[1].en


def test_total_row_is_no_project_when_parsed_again(tmp_path: Path, plan: SourceSpec) -> None:
    reader = read_plan
    _, total_row = read_rows(tmp_path, plan, [["ยุทธศาสตร์ ก"], ["ก", 1, 1], ["รวม", 2, 1]])
    without_doubts = replace(total_row, doubts=())
    for raw in (total_row, without_doubts):
        entry = parse_entry(raw, plan, reader)
        assert (entry.project, entry.lines) == (None, ())
    assert parse_entry(without_doubts, plan, reader).doubts == ()


def test_repeated_heading_does_not_reset_the_totals(tmp_path: Path, plan: SourceSpec) -> None:
    heading: list[Any] = ["ยุทธศาสตร์ ก"]
    rows: list[list[Any]] = [heading, ["ก", 1, ""], heading, ["ข", 2, ""], ["รวม ๒ โครงการ", 3, ""]]
    assert len(read_rows(tmp_path, plan, rows)) == 2


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), max_size=5),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 3),
    st.integers(-1, 1),
)
def test_total_has_a_doubt_exactly_when_it_is_wrong(
    groups: list[list[tuple[int, int]]], wrong_group: int, error: int
) -> None:
    spec = SAMPLE.spec
    sample_mapping = get_file_mapping(spec)
    mapping = replace(
        sample_mapping,
        amounts=sample_mapping.amounts[:2],
        totals=(TotalRows("ที่", "รวม", 0),),
    )
    rows: list[list[Any]] = []
    for position, group in enumerate(groups):
        rows.append([f"ยุทธศาสตร์ที่ {position}", "", "", ""])
        rows += [
            ["", f"งาน {position}", normalize_cell(one / 100), f"{two / 100:,.2f}"]
            for one, two in group
        ]
        deviation = error if position == wrong_group else 0
        sums = [sum(one for one, _ in group) + deviation, sum(two for _, two in group)]
        rows.append([f"รวม {len(group)} โครงการ", "", *(f"{total / 100:.2f}" for total in sums)])
    names = ["ที่", "โครงการ", *(one.column for one in mapping.amounts)]
    found = list(TableBody(mapping, spec, names, [names], {}, "a").rows(iter(rows)))
    doubted = [row for row in found if row.doubts]
    assert bool(doubted) == (error != 0 and wrong_group < len(groups))
    assert len(found) == sum(map(len, groups)) + len(doubted)


@pytest.mark.parametrize("cells", ["B3:B4", "B3:C3"])
def test_amount_merged_over_rows_or_years_fails_and_names_the_cells(
    tmp_path: Path, plan: SourceSpec, cells: str
) -> None:
    with pytest.raises(SourceRefused, match=cells):
        read_rows(tmp_path, plan, [["ก", 1, ""], ["ข", "", ""]], [cells])


def test_cell_outside_named_columns_fails_and_names_the_column(
    tmp_path: Path, plan: SourceSpec
) -> None:
    [found] = read_rows(tmp_path, plan, [["ก", 1, 2, "", "โน้ต"]])
    with pytest.raises(SourceRefused, match="คอลัมน์ E"):
        parse_entry(found, plan, read_plan)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["mapping"].update(header_rows=[7]), "header_rows"),
        (lambda t: t["mapping"].update(header_rows=[1]), "same name|unknown|missing"),
        (
            lambda t: t["mapping"]["headings"].append({"column": "โครงการ", "begins": "ก"}),
            "same name: โครงการ",
        ),
    ],
)
def test_header_that_differs_from_the_mapping_fails_the_run(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    connector = load_source_file(write_source_file(tmp_path, PLAN_FILE, change))

    def parse_all() -> list[Any]:
        raws = read_rows(tmp_path, connector.spec, [["ก", 1, 2]])
        return [parse_entry(raw, connector.spec, connector.read) for raw in raws]

    with pytest.raises(SourceRefused, match=message):
        parse_all()


def test_empty_cell_is_filled_from_the_cell_above(tmp_path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table["mapping"].update(fill_down=["title"])

    spec = load_source_file(write_source_file(tmp_path, PLAN_FILE, change)).spec
    found = read_rows(tmp_path, spec, [["ก", 1, 2], ["", 3, 4], ["ยุทธศาสตร์ ข"], ["", 5, 6]])
    assert [row[0] for row in row_values(found)] == ["ก", "ก", None]


async def test_interrupted_workbook_reading_resumes_at_its_cursor(
    tmp_path: Path, plan: SourceSpec
) -> None:
    rows: list[list[Any]] = [["ยุทธศาสตร์ ก"], *(["งาน", n, ""] for n in range(5)), ["รวม", 10, ""]]
    path = workbooks.write_workbook(tmp_path / "plan.xlsx", [*HEADER_ROWS, *rows], MERGED_CELLS)

    async def fetch_pages(cursor: str | None) -> list[Any]:
        return [
            (page.cursor, page.url, row_values(page.records))
            async for page in create_file_pages(path, plan, 2)(cursor)
        ]

    all_pages = await fetch_pages(None)
    assert [cursor for cursor, *_ in all_pages] == ["0", "2", "4"]
    assert {url for _, url, _ in all_pages} == {"plan.xlsx"}
    assert await fetch_pages("2") == all_pages[1:]
