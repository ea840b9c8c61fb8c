"""Declared linkages are written a batch at a time, and cost nothing where there are none."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from hub.domain.linkages import LinkageStatus
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.spec import SourceSpec
from hub.ingest.run import ingest
from hub.store.database import Database
from tests.ingest.declaring_source import (
    DECLARING_SPEC,
    build_declaring,
    build_linkage,
    list_declared,
    list_waiting,
    read_declaring,
    run_declaring,
)
from tests.ingest.made_up_source import Row, build_input
from tests.services.linkages.both_sides import insert_issues


@pytest.fixture
async def database(fresh_database: Database) -> Database:
    """Return a database with a plan of Chon Buri that has issues 1 and 2."""
    await insert_issues(fresh_database, "20", ["1", "2"])
    return fresh_database


COUNTED: ContextVar[list[str] | None] = ContextVar("COUNTED", default=None)
"""The list of the block that runs; background tasks of other tests' hubs have none."""


@contextmanager
def counted_statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect the statements that the block sends."""
    sent: list[str] = []
    with monkeypatch.context() as patch:
        for name in ("fetch", "execute", "fetchrow", "fetchval", "copy_records_to_table"):
            original = getattr(asyncpg.Connection, name)

            async def count(
                self: Any, first: str, *values: Any, _original: Any = original, **options: Any
            ) -> Any:
                if COUNTED.get() is sent:
                    sent.append(first)
                return await _original(self, first, *values, **options)

            patch.setattr(asyncpg.Connection, name, count)
        token = COUNTED.set(sent)
        yield sent
        COUNTED.reset(token)


async def count_of_run(
    database: Database, monkeypatch: pytest.MonkeyPatch, *rows: Row, **options: Any
) -> int:
    """Return the number of statements of a run."""
    with counted_statements(monkeypatch) as sent:
        await run_declaring(database, *rows, **options)
    return len(sent)


async def test_statements_do_not_grow_with_the_records_of_a_batch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build_rows(first: int, count: int, share: str) -> list[Row]:
        both = [build_linkage("1", stage_code="transport", share=share), build_linkage("2")]
        unknown = build_linkage("9")
        return [build_declaring(f"{first}-{n}", *both, unknown) for n in range(count)]

    options: dict[str, Any] = {"complete": False}
    await run_declaring(database, build_declaring("first"), snapshot="0", **options)
    few = await count_of_run(
        database, monkeypatch, *build_rows(1, 2, "0.1"), snapshot="1", **options
    )
    many = await count_of_run(
        database, monkeypatch, *build_rows(2, 1_000, "0.1"), snapshot="2", **options
    )
    assert many == few
    changed_few = await count_of_run(
        database, monkeypatch, *build_rows(1, 2, "0.2"), snapshot="3", **options
    )
    changed_many = await count_of_run(
        database, monkeypatch, *build_rows(2, 1_000, "0.2"), snapshot="4", **options
    )
    assert changed_many == changed_few
    assert len(await list_declared(database)) == 2_004


async def test_records_without_linkages_cost_at_most_one_statement_a_batch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [build_declaring(n) for n in range(20)]
    with counted_statements(monkeypatch) as sent:
        await run_declaring(database, *rows, snapshot="1")
    assert not any("linkage" in one for one in sent)
    changed = [build_declaring(n, amount="7") for n in range(20)]
    with counted_statements(monkeypatch) as sent:
        await run_declaring(database, *changed, snapshot="2")
    assert sum("from linkage where declared_record_id" in one for one in sent) == 1
    assert not any("history_entry" in one for one in sent)


async def test_records_of_one_project_declare_together(database: Database) -> None:
    def read_one_project(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
        entry = read_declaring(raw, spec)
        assert entry.project is not None
        return replace(entry, project=replace(entry.project, key="the project", name_th="งาน"))

    async def run(*rows: Row) -> None:
        source_input = build_input(list(rows))
        await ingest(database, DECLARING_SPEC, read_one_project, source_input)

    first, second = build_declaring(1, build_linkage("1")), build_declaring(2, build_linkage("2"))
    await run(first, second)
    assert [one.status for one in await list_declared(database)] == [LinkageStatus.PROPOSED] * 2
    await run(first, build_declaring(2, build_linkage("1")))
    statuses = [one.status for one in await list_declared(database)]
    assert statuses == [LinkageStatus.PROPOSED, LinkageStatus.WITHDRAWN]
    assert [one[:3] for one in await list_waiting(database)] == [
        ("r2", "LINKAGES", "REPEATED_LINKAGE")
    ]
    await run(build_declaring(1), build_declaring(2, build_linkage("1")))
    [followed, withdrawn] = await list_declared(database)
    assert (followed.status, withdrawn.status) == (LinkageStatus.PROPOSED, LinkageStatus.WITHDRAWN)
    assert followed.version == 2
    assert await list_waiting(database) == []
