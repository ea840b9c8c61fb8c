"""One suite for every connector: declared whole, reads its sample as expected, does no I/O."""

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
from tests.connectors import sheets

SAMPLES = [load_source_file(path) for path in sorted(CONNECTORS_FOLDER.glob("*/sample/*.toml"))]
"""Connectors that are no source by themselves, as an operator makes one of them."""
ALL = [*load_connectors().values(), *SAMPLES]
EVERY = pytest.mark.parametrize("asked", ALL, ids=[one.spec.id for one in ALL])
NO_IO = {
    "asyncio", "httpx2", "io", "open", "os", "pathlib", "random", "requests", "socket",
    "subprocess", "time", "tomllib", "urllib",
}  # fmt: skip


MADE = Path(tempfile.mkdtemp(prefix="samples-"))
atexit.register(shutil.rmtree, MADE, ignore_errors=True)


@cache
def made_of(form: Path, source: str) -> Path:
    (MADE / source).mkdir()
    return sheets.written(form, MADE / source)


def sample(asked: Connector) -> Path:
    """A sample's file; a workbook is written out from the form that a person can read."""
    [path] = (asked.folder / "sample").glob("records.*")
    return made_of(path, asked.spec.id) if path.suffix == ".cells" else path


def raws(asked: Connector) -> list[RawRecord]:
    return list(read_records(sample(asked), asked.spec, datetime(2026, 1, 1, tzinfo=UTC)))


def name(written: RawName | None) -> list[str | None] | None:
    if written is None:
        return None
    return [written.kind.value, written.name, written.code, written.parent_name]


def told(entry: SourceEntry) -> dict[str, Any]:
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
            "owner": name(project.owner),
            "years": [year.be for year in project.years],
            "areas": [name(area) for area in project.areas],
        },
        "lines": [
            [
                line.key,
                line.fiscal_year.be,
                line.phase.value,
                line.funding.value,
                line.satang,
                name(line.area),
            ]
            for line in entry.lines
        ],
        "doubts": [[doubt.reason.value, doubt.field, doubt.written] for doubt in entry.doubts],
        **({"joins": [joined(join) for join in entry.joins]} if entry.joins else {}),
    }


def joined(join: Join) -> list[Any]:
    return [join.source, join.key, join.code, join.year and join.year.be]


@EVERY
def test_a_sample_is_read_as_expected(asked: Connector, request: pytest.FixtureRequest) -> None:
    found = [told(parse_entry(raw, asked.spec, asked.read)) for raw in raws(asked)]
    path = asked.folder / "sample" / "expected.json"
    if request.config.getoption("--write-answers"):
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert found == json.loads(path.read_text("utf-8"))
    assert any(entry["doubts"] for entry in found)


@EVERY
def test_a_column_nobody_reads_stops_the_run_with_its_name(asked: Connector) -> None:
    [raw, *_] = raws(asked)
    stranger = replace(raw, payload={**raw.payload, "คอลัมน์ใหม่": "1"})
    with pytest.raises(SourceRefused, match="คอลัมน์ใหม่"):
        parse_entry(stranger, asked.spec, asked.read)
    for column in asked.spec.columns.nested:
        inner = replace(raw, payload={**raw.payload, column: [{"stranger": 1}]})
        with pytest.raises(SourceRefused, match=rf"{column}\.stranger"):
            parse_entry(inner, asked.spec, asked.read)


@EVERY
def test_a_required_column_that_is_gone_stops_the_run_with_its_name(asked: Connector) -> None:
    [raw, *_] = raws(asked)
    for column in asked.spec.columns.required_top_level:
        rest = {key: one for key, one in raw.payload.items() if key != column}
        with pytest.raises(SourceRefused, match=re.escape(column)):
            parse_entry(replace(raw, payload=rest), asked.spec, asked.read)


@EVERY
def test_a_cell_of_any_type_is_read_or_doubted_and_never_raises(asked: Connector) -> None:
    strange: list[Any] = [None, True, [], {}, 10**400, "", "\x00", "\ud800", "x" * 3000, "๑๒"]
    [raw, *_] = raws(asked)
    for column in asked.spec.columns.required_top_level:
        for cell in strange:
            parse_entry(replace(raw, payload={**raw.payload, column: cell}), asked.spec, asked.read)


@EVERY
def test_a_source_says_in_both_languages_what_it_is(asked: Connector) -> None:
    spec = asked.spec
    assert spec.title.th
    assert spec.title.en
    assert spec.columns.required
    assert (asked.folder / "README.md").read_text("utf-8").startswith("# ")
    assert all(letter not in spec.id for letter in " -")


@EVERY
def test_a_reader_does_nothing_but_read(asked: Connector) -> None:
    tree = ast.parse((asked.folder / "read.py").read_text("utf-8"))
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            used |= {one.name.partition(".")[0] for one in node.names}
        if isinstance(node, ast.ImportFrom):
            used.add((node.module or "").partition(".")[0])
        if isinstance(node, ast.Name):
            used.add(node.id)
    assert used & NO_IO == set()


@EVERY
async def test_the_ledger_of_a_sample_balances_and_a_second_run_changes_nothing(
    asked: Connector, fresh_database: Database
) -> None:
    given = SourceInput(create_file_pages(sample(asked), asked.spec, 2), "sample", "sample")
    first = await ingest(fresh_database, asked.spec, asked.read, given)
    rows = await everything(fresh_database.pool)
    again = await ingest(fresh_database, asked.spec, asked.read, given)
    assert first.ledger.balanced
    assert again.ledger.balanced
    assert first.ledger.read == len(raws(asked))
    assert not any(again.ledger.count_of(outcome) for outcome in (Outcome.NEW, Outcome.CHANGED))
    assert await everything(fresh_database.pool) == rows


async def everything(pool: asyncpg.Pool) -> list[Any]:
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
def test_a_declaration_that_will_not_do_names_its_key(
    change: Callable[[dict[str, Any]], Any], key: str
) -> None:
    folder = load_connectors()["govspending_budget"].folder
    table = tomllib.loads((folder / "source.toml").read_text("utf-8"))
    change(table)
    with pytest.raises(Invalid, match=key):
        parse_source_spec("made_up", table, "")
