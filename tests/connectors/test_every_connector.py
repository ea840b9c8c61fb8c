"""Tests run for every connector: complete declaration, expected records of the sample, no I/O."""

import ast
import atexit
import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from connectors.kit.files import create_file_pages, read_records
from connectors.registry import CONNECTORS_FOLDER, Connector, load_connectors, load_source_file
from hub.domain.sources.joins import Join
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.records import RawName, RawRecord, SourceEntry
from hub.domain.sources.spec import parse_source_spec
from hub.errors import Invalid, SourceRefused
from hub.ingest.parse import parse_entry
from hub.ingest.run import SourceInput, ingest
from hub.store.database import Database
from tests.connectors import workbooks

SAMPLES = [load_source_file(path) for path in sorted(CONNECTORS_FOLDER.glob("*/sample/*.toml"))]
"""Connectors that are no source by themselves, as an operator makes one of them."""
CONNECTORS = [*load_connectors().values(), *SAMPLES]
EVERY_CONNECTOR = pytest.mark.parametrize(
    "connector", CONNECTORS, ids=[one.spec.id for one in CONNECTORS]
)
IO_NAMES = {
    "asyncio", "httpx2", "io", "open", "os", "pathlib", "random", "requests", "socket",
    "subprocess", "time", "tomllib", "urllib",
}  # fmt: skip


SAMPLES_FOLDER = Path(tempfile.mkdtemp(prefix="samples-"))
atexit.register(shutil.rmtree, SAMPLES_FOLDER, ignore_errors=True)


@cache
def write_sample_workbook(form: Path, source: str) -> Path:
    (SAMPLES_FOLDER / source).mkdir()
    return workbooks.write_workbook_from_form(form, SAMPLES_FOLDER / source)


def sample_file(connector: Connector) -> Path:
    """Return a connector's sample file; a workbook is generated from its `.cells` form."""
    [path] = (connector.folder / "sample").glob("records.*")
    return write_sample_workbook(path, connector.spec.id) if path.suffix == ".cells" else path


def read_sample(connector: Connector) -> list[RawRecord]:
    return list(
        read_records(sample_file(connector), connector.spec, datetime(2026, 1, 1, tzinfo=UTC))
    )


def name_values(raw_name: RawName | None) -> list[str | None] | None:
    if raw_name is None:
        return None
    return [raw_name.kind.value, raw_name.name, raw_name.code, raw_name.parent_name]


def entry_values(entry: SourceEntry) -> dict[str, Any]:
    project = entry.project
    return {
        "key": entry.key,
        "scope": entry.scope,
        "block": entry.block,
        "project": project
        and {
            "key": project.key,
            "name": project.name_th,
            "level": project.actor_level and project.actor_level.value,
            "owner": name_values(project.owner),
            "years": [year.be for year in project.years],
            "areas": [name_values(area) for area in project.areas],
        },
        "lines": [
            [
                line.key,
                line.fiscal_year.be,
                line.phase.value,
                line.funding.value,
                line.satang,
                name_values(line.area),
            ]
            for line in entry.lines
        ],
        "doubts": [[doubt.reason.value, doubt.field, doubt.written] for doubt in entry.doubts],
        **({"joins": [join_values(join) for join in entry.joins]} if entry.joins else {}),
    }


def join_values(join: Join) -> list[Any]:
    return [join.source, join.key, join.code, join.year and join.year.be]


@EVERY_CONNECTOR
def test_sample_is_parsed_as_expected(connector: Connector, request: pytest.FixtureRequest) -> None:
    found = [
        entry_values(parse_entry(raw, connector.spec, connector.read))
        for raw in read_sample(connector)
    ]
    path = connector.folder / "sample" / "expected.json"
    if request.config.getoption("--write-answers"):
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert found == json.loads(path.read_text("utf-8"))
    assert any(entry["doubts"] for entry in found)


