"""The error for an invalid mapping names the wrong key, in Thai and English."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.file_mapping import get_file_mapping
from connectors.registry import CONNECTORS_FOLDER, load_connectors, load_source_file
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.sources.spec import Era, Format, MoneyUnit
from hub.domain.time import FiscalYear
from hub.errors import Invalid
from tests.connectors.source_files import DISBURSEMENT_FILE, REGISTER_FILE, write_source_file

MAPPED_CONNECTORS = ["gfmis_disbursement", "local_plan_file", "project_register_file"]
TOTAL_ROW = {"column": "งาน", "word": "รวม", "under": "แผนงาน"}
HOWTO = Path(__file__).parents[3] / "docs" / "howto" / "import-a-file.md"


def test_mapping_declares_format_columns_and_amounts(tmp_path: Path) -> None:
    spec = load_source_file(write_source_file(tmp_path, REGISTER_FILE)).spec
    assert (spec.format, spec.encoding) == (Format.CSV, "cp874")
    assert (spec.era, spec.money_unit) == (Era.CE, MoneyUnit.MILLION_BAHT)
    assert spec.columns.required == {"งาน", "งบ 2023", "งบ 2024"}
    assert spec.columns.ignored == {"ที่"}
    first, second = get_file_mapping(spec).amounts
    assert (first.column, first.year, first.phase) == (
        "งบ 2023",
        FiscalYear(2023),
        BudgetPhase.ALLOCATED,
    )
    assert (second.year, second.funding) == (FiscalYear(2024), FundingSource.LOAN)


def test_changed_mapping_changes_the_digest(tmp_path: Path) -> None:
    first = load_source_file(write_source_file(tmp_path, REGISTER_FILE)).spec.digest
    repeated = load_source_file(write_source_file(tmp_path, REGISTER_FILE)).spec.digest
    changed = write_source_file(
        tmp_path, REGISTER_FILE, lambda t: t["mapping"].update(ignored=["ที่", "โน้ต"])
    )
    assert first == repeated
    assert first != load_source_file(changed).spec.digest


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda t: t.pop("format"), "format"),
        (lambda t: t.update(format="JSON"), "format"),
        (lambda t: t.pop("encoding"), "encoding"),
        (lambda t: t.update(encoding="latin-1"), "encoding"),
        (lambda t: t.update(encoding="martian"), "encoding"),
        (lambda t: t.update(format="XLSX"), "encoding"),
        (lambda t: t.pop("money_unit"), "money_unit"),
        (lambda t: t.update(era="พ.ศ."), "era"),
        (lambda t: t.pop("mapping"), "mapping"),
        (lambda t: t.update(mapping="ก"), "mapping"),
    ],
)
def test_invalid_declaration_error_names_its_key(
    change: Callable[[dict[str, Any]], Any], key: str, tmp_path: Path
) -> None:
    assert_invalid(write_source_file(tmp_path, REGISTER_FILE, change), key)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda m: m.update(sheet="แผ่น"), "sheet"),
        (lambda m: m.pop("header_rows"), "header_rows"),
        (lambda m: m.update(header_rows=[3, 2]), "header_rows"),
        (lambda m: m.update(header_rows=[True]), "header_rows"),
        (lambda m: m.update(header_rows=[10**9]), "header_rows"),
        (lambda m: m["fields"].pop("title"), "fields.title"),
        (lambda m: m["fields"].update(colour="สี"), "fields.colour"),
        (lambda m: m["fields"].update(title=7), "fields.title"),
        (lambda m: m["constants"].update(title="งาน"), "constants.title"),
        (lambda m: m.update(ignored=["งาน"]), "ignored"),
        (lambda m: m.update(amounts=[]), "amounts"),
        (lambda m: m.update(amounts="งบ"), "amounts"),
        (lambda m: m["amounts"][0].pop("phase"), "amounts[0].phase"),
        (lambda m: m["amounts"][0].update(phase="SPENT"), "amounts[0].phase"),
        (lambda m: m["amounts"][0].pop("column"), "amounts[0].column"),
        (lambda m: m["amounts"][0].update(year=2566), "amounts[0].year"),
        (lambda m: m["amounts"][0].pop("year"), "amounts[0].year"),
        (lambda m: m["amounts"][0].update(years=[2023, 2024]), "amounts[0].years"),
        (lambda m: m["amounts"][0].update(column="งบ {year}"), "amounts[0].years"),
        (lambda m: m["amounts"].append(m["amounts"][0]), "amounts"),
        (lambda m: m["amounts"][1].update(colour="red"), "amounts[1].colour"),
        (lambda m: m.update(fill_down=["สี"]), "fill_down"),
        (lambda m: m.update(colour="red"), "colour"),
        (lambda m: m.update(headings=[{"column": "ยุทธศาสตร์"}]), "headings[0].begins"),
        (lambda m: m.update(totals=[{"column": "ที่", "word": ""}]), "totals[0].word"),
        (lambda m: m.update(totals=[TOTAL_ROW]), "totals[0].under"),
        (lambda m: m.update(notes=[""]), "notes"),
        (lambda m: m.update(notes="หมายเหตุ"), "notes"),
        (lambda m: m.update(separator=":"), "separator"),
        (lambda m: m.update(separator=7), "separator"),
        (lambda m: m.update(codes=[{"length": 16}]), "codes[0].field"),
        (lambda m: m.update(codes=[{"field": "title"}]), "codes[0].field"),
        (lambda m: m.update(codes=[{"field": "code"}] * 2), "codes[1].field"),
        (lambda m: m.update(codes=[{"field": "code", "length": 0}]), "codes[0].length"),
        (
            lambda m: m.update(codes=[{"field": "code", "length": 5, "is_number": True}]),
            "codes[0].is_number",
        ),
    ],
)
def test_invalid_mapping_error_names_its_key(
    change: Callable[[dict[str, Any]], Any], key: str, tmp_path: Path
) -> None:
    assert_invalid(
        write_source_file(tmp_path, REGISTER_FILE, lambda t: change(t["mapping"])), f"mapping.{key}"
    )


def test_separator_of_a_workbook_is_rejected(tmp_path: Path) -> None:
    table = {**REGISTER_FILE, "format": "ODS"}
    table.pop("encoding")
    path = write_source_file(tmp_path, table, lambda t: t["mapping"].update(separator=";"))
    assert_invalid(path, "mapping.separator")


def test_total_is_of_a_heading_or_of_a_value(tmp_path: Path) -> None:
    heading = {"column": "แผนงาน", "begins": "แผนงาน"}
    total = {"column": "งาน", "word": "รวม", "under": "แผนงาน", "of": "งาน"}
    path = write_source_file(
        tmp_path,
        REGISTER_FILE,
        lambda t: t["mapping"].update(headings=[heading], totals=[total]),
    )
    assert_invalid(path, "mapping.totals[0].of")


def assert_invalid(path: Path, key: str) -> None:
    with pytest.raises(Invalid) as error:
        load_source_file(path)
    assert error.value.field == f"made_up.toml {key}"
    assert error.value.th
    assert error.value.en


def test_phase_not_supported_by_the_connector_is_rejected(tmp_path: Path) -> None:
    def change(table: dict[str, Any]) -> None:
        table["mapping"]["amounts"][0]["phase"] = "PLANNED"

    with pytest.raises(Invalid, match=r"mapping\.amounts\[0\]\.phase.*DISBURSED only"):
        load_source_file(write_source_file(tmp_path, DISBURSEMENT_FILE, change))


def test_connector_with_fixed_columns_rejects_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is fixed by budget_act"):
        load_source_file(write_source_file(tmp_path, {**REGISTER_FILE, "connector": "budget_act"}))


def test_mapping_printed_in_the_docs_is_valid(tmp_path: Path) -> None:
    text = HOWTO.read_text("utf-8")
    printed = text.partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "printed.toml"
    path.write_text(printed, "utf-8")
    spec = load_source_file(path).spec
    assert "งบประมาณ / 2570" in spec.columns.required
    assert {name for name in MAPPED_CONNECTORS if f"`{name}`" in text} == set(MAPPED_CONNECTORS)


@pytest.mark.parametrize("source", MAPPED_CONNECTORS)
def test_mapped_source_documents_that_fields_come_from_the_mapping(source: str) -> None:
    declared = tomllib.loads((CONNECTORS_FOLDER / source / "source.toml").read_text("utf-8"))
    assert "mapping names" in declared["note"]
    readme = (CONNECTORS_FOLDER / source / "README.md").read_text("utf-8")
    assert "docs/howto/import-a-file.md" in readme
    assert source not in load_connectors()
