"""Linkages and strategies in records of the contract, in mapped files and in catalogues."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.declared_linkages import parse_linkages
from connectors.registry import Connector, load_source_file
from hub.domain.sources.linkages import DeclaredLinkage, WrittenStrategy
from hub.domain.sources.records import QuarantineReason, RawRecord, SourceEntry
from hub.domain.sources.spec import Era
from hub.domain.time import FiscalYear
from hub.errors import Invalid
from hub.ingest.parse import parse_entry
from tests.connectors.source_files import REGISTER_FILE, write_source_file

YEAR = FiscalYear.from_be(2566)
COLUMNS = {"area": "จังหวัด", "issue_code": "ประเด็น", "stage_code": "ขั้น", "share": "สัดส่วน"}
CATALOGUE_FILE = {
    "connector": "ckan_datastore",
    "title_th": "ตาราง",
    "title_en": "A table",
    "agency": "ministry:05",
    "url": "https://data.example/api/3/action/datastore_search",
    "cadence": "MANUAL",
    "parameters": {"resource_id": "11111111-2222-4333-8444-555555555555"},
    "mapping": {
        "key": ["รหัส"],
        "title": "งาน",
        "year": "ปี",
        "strategies": ["กลยุทธ์"],
        "linkages": [COLUMNS],
        "amounts": [{"column": "งบ", "phase": "APPROPRIATED", "unit": "BAHT"}],
    },
}


def build_item(**more: Any) -> dict[str, Any]:
    """Return a linkage of the source contract."""
    return {"area": "20", "fiscal_year_be": 2566, "issue_code": "1", **more}


def parse(connector: Connector, payload: dict[str, Any]) -> SourceEntry:
    """Return the entry of a record."""
    raw = RawRecord(None, payload, None, datetime(2026, 1, 1, tzinfo=UTC))
    return parse_entry(raw, connector.spec, connector.read)


@pytest.mark.parametrize(
    ("item", "linkage"),
    [
        (build_item(), DeclaredLinkage("20", YEAR, "1")),
        (build_item(stage_code=None, share=""), DeclaredLinkage("20", YEAR, "1")),
        (build_item(share="0.25"), DeclaredLinkage("20", YEAR, "1", None, Decimal("0.25"))),
        (build_item(share=Decimal("0.5")), DeclaredLinkage("20", YEAR, "1", None, Decimal("0.5"))),
        (build_item(share=1), DeclaredLinkage("20", YEAR, "1", None, Decimal(1))),
        (build_item(area="๒๐", issue_code="๑.๒"), DeclaredLinkage("20", YEAR, "1.2")),
    ],
)
def test_linkage_is_read_with_codes_and_share(
    item: dict[str, Any], linkage: DeclaredLinkage
) -> None:
    parsed = parse_linkages([item], Era.BE)
    assert (parsed.linkages, parsed.doubts) == ((linkage,), ())


@pytest.mark.parametrize(
    ("item", "reasons"),
    [
        (build_item(share="60%"), {QuarantineReason.IMPOSSIBLE_SHARE}),
        (build_item(share="0"), {QuarantineReason.IMPOSSIBLE_SHARE}),
        (build_item(share="-0.5"), {QuarantineReason.IMPOSSIBLE_SHARE}),
        (build_item(share="0.1234567"), {QuarantineReason.IMPOSSIBLE_SHARE}),
        (build_item(share="NaN"), {QuarantineReason.IMPOSSIBLE_SHARE}),
        (build_item(share=[1]), {QuarantineReason.IMPOSSIBLE_SHARE}),
        (build_item(area="2\x000"), {QuarantineReason.UNSAFE_TEXT}),
        (build_item(issue_code="1" * 300), {QuarantineReason.TOO_LARGE}),
        ({}, {QuarantineReason.MISSING_VALUE, QuarantineReason.IMPOSSIBLE_YEAR}),
    ],
)
def test_unusable_linkage_is_a_doubt_in_both_languages(
    item: dict[str, Any], reasons: set[QuarantineReason]
) -> None:
    parsed = parse_linkages([build_item(issue_code="2"), item], Era.BE)
    assert [one.issue_code for one in parsed.linkages] == ["2"]
    assert {doubt.reason for doubt in parsed.doubts} == reasons
    assert all(doubt.th and doubt.en for doubt in parsed.doubts)


def test_record_without_linkages_declares_none() -> None:
    assert parse_linkages(None, Era.BE).doubts == ()
    assert parse_linkages([], Era.BE).linkages == ()


def test_mapped_file_declares_a_linkage_of_the_rows_year(tmp_path: Path) -> None:
    def add_linkages(table: dict[str, Any]) -> None:
        table["era"] = "BE"
        table["mapping"]["fields"] |= {"fiscal_year": "ปี", "strategy": "กลยุทธ์"}
        table["mapping"]["linkages"] = [COLUMNS]
        table["mapping"]["amounts"] = [{"column": "งบ", "phase": "ALLOCATED"}]

    connector = load_source_file(write_source_file(tmp_path, REGISTER_FILE, add_linkages))
    row: dict[str, Any] = {"งาน": "งาน", "ปี": "2566", "งบ": "1", "กลยุทธ์": " ก  ข\n"}
    row |= {"จังหวัด": "20", "ประเด็น": "1", "ขั้น": "", "สัดส่วน": 0.5}
    entry = parse(connector, row)
    assert entry.linkages == (DeclaredLinkage("20", YEAR, "1", None, Decimal("0.5")),)
    assert entry.strategies == (WrittenStrategy("กลยุทธ์", " ก  ข\n"),)
    empty = {**row, "จังหวัด": "-", "ประเด็น": None, "สัดส่วน": ""}
    entry = parse(connector, empty)
    assert (entry.linkages, entry.linkage_doubts, entry.doubts) == ((), (), ())
    entry = parse(connector, {**row, "จังหวัด": ""})
    assert [doubt.field for doubt in entry.linkage_doubts] == ["linkages.area"]
    assert entry.project is not None
    assert entry.doubts == ()


def test_mapped_catalogue_declares_linkages_and_strategies(tmp_path: Path) -> None:
    connector = load_source_file(write_source_file(tmp_path, CATALOGUE_FILE))
    row: dict[str, Any] = {"รหัส": "1", "งาน": "งาน", "ปี": 2566, "งบ": 100, "กลยุทธ์": "ก"}
    row |= {"จังหวัด": "20", "ประเด็น": 2, "ขั้น": "transport", "สัดส่วน": None}
    entry = parse(connector, row)
    assert entry.linkages == (DeclaredLinkage("20", YEAR, "2", "transport"),)
    assert entry.strategies == (WrittenStrategy("กลยุทธ์", "ก"),)


@pytest.mark.parametrize(
    "linkages",
    [[{"area": "จังหวัด"}], [{**COLUMNS, "stage": "ขั้น"}], "จังหวัด", [{**COLUMNS, "area": 1}]],
)
def test_wrong_mapping_of_linkages_is_named(tmp_path: Path, linkages: Any) -> None:
    def change(table: dict[str, Any]) -> None:
        table["mapping"]["linkages"] = linkages

    for table in (REGISTER_FILE, CATALOGUE_FILE):
        with pytest.raises(Invalid) as error:
            load_source_file(write_source_file(tmp_path, table, change))
        assert "mapping.linkages" in str(error.value)


def test_strategy_that_cannot_be_stored_is_a_doubt_beside_its_record(
    tmp_path: Path,
) -> None:
    connector = load_source_file(write_source_file(tmp_path, CATALOGUE_FILE))
    row = {"รหัส": "1", "งาน": "งาน", "ปี": 2566, "งบ": 100, "กลยุทธ์": "ก\x00"}
    row |= dict.fromkeys(COLUMNS.values())
    entry = parse(connector, row)
    assert entry.strategies == ()
    assert entry.doubts == ()
    assert [doubt.reason for doubt in entry.linkage_doubts] == [QuarantineReason.UNSAFE_TEXT]