@EVERY_CONNECTOR
def test_undeclared_column_fails_and_is_named(connector: Connector) -> None:
    [raw, *_] = read_sample(connector)
    with_new_column = replace(raw, payload={**raw.payload, "คอลัมน์ใหม่": "1"})
    with pytest.raises(SourceRefused, match="คอลัมน์ใหม่"):
        parse_entry(with_new_column, connector.spec, connector.read)
    for column in connector.spec.columns.nested:
        with_new_nested_column = replace(raw, payload={**raw.payload, column: [{"stranger": 1}]})
        with pytest.raises(SourceRefused, match=rf"{column}\.stranger"):
            parse_entry(with_new_nested_column, connector.spec, connector.read)


@EVERY_CONNECTOR
def test_missing_required_column_fails_and_is_named(connector: Connector) -> None:
    [raw, *_] = read_sample(connector)
    for column in connector.spec.columns.required_top_level:
        remaining = {key: one for key, one in raw.payload.items() if key != column}
        with pytest.raises(SourceRefused, match=re.escape(column)):
            parse_entry(replace(raw, payload=remaining), connector.spec, connector.read)


@EVERY_CONNECTOR
def test_cell_of_any_type_never_raises(connector: Connector) -> None:
    unusual_values: list[Any] = [
        None,
        True,
        [],
        {},
        10**400,
        "",
        "\x00",
        "\ud800",
        "x" * 3000,
        "๑๒",
    ]
    [raw, *_] = read_sample(connector)
    for column in connector.spec.columns.required_top_level:
        for cell in unusual_values:
            parse_entry(
                replace(raw, payload={**raw.payload, column: cell}), connector.spec, connector.read
            )


@EVERY_CONNECTOR
def test_source_has_a_title_in_both_languages_and_a_readme(connector: Connector) -> None:
    spec = connector.spec
    assert spec.title.th
    assert spec.title.en
    assert spec.columns.required
    assert (connector.folder / "README.md").read_text("utf-8").startswith("# ")
    assert all(letter not in spec.id for letter in " -")


@EVERY_CONNECTOR
def test_reader_uses_no_io(connector: Connector) -> None:
    tree = ast.parse((connector.folder / "read.py").read_text("utf-8"))
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            used |= {one.name.partition(".")[0] for one in node.names}
        if isinstance(node, ast.ImportFrom):
            used.add((node.module or "").partition(".")[0])
        if isinstance(node, ast.Name):
            used.add(node.id)
    assert used & IO_NAMES == set()


@EVERY_CONNECTOR
async def test_sample_ledger_balances_and_a_second_run_changes_nothing(
    connector: Connector, fresh_database: Database
) -> None:
    source_input = SourceInput(
        create_file_pages(sample_file(connector), connector.spec, 2), "sample", "sample"
    )
    first = await ingest(fresh_database, connector.spec, connector.read, source_input)
    rows = await fetch_all_rows(fresh_database.pool)
    second = await ingest(fresh_database, connector.spec, connector.read, source_input)
    assert first.ledger.balanced
    assert second.ledger.balanced
    assert first.ledger.read == len(read_sample(connector))
    assert not any(second.ledger.count_of(outcome) for outcome in (Outcome.NEW, Outcome.CHANGED))
    assert await fetch_all_rows(fresh_database.pool) == rows


async def fetch_all_rows(pool: asyncpg.Pool) -> list[Any]:
    found: list[Any] = []
    for table in ("project", "budget_line", "source_record", "project_area", "provenance"):
        found += await pool.fetch(f"select * from {table} order by 1, 2")  # noqa: S608
        found += await pool.fetch(f"select * from history.{table} order by 1, 2")  # noqa: S608
    return found


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda t: t.pop("agency"), "agency"),
        (lambda t: t.update(money_unit="DOLLAR"), "money_unit"),
        (lambda t: t["columns"].update(required=[]), r"columns\.required"),
        (lambda t: t.update(colour="red"), "colour"),
        (lambda t: t["expect"].update(largest_drop=2), r"expect\.largest_drop"),
    ],
)
def test_invalid_source_declaration_error_names_its_key(
    change: Callable[[dict[str, Any]], Any], key: str
) -> None:
    folder = load_connectors()["govspending_budget"].folder
    table = tomllib.loads((folder / "source.toml").read_text("utf-8"))
    change(table)
    with pytest.raises(Invalid, match=key):
        parse_source_spec("made_up", table, "")
