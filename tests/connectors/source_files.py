"""Writes operators' source files for tests."""

import copy
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

Table = Mapping[str, Any]
REGISTER_FILE: Final[Table] = {
    "connector": "project_register_file",
    "title_th": "ทะเบียน",
    "title_en": "A register",
    "agency": "ministry:05",
    "format": "CSV",
    "encoding": "cp874",
    "money_unit": "MILLION_BAHT",
    "era": "CE",
    "mapping": {
        "header_rows": [1],
        "ignored": ["ที่"],
        "fields": {"title": "งาน"},
        "constants": {"agency": "กรมการท่องเที่ยว"},
        "amounts": [
            {"column": "งบ  ๒๐๒๓", "phase": "ALLOCATED", "year": 2023},
            {"column": "งบ {year}", "years": [2024, 2024], "phase": "ALLOCATED", "funding": "LOAN"},
        ],
    },
}
DISBURSEMENT_FILE: Final[Table] = {
    "connector": "gfmis_disbursement",
    "title_th": "การเบิกจ่าย",
    "title_en": "Disbursements",
    "agency": "department:03004",
    "format": "CSV",
    "encoding": "utf-8",
    "money_unit": "BAHT",
    "era": "BE",
    "mapping": {
        "header_rows": [1],
        "fields": {
            "fiscal_year": "ปี",
            "budget_code": "รหัส",
            "agency": "หน่วยงาน",
            "province": "จังหวัด",
        },
        "amounts": [{"column": "จำนวน"}],
    },
}
PLAN_FILE: Final[Table] = {
    "connector": "local_plan_file",
    "title_th": "แผน",
    "title_en": "A plan",
    "agency": "local:T-0001",
    "format": "XLSX",
    "money_unit": "BAHT",
    "era": "BE",
    "authorities": [{"code": "T-0001", "name_th": "เทศบาลเมืองชายหาด", "province": "20"}],
    "mapping": {
        "header_rows": [1, 2],
        "fields": {"title": "โครงการ", "strategy": "ยุทธศาสตร์"},
        "constants": {"authority": "เทศบาลเมืองชายหาด"},
        "amounts": [{"column": "งบ / {year}", "years": [2566, 2567]}],
        "headings": [{"column": "ยุทธศาสตร์", "begins": "ยุทธศาสตร์"}],
        "totals": [{"column": "โครงการ", "word": "รวม", "under": "ยุทธศาสตร์"}],
    },
}


def write_source_file(
    folder: Path,
    table: Table,
    change: Callable[[dict[str, Any]], Any] | None = None,
    name: str = "made_up",
) -> Path:
    """Write a source file in a folder, after applying the test's change, and return its path."""
    content = copy.deepcopy(dict(table))
    if change:
        change(content)
    path = folder / f"{name}.toml"
    path.write_text("".join(f"{key} = {to_toml(one)}\n" for key, one in content.items()), "utf-8")
    return path


def to_toml(value: Any) -> str:
    """Return a value as TOML; tables are inline."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {to_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
