"""Files in the shapes that officers and systems write are read, or wait with their amounts.

Each case is a small file of our own. The files it stands for are read too if their folder is beside
the checkout.
"""

import json
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.kit.files import create_file_pages
from connectors.registry import Connector, load_source_file
from hub.domain.budget import BudgetPhase
from hub.domain.sources.ledger import Outcome
from hub.errors import SourceRefused
from hub.ingest.run import SourceInput, ingest
from hub.store.database import Database
from tests.connectors import workbooks
from tests.connectors.officer_files import CASES, Case
from tests.connectors.source_files import write_source_file

FIELD_FOLDER: Final = Path(__file__).parents[3] / "shared" / "field" / "files"


def write_file(folder: Path, case: Case) -> Path:
    """Write the file of a case in the format that it declares."""
    if case.table["connector"] == "ckan_datastore":
        header, *rows = case.rows
        records = [dict(zip(header, row, strict=True)) for row in rows]
        path = folder / "table.json"
        path.write_text(json.dumps({"result": {"records": records}}, ensure_ascii=False), "utf-8")
        return path
    if (
        case.table["format"] == "XLSX"
        or case.change is workbooks.make_strict
        or any(isinstance(cell, float) or "_x0" in str(cell) for row in case.rows for cell in row)
    ):
        return case.change(workbooks.write_workbook(folder / "table.xlsx", case.rows, ()))
    separator = case.table["mapping"].get("separator", ",")
    lines = [separator.join(f'"{cell}"' for cell in row) for row in case.rows]
    path = folder / "table.csv"
    path.write_bytes("\n".join(lines).encode(case.table["encoding"]))
    return path


async def read_outcomes(
    database: Database, path: Path, source: Connector
) -> tuple[int, float, int, float]:
    """Return the records and baht that a dry run stores, and those that wait."""
    source_input = SourceInput(create_file_pages(path, source.spec), path.name, "digest")
    result = await ingest(database, source.spec, source.read, source_input, dry=True)
    ledger = result.ledger
    assert ledger.balanced
    assert ledger.read == ledger.count_of(Outcome.NEW) + ledger.count_of(Outcome.QUARANTINED)

    def sum_baht(outcome: Outcome) -> float:
        return sum(ledger.satang.get(outcome, {}).get(phase, 0) for phase in BudgetPhase) / 100

    return (
        ledger.count_of(Outcome.NEW),
        sum_baht(Outcome.NEW),
        ledger.count_of(Outcome.QUARANTINED),
        sum_baht(Outcome.QUARANTINED),
    )


@pytest.mark.parametrize("name", CASES)
async def test_file_has_the_right_result(name: str, tmp_path: Path, database: Database) -> None:
    case = CASES[name]
    path = write_file(tmp_path, case)

    def fit(table: dict[str, Any]) -> None:
        if path.suffix == ".xlsx":
            table.update(format="XLSX")
            table.pop("encoding", None)

    source = load_source_file(write_source_file(tmp_path, case.table, fit))
    expected = (case.new, case.baht, case.quarantined, case.waiting_baht)
    assert await read_outcomes(database, path, source) == expected


@pytest.mark.parametrize("name", CASES)
async def test_original_file_has_the_right_result(
    name: str, tmp_path: Path, database: Database
) -> None:
    case = CASES[name]
    declaration = FIELD_FOLDER / f"{name.replace('-', '_') if 'bom' in name else name}.toml"
    if not declaration.is_file():
        pytest.skip(f"no files of officers: put their folder at {FIELD_FOLDER}")
    path = next(
        file for file in FIELD_FOLDER.glob(f"{name}.*") if file.suffix in {".csv", ".xlsx", ".json"}
    )
    table = tomllib.loads(declaration.read_text("utf-8"))
    table["mapping"] |= case.declares
    source = load_source_file(write_source_file(tmp_path, table, name="original"))
    if case.original is None:
        with pytest.raises(SourceRefused, match="as cp874 its header is ชื่อโครงการ, หน่วยงาน"):
            await read_outcomes(database, path, source)
    else:
        assert await read_outcomes(database, path, source) == case.original
